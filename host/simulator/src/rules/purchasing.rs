//! Purchasing: suppliers, and orders that are approved once.

use super::values::{fill, money};
use super::{Rules, approvals};
use crate::view::View;
use rust_decimal::Decimal;
use sunmao_catalogue::FieldType;

const ORDERS: &str = "purchase-orders";

/// What a generated order comes to, for each step of its key.
const GENERATED_STEP: i64 = 1000;

pub(super) const ORDER_RULES: Rules = Rules {
    derived: &[
        ("money1", "采购金额", FieldType::Decimal),
        approvals::AMOUNT,
        approvals::OPINION,
    ],
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

pub(super) const SUPPLIER_RULES: Rules = Rules {
    number: ("供应商编号", "GYS"),
    ..Rules::NONE
};
