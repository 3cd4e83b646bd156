//! After-sales service: tickets that wait until they are handled, and repairs for tickets that still wait.

use super::values::{At, amount, at, current, fill, having, money, sum};
use super::{Rules, State};
use crate::ledger::Change;
use crate::view::{Shows, View};
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{FieldType, Value};

const TICKETS: &str = "service-tickets";
const REPAIRS: &str = "repairs";

const HANDLED: State = State {
    wire: "clzt",
    label: "处理状态",
    codes: &[("0", "待处理"), ("1", "维修中"), ("2", "已处理")],
};
/// What generated repairs cost, for each step of the key.
const GENERATED_STEP: i64 = 50;

const IN_REPAIR: i64 = 1;
const DONE: i64 = 2;
const SHOWS_OPEN: Shows = Shows::Codes("处理状态", &["0", "1"]);

const REPAIR_COUNT: (&str, &str, FieldType) = ("repairnum", "维修次数", FieldType::Int);
const REPAIR_COST: (&str, &str, FieldType) = ("repaircost", "维修费合计", FieldType::Decimal);

pub(super) const TICKET_RULES: Rules = Rules {
    derived: &[REPAIR_COUNT, REPAIR_COST],
    states: &[HANDLED],
    views: &[
        View {
            parameter: "stype",
            code: "1",
            shows: SHOWS_OPEN,
        },
        View {
            parameter: "remind",
            code: "22",
            shows: SHOWS_OPEN,
        },
    ],
    number: ("售后编号", "SH"),
    generated: |schema, ord, entry| {
        let values = [
            // Every other one came back after its repair and waits again.
            (HANDLED.wire, (ord % 2).into()),
            (REPAIR_COUNT.0, Value::Integer(1)),
            (REPAIR_COST.0, generated_cost(ord)),
            ("result1", Value::Null),
            ("introN", Value::Null),
        ];
        fill(schema, entry, values);
    },
    carry_out: |world, command| {
        let tickets: Vec<At> = command.ords.iter().map(|ord| at(TICKETS, *ord)).collect();
        for ticket in &tickets {
            if ticket.is(world, HANDLED.wire, DONE) {
                return Err("售后单已处理，不能重复处理！".to_owned());
            }
        }
        let said = |name: &str| command.arguments.get(name).cloned().unwrap_or_default();
        for ticket in tickets {
            let values = [
                (HANDLED.wire, DONE.into()),
                ("result1", said("intro")),
                ("cateid", said("cateid")),
            ];
            ticket.set(world, values);
        }
        Ok(Vec::new())
    },
    ..Rules::NONE
};

/// The catalogue has no operations on the acceptance notes that repairs are for (`repair_sl`); tickets stand for them.
pub(super) const REPAIR_RULES: Rules = Rules {
    number: ("维修单编号", "WX"),
    generated: |schema, ord, entry| {
        let values = [("repair_sl", ord.into()), ("Cost", generated_cost(ord))];
        fill(schema, entry, values);
    },
    before_save: save_repair,
    after_save: |world, ord, _| {
        let ticket = at(REPAIRS, ord).integer(world, "repair_sl");
        ticket.map_or_else(Vec::new, |ticket| vec![refresh(world, at(TICKETS, ticket))])
    },
    after_delete: |world, _, removed| {
        let column = world.model.object(REPAIRS);
        let column = column.and_then(|object| world.model.schemas[object].named("repair_sl"));
        let ticket = column.and_then(|column| removed.values.get(column)?.as_integer());
        ticket.map_or_else(Vec::new, |ticket| vec![refresh(world, at(TICKETS, ticket))])
    },
    ..Rules::NONE
};

/// What the one repair of a generated ticket cost.
fn generated_cost(ord: i64) -> Value {
    money(Decimal::from(ord.saturating_mul(GENERATED_STEP)))
}

fn save_repair(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    if let Some(number) = draft.given("SerialNumber").and_then(Value::to_text) {
        let holder = world.find(draft.object, "SerialNumber", &number);
        if holder.is_some_and(|holder| Some(holder) != draft.ord) {
            return Err("维修单编号已被使用，不能保存！".to_owned());
        }
    }
    let ticket = current(world, draft, "repair_sl")
        .as_integer()
        .unwrap_or_default();
    let ticket = at(TICKETS, ticket);
    let own = draft.ord.filter(|_| !draft.is_new).map(|ord| at(REPAIRS, ord));
    let former = own.and_then(|repair| repair.integer(world, "repair_sl"));
    if former.is_some_and(|former| former != ticket.ord) {
        return Err("关联受理单不能更换，不能保存！".to_owned());
    }
    if !ticket.exists(world) {
        return Err("关联受理单不存在，不能保存！".to_owned());
    }
    if ticket.is(world, HANDLED.wire, DONE) {
        return Err("关联受理单已处理，不能保存！".to_owned());
    }
    if draft
        .given("num")
        .and_then(amount)
        .is_some_and(|number| number <= Decimal::ZERO)
    {
        return Err("数量必须大于0，不能保存！".to_owned());
    }
    if draft
        .given("Cost")
        .and_then(amount)
        .is_some_and(|cost| cost < Decimal::ZERO)
    {
        return Err("维修费不能小于0，不能保存！".to_owned());
    }
    Ok(())
}

/// Shows on a ticket how often it was repaired, and for how much.
fn refresh(world: &mut World, ticket: At) -> Change {
    let repairs = having(world, REPAIRS, "repair_sl", ticket.ord);
    let count = i64::try_from(repairs.len()).unwrap_or(i64::MAX);
    let cost = sum(repairs.into_iter().map(|repair| repair.amount(world, "Cost"))).unwrap_or_default();
    let values = [
        (HANDLED.wire, IN_REPAIR.into()),
        (REPAIR_COUNT.0, count.into()),
        (REPAIR_COST.0, money(cost)),
    ];
    ticket.set(world, values)
}
