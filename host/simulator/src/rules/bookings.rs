//! Booking: an approved bill is paid out of a bank account, or paid into one, once.

use super::values::{At, at, fill, money};
use super::{Command, Rules, State, approvals};
use crate::ledger::Change;
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

pub(super) const OUT: State = State {
    wire: "czzt",
    label: "出账状态",
    codes: &[("0", "未出账"), ("1", "已出账")],
};
pub(super) const IN: State = State {
    wire: "rzzt",
    label: "入账状态",
    codes: &[("0", "未入账"), ("1", "已入账")],
};

/// The account that a bill was booked on; its key is an argument of the booking, too.
pub(super) const ACCOUNT: (&str, &str, FieldType) = ("bank", "银行账户ID", FieldType::Int);

pub(super) const OPEN: i64 = 0;
pub(super) const BOOKED: i64 = 1;

/// What each generated account holds.
const OPENING_BALANCE: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);

/// Bank accounts: their amount is the balance.
pub(super) const ACCOUNTS: Rules = Rules {
    aliases: &[("账户余额", "金额")],
    number: ("编号", "ZH"),
    generated: |schema, _, entry| fill(schema, entry, [("money1", money(OPENING_BALANCE))]),
    ..Rules::NONE
};

/// The one bill that is booked, which has to be approved and not booked yet.
pub(super) fn bookable(
    world: &mut World,
    object: &'static str,
    state: &State,
    command: &Command<'_>,
) -> Result<At, String> {
    let [ord] = command.ords else {
        return Err("一次只能办理一张单据，操作失败！".to_owned());
    };
    let bill = at(object, *ord);
    if !approvals::is_approved(world, bill) {
        return Err("单据尚未审批通过，操作失败！".to_owned());
    }
    if bill.is(world, state.wire, BOOKED) {
        return Err("单据已入出账，不能重复办理！".to_owned());
    }
    Ok(bill)
}

/// Moves the balance of the account that a booking names, if it names one, by an amount that may be negative.
pub(super) fn book(
    world: &mut World,
    command: &Command<'_>,
    change: Decimal,
) -> Result<(Value, Vec<Change>), String> {
    let given = command
        .arguments
        .get(ACCOUNT.0)
        .filter(|account| !account.is_empty());
    let Some(given) = given else {
        return Ok((Value::Null, Vec::new()));
    };
    let account = given.as_integer().map(|ord| at("bank-accounts", ord));
    let Some(account) = account.filter(|account| account.exists(world)) else {
        return Err("银行账户不存在，操作失败！".to_owned());
    };
    let balance = account.amount(world, "money1").checked_add(change);
    let Some(balance) = balance.filter(|balance| change > Decimal::ZERO || *balance >= Decimal::ZERO) else {
        return Err("银行账户余额不足，操作失败！".to_owned());
    };
    let changed = account.set(world, [("money1", money(balance))]);
    Ok((account.ord.into(), vec![changed]))
}
