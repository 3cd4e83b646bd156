//! What follows from a contract's lines: its sums, the lines on its screen, and how far it has come.

use super::amounts::{cents, given, percent, plain};
use super::contract_lines::{LINES, includes_tax};
use super::contracts::CONTRACTS;
use super::{collections, sales_invoices};
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

/// The sums of some lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// What the lines cost before their concessions.
    pub(super) gross: Decimal,
    pub(super) concession: Decimal,
    pub(super) tax: Decimal,
    /// Pieces, whatever they are.
    pub(super) quantity: Decimal,
    pub(super) issued: Decimal,
    pub(super) shipped: Decimal,
}

/// The sums of these lines.
pub(super) fn sums(world: &mut World, lines: &[i64]) -> Sums {
    let mut sums = Sums::default();
    for ord in lines {
        let mut amount = |wire: &str| world.amount(LINES, *ord, wire);
        sums.gross += amount("moneyAfterTax");
        sums.concession += amount("concessions");
        sums.tax += amount("taxValue");
        sums.quantity += amount("num1");
        sums.issued += amount("num3");
        sums.shipped += amount("num4");
    }
    sums
}

/// The lines of a contract, oldest first.
pub(super) fn lines_of(world: &mut World, contract: i64) -> Vec<i64> {
    world.keys_with(LINES, "contract", contract)
}

/// The sums of a contract under its columns' names, with a concession on the whole of it.
pub(super) fn named(sums: &Sums, concession: Decimal) -> [(&'static str, Value); 5] {
    [
        ("premoney", cents(sums.gross).into()),
        ("yhvalue", cents(concession).into()),
        ("money1", cents(sums.gross - concession).into()),
        ("TaxValue1", cents(sums.tax).into()),
        ("yhlines", cents(sums.concession).into()),
    ]
}

/// Adds a contract up anew. What was taken off the contract beside its lines stays taken off.
pub(super) fn lines_changed(world: &mut World, contract: i64) {
    let lines = lines_of(world, contract);
    let sums = sums(world, &lines);
    let before = world.amount(CONTRACTS, contract, "yhlines");
    let beside = world.amount(CONTRACTS, contract, "yhvalue") - before;
    let concession = beside.max(Decimal::ZERO) + sums.concession;
    let values = named(&sums, concession.min(sums.gross));
    world.write(CONTRACTS, contract, &values);
    note_progress(world, contract);
}

/// Shows a contract's lines on the contract.
fn show_lines(world: &mut World, contract: i64) {
    let before = world.lines(CONTRACTS, contract, "contractList");
    let shown = lines_of(world, contract)
        .into_iter()
        .map(|ord| {
            let own = |line: &&Record| given(line, "Id").and_then(Value::as_integer) == Some(ord);
            let known = before.iter().find(own).cloned();
            Value::from(shown(world, ord, known.unwrap_or_default()))
        })
        .collect();
    world.write(CONTRACTS, contract, &[("contractList", Value::List(shown))]);
}

/// One line as the contract shows it; what the line does not know stays as it came.
pub(super) fn shown(world: &mut World, ord: i64, mut line: Record) -> Record {
    let taxed = includes_tax(&world.read(LINES, ord, "includeTax"));
    let price = if taxed { "priceIncludeTax" } else { "price1" };
    for (name, wire) in [
        ("ProductName", "title"),
        ("ProductCode", "order1"),
        ("ProductType", "type1"),
        ("productUnitName", "unit"),
        ("Num", "num1"),
        ("Discount", "discount"),
        ("TaxRate", "taxRate"),
        ("Price", price),
        ("Concessions", "concessions"),
        ("Money", "money1"),
        ("Num2", "num2"),
        ("Num3", "num3"),
        ("Num4", "num4"),
    ] {
        let value = world.read(LINES, ord, wire);
        if !value.is_empty() {
            line.insert(name.to_owned(), value);
        }
    }
    line.insert("UnitName".to_owned(), world.read(LINES, ord, "unit"));
    line.insert("Id".to_owned(), ord.into());
    line.insert("IsTax".to_owned(), i64::from(taxed).into());
    line
}

/// The words for a part of a whole: nothing yet, some of it, all of it.
fn stage(part: Decimal, whole: Decimal, words: [&'static str; 3]) -> &'static str {
    match part {
        _ if part <= Decimal::ZERO => words[0],
        _ if part < whole => words[1],
        _ => words[2],
    }
}

/// How far a contract has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// The sums of its lines.
    pub(super) sums: Sums,
    /// What there is to pay.
    pub(super) due: Decimal,
    pub(super) received: Decimal,
    pub(super) invoiced: Decimal,
    /// What the issued products cost the company.
    pub(super) cost: Decimal,
}

/// How far a contract has come, under its columns' names.
pub(super) fn progress(progress: &Progress) -> Vec<(&'static str, Value)> {
    let Progress {
        sums,
        due,
        received,
        invoiced,
        cost,
    } = *progress;
    let parts = [
        ("出库", sums.issued, sums.quantity),
        ("发货", sums.shipped, sums.quantity),
        ("收款", received, due),
        ("开票", invoiced, due),
    ];
    let list = parts.map(|(caption, part, whole)| {
        Value::from(Record::from_iter([
            ("BillType".to_owned(), caption.into()),
            ("BillName".to_owned(), format!("合同{caption}").into()),
            ("Progress".to_owned(), percent(part, whole).into()),
        ]))
    });
    let words = |position: usize, words| {
        let (_, part, whole) = parts[position];
        Value::from(stage(part, whole, words))
    };
    vec![
        ("mZt1", words(0, ["未出库", "部分出库", "出库完毕"])),
        ("mZt2", words(1, ["未发货", "部分发货", "发货完毕"])),
        ("skzt", words(2, ["未收款", "部分收款", "收款完毕"])),
        ("kpzt", words(3, ["未开票", "部分开票", "开票完毕"])),
        ("HkMoney1", cents(received).into()),
        ("kpmoney", cents(invoiced).into()),
        ("MLMoney", cents(due - cost).into()),
        ("MLL", plain(percent(due - cost, due))),
        ("progressList", Value::List(list.to_vec())),
    ]
}

/// Notes on a contract how far it has come.
pub(super) fn note_progress(world: &mut World, contract: i64) {
    let lines = lines_of(world, contract);
    let values = progress(&Progress {
        sums: sums(world, &lines),
        due: world.amount(CONTRACTS, contract, "money1"),
        received: collections::received(world, contract),
        invoiced: sales_invoices::invoiced(world, contract),
        cost: world.amount(CONTRACTS, contract, "ProductCostMoney"),
    });
    world.write(CONTRACTS, contract, &values);
    if !lines.is_empty() || !world.lines(CONTRACTS, contract, "contractList").is_empty() {
        show_lines(world, contract);
    }
}
