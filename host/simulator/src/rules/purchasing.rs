//! Purchasing: suppliers, and orders that are approved once.

use super::values::{fill, money};
use super::{Rules, State, approvals};
use crate::view::View;
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

const CATEGORY: State = State {
    wire: "fl",
    label: "供应商分类",
    codes: &[("363", "成品"), ("362", "原材料")],
};
const LEVEL: State = State {
    wire: "jb",
    label: "供应商级别",
    codes: &[("366", "三级"), ("365", "二级"), ("364", "一级")],
};

const ORDERS: &str = "purchase-orders";

/// What a generated order comes to, for each step of its key.
const GENERATED_STEP: i64 = 1000;

pub(super) const ORDER_RULES: Rules = Rules {
    derived: &[
        ("money1", "采购金额", FieldType::Decimal),
        approvals::AMOUNT,
        approvals::OPINION,
    ],
    aliases: &[("采购id", "数据唯一标识")],
    states: &[approvals::STATE],
    views: &[
        View {
            parameter: "stype",
            code: "1",
            shows: approvals::SHOWS_WAITING,
        },
        View {
            parameter: "stype",
            code: "3",
            shows: approvals::SHOWS_REJECTED,
        },
        View {
            parameter: "remind",
            code: "16",
            shows: approvals::SHOWS_WAITING,
        },
    ],
    number: ("采购编号", "CG"),
    generated: |schema, ord, entry| {
        let sum = Decimal::from(ord.saturating_mul(GENERATED_STEP));
        fill(schema, entry, [("money1", money(sum))]);
        approvals::generated(schema, ord, entry, approvals::WAITING);
    },
    carry_out: |world, command| approvals::decide(world, ORDERS, command).map(|()| Vec::new()),
    ..Rules::NONE
};

/// What the list can be searched by is not all that it shows.
pub(super) const SUPPLIER_RULES: Rules = Rules {
    aliases: &[("供应商行业", "所在行业"), ("人员选择", "采购人员")],
    derived: &[
        ("phone", "供应商电话", FieldType::String),
        ("address", "供应商地址", FieldType::String),
        ("url", "供应商网址", FieldType::String),
    ],
    states: &[CATEGORY, LEVEL],
    generated: |schema, ord, entry| {
        let code = |state: &State| {
            let position = usize::try_from(ord).unwrap_or_default() % state.codes.len();
            Value::from(state.codes[position].0)
        };
        let values = [(CATEGORY.wire, code(&CATEGORY)), (LEVEL.wire, code(&LEVEL))];
        fill(schema, entry, values);
    },
    number: ("供应商编号", "GYS"),
    ..Rules::NONE
};
