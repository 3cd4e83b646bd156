//! Expenses: asked for, approved, used within what was approved, claimed within what was used, and paid out.

use super::bookings::{self, ACCOUNT, BOOKED, OPEN};
use super::expense_lines::{self, Bills, LINES, generated_amount, keep_lines, sum_up};
use super::values::{At, amount, at, current, fill, having, money, sum};
use super::{Command, Rules, approvals};
use crate::ledger::Change;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

const REQUESTS: &str = "expense-requests";
const USAGES: &str = "expense-usages";
const CLAIMS: &str = "expense-claims";
const ADVANCES: &str = "cash-advances";

/// The request that an expense was used on, by the vendor's word for its page; so are the others.
const OF_REQUEST: (&str, &str, FieldType) = ("apply", "费用申请ID", FieldType::Int);
const OF_USAGE: (&str, &str, FieldType) = ("employ", "费用使用ID", FieldType::Int);
const OF_ADVANCE: (&str, &str, FieldType) = ("borrow", "费用借款ID", FieldType::Int);
const USED: (&str, &str, FieldType) = ("usedmoney", "已使用金额", FieldType::Decimal);
const LEFT: (&str, &str, FieldType) = ("leftmoney", "剩余金额", FieldType::Decimal);
const CLAIMED: (&str, &str, FieldType) = ("bxmoney", "已报销金额", FieldType::Decimal);
const SET_OFF: (&str, &str, FieldType) = ("cxmoney", "冲销借款金额", FieldType::Decimal);
const PAID: (&str, &str, FieldType) = ("czmoney", "出账金额", FieldType::Decimal);

const REQUEST_BILLS: Bills = Bills {
    bills: REQUESTS,
    lines: "expense-request-lines",
    fits: |_, _, _| Ok(()),
    follow: |_, _| Vec::new(),
};
const USAGE_BILLS: Bills = Bills {
    bills: USAGES,
    lines: "expense-usage-lines",
    fits: |world, usage, total| {
        unclaimed(world, usage)?;
        match usage.integer(world, OF_REQUEST.0) {
            Some(request) => fits_request(world, at(REQUESTS, request), Some(usage), total),
            None => Ok(()),
        }
    },
    follow: |world, usage| match usage.integer(world, OF_REQUEST.0) {
        Some(request) => vec![refresh(world, at(REQUESTS, request))],
        None => Vec::new(),
    },
};
const CLAIM_BILLS: Bills = Bills {
    bills: CLAIMS,
    lines: "expense-claim-lines",
    fits: |_, _, _| Ok(()),
    follow: |_, _| Vec::new(),
};

pub(super) const REQUEST_RULES: Rules = Rules {
    derived: &[approvals::AMOUNT, approvals::OPINION, USED, LEFT, LINES],
    states: &[approvals::STATE],
    number: ("编号", "FYSQ"),
    // A usage is entered for a request that is approved and not used up.
    offers: |verb, schema, entry| {
        let left = schema
            .named(LEFT.0)
            .and_then(|column| amount(&entry.values[column]));
        verb != "list-requests" || left.is_some_and(|left| left > Decimal::ZERO)
    },
    generated: |schema, ord, entry| {
        fill(
            schema,
            entry,
            [("money1", generated_amount(ord)), (LINES.0, Value::Null)],
        );
        approvals::generated(schema, ord, entry, approvals::UNSUBMITTED);
        let sum = schema.named(approvals::AMOUNT.0);
        let sum = sum.and_then(|column| amount(&entry.values[column]));
        let left = money(sum.unwrap_or_default());
        fill(schema, entry, [(USED.0, money(Decimal::ZERO)), (LEFT.0, left)]);
    },
    before_save: |world, draft| {
        approvals::before_save(world, draft, REQUESTS, approvals::UNSUBMITTED)?;
        for wire in [USED.0, LEFT.0] {
            draft.set(wire, money(Decimal::ZERO));
        }
        sum_up(world, draft, &REQUEST_BILLS)
    },
    after_save: |world, ord, draft| keep_lines(world, ord, draft, &REQUEST_BILLS),
    carry_out: |world, command| match command.operation.verb.as_str() {
        "submit" => approvals::submit(world, REQUESTS, command).map(|()| Vec::new()),
        _ => {
            approvals::decide(world, REQUESTS, command)?;
            for ord in command.ords {
                refresh(world, at(REQUESTS, *ord));
            }
            Ok(Vec::new())
        }
    },
    ..Rules::NONE
};

pub(super) const REQUEST_LINE_RULES: Rules = Rules {
    before_save: |world, draft| expense_lines::before_save(world, draft, &REQUEST_BILLS),
    after_save: |world, ord, _| expense_lines::after_save(world, ord, &REQUEST_BILLS),
    before_delete: |world, ord| expense_lines::before_delete(world, ord, &REQUEST_BILLS),
    after_delete: |world, _, entry| expense_lines::after_delete(world, entry, &REQUEST_BILLS),
    ..expense_lines::RULES
};

pub(super) const USAGE_RULES: Rules = Rules {
    derived: &[OF_REQUEST, CLAIMED, LINES],
    number: ("编号", "FYSY"),
    generated: |schema, ord, entry| {
        let values = [
            ("money1", generated_amount(ord)),
            (OF_REQUEST.0, Value::Null),
            (CLAIMED.0, money(Decimal::ZERO)),
            (LINES.0, Value::Null),
        ];
        fill(schema, entry, values);
    },
    before_save: save_usage,
    after_save: |world, ord, draft| {
        let mut changes = keep_lines(world, ord, draft, &USAGE_BILLS);
        changes.extend((USAGE_BILLS.follow)(world, at(USAGES, ord)));
        changes
    },
    ..Rules::NONE
};

pub(super) const USAGE_LINE_RULES: Rules = Rules {
    before_save: |world, draft| expense_lines::before_save(world, draft, &USAGE_BILLS),
    after_save: |world, ord, _| expense_lines::after_save(world, ord, &USAGE_BILLS),
    before_delete: |world, ord| match expense_lines::bill_of(world, ord, &USAGE_BILLS) {
        Some(usage) => unclaimed(world, usage),
        None => Ok(()),
    },
    after_delete: |world, _, entry| expense_lines::after_delete(world, entry, &USAGE_BILLS),
    ..expense_lines::RULES
};

pub(super) const CLAIM_RULES: Rules = Rules {
    derived: &[
        OF_USAGE,
        OF_ADVANCE,
        approvals::AMOUNT,
        approvals::OPINION,
        SET_OFF,
        PAID,
        ACCOUNT,
        LINES,
    ],
    states: &[approvals::STATE, bookings::OUT],
    number: ("编号", "FYBX"),
    generated: |schema, ord, entry| {
        let values = [
            ("money1", generated_amount(ord)),
            (OF_USAGE.0, Value::Null),
            (OF_ADVANCE.0, Value::Null),
            (SET_OFF.0, Value::Null),
            (PAID.0, Value::Null),
            (ACCOUNT.0, Value::Null),
            (bookings::OUT.wire, OPEN.into()),
            (LINES.0, Value::Null),
        ];
        fill(schema, entry, values);
        approvals::generated(schema, ord, entry, approvals::WAITING);
    },
    before_save: save_claim,
    after_save: |world, ord, draft| keep_lines(world, ord, draft, &CLAIM_BILLS),
    carry_out: |world, command| match command.operation.verb.as_str() {
        "pay-out" => pay_out(world, command),
        _ => approvals::decide(world, CLAIMS, command).map(|()| Vec::new()),
    },
    ..Rules::NONE
};

fn save_usage(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let own = draft.ord.filter(|_| !draft.is_new).map(|ord| at(USAGES, ord));
    if let Some(usage) = own {
        unclaimed(world, usage)?;
    }
    draft.set(CLAIMED.0, money(Decimal::ZERO));
    sum_up(world, draft, &USAGE_BILLS)?;
    let Some(request) = current(world, draft, OF_REQUEST.0).as_integer() else {
        return Ok(());
    };
    let former = own.and_then(|usage| usage.integer(world, OF_REQUEST.0));
    if former.is_some_and(|former| former != request) {
        return Err("关联的费用申请不能更换，不能保存！".to_owned());
    }
    let total = amount(&current(world, draft, "money1")).unwrap_or_default();
    fits_request(world, at(REQUESTS, request), own, total)
}

/// Refuses to change a usage that somebody has claimed, unless the claim was turned down.
fn unclaimed(world: &mut World, usage: At) -> Result<(), String> {
    for claim in having(world, CLAIMS, OF_USAGE.0, usage.ord) {
        if !approvals::is_rejected(world, claim) {
            return Err("费用使用已报销，不能修改，不能保存！".to_owned());
        }
    }
    Ok(())
}

/// A request is used within the amount that was approved, and not before.
fn fits_request(world: &mut World, request: At, own: Option<At>, total: Decimal) -> Result<(), String> {
    if !request.exists(world) {
        return Err("关联的费用申请不存在，不能保存！".to_owned());
    }
    if !approvals::is_approved(world, request) {
        return Err("关联的费用申请尚未审批通过，不能保存！".to_owned());
    }
    let others = used(world, request, own).checked_add(total);
    let approved = request.amount(world, approvals::AMOUNT.0);
    match others.is_some_and(|all| all <= approved) {
        true => Ok(()),
        false => Err("使用金额超过费用申请的剩余金额，不能保存！".to_owned()),
    }
}

fn used(world: &mut World, request: At, but: Option<At>) -> Decimal {
    let usages = having(world, USAGES, OF_REQUEST.0, request.ord);
    let usages = usages.into_iter().filter(|usage| Some(*usage) != but);
    sum(usages.map(|usage| usage.amount(world, "money1"))).unwrap_or(Decimal::MAX)
}

/// Shows on a request how much of it is used, and how much is left.
fn refresh(world: &mut World, request: At) -> Change {
    let used = used(world, request, None);
    let left = request.amount(world, approvals::AMOUNT.0).saturating_sub(used);
    request.set(world, [(USED.0, money(used)), (LEFT.0, money(left))])
}

fn save_claim(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    approvals::before_save(world, draft, CLAIMS, approvals::WAITING)?;
    draft.set(bookings::OUT.wire, OPEN.into());
    sum_up(world, draft, &CLAIM_BILLS)?;
    let total = amount(&current(world, draft, "money1")).unwrap_or_default();
    if let Some(usage) = current(world, draft, OF_USAGE.0).as_integer() {
        fits_usage(world, at(USAGES, usage), draft.ord, total)?;
    }
    if let Some(advance) = current(world, draft, OF_ADVANCE.0).as_integer() {
        let advance = at(ADVANCES, advance);
        if !advance.is(world, bookings::OUT.wire, BOOKED) {
            return Err("关联的费用借款不存在或尚未出账，不能保存！".to_owned());
        }
    }
    Ok(())
}

/// A usage is claimed within its amount; claims that were turned down count for nothing.
fn fits_usage(world: &mut World, usage: At, own: Option<i64>, total: Decimal) -> Result<(), String> {
    if !usage.exists(world) {
        return Err("关联的费用使用不存在，不能保存！".to_owned());
    }
    let mut claims = vec![total];
    for claim in having(world, CLAIMS, OF_USAGE.0, usage.ord) {
        if Some(claim.ord) != own && !approvals::is_rejected(world, claim) {
            claims.push(claim.amount(world, "money1"));
        }
    }
    let used = usage.amount(world, "money1");
    match sum(claims).is_some_and(|claimed| claimed <= used) {
        true => Ok(()),
        false => Err("报销金额超过费用使用金额，不能保存！".to_owned()),
    }
}

/// What the claimant still owes of an advance is set off; the rest leaves the account.
fn pay_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    let claim = bookings::bookable(world, CLAIMS, &bookings::OUT, command)?;
    let total = claim.amount(world, approvals::AMOUNT.0);
    let advance = claim.integer(world, OF_ADVANCE.0).map(|ord| at(ADVANCES, ord));
    let owed = advance.map_or(Decimal::ZERO, |advance| advance.amount(world, LEFT.0));
    let set_off = total.min(owed);
    let paid = total.saturating_sub(set_off);
    let (account, mut changes) = bookings::book(world, command, -paid)?;
    if let Some(advance) = advance.filter(|_| set_off > Decimal::ZERO) {
        changes.push(super::advances::set_off(world, advance, set_off));
    }
    claim.set(
        world,
        [
            (bookings::OUT.wire, BOOKED.into()),
            (SET_OFF.0, money(set_off)),
            (PAID.0, money(paid)),
            (ACCOUNT.0, account),
        ],
    );
    if let Some(usage) = claim.integer(world, OF_USAGE.0).map(|ord| at(USAGES, ord)) {
        let claimed = usage.amount(world, CLAIMED.0).saturating_add(total);
        changes.push(usage.set(world, [(CLAIMED.0, money(claimed))]));
    }
    Ok(changes)
}
