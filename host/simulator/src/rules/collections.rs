//! Collections: what a contract's collection plan makes due, and what has arrived. Never more than the contract costs.

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
const COLLECTIONS: &str = "collections";

/// Codes of the collection state.
const DUE: &str = "0";
const RECEIVED: &str = "1";

pub(super) const RULES: Rules = Rules {
    derived: &[
        ("company", "客户ID", FieldType::Int),
        ("contract", "合同ID", FieldType::Int),
        ("money1", "应收金额", FieldType::Decimal),
        ("money2", "到账金额", FieldType::Decimal),
        ("date1", "收款日期", FieldType::Datetime),
    ],
    states: &[
        State {
            wire: "hkzt",
            label: "收款状态",
            codes: &[(DUE, "未收款"), (RECEIVED, "已收款")],
        },
        State {
            wire: "hkjh",
            label: "收款计划",
            codes: &[
                ("0", "自动生成"),
                ("1", "手动生成"),
                ("2", "分期回款"),
                ("3", "出库自动收款"),
                ("4", "发货自动收款"),
                ("5", "开票自动收款"),
                ("6", "对账手动生成"),
            ],
        },
        State {
            wire: "hkmode",
            label: "收款类型",
            codes: &[("1", "汇总"), ("2", "明细")],
        },
        State {
            wire: "bz",
            label: "币种",
            codes: &[("14", "人民币")],
        },
    ],
    before_save,
    after_save: |world, ord, _| {
        if let Some(contract) = world.link(COLLECTIONS, ord, "contract") {
            note_progress(world, contract);
        }
        world.hand_over(COLLECTIONS, &[ord])
    },
    settle: |world| world.fit(COLLECTIONS, fitted),
    ..Rules::NONE
};

/// What the staff enter by hand: what a contract makes due, and what arrived of it.
fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let Some(contract) = current(world, draft, "contract").as_integer() else {
        return Ok(());
    };
    if !world.has(CONTRACTS, contract) {
        return Err("关联合同不存在，不能保存！".to_owned());
    }
    if draft.is_new {
        for (wire, value) in of_contract(world, contract) {
            draft.set(wire, value);
        }
    }
    let own = draft.ord.map(|ord| world.amount(COLLECTIONS, ord, "money2"));
    let arrived = readable(&current(world, draft, "money2")).unwrap_or_default();
    let others = received(world, contract) - own.unwrap_or_default();
    if others + arrived > world.amount(CONTRACTS, contract, "money1") {
        return Err("到账金额超过合同金额，不能保存！".to_owned());
    }
    let due = readable(&current(world, draft, "money1")).unwrap_or_default();
    draft.set("hkzt", if arrived >= due { RECEIVED } else { DUE }.into());
    Ok(())
}

/// The collections of a contract added up, by the column.
fn sum(world: &mut World, contract: i64, wire: &str) -> Decimal {
    let own = world.keys_with(COLLECTIONS, "contract", contract);
    own.into_iter()
        .map(|ord| world.amount(COLLECTIONS, ord, wire))
        .sum()
}

/// What has arrived for a contract.
pub(super) fn received(world: &mut World, contract: i64) -> Decimal {
    sum(world, contract, "money2")
}

/// Notes what is due on an occasion, where the contract's plan waits for it. A plan made at the approval is still to be
/// paid; the automatic ones are paid at once.
pub(super) fn collect(world: &mut World, contract: i64, occasion: Occasion, amount: Decimal) {
    let wanted = match world.link(CONTRACTS, contract, "fqhk") {
        Some(0) => Occasion::Approved,
        Some(3) => Occasion::Issued,
        Some(4) => Occasion::Shipped,
        Some(5) => Occasion::Invoiced,
        _ => return,
    };
    let open = world.amount(CONTRACTS, contract, "money1") - sum(world, contract, "money1");
    let amount = cents(amount.min(open));
    if occasion != wanted || amount <= Decimal::ZERO {
        return;
    }
    let is_paid = occasion != Occasion::Approved;
    let mut values = of_contract(world, contract);
    values.extend([
        ("hkzt", if is_paid { RECEIVED } else { DUE }.into()),
        ("money1", amount.into()),
        ("money2", if is_paid { amount } else { Decimal::new(0, 2) }.into()),
        ("date1", if is_paid { world.day().into() } else { Value::Null }),
    ]);
    world.add(COLLECTIONS, None, &values);
}

/// What a collection shows of its contract.
fn of_contract(world: &mut World, contract: i64) -> Vec<(&'static str, Value)> {
    world.of_contract(
        contract,
        &[
            ("name", "CompanyName"),
            ("htname", "title"),
            ("htid", "htid"),
            ("bz", "bz"),
            ("hkjh", "fqhk"),
            ("hkmode", "PaybackMode"),
            ("hktype", "jh_intro3"),
        ],
    )
}

/// Generated collection n is that of contract n, or an advance of its customer where that contract is not approved.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let mut values = of_contract(world, ord);
    let due = world.amount(CONTRACTS, ord, "money1");
    let is_paid = contracts_generated::is_paid(ord);
    if contracts_generated::awaits_approval(ord) {
        values.retain(|(wire, _)| !["contract", "htname", "htid"].contains(wire));
        for wire in ["contract", "htname", "htid"] {
            values.push((wire, Value::Null));
        }
    }
    values.extend([
        ("hkzt", if is_paid { RECEIVED } else { DUE }.into()),
        ("money1", due.into()),
        ("money2", if is_paid { due } else { Decimal::new(0, 2) }.into()),
    ]);
    if !is_paid {
        values.push(("date1", Value::Null));
    }
    values
}
