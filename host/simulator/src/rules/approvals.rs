//! The approval that bills of several objects pass: they wait, they are decided once, and what was approved stays as it
//! is.

use super::values::{At, amount, at, fill, money};
use super::{Command, State};
use crate::schema::Schema;
use crate::table::Entry;
use crate::view::Shows;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

/// The states of a bill; the catalogue publishes them for the lists of bills of materials.
pub(super) const STATE: State = State {
    wire: "spzt",
    label: "审批状态",
    codes: &[
        ("-1", "无需审批"),
        ("0", "审批未通过"),
        ("1", "审批通过"),
        ("2", "审批退回"),
        ("3", "待提交审批"),
        ("4", "待审批"),
        ("5", "审批中"),
    ],
};

/// The amount that was approved, and what the approver said.
pub(super) const AMOUNT: (&str, &str, FieldType) = ("spmoney", "审批金额", FieldType::Decimal);
pub(super) const OPINION: (&str, &str, FieldType) = ("spyj", "审批意见", FieldType::String);

pub(super) const UNNEEDED: i64 = -1;
const REJECTED: i64 = 0;
pub(super) const APPROVED: i64 = 1;
const RETURNED: i64 = 2;
pub(super) const UNSUBMITTED: i64 = 3;
pub(super) const WAITING: i64 = 4;
const BETWEEN_APPROVERS: i64 = 5;

pub(super) const SHOWS_WAITING: Shows = Shows::Codes("审批状态", &["4", "5"]);
pub(super) const SHOWS_REJECTED: Shows = Shows::Codes("审批状态", &["0"]);

/// Gives a generated bill a state, by its key: the first waits, the next is approved, the third rejected, and so on.
pub(super) fn generated(schema: &Schema, ord: i64, entry: &mut Entry, start: i64) {
    let state = generated_state(ord, start);
    let sum = schema.named("money1").filter(|_| state == APPROVED);
    let sum = sum.map_or(Value::Null, |column| entry.values[column].clone());
    fill(
        schema,
        entry,
        [
            (STATE.wire, state.into()),
            (AMOUNT.0, sum),
            (OPINION.0, Value::Null),
        ],
    );
}

fn generated_state(ord: i64, start: i64) -> i64 {
    match ord % 3 {
        1 => start,
        2 => APPROVED,
        _ => REJECTED,
    }
}

/// Refuses the change of a bill that is approved or on its way through several approvers; any other one starts anew.
pub(super) fn before_save(
    world: &mut World,
    draft: &mut Draft<'_>,
    object: &'static str,
    start: i64,
) -> Result<(), String> {
    if let Some(ord) = draft.ord.filter(|_| !draft.is_new) {
        unlocked(world, at(object, ord))?;
    }
    draft.set(STATE.wire, start.into());
    Ok(())
}

/// Refuses what may not be done to a bill once somebody has approved it.
pub(super) fn unlocked(world: &mut World, bill: At) -> Result<(), String> {
    match bill.integer(world, STATE.wire) {
        Some(APPROVED | BETWEEN_APPROVERS) => Err("单据已审批，不能修改，不能保存！".to_owned()),
        _ => Ok(()),
    }
}

pub(super) fn is_approved(world: &mut World, bill: At) -> bool {
    bill.is(world, STATE.wire, APPROVED)
}

/// A bill that was turned down counts for nothing.
pub(super) fn is_rejected(world: &mut World, bill: At) -> bool {
    matches!(bill.integer(world, STATE.wire), Some(REJECTED | RETURNED))
}

/// Hands bills in for approval.
pub(super) fn submit(world: &mut World, object: &'static str, command: &Command<'_>) -> Result<(), String> {
    for ord in command.ords {
        match at(object, *ord).integer(world, STATE.wire) {
            Some(UNSUBMITTED | REJECTED | RETURNED) => {}
            _ => return Err("单据已提交审批，不能重复提交！".to_owned()),
        }
    }
    for ord in command.ords {
        at(object, *ord).set(world, [(STATE.wire, WAITING.into())]);
    }
    Ok(())
}

/// Decides bills. All of them have to wait for it.
pub(super) fn decide(world: &mut World, object: &'static str, command: &Command<'_>) -> Result<(), String> {
    let state = verdict(command)?;
    for ord in command.ords {
        match at(object, *ord).integer(world, STATE.wire) {
            Some(WAITING | BETWEEN_APPROVERS) => {}
            Some(UNSUBMITTED) => return Err("单据尚未提交审批，操作失败！".to_owned()),
            _ => return Err("单据已审批，不能重复审批！".to_owned()),
        }
    }
    let opinion = command.arguments.get("@__sp_intro").cloned().unwrap_or_default();
    let approved = command.arguments.get("@__sp_money").and_then(amount);
    if approved.is_some_and(|approved| approved < Decimal::ZERO) {
        return Err("审批金额不能小于0，操作失败！".to_owned());
    }
    for ord in command.ords {
        let bill = at(object, *ord);
        let sum = match state {
            APPROVED => money(approved.unwrap_or_else(|| bill.amount(world, "money1"))),
            _ => Value::Null,
        };
        bill.set(
            world,
            [
                (STATE.wire, state.into()),
                (AMOUNT.0, sum),
                (OPINION.0, opinion.clone()),
            ],
        );
    }
    Ok(())
}

/// The state that an approver's verdict leads to. The vendor publishes the codes with some approvals, and all share one
/// screen; an approval without a verdict agrees.
fn verdict(command: &Command<'_>) -> Result<i64, String> {
    let parameters = &command.operation.params;
    let published = parameters.iter().find(|field| field.label.contains("结果"));
    let wire = published.map_or("@__sp_result", |field| field.wire.as_str());
    let given = command.arguments.get(wire).and_then(Value::to_text);
    let Some(code) = given.filter(|code| !code.is_empty()) else {
        return Ok(agreed(command));
    };
    let label = published
        .and_then(|field| field.values.iter().find(|value| value.code == code))
        .map(|value| value.label.as_str());
    match label.unwrap_or(&code) {
        "同意" | "1" => Ok(agreed(command)),
        "否决" | "2" => Ok(REJECTED),
        "退回" | "3" => Ok(RETURNED),
        _ => Err("审批结果不正确，操作失败！".to_owned()),
    }
}

/// A named next approver decides next.
fn agreed(command: &Command<'_>) -> i64 {
    let next = command.arguments.get("@bill.approve.list");
    match next.is_some_and(|next| !next.is_empty()) {
        true => BETWEEN_APPROVERS,
        false => APPROVED,
    }
}
