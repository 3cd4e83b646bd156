//! Cash advances: approved, paid out, and lowered by claims and repayments until nothing is owed.

use super::bookings::{self, ACCOUNT, BOOKED, OPEN};
use super::expense_lines::generated_amount;
use super::values::{At, amount, at, create, current, fill, having, money, sum};
use super::{Command, Rules, approvals};
use crate::ledger::Change;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

const ADVANCES: &str = "cash-advances";
const REPAYMENTS: &str = "cash-advance-repayments";

const OF_ADVANCE: (&str, &str, FieldType) = ("borrow", "费用借款ID", FieldType::Int);
const LEFT: (&str, &str, FieldType) = ("leftmoney", "未还金额", FieldType::Decimal);
const REPAID: (&str, &str, FieldType) = ("fhmoney", "已返还金额", FieldType::Decimal);
const SET_OFF: (&str, &str, FieldType) = ("cxmoney", "报销冲销金额", FieldType::Decimal);

pub(super) const ADVANCE_RULES: Rules = Rules {
    derived: &[
        approvals::AMOUNT,
        approvals::OPINION,
        LEFT,
        REPAID,
        SET_OFF,
        ACCOUNT,
    ],
    states: &[approvals::STATE, bookings::OUT],
    number: ("编号", "FYJK"),
    // A repayment is entered for an advance that somebody still owes.
    offers: |verb, schema, entry| {
        let left = schema
            .named(LEFT.0)
            .and_then(|column| amount(&entry.values[column]));
        verb != "list-cash-advances" || left.is_some_and(|left| left > Decimal::ZERO)
    },
    generated: |schema, ord, entry| {
        let values = [
            ("money1", generated_amount(ord)),
            (bookings::OUT.wire, OPEN.into()),
            (LEFT.0, money(Decimal::ZERO)),
            (REPAID.0, money(Decimal::ZERO)),
            (SET_OFF.0, money(Decimal::ZERO)),
            (ACCOUNT.0, Value::Null),
        ];
        fill(schema, entry, values);
        approvals::generated(schema, ord, entry, approvals::WAITING);
    },
    before_save: |world, draft| {
        approvals::before_save(world, draft, ADVANCES, approvals::WAITING)?;
        draft.set(bookings::OUT.wire, OPEN.into());
        for wire in [LEFT.0, REPAID.0, SET_OFF.0] {
            draft.set(wire, money(Decimal::ZERO));
        }
        positive(draft)
    },
    carry_out: |world, command| match command.operation.verb.as_str() {
        "pay-out" => pay_out(world, command),
        "repay" => repay(world, command),
        _ => approvals::decide(world, ADVANCES, command).map(|()| Vec::new()),
    },
    ..Rules::NONE
};

pub(super) const REPAYMENT_RULES: Rules = Rules {
    derived: &[OF_ADVANCE, approvals::AMOUNT, approvals::OPINION, ACCOUNT],
    states: &[approvals::STATE, bookings::IN],
    number: ("编号", "FYFH"),
    generated: |schema, ord, entry| {
        let values = [
            ("money1", generated_amount(ord)),
            (OF_ADVANCE.0, Value::Null),
            (bookings::IN.wire, OPEN.into()),
            (ACCOUNT.0, Value::Null),
        ];
        fill(schema, entry, values);
        approvals::generated(schema, ord, entry, approvals::WAITING);
    },
    before_save: |world, draft| {
        approvals::before_save(world, draft, REPAYMENTS, approvals::WAITING)?;
        draft.set(bookings::IN.wire, OPEN.into());
        positive(draft)?;
        let total = amount(&current(world, draft, "money1")).unwrap_or_default();
        match current(world, draft, OF_ADVANCE.0).as_integer() {
            Some(advance) => repayable(world, at(ADVANCES, advance), draft.ord, total),
            None => Ok(()),
        }
    },
    carry_out: |world, command| match command.operation.verb.as_str() {
        "pay-in" => pay_in(world, command),
        _ => approvals::decide(world, REPAYMENTS, command).map(|()| Vec::new()),
    },
    ..Rules::NONE
};

/// Lowers what is owed of an advance by a claim that is paid with it.
pub(super) fn set_off(world: &mut World, advance: At, sum: Decimal) -> Change {
    lower(world, advance, SET_OFF.0, sum)
}

fn lower(world: &mut World, advance: At, by: &str, sum: Decimal) -> Change {
    let left = advance.amount(world, LEFT.0).saturating_sub(sum);
    let all = advance.amount(world, by).saturating_add(sum);
    advance.set(world, [(LEFT.0, money(left)), (by, money(all))])
}

fn positive(draft: &Draft<'_>) -> Result<(), String> {
    match draft.given("money1").and_then(amount) {
        Some(sum) if sum <= Decimal::ZERO => Err("金额必须大于0，不能保存！".to_owned()),
        _ => Ok(()),
    }
}

/// What was approved leaves the account and is owed from now on.
fn pay_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    let advance = bookings::bookable(world, ADVANCES, &bookings::OUT, command)?;
    let total = advance.amount(world, approvals::AMOUNT.0);
    let (account, changes) = bookings::book(world, command, -total)?;
    let values = [
        (bookings::OUT.wire, BOOKED.into()),
        (LEFT.0, money(total)),
        (ACCOUNT.0, account),
    ];
    advance.set(world, values);
    Ok(changes)
}

/// Nobody repays more than is owed, counting the repayments that are under way.
fn repayable(world: &mut World, advance: At, own: Option<i64>, total: Decimal) -> Result<(), String> {
    if !advance.is(world, bookings::OUT.wire, BOOKED) {
        return Err("关联的费用借款不存在或尚未出账，不能保存！".to_owned());
    }
    let all = under_way(world, advance, own).checked_add(total);
    match all.is_some_and(|all| all <= advance.amount(world, LEFT.0)) {
        true => Ok(()),
        false => Err("返还金额超过未还金额，不能保存！".to_owned()),
    }
}

fn under_way(world: &mut World, advance: At, but: Option<i64>) -> Decimal {
    let repayments = having(world, REPAYMENTS, OF_ADVANCE.0, advance.ord);
    let mut sums = Vec::new();
    for repayment in repayments.into_iter().filter(|other| Some(other.ord) != but) {
        if repayment.is(world, bookings::IN.wire, OPEN) && !approvals::is_rejected(world, repayment) {
            sums.push(repayment.amount(world, "money1"));
        }
    }
    sum(sums).unwrap_or(Decimal::MAX)
}

/// Enters a repayment, of all that is owed where no amount is given.
fn repay(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    let [ord] = command.ords else {
        return Err("一次只能办理一张单据，操作失败！".to_owned());
    };
    let advance = at(ADVANCES, *ord);
    let given = command.arguments.get("money1").and_then(amount);
    let open = |world: &mut World| {
        let owed = advance.amount(world, LEFT.0);
        owed.saturating_sub(under_way(world, advance, None))
    };
    let total = given.unwrap_or_else(|| open(world));
    if total <= Decimal::ZERO {
        return Err("返还金额必须大于0，操作失败！".to_owned());
    }
    repayable(world, advance, None, total)?;
    let mut values: Record = ["title", "intro", "date1", "cateid"]
        .into_iter()
        .filter_map(|wire| Some((wire.to_owned(), command.arguments.get(wire)?.clone())))
        .collect();
    values.insert("money1".to_owned(), money(total));
    values.insert(OF_ADVANCE.0.to_owned(), advance.ord.into());
    values.insert(approvals::STATE.wire.to_owned(), approvals::WAITING.into());
    values.insert(bookings::IN.wire.to_owned(), OPEN.into());
    Ok(create(world, REPAYMENTS, &values).into_iter().collect())
}

/// An approved repayment reaches the account, and less is owed.
fn pay_in(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    let repayment = bookings::bookable(world, REPAYMENTS, &bookings::IN, command)?;
    let total = repayment.amount(world, "money1");
    let advance = repayment
        .integer(world, OF_ADVANCE.0)
        .map(|ord| at(ADVANCES, ord));
    if let Some(advance) = advance
        && total > advance.amount(world, LEFT.0)
    {
        return Err("返还金额超过未还金额，操作失败！".to_owned());
    }
    let (account, mut changes) = bookings::book(world, command, total)?;
    changes.extend(advance.map(|advance| lower(world, advance, REPAID.0, total)));
    repayment.set(world, [(bookings::IN.wire, BOOKED.into()), (ACCOUNT.0, account)]);
    Ok(changes)
}
