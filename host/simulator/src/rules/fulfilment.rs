//! What an approved contract leads to. The vendor's API has no operations that ask for goods, ship them, or record money
//! and invoices: here the staff do at once what the contract's plans for collection and invoicing say.

use super::amounts::{cents, member, plain};
use super::contract_sums::{lines_of, note_progress, sums};
use super::contracts::CONTRACTS;
use super::{collections, confirmation, contract_lines, sales_invoices, shipments, stock_issues};
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::Record;

/// When money or an invoice is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    Approved,
    Issued,
    Shipped,
    Invoiced,
}

/// An approved contract asks for its goods, and for its money and invoice where these are due as a whole.
pub(super) fn begin(world: &mut World, contract: i64) {
    stock_issues::ask_for(world, contract);
    let due = world.amount(CONTRACTS, contract, "money1");
    bill(world, contract, Occasion::Approved, due);
    note_progress(world, contract);
}

/// Issued goods are shipped and billed, and what is missing is asked for anew.
pub(super) fn issued(world: &mut World, issue: i64, contract: Option<i64>, moved: &[Record], cost: Decimal) {
    shipments::ship(world, issue, contract, moved);
    let Some(contract) = contract else { return };
    for line in moved {
        let Some(key) = confirmation::key(line) else {
            continue;
        };
        let quantity = member(line, "num2").unwrap_or_default();
        for wire in ["num3", "num4"] {
            let before = world.amount(contract_lines::LINES, key, wire);
            world.write(contract_lines::LINES, key, &[(wire, plain(before + quantity))]);
        }
    }
    let before = world.amount(CONTRACTS, contract, "ProductCostMoney");
    let costs = [("ProductCostMoney", cents(before + cost).into())];
    world.write(CONTRACTS, contract, &costs);
    let part = worth(world, contract, moved);
    bill(world, contract, Occasion::Issued, part);
    bill(world, contract, Occasion::Shipped, part);
    stock_issues::ask_for(world, contract);
    note_progress(world, contract);
}

/// What there is to pay for some goods of a contract: their share of the lines' sum, by the contract's own concession.
/// The last goods cost what the others have left.
fn worth(world: &mut World, contract: i64, moved: &[Record]) -> Decimal {
    let lines = lines_of(world, contract);
    let sums = sums(world, &lines);
    let due = world.amount(CONTRACTS, contract, "money1");
    if sums.issued >= sums.quantity {
        return due;
    }
    let mut part = Decimal::ZERO;
    for line in moved {
        let Some(key) = confirmation::key(line) else {
            continue;
        };
        let quantity = member(line, "num2").unwrap_or_default();
        let ordered = world.amount(contract_lines::LINES, key, "num1");
        let all = world.amount(contract_lines::LINES, key, "money1");
        let share = quantity
            .checked_div(ordered)
            .and_then(|share| share.checked_mul(all));
        part += share.unwrap_or_default();
    }
    let whole = sums.gross - sums.concession;
    let share = part.checked_div(whole).and_then(|share| share.checked_mul(due));
    cents(share.unwrap_or_default())
}

/// Invoices and collects what a contract's plans make due on an occasion.
fn bill(world: &mut World, contract: i64, occasion: Occasion, amount: Decimal) {
    let invoiced = sales_invoices::invoice(world, contract, occasion, amount);
    collections::collect(world, contract, occasion, amount);
    if invoiced > Decimal::ZERO {
        collections::collect(world, contract, Occasion::Invoiced, invoiced);
    }
}
