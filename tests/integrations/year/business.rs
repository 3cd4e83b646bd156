//! Who does what in a week: by seed, on both sides, one after the other.

use super::{Size, Year};
use crate::books::text;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use std::fmt;

/// Somebody at the hub or in the ERP does one thing.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Somebody is new in the hub, or in the ERP.
    Contact,
    /// Somebody whom both sides know is changed on one of them.
    Change,
    /// A quotation is accepted, or a colleague enters a contract.
    Contract,
    /// A colleague decides on a contract that waits.
    Approval,
    /// The warehouse hands goods out, or takes some in.
    Goods,
    /// Money arrives, or an invoice is written, by hand.
    Money,
    /// Somebody calls the service.
    Ticket,
    /// One side settles a ticket, or repairs something.
    Service,
    /// A conversation is over.
    Talk,
}

/// A product as a quotation names it.
#[derive(Debug, Clone)]
pub struct Product {
    pub number: String,
    pub name: String,
    pub unit: String,
    pub unit_key: i64,
}

/// Everything that happened so far.
pub struct Business {
    pub random: StdRng,
    numbers: u64,
    pub products: Vec<Product>,
    /// The names of the ERP's customers as the week began.
    pub customers: Vec<String>,
    /// Customers that colleagues entered, by key and by what their names end in.
    pub entered: Vec<(i64, u64)>,
    /// Contacts of the hub's own that are to become customers or people of one.
    pub contacts: Vec<String>,
    /// Conversations that were resolved with words of their own.
    pub talks: usize,
    done: [usize; 4],
}

impl fmt::Display for Business {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [contacts, contracts, tickets, others] = self.done;
        write!(
            formatter,
            "{contacts} contacts, {contracts} contracts, {tickets} tickets, {others} other acts"
        )
    }
}

impl Business {
    /// On what there is at the beginning.
    pub async fn of(year: &Year, seed: u64) -> Business {
        let products = year.books.all("products").await;
        let products = products.into_values().map(|product| Product {
            number: text(&product["Code"]),
            name: text(&product["Title"]),
            unit: text(&product["unitname"]),
            unit_key: product["Unitjb"].as_i64().expect("a key"),
        });
        Business {
            random: StdRng::seed_from_u64(seed),
            numbers: 0,
            products: products.collect(),
            customers: Vec::new(),
            entered: Vec::new(),
            contacts: Vec::new(),
            talks: 0,
            done: [0; 4],
        }
    }

    /// A number that stands nowhere else.
    pub fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.choose(&mut self.random)
    }

    pub fn chance(&mut self, likely: f64) -> bool {
        self.random.random_bool(likely)
    }

    /// An amount with cents up to so many.
    pub fn amount(&mut self, most: u32) -> String {
        format!(
            "{}.{:02}",
            self.random.random_range(1..=most),
            self.random.random_range(0..100)
        )
    }

    /// What is due of a year's sum in a week.
    fn share(sum: u32, size: Size, week: u32) -> u32 {
        sum * week / size.weeks - sum * (week - 1) / size.weeks
    }

    pub async fn week(&mut self, year: &Year, size: Size, week: u32) {
        let customers = year.books.all("customers").await.into_values();
        self.customers = customers.map(|one| text(&one["name"])).collect();
        let contracts = Business::share(size.contracts, size, week);
        let tickets = Business::share(size.tickets, size, week);
        let plan = [
            (Act::Contact, Business::share(size.contacts, size, week)),
            (Act::Change, contracts / 2 + 1),
            (Act::Contract, contracts),
            (Act::Approval, contracts),
            (Act::Goods, contracts),
            (Act::Money, contracts),
            (Act::Ticket, tickets),
            (Act::Service, tickets),
            (Act::Talk, tickets),
        ];
        let mut acts: Vec<Act> = plan
            .iter()
            .flat_map(|(act, times)| std::iter::repeat_n(*act, *times as usize))
            .collect();
        acts.shuffle(&mut self.random);
        for act in acts {
            let counted = match act {
                Act::Contact => 0,
                Act::Contract => 1,
                Act::Ticket => 2,
                _ => 3,
            };
            if self.act(year, act).await {
                self.done[counted] += 1;
            }
        }
    }

    /// Does one thing; whether there was anything to do.
    async fn act(&mut self, year: &Year, act: Act) -> bool {
        let at_the_hub = self.chance(0.6);
        match (act, at_the_hub) {
            (Act::Contact, true) => self.files_a_contact(year).await,
            (Act::Contact, false) => self.enters_a_customer(year).await,
            (Act::Change, true) => self.changes_a_contact(year).await,
            (Act::Change, false) => self.changes_a_customer(year).await,
            (Act::Contract, true) => self.has_a_quotation_accepted(year).await,
            (Act::Contract, false) => self.enters_a_contract(year).await,
            (Act::Approval, _) => self.decides_on_a_contract(year).await,
            (Act::Goods, true) => self.hands_goods_out(year).await,
            (Act::Goods, false) => self.takes_goods_in(year).await,
            (Act::Money, true) => self.books_money(year).await,
            (Act::Money, false) => self.writes_an_invoice_or_pays(year).await,
            (Act::Ticket, _) => self.takes_a_call(year).await,
            (Act::Service, true) => self.settles_or_repairs_at_the_hub(year).await,
            (Act::Service, false) => self.settles_or_repairs_in_the_erp(year).await,
            (Act::Talk, _) => self.ends_a_talk(year).await,
        }
    }
}
