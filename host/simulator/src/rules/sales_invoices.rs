//! Sales invoices: what a contract's invoicing plan writes out on the occasion that it waits for. Never more than the
//! contract costs.

use super::amounts::{cents, readable};
use super::contract_sums::note_progress;
use super::contracts::CONTRACTS;
use super::fulfilment::Occasion;
use super::values::current;
use super::{Rules, State, contracts_generated};
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

/// The object's name.
const INVOICES: &str = "sales-invoices";

/// Codes of the invoicing state.
const OPEN: &str = "0";
const WRITTEN: &str = "1";

pub(super) const RULES: Rules = Rules {
    derived: &[
        ("company", "客户ID", FieldType::Int),
        ("contract", "合同ID", FieldType::Int),
        ("money1", "开票金额", FieldType::Decimal),
        ("taxvalue", "税额", FieldType::Decimal),
        ("date1", "开票日期", FieldType::Datetime),
    ],
    states: &[
        State {
            wire: "zt",
            label: "开票状态",
            codes: &[(OPEN, "未开票"), (WRITTEN, "已开票")],
        },
        State {
            wire: "md",
            label: "开票类型",
            codes: &[("0", "不开票"), ("1", "汇总"), ("2", "明细")],
        },
        State {
            wire: "bz",
            label: "币种",
            codes: &[("14", "人民币")],
        },
    ],
    number: ("票据单号", "PJ"),
    before_save,
    after_save: |world, ord, _| {
        if let Some(contract) = world.link(INVOICES, ord, "contract") {
            note_progress(world, contract);
        }
        world.hand_over(INVOICES, &[ord])
    },
    settle: |world| world.fit(INVOICES, fitted),
    ..Rules::NONE
};

/// What the staff write by hand: an invoice of a contract, with its share of the contract's tax.
fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let Some(contract) = current(world, draft, "contract").as_integer() else {
        return Ok(());
    };
    if !world.has(CONTRACTS, contract) {
        return Err("关联合同不存在，不能保存！".to_owned());
    }
    if !draft.is_new {
        return Ok(());
    }
    for (wire, value) in of_contract(world, contract) {
        draft.set(wire, value);
    }
    let amount = readable(&current(world, draft, "money1")).unwrap_or_default();
    let due = world.amount(CONTRACTS, contract, "money1");
    if invoiced(world, contract) + amount > due {
        return Err("开票金额超过合同金额，不能保存！".to_owned());
    }
    let tax = tax(world, contract, amount, due);
    draft.set("taxvalue", tax.into());
    draft.set("zt", WRITTEN.into());
    Ok(())
}

/// What is invoiced of a contract.
pub(super) fn invoiced(world: &mut World, contract: i64) -> Decimal {
    written(world, contract).0
}

/// The sums of a contract's written invoices, and of the taxes in them.
fn written(world: &mut World, contract: i64) -> (Decimal, Decimal) {
    let mut sums = (Decimal::ZERO, Decimal::ZERO);
    for ord in world.keys_with(INVOICES, "contract", contract) {
        if world.text(INVOICES, ord, "zt") == WRITTEN {
            sums.0 += world.amount(INVOICES, ord, "money1");
            sums.1 += world.amount(INVOICES, ord, "taxvalue");
        }
    }
    sums
}

/// Writes an invoice where the contract's plan waits for the occasion: what it comes to.
pub(super) fn invoice(world: &mut World, contract: i64, occasion: Occasion, amount: Decimal) -> Decimal {
    let wanted = match world.link(CONTRACTS, contract, "invoicePlan") {
        Some(1) => Occasion::Approved,
        Some(3) => Occasion::Issued,
        Some(4) => Occasion::Shipped,
        _ => return Decimal::ZERO,
    };
    let due = world.amount(CONTRACTS, contract, "money1");
    let amount = cents(amount.min(due - invoiced(world, contract)));
    let is_wanted = world.link(CONTRACTS, contract, "invoiceMode") != Some(0);
    if occasion != wanted || !is_wanted || amount <= Decimal::ZERO {
        return Decimal::ZERO;
    }
    let tax = tax(world, contract, amount, due);
    let mut values = of_contract(world, contract);
    values.extend([
        ("zt", WRITTEN.into()),
        ("money1", amount.into()),
        ("taxvalue", tax.into()),
        ("date1", world.day().into()),
    ]);
    world.add(INVOICES, None, &values);
    amount
}

/// The tax in a part of a contract: its share of the contract's, and in the last part what the others have left.
fn tax(world: &mut World, contract: i64, amount: Decimal, due: Decimal) -> Decimal {
    let whole = world.amount(CONTRACTS, contract, "TaxValue1");
    let (before, taxed) = written(world, contract);
    if before + amount >= due {
        return cents(whole - taxed);
    }
    let share = amount.checked_div(due).and_then(|share| share.checked_mul(whole));
    cents(share.unwrap_or_default())
}

/// What an invoice shows of its contract.
fn of_contract(world: &mut World, contract: i64) -> Vec<(&'static str, Value)> {
    world.of_contract(
        contract,
        &[
            ("name", "CompanyName"),
            ("htname", "title"),
            ("htid", "htid"),
            ("bz", "bz"),
            ("md", "invoiceMode"),
        ],
    )
}

/// Generated invoice n is that of contract n, written once its products are issued.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let mut values = of_contract(world, ord);
    let is_written = contracts_generated::is_fulfilled(ord);
    values.extend([
        ("zt", if is_written { WRITTEN } else { OPEN }.into()),
        ("money1", world.read(CONTRACTS, ord, "money1")),
        ("taxvalue", world.read(CONTRACTS, ord, "TaxValue1")),
    ]);
    if !is_written {
        values.push(("date1", Value::Null));
    }
    values
}
