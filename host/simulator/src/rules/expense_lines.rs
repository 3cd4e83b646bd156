//! Lines of expense bills: a bill takes them as a list, each is a record of its own, and the bill's amount is their sum.

use super::values::{At, amount, at, create, current, having, lines, list, member, money, remove, sum};
use super::{Rules, approvals};
use crate::ledger::Change;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

/// The list of lines on a bill, named like the page that the vendor edits them on.
pub(super) const LINES: (&str, &str, FieldType) = ("mxlist", "费用明细", FieldType::List);

/// The bill that a line belongs to.
const BILL: (&str, &str, FieldType) = ("billord", "关联单据ID", FieldType::Int);

/// What generated bills amount to, for each step of the key.
const GENERATED_STEP: i64 = 100;

/// A kind of bill and its lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bills {
    pub(super) bills: &'static str,
    pub(super) lines: &'static str,
    /// Refuses an amount that a bill cannot have.
    pub(super) fits: fn(&mut World, At, Decimal) -> Result<(), String>,
    /// Follows up on a changed amount.
    pub(super) follow: fn(&mut World, At) -> Vec<Change>,
}

/// What generated bills and lines amount to, so that they agree.
pub(super) fn generated_amount(ord: i64) -> Value {
    money(Decimal::from(ord.saturating_mul(GENERATED_STEP)))
}

/// The rules of lines that are nothing but lines.
pub(super) const RULES: Rules = Rules {
    derived: &[BILL],
    number: ("编号", "MX"),
    generated: |schema, ord, entry| {
        let values = [("money1", generated_amount(ord)), (BILL.0, ord.into())];
        super::values::fill(schema, entry, values);
    },
    ..Rules::NONE
};

/// Checks the lines of a bill that is saved, and makes its amount their sum. The amount of a bill without lines is its
/// own.
pub(super) fn sum_up(world: &mut World, draft: &mut Draft<'_>, kind: &Bills) -> Result<(), String> {
    let amounts: Vec<Decimal> = match draft.given(LINES.0) {
        Some(given) => lines(given).iter().map(|line| member(line, "money1")).collect(),
        None => {
            let own = draft.ord.filter(|_| !draft.is_new);
            let own = own.map_or_else(Vec::new, |ord| having(world, kind.lines, BILL.0, ord));
            own.into_iter().map(|line| line.amount(world, "money1")).collect()
        }
    };
    if let Some(position) = amounts.iter().position(|amount| *amount <= Decimal::ZERO) {
        return Err(format!("费用明细第{}行：金额必须大于0，不能保存！", position + 1));
    }
    if !amounts.is_empty() {
        let total = sum(amounts).ok_or("金额过大，不能保存！")?;
        draft.set("money1", money(total));
    }
    let given = draft.given("money1").and_then(amount);
    if given.is_some_and(|amount| amount <= Decimal::ZERO) {
        return Err("金额必须大于0，不能保存！".to_owned());
    }
    Ok(())
}

/// Keeps the given lines of a saved bill as records in the place of its former ones.
pub(super) fn keep_lines(world: &mut World, ord: i64, draft: &Draft<'_>, kind: &Bills) -> Vec<Change> {
    let Some(given) = draft.given(LINES.0).map(lines) else {
        return Vec::new();
    };
    let former = having(world, kind.lines, BILL.0, ord);
    let mut changes: Vec<Change> = former
        .into_iter()
        .filter_map(|line| remove(world, kind.lines, line.ord))
        .collect();
    for mut line in given {
        line.insert(BILL.0.to_owned(), ord.into());
        changes.extend(create(world, kind.lines, &line));
    }
    show_lines(world, at(kind.bills, ord), kind);
    changes
}

/// Refuses the change of a line of a locked bill, or one that makes the bill too large.
pub(super) fn before_save(world: &mut World, draft: &mut Draft<'_>, kind: &Bills) -> Result<(), String> {
    let Some(line) = draft.ord.map(|ord| at(kind.lines, ord)) else {
        return Ok(());
    };
    let new = amount(&current(world, draft, "money1")).unwrap_or_default();
    if new <= Decimal::ZERO {
        return Err("金额必须大于0，不能保存！".to_owned());
    }
    let Some(bill) = bill_of(world, line.ord, kind) else {
        return Ok(());
    };
    approvals::unlocked(world, bill)?;
    let others = having(world, kind.lines, BILL.0, bill.ord);
    let others: Vec<Decimal> = others
        .into_iter()
        .filter(|other| *other != line)
        .map(|other| other.amount(world, "money1"))
        .collect();
    let total = sum(others.into_iter().chain([new])).ok_or("金额过大，不能保存！")?;
    (kind.fits)(world, bill, total)
}

pub(super) fn after_save(world: &mut World, ord: i64, kind: &Bills) -> Vec<Change> {
    let bill = bill_of(world, ord, kind);
    bill.map_or_else(Vec::new, |bill| changed(world, bill, kind))
}

pub(super) fn before_delete(world: &mut World, ord: i64, kind: &Bills) -> Result<(), String> {
    match bill_of(world, ord, kind) {
        Some(bill) => approvals::unlocked(world, bill),
        None => Ok(()),
    }
}

/// A bill is worth less without the line.
pub(super) fn after_delete(world: &mut World, line: &crate::table::Entry, kind: &Bills) -> Vec<Change> {
    let column = world
        .model
        .object(kind.lines)
        .and_then(|object| world.model.schemas[object].named(BILL.0));
    let bill = column.and_then(|column| line.values[column].as_integer());
    let bill = bill
        .map(|ord| at(kind.bills, ord))
        .filter(|bill| bill.exists(world));
    bill.map_or_else(Vec::new, |bill| changed(world, bill, kind))
}

/// The bill that a line belongs to, by the line's key.
pub(super) fn bill_of(world: &mut World, line: i64, kind: &Bills) -> Option<At> {
    let bill = at(kind.bills, at(kind.lines, line).integer(world, BILL.0)?);
    bill.exists(world).then_some(bill)
}

fn changed(world: &mut World, bill: At, kind: &Bills) -> Vec<Change> {
    let total = show_lines(world, bill, kind);
    let mut changes = vec![bill.set(world, [("money1", money(total))])];
    changes.extend((kind.follow)(world, bill));
    changes
}

/// Shows a bill's lines on it, and says what they amount to.
fn show_lines(world: &mut World, bill: At, kind: &Bills) -> Decimal {
    let mut shown = Vec::new();
    for line in having(world, kind.lines, BILL.0, bill.ord) {
        let members = ["ord", "title", "sort1", "money1", "intro"];
        let members = members.map(|wire| (wire.to_owned(), line.value(world, wire)));
        shown.push(Record::from_iter(members));
    }
    let total = sum(shown.iter().map(|line| member(line, "money1"))).unwrap_or_default();
    bill.set(world, [(LINES.0, list(shown))]);
    total
}
