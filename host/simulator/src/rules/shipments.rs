//! Shipments: issued goods leave at once, so that a shipment carries exactly what its stock issue confirmed.

use super::amounts::{given, member, plain};
use super::contracts::CONTRACTS;
use super::stock_issues::ISSUES;
use super::{Rules, State, contracts_generated};
use crate::view::{Shows, View};
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Record, Value};

/// The object's name, and that of its lines.
const SHIPMENTS: &str = "shipments";
const LINES: &str = "shipment-lines";

/// Codes of the shipping state.
const OPEN: &str = "0";
const SHIPPED: &str = "1";

pub(super) const RULES: Rules = Rules {
    derived: &[
        ("dateYF", "应发日期", FieldType::Datetime),
        ("dateSF", "实发日期", FieldType::Datetime),
        ("fhzt", "发货状态", FieldType::String),
        ("num1", "发货数量", FieldType::Decimal),
        ("contract", "关联合同ID", FieldType::Int),
        ("htbh", "关联合同编号", FieldType::String),
        ("kuout", "关联出库ID", FieldType::Int),
        ("address", "收货地址", FieldType::String),
    ],
    states: &[State {
        wire: "fhzt",
        label: "发货状态",
        codes: &[(OPEN, "未发货"), (SHIPPED, "已发货")],
    }],
    views: &[View {
        parameter: "stype",
        code: "1",
        shows: Shows::Codes("发货状态", &[OPEN]),
    }],
    number: ("发货单号", "FH"),
    settle: |world| world.fit(SHIPMENTS, fitted),
    ..Rules::NONE
};

pub(super) const LINE_RULES: Rules = Rules {
    derived: &[
        ("fh", "发货ID", FieldType::Int),
        ("num1", "发货数量", FieldType::Decimal),
    ],
    chosen_by: &[("ord", "fh")],
    settle: |world| world.fit(LINES, line_fitted),
    ..Rules::NONE
};

/// Ships what a stock issue has confirmed.
pub(super) fn ship(world: &mut World, issue: i64, contract: Option<i64>, moved: &[Record]) {
    let quantity = |line: &Record| member(line, "num2").unwrap_or_default();
    let pieces: Decimal = moved.iter().map(quantity).sum();
    if pieces <= Decimal::ZERO {
        return;
    }
    let title = world.text(ISSUES, issue, "title");
    let address = match contract {
        Some(contract) => world.read(CONTRACTS, contract, "jh_intro4"),
        None => Value::Null,
    };
    let values = [
        ("title", format!("{}发货", title.trim_end_matches("出库")).into()),
        ("khmc", world.read(ISSUES, issue, "company")),
        ("dateYF", world.read(ISSUES, issue, "date3")),
        ("dateSF", world.day().into()),
        ("fhzt", SHIPPED.into()),
        ("num1", plain(pieces)),
        ("contract", contract.map_or(Value::Null, Value::Integer)),
        ("htbh", world.read(ISSUES, issue, "HTid")),
        ("kuout", issue.into()),
        ("address", address),
    ];
    let Some(shipment) = world.add(SHIPMENTS, None, &values) else {
        return;
    };
    for line in moved.iter().filter(|line| quantity(line) > Decimal::ZERO) {
        let text = |name: &str| given(line, name).cloned().unwrap_or_default();
        let values = [
            ("fh", shipment.into()),
            ("title", text("title")),
            ("bh", text("order1")),
            ("num1", plain(quantity(line))),
        ];
        world.add(LINES, None, &values);
    }
    world.write(ISSUES, issue, &[("Fh1", "已发货".into())]);
    if let Some(contract) = contract {
        note_on(world, contract, shipment);
    }
}

/// Shows a shipment on its contract.
fn note_on(world: &mut World, contract: i64, shipment: i64) {
    let mut shown = world.lines(CONTRACTS, contract, "logisticsList");
    shown.push(Record::from_iter([
        (
            "SendDateFormatted".to_owned(),
            world.read(SHIPMENTS, shipment, "dateSF"),
        ),
        ("Title".to_owned(), world.read(SHIPMENTS, shipment, "title")),
        (
            "LogisticsNumber".to_owned(),
            world.read(SHIPMENTS, shipment, "fhbh"),
        ),
    ]));
    let shown = shown.into_iter().map(Value::from).collect();
    world.write(CONTRACTS, contract, &[("logisticsList", Value::List(shown))]);
}

/// Generated shipment n carries what stock issue n asks for.
fn fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let (_, _, quantity) = contracts_generated::line_of(world, ord);
    let is_issued = contracts_generated::is_issued(ord);
    let contract = contracts_generated::contract_of(ord);
    let number = match contract {
        Some(contract) => world.read(CONTRACTS, contract, "htid"),
        None => Value::Null,
    };
    let mut values = vec![
        ("fhzt", if is_issued { SHIPPED } else { OPEN }.into()),
        ("num1", plain(quantity)),
        ("contract", contract.map_or(Value::Null, Value::Integer)),
        ("htbh", number),
        ("kuout", ord.into()),
        ("address", world.read(CONTRACTS, ord, "jh_intro4")),
        ("khmc", world.read(CONTRACTS, ord, "CompanyName")),
    ];
    if !is_issued {
        values.push(("dateSF", Value::Null));
    }
    values
}

fn line_fitted(world: &mut World, ord: i64) -> Vec<(&'static str, Value)> {
    let (title, number, quantity) = contracts_generated::line_of(world, ord);
    vec![
        ("fh", ord.into()),
        ("title", title),
        ("bh", number),
        ("num1", plain(quantity)),
        ("money1", Value::Null),
    ]
}
