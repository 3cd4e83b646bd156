//! The contracts that the simulated year begins with, and how far each has come: its line, its stock issue, its shipment,
//! its collection and its invoice have the same key, and their states and sums fit.

use super::contract_approvals::{APPROVED, APPROVER, WAITING, stage};
use super::contract_lines::LINES;
use super::contract_sums::{Progress, Sums, named, progress, shown, sums};
use super::contracts::CONTRACTS;
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

/// What no generated contract has: nobody has shared or ended it, it charges for no repair, and its suggested purchase
/// prices are unknown.
const NOTHING_YET: [&str; 7] = [
    "AddshareName",
    "StopName",
    "Stopdate",
    "维修单id",
    "jinjiaCostMoney",
    "jinjiaMlMoney",
    "jinjiaMlRate",
];

/// Every fourth contract still waits for its approval.
pub(super) fn awaits_approval(ord: i64) -> bool {
    ord % 4 == 1
}

/// Every fifth contract names no products.
pub(super) fn is_framework(ord: i64) -> bool {
    ord % 5 == 0
}

/// Every third stock issue still waits in the warehouse.
pub(super) fn is_issued(ord: i64) -> bool {
    ord % 3 != 1
}

/// Whether the products of a contract are issued.
pub(super) fn is_fulfilled(ord: i64) -> bool {
    !awaits_approval(ord) && !is_framework(ord) && is_issued(ord)
}

/// Whether a fulfilled contract is paid: every other one.
pub(super) fn is_paid(ord: i64) -> bool {
    is_fulfilled(ord) && ord % 2 == 0
}

/// What fits a generated contract.
pub(super) fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let (sums, concession, lines) = if is_framework(ord) {
        let sums = Sums {
            gross: world.amount(CONTRACTS, ord, "premoney"),
            ..Sums::default()
        };
        (sums, Decimal::from(ord % 7), Vec::new())
    } else {
        let sums = sums(world, &[ord]);
        let line = shown(world, ord, Record::default());
        (sums, sums.concession, vec![Value::from(line)])
    };
    let due = sums.gross - concession;
    let when = |holds: bool| if holds { due } else { Decimal::ZERO };
    let mut values = progress(&Progress {
        sums,
        due,
        received: when(is_paid(ord)),
        invoiced: when(is_fulfilled(ord)),
        cost: Decimal::ZERO,
    });
    values.extend(named(&sums, concession));
    values.extend(super::dealings::none());
    let waits = awaits_approval(ord);
    let who = |is_it: bool| if is_it { APPROVER.into() } else { Value::Null };
    let added = world.text(CONTRACTS, ord, "Date7");
    let history = match waits {
        true => Vec::new(),
        false => vec![Value::from(stage(1, APPROVER, &added, "同意", "同意"))],
    };
    values.extend([
        ("contractList", Value::List(lines)),
        ("thTotal", due.into()),
        ("SpStatus", if waits { WAITING } else { APPROVED }.into()),
        ("CurSp", who(waits)),
        ("LastSp", who(!waits)),
        ("approveList", Value::List(history)),
        ("logisticsList", Value::List(Vec::new())),
    ]);
    for wire in NOTHING_YET {
        values.push((wire, Value::Null));
    }
    for wire in ["SKMLMoney", "ProductCostMoney", "FYMoney", "THMoney", "thCost"] {
        values.push((wire, Decimal::new(0, 2).into()));
    }
    values
}

/// The contract that a generated document of a contract belongs to.
pub(super) fn contract_of(ord: i64) -> Option<i64> {
    (!awaits_approval(ord) && !is_framework(ord)).then_some(ord)
}

/// The line that generated documents are about.
pub(super) fn line_of(world: &mut World, ord: i64) -> (Value, Value, Decimal) {
    (
        world.read(LINES, ord, "title"),
        world.read(LINES, ord, "order1"),
        world.amount(LINES, ord, "num1"),
    )
}
