//! Materials of assignments: requisitioned from the warehouse, and registered as used.

use super::production::{self, ASSIGNMENTS, MATERIALS, NONE, REGISTERED, REQUISITIONED, generated};
use super::values::{At, all, amount, at, current, fill, having, key, lines, list, member, sum};
use super::{Rules, approvals, line_keys};
use crate::ledger::Change;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

const REQUISITIONS: &str = "material-requisitions";
const REGISTRATIONS: &str = "material-registrations";
const REQUISITION_LINES: &str = "MaterialOrderItems";
const REGISTRATION_LINES: &str = "MaterialRegisterItems";

/// The source of a registration that is an assignment.
const OF_ASSIGNMENT: i64 = 1;

pub(super) const REQUISITION_RULES: Rules = Rules {
    number: ("领料编号", "LL"),
    generated: |schema, ord, entry| {
        let mut own = schema
            .named(REQUISITION_LINES)
            .map_or_else(Vec::new, |column| lines(&entry.values[column]));
        own.truncate(1);
        for line in &mut own {
            let number = Decimal::from(generated::REQUISITIONED);
            line.insert("ID".to_owned(), ord.into());
            line.insert("SourceID".to_owned(), ord.into());
            line.insert("Num".to_owned(), number.into());
            not_issued(line);
        }
        let values = [
            (REQUISITION_LINES, list(own)),
            ("Status", approvals::UNNEEDED.into()),
            ("CKStatus", NONE.into()),
        ];
        fill(schema, entry, values);
    },
    before_save: save_requisition,
    after_save: |world, _, draft| {
        let given = draft.given(REQUISITION_LINES).map(lines).unwrap_or_default();
        let mut sources: Vec<i64> = given.iter().filter_map(|line| key(line, "SourceID")).collect();
        sources.dedup();
        sources
            .into_iter()
            .filter_map(|source| refresh(world, at(ASSIGNMENTS, source)))
            .collect()
    },
    ..Rules::NONE
};

pub(super) const REGISTRATION_RULES: Rules = Rules {
    number: ("登记编号", "DJ"),
    generated: |schema, ord, entry| {
        let mut own = schema
            .named(REGISTRATION_LINES)
            .map_or_else(Vec::new, |column| lines(&entry.values[column]));
        own.truncate(1);
        let number = Decimal::from(generated::REGISTERED);
        for line in &mut own {
            line.insert("ID".to_owned(), ord.into());
            line.insert("Num1".to_owned(), number.into());
        }
        let values = [
            (REGISTRATION_LINES, list(own)),
            ("Totalnum", number.into()),
            ("PoType", OF_ASSIGNMENT.into()),
            ("Bid", ord.into()),
        ];
        fill(schema, entry, values);
    },
    before_save: save_registration,
    after_save: |world, ord, _| {
        let registration = at(REGISTRATIONS, ord);
        let source = registration.integer(world, "Bid");
        let assignment = production::assignment(world, source);
        let changed = assignment.and_then(|assignment| refresh(world, assignment));
        changed.into_iter().collect()
    },
    ..Rules::NONE
};

/// Nothing of a requisition has left the warehouse yet.
fn not_issued(line: &mut Record) {
    for wire in ["CKNum", "CKNumOK"] {
        line.insert(wire.to_owned(), Value::Integer(0));
    }
}

fn save_requisition(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let mut given = draft.given(REQUISITION_LINES).map(lines).unwrap_or_default();
    if given.is_empty() {
        return Err("领料明细不能为空，不能保存！".to_owned());
    }
    line_keys::give(world, draft, REQUISITION_LINES, &mut given)?;
    for (position, line) in given.iter_mut().enumerate() {
        let place = |fault: String| format!("领料明细第{}行：{fault}，不能保存！", position + 1);
        let source = key(line, "SourceID");
        let Some(assignment) = production::assignment(world, source) else {
            return Err(place("来源派工单不存在".to_owned()));
        };
        production::name_the_product(world, line).map_err(place)?;
        check_need(world, assignment, line).map_err(place)?;
        if member(line, "Num") <= Decimal::ZERO {
            return Err(place("数量必须大于0".to_owned()));
        }
        not_issued(line);
    }
    draft.set(REQUISITION_LINES, list(given));
    draft.set("Status", approvals::UNNEEDED.into());
    draft.set("CKStatus", NONE.into());
    Ok(())
}

fn check_need(world: &mut World, assignment: At, line: &Record) -> Result<(), String> {
    let product = key(line, "ProductID");
    let needed = assignment.lines(world, MATERIALS);
    match needed.iter().any(|need| key(need, "ProductID") == product) {
        true => Ok(()),
        false => Err("派工单不需要该物料".to_owned()),
    }
}

/// Nobody registers more of a material than was requisitioned for the assignment.
fn save_registration(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let mut given = draft.given(REGISTRATION_LINES).map(lines).unwrap_or_default();
    line_keys::give(world, draft, REGISTRATION_LINES, &mut given)?;
    let kind = current(world, draft, "PoType").as_integer();
    let source = current(world, draft, "Bid").as_integer();
    let assignment = production::assignment(world, source);
    let of_assignment = kind.unwrap_or(OF_ASSIGNMENT) == OF_ASSIGNMENT;
    if of_assignment && assignment.is_none() {
        return Err("来源派工单不存在，不能保存！".to_owned());
    }
    for (position, line) in given.iter_mut().enumerate() {
        let place = |fault: String| format!("物料登记明细第{}行：{fault}，不能保存！", position + 1);
        production::name_the_product(world, line).map_err(place)?;
        if member(line, "Num1") <= Decimal::ZERO {
            return Err(place("数量必须大于0".to_owned()));
        }
    }
    if let Some(assignment) = assignment.filter(|_| of_assignment) {
        let products: Vec<i64> = given.iter().filter_map(|line| key(line, "ProductID")).collect();
        for product in products {
            let new = given
                .iter()
                .filter(|line| key(line, "ProductID") == Some(product));
            let new = new.map(|line| member(line, "Num1"));
            let all = sum(new.chain([registered(world, assignment, product)]));
            if all.is_none_or(|all| all > requisitioned(world, assignment, product)) {
                return Err("登记数量超过领料数量，不能保存！".to_owned());
            }
        }
    }
    let total = sum(given.iter().map(|line| member(line, "Num1"))).unwrap_or_default();
    let told = draft.given("Totalnum").and_then(amount);
    if told.is_some_and(|told| told != total) {
        return Err("登记数量与明细合计不符，不能保存！".to_owned());
    }
    draft.set("Totalnum", total.into());
    draft.set(REGISTRATION_LINES, list(given));
    Ok(())
}

fn requisitioned(world: &mut World, assignment: At, product: i64) -> Decimal {
    let mut numbers = Vec::new();
    for requisition in all(world, REQUISITIONS) {
        let own = requisition.lines(world, REQUISITION_LINES);
        let own = own.iter().filter(|line| {
            key(line, "SourceID") == Some(assignment.ord) && key(line, "ProductID") == Some(product)
        });
        numbers.extend(own.map(|line| member(line, "Num")));
    }
    sum(numbers).unwrap_or_default()
}

fn registered(world: &mut World, assignment: At, product: i64) -> Decimal {
    let mut numbers = Vec::new();
    for registration in having(world, REGISTRATIONS, "Bid", assignment.ord) {
        if registration.is(world, "PoType", OF_ASSIGNMENT) {
            let own = registration.lines(world, REGISTRATION_LINES);
            let own = own.iter().filter(|line| key(line, "ProductID") == Some(product));
            numbers.extend(own.map(|line| member(line, "Num1")));
        }
    }
    sum(numbers).unwrap_or_default()
}

/// Shows on an assignment how much of its materials was requisitioned and registered.
fn refresh(world: &mut World, assignment: At) -> Option<Change> {
    let mut materials = assignment.lines(world, MATERIALS);
    let mut states = [Vec::new(), Vec::new()];
    for line in &mut materials {
        let product = key(line, "ProductID")?;
        let need = member(line, "NeedNum");
        let numbers = [
            (REQUISITIONED, requisitioned(world, assignment, product)),
            (REGISTERED, registered(world, assignment, product)),
        ];
        for ((wire, number), states) in numbers.into_iter().zip(&mut states) {
            line.insert(wire.to_owned(), number.into());
            states.push(production::progress(number, need));
        }
    }
    let [requisitioned, registered] = states.map(|states| production::together(&states));
    let values = [
        (MATERIALS, list(materials)),
        ("llstatus", requisitioned.into()),
        ("djstatus", registered.into()),
    ];
    Some(assignment.set(world, values))
}
