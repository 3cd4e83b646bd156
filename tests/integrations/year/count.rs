//! The count: what the ERP's books come to, worked out from their raw rows, and what the hub shows.

use super::Year;
use super::business::Business;
use crate::books::{number, text};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Differences that are shown of a count that does not add up.
const SHOWN: usize = 20;

/// What both sides come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Figures {
    customers: usize,
    /// How many contracts are in which state of their approval.
    contracts: BTreeMap<String, usize>,
    payable: Decimal,
    paid: Decimal,
    invoiced: Decimal,
    open: Decimal,
    /// What is due and has not arrived.
    unpaid: Decimal,
    /// Pieces of all products.
    stock: Decimal,
    tickets: BTreeMap<String, usize>,
    repairs: usize,
    repair_fees: Decimal,
    spent: Decimal,
    follow_ups: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures {
            customers,
            contracts,
            payable,
            paid,
            invoiced,
            open,
            unpaid,
            stock,
            tickets,
            repairs,
            repair_fees,
            spent,
            follow_ups,
        } = self;
        write!(
            formatter,
            "{customers} customers, contracts {contracts:?}: payable {payable}, paid {paid}, invoiced {invoiced}, open {open}, due and \
             unpaid {unpaid}; stock {stock}; tickets {tickets:?}; {repairs} repairs for {repair_fees}; payments {spent}; {follow_ups} follow-ups"
        )
    }
}

/// Two columns of figures: one row for each record.
type Rows = BTreeMap<i64, Vec<String>>;

/// Counts both sides, and asserts that they agree: in every record, and in all of them together.
pub async fn count(year: &Year, business: &Business) -> Figures {
    let (books, hub) = (in_the_books(year).await, at_the_hub(year).await);
    let mut differences = Vec::new();
    for (what, rows) in &books.rows {
        let shown = &hub.rows[what];
        let keys: BTreeSet<&i64> = rows.keys().chain(shown.keys()).collect();
        let differ = keys.into_iter().filter(|key| rows.get(key) != shown.get(key));
        differences.extend(differ.map(|key| {
            format!(
                "{what} {key}: the books say {:?}, the hub {:?}",
                rows.get(key),
                shown.get(key)
            )
        }));
    }
    let first: Vec<&String> = differences.iter().take(SHOWN).collect();
    assert!(
        differences.is_empty(),
        "{} differences, among them {first:#?}",
        differences.len()
    );
    assert_eq!(books.figures, hub.figures);
    assert_eq!(books.figures.follow_ups, business.talks);
    books.figures
}

/// What one side says.
#[derive(Debug, Default)]
struct Side {
    figures: Figures,
    rows: BTreeMap<&'static str, Rows>,
}

impl Side {
    fn row(&mut self, what: &'static str, key: i64, cells: &[String]) {
        self.rows.entry(what).or_default().insert(key, cells.to_vec());
    }

    fn contract(&mut self, key: i64, said: &[String; 3], sums: [Decimal; 3]) {
        let [payable, paid, invoiced] = sums;
        let figures = &mut self.figures;
        *figures.contracts.entry(said[2].clone()).or_default() += 1;
        figures.payable += payable;
        figures.paid += paid;
        figures.invoiced += invoiced;
        figures.open += payable - paid;
        let mut cells = said.to_vec();
        cells.extend([payable, paid, invoiced, payable - paid].map(cents));
        self.row("contract", key, &cells);
    }

    fn ticket(&mut self, key: i64, subject: String, state: &str) {
        *self.figures.tickets.entry(state.to_owned()).or_default() += 1;
        self.row("ticket", key, &[subject, state.to_owned()]);
    }
}

fn cents(amount: Decimal) -> String {
    let mut amount = amount;
    amount.rescale(2);
    amount.to_string()
}

/// The raw rows of the ERP, added up.
async fn in_the_books(year: &Year) -> Side {
    let books = &year.books;
    let mut side = Side::default();
    let customers = books.all("customers").await;
    side.figures.customers = customers.len();
    for (key, customer) in &customers {
        side.row("customer", *key, &[text(&customer["name"])]);
        side.figures.follow_ups += usize::try_from(number(&customer["gjnum"]).mantissa()).expect("a count");
    }
    let (collections, invoices) = (books.all("collections").await, books.all("sales-invoices").await);
    let of = |one: &Json, contract: i64| one["contract"].as_i64() == Some(contract);
    for (key, contract) in books.all("contracts").await {
        let paid = collections
            .values()
            .filter(|one| of(one, key))
            .map(|one| number(&one["money2"]))
            .sum();
        let written = invoices
            .values()
            .filter(|one| of(one, key) && text(&one["zt"]) == "1");
        let invoiced = written.map(|one| number(&one["money1"])).sum();
        let state = match text(&contract["SpStatus"]).as_str() {
            "审批通过" => "approved",
            "待审批" => "waiting",
            _ => "rejected",
        };
        let said = [
            text(&contract["htid"]),
            text(&contract["title"]),
            state.to_owned(),
        ];
        side.contract(key, &said, [number(&contract["money1"]), paid, invoiced]);
    }
    for (key, collection) in &collections {
        let (due, arrived) = (number(&collection["money1"]), number(&collection["money2"]));
        side.figures.unpaid += due - arrived;
        side.row("collection", *key, &[cents(due), cents(arrived)]);
    }
    for (key, invoice) in &invoices {
        let cells = [number(&invoice["money1"]), number(&invoice["taxvalue"])].map(cents);
        side.row("invoice", *key, &cells);
    }
    let levels = books.all("stock-levels").await;
    for (key, product) in books.all("products").await {
        let own = levels.values().filter(|level| level["Order1"] == product["Code"]);
        let stock: Decimal = own.map(|level| number(&level["Num2"])).sum();
        side.figures.stock += stock;
        side.row(
            "product",
            key,
            &[
                text(&product["Code"]),
                stock.normalize().to_string(),
                cents(number(&product["price"])),
            ],
        );
    }
    for (key, ticket) in books.all("service-tickets").await {
        let state = match text(&ticket["clzt"]).as_str() {
            "2" => "closed",
            "1" => "in_progress",
            _ => "open",
        };
        side.ticket(key, text(&ticket["title"]), state);
    }
    for (key, repair) in books.all("repairs").await {
        side.figures.repairs += 1;
        side.figures.repair_fees += number(&repair["Cost"]);
        side.row(
            "repair",
            key,
            &[
                text(&repair["SerialNumber"]),
                text(&repair["repair_sl"]),
                cents(number(&repair["Cost"])),
            ],
        );
    }
    for (key, payment) in books.all("payments").await {
        side.figures.spent += number(&payment["money1"]);
        side.row("payment", key, &[cents(number(&payment["money1"]))]);
    }
    side
}

/// What a reader of the hub's HTTP API sees.
async fn at_the_hub(year: &Year) -> Side {
    let mut side = Side::default();
    for (_, contact) in year.records("contact").await {
        if let Some(key) = key_of(&contact, "customer") {
            side.figures.customers += 1;
            side.row("customer", key, &[text(&contact["body"]["company_name"])]);
        }
    }
    let contracts = year.records("contract").await;
    for contract in contracts.values() {
        let body = &contract["body"];
        let said = [
            text(&body["number"]),
            text(&body["subject"]),
            text(&body["approval"]),
        ];
        let sums = ["payable", "paid", "invoiced"].map(|member| number(&body[member]));
        assert_eq!(number(&body["open"]), sums[0] - sums[1], "{contract}");
        side.contract(linked(contract, "contract"), &said, sums);
    }
    for collection in year.records("collection").await.values() {
        let body = &collection["body"];
        let (due, arrived) = (number(&body["amount"]), number(&body["received"]));
        side.figures.unpaid += due - arrived;
        side.row(
            "collection",
            linked(collection, "collection"),
            &[cents(due), cents(arrived)],
        );
    }
    for invoice in year.records("invoice").await.values() {
        let cells = [
            number(&invoice["body"]["amount"]),
            number(&invoice["body"]["tax_amount"]),
        ]
        .map(cents);
        side.row("invoice", linked(invoice, "invoice"), &cells);
    }
    for product in year.records("product").await.values() {
        let body = &product["body"];
        let stock = number(&body["stock"]);
        side.figures.stock += stock;
        let cells = [
            text(&body["number"]),
            stock.normalize().to_string(),
            cents(number(&body["sale_price"])),
        ];
        side.row("product", linked(product, "product"), &cells);
    }
    let tickets = year.records("ticket").await;
    for ticket in tickets.values() {
        let state = ticket["body"]["status"].as_str().unwrap_or("open");
        side.ticket(linked(ticket, "ticket"), text(&ticket["body"]["subject"]), state);
    }
    for repair in year.records("repair").await.values() {
        let body = &repair["body"];
        let ticket = &tickets[&text(&body["ticket"])];
        let number_of = match text(&body["number"]) {
            own if own.is_empty() => format!("WX-{}", text(&repair["id"])),
            own => own,
        };
        side.figures.repairs += 1;
        side.figures.repair_fees += number(&body["fee"]);
        let cells = [
            number_of,
            linked(ticket, "ticket").to_string(),
            cents(number(&body["fee"])),
        ];
        side.row("repair", linked(repair, "repair"), &cells);
    }
    for payment in year.records("payment").await.values() {
        let paid = number(&payment["body"]["amount"]);
        side.figures.spent += paid;
        side.row("payment", linked(payment, "payment"), &[cents(paid)]);
    }
    for conversation in year.records("conversation").await.values() {
        side.figures.follow_ups += usize::from(conversation["body"]["status"] == "RESOLVED");
    }
    side
}

/// The ERP's key of a record, by a link.
fn key_of(record: &Json, link: &str) -> Option<i64> {
    let mut links = record["links"].as_array()?.iter();
    links.find(|one| one["link"] == link)?["erp_key"].as_i64()
}

fn linked(record: &Json, link: &str) -> i64 {
    key_of(record, link).unwrap_or_else(|| panic!("no link {link}: {record}"))
}
