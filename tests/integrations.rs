//! The integrations that are shipped as tables and scripts: each on the real host, with a simulated ERP, through HTTP.

#![cfg(test)]

mod support;

#[path = "integrations/again.rs"]
mod again;
#[path = "integrations/alerts.rs"]
mod alerts;
#[path = "integrations/amounts.rs"]
mod amounts;
#[path = "integrations/assignment.rs"]
mod assignment;
#[path = "integrations/books.rs"]
mod books;
#[path = "integrations/colleague.rs"]
mod colleague;
#[path = "integrations/contract_from_quotation.rs"]
mod contract_from_quotation;
#[path = "integrations/contracts.rs"]
mod contracts;
#[path = "integrations/customer_hub.rs"]
mod customer_hub;
#[path = "integrations/customers.rs"]
mod customers;
#[path = "integrations/fixtures.rs"]
mod fixtures;
#[path = "integrations/follow_ups.rs"]
mod follow_ups;
#[path = "integrations/fresh.rs"]
mod fresh;
#[path = "integrations/linked.rs"]
mod linked;
#[path = "integrations/made.rs"]
mod made;
#[path = "integrations/money.rs"]
mod money;
#[path = "integrations/pages.rs"]
mod pages;
#[path = "integrations/people.rs"]
mod people;
#[path = "integrations/products.rs"]
mod products;
#[path = "integrations/quotations.rs"]
mod quotations;
#[path = "integrations/repairs.rs"]
mod repairs;
#[path = "integrations/shipped.rs"]
mod shipped;
#[path = "integrations/stage.rs"]
mod stage;
#[path = "integrations/story.rs"]
mod story;
#[path = "integrations/tickets.rs"]
mod tickets;
#[path = "integrations/troubles.rs"]
mod troubles;
#[path = "integrations/year.rs"]
mod year;
