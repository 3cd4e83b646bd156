//! Work assignments: what is to be made of which materials in which operations. Plans, tasks and inspections follow from
//! them, and they show how far those are.

use super::values::{At, amount, at, create_at, current, fill, key, lines, list, member};
use super::{Rules, State, approvals, line_keys};
use crate::ledger::Change;
use crate::schema::Schema;
use crate::table::Entry;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

pub(super) const ASSIGNMENTS: &str = "work-assignments";
pub(super) const PLANS: &str = "production-report-plans";
pub(super) const TASKS: &str = "production-tasks";
pub(super) const INSPECTION_PLANS: &str = "quality-inspection-plans";
pub(super) const OPERATIONS: &str = "production-operations";
const PRODUCTS: &str = "products";
const ACCOUNTS: &str = "accounts";

/// Lists of an assignment, by wire name.
pub(super) const MATERIALS: &str = "WorkAssignItems";
pub(super) const STEPS: &str = "WorkAssignWFPs";

/// How much of a material was requisitioned for an assignment, and how much of that was registered.
pub(super) const REQUISITIONED: &str = "LLNum";
pub(super) const REGISTERED: &str = "RegedNum";

/// What a generated assignment is about: it is the same for each, so that all that follows from it agrees.
pub(super) mod generated {
    pub(in crate::rules) const MADE: i64 = 100;
    pub(in crate::rules) const REPORTED: i64 = 10;
    pub(in crate::rules) const NEEDED: i64 = 200;
    pub(in crate::rules) const REQUISITIONED: i64 = 50;
    pub(in crate::rules) const REGISTERED: i64 = 20;
    pub(in crate::rules) const SENT: i64 = 50;
    pub(in crate::rules) const INSPECTED: i64 = 40;
}

/// How much of something is done: nothing, a part, all, or too much.
pub(super) const NONE: i64 = 0;
pub(super) const PART: i64 = 1;
pub(super) const ALL: i64 = 2;
const TOO_MUCH: i64 = 3;
/// There is nothing to do.
const NEEDLESS: i64 = 4;

pub(super) const ASSIGNMENT_RULES: Rules = Rules {
    states: &[State {
        wire: "SPStatus",
        ..approvals::STATE
    }],
    number: ("派工编号", "PG"),
    generated: generate,
    before_save,
    after_save,
    ..Rules::NONE
};

fn generate(schema: &Schema, ord: i64, entry: &mut Entry) {
    let first = |wire: &str| {
        let column = schema.named(wire)?;
        lines(&entry.values[column]).into_iter().next()
    };
    let mut material = first(MATERIALS).unwrap_or_default();
    let mut step = first(STEPS).unwrap_or_default();
    for (wire, value) in [
        ("ID", ord),
        ("NeedNum", generated::NEEDED),
        (REQUISITIONED, generated::REQUISITIONED),
        (REGISTERED, generated::REGISTERED),
    ] {
        material.insert(wire.to_owned(), value.into());
    }
    for (wire, value) in [
        ("ID", ord),
        ("NumMake", generated::MADE),
        ("ExecStatus", PART),
        ("ReportingExceptionStrategy", 0),
    ] {
        step.insert(wire.to_owned(), value.into());
    }
    step.insert("WorkingProcedureTitle".to_owned(), operation_name(ord).into());
    let [_, product] = generated_numbers(ord);
    let values = [
        ("ProductCode", product),
        ("NumMake", Decimal::from(generated::MADE).into()),
        ("ExecQcCheck", Value::Integer(1)),
        ("llstatus", PART.into()),
        ("djstatus", PART.into()),
        ("zjstatus", PART.into()),
        ("rkstatus", NONE.into()),
        ("SPStatus", approvals::UNNEEDED.into()),
        (MATERIALS, list(vec![material])),
        (STEPS, list(vec![step])),
    ];
    fill(schema, entry, values);
}

/// The numbers that generated records show of the assignment and of the product that they are for.
pub(super) fn generated_numbers(ord: i64) -> [Value; 2] {
    ["PG", "CP"].map(|prefix| format!("{prefix}{ord:06}").into())
}

/// The name of a generated operation.
pub(super) fn operation_name(ord: i64) -> String {
    format!("工序{ord:02}")
}

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    let product = current(world, draft, "ProductID")
        .as_integer()
        .unwrap_or_default();
    let product = at(PRODUCTS, product);
    if !product.exists(world) {
        return Err("派工产品不存在，不能保存！".to_owned());
    }
    let made = amount(&current(world, draft, "NumMake")).unwrap_or_default();
    if made <= Decimal::ZERO {
        return Err("派工数量必须大于0，不能保存！".to_owned());
    }
    for (wire, own) in [
        ("ProductName", "Title"),
        ("ProductCode", "Code"),
        ("ProductModel", "Model"),
    ] {
        let value = product.value(world, own);
        draft.set(wire, value);
    }
    name_the_worker(world, draft);
    let materials = materials(world, draft, made)?;
    steps(world, draft, made)?;
    let start = if materials == 0 { NEEDLESS } else { NONE };
    for (wire, state) in [
        ("llstatus", start),
        ("djstatus", start),
        ("zjstatus", NONE),
        ("rkstatus", NONE),
        ("SPStatus", approvals::UNNEEDED),
    ] {
        draft.set(wire, state.into());
    }
    Ok(())
}

/// The worker is given by key or by name and kept with both, where there is an account.
fn name_the_worker(world: &mut World, draft: &mut Draft<'_>) {
    let given = draft.given("Cateid_WA").cloned().unwrap_or_default();
    let found = match given.as_integer() {
        Some(key) => Some(key),
        None => world
            .model
            .object(ACCOUNTS)
            .and_then(|accounts| world.find(accounts, "Name", given.as_text().unwrap_or_default())),
    };
    let account = found.map(|ord| at(ACCOUNTS, ord));
    match account.filter(|account| account.exists(world)) {
        Some(account) => {
            draft.set("Cateid_WA", account.ord.into());
            let name = account.value(world, "Name");
            draft.set("Catename_WA", name);
        }
        None => draft.set("Catename_WA", given),
    }
}

/// Completes the materials; where no need is given, it follows from the ratio and the wastage. How many there are.
fn materials(world: &mut World, draft: &mut Draft<'_>, made: Decimal) -> Result<usize, String> {
    let mut given = draft.given(MATERIALS).map(lines).unwrap_or_default();
    line_keys::give(world, draft, MATERIALS, &mut given)?;
    for (position, line) in given.iter_mut().enumerate() {
        name_the_product(world, line)
            .map_err(|fault| format!("所需物料第{}行：{fault}，不能保存！", position + 1))?;
        if line.get("NeedNum").and_then(amount).is_none() {
            let waste = Decimal::ONE.saturating_add(member(line, "WastAge"));
            let need = made.saturating_mul(member(line, "Bl")).saturating_mul(waste);
            line.insert("NeedNum".to_owned(), need.normalize().into());
        }
        for wire in [REQUISITIONED, REGISTERED] {
            line.insert(wire.to_owned(), Value::Integer(0));
        }
    }
    let count = given.len();
    draft.set(MATERIALS, list(given));
    Ok(count)
}

/// Shows a line's product by name; it has to be one that exists.
pub(super) fn name_the_product(world: &mut World, line: &mut Record) -> Result<(), String> {
    let product = at(PRODUCTS, key(line, "ProductID").unwrap_or_default());
    if !product.exists(world) {
        return Err("产品不存在".to_owned());
    }
    for (wire, own) in [
        ("ProductName", "Title"),
        ("ProductCode", "Code"),
        ("ProductModel", "Model"),
    ] {
        line.insert(wire.to_owned(), product.value(world, own));
    }
    Ok(())
}

/// Completes the operations; each makes all pieces where it does not say how many.
fn steps(world: &mut World, draft: &mut Draft<'_>, made: Decimal) -> Result<(), String> {
    let mut given = draft.given(STEPS).map(lines).unwrap_or_default();
    line_keys::give(world, draft, STEPS, &mut given)?;
    for (position, line) in given.iter_mut().enumerate() {
        if let Some(operation) = key(line, "WorkingProcedureID") {
            let operation = at(OPERATIONS, operation);
            if !operation.exists(world) {
                return Err(format!("工序执行第{}行：工序不存在，不能保存！", position + 1));
            }
            let name = operation.value(world, "GXname");
            line.insert("WorkingProcedureTitle".to_owned(), name);
        }
        if line.get("NumMake").and_then(amount).is_none() {
            line.insert("NumMake".to_owned(), made.into());
        }
        if let Some(people) = line.get("CateIDs").and_then(Value::to_text) {
            let names = super::references::people(world, &people);
            line.insert("CateNames".to_owned(), names.into());
        }
        line.insert("ExecStatus".to_owned(), NONE.into());
    }
    draft.set(STEPS, list(given));
    Ok(())
}

/// An assignment's operations are planned and handed out, and its products wait for inspection.
fn after_save(world: &mut World, ord: i64, _: &Draft<'_>) -> Vec<Change> {
    let assignment = at(ASSIGNMENTS, ord);
    let mut changes = Vec::new();
    for step in assignment.lines(world, STEPS) {
        let Some(plan) = key(&step, "ID") else {
            continue;
        };
        let member = |name: &str| step.get(name).cloned().unwrap_or_default();
        let shared = [
            ("WATitle", assignment.value(world, "Title")),
            ("WABH", assignment.value(world, "Code")),
            ("DateStart", member("DateStart")),
            ("DateEnd", member("DateEnd")),
            ("WorkCenterName", member("WorkCenterName")),
        ];
        let planned = [
            ("WorkAssignID", ord.into()),
            ("WorkingProcedureID", member("WorkingProcedureID")),
            ("WorkingProcedureTitle", member("WorkingProcedureTitle")),
            ("RowIndex", member("RowIndex")),
            ("ReportingExceptionStrategy", member("ReportingExceptionStrategy")),
            ("NumMake", member("NumMake")),
            ("ProductName", assignment.value(world, "ProductName")),
            ("ProductCode", assignment.value(world, "ProductCode")),
            ("ProductModel", assignment.value(world, "ProductModel")),
        ];
        let handed_out = [
            ("WAID", ord.into()),
            ("WPId", member("WorkingProcedureID")),
            ("WProce", member("WorkingProcedureTitle")),
            ("ReportExt", member("ReportingExceptionStrategy")),
            ("TaskNum", member("NumMake")),
            ("ProductId", assignment.value(world, "ProductID")),
            ("Proname", assignment.value(world, "ProductName")),
            ("ProdOrder", assignment.value(world, "ProductCode")),
            ("cateid", member("CateIDs")),
            (super::reports::OF_PLAN.0, plan.into()),
        ];
        let record = |own: &[(&str, Value)]| {
            let all = shared.iter().chain(own);
            all.map(|(wire, value)| ((*wire).to_owned(), value.clone()))
                .collect::<Record>()
        };
        changes.extend(create_at(world, PLANS, Some(plan), &record(&planned)));
        changes.extend(create_at(world, TASKS, None, &record(&handed_out)));
        super::reports::refresh(world, at(PLANS, plan));
    }
    if assignment.is(world, "ExecQcCheck", 1) {
        let values = [
            ("Title", "Title"),
            ("WABH", "Code"),
            ("ProID", "ProductID"),
            ("Product", "ProductName"),
            ("Order1", "ProductCode"),
            ("Type1", "ProductModel"),
            ("InspectorName", "NumMake"),
            ("DateDelivery", "DateDelivery"),
            ("Useman", "Catename_WA"),
        ];
        let values = values.map(|(wire, own)| (wire.to_owned(), assignment.value(world, own)));
        changes.extend(create_at(
            world,
            INSPECTION_PLANS,
            Some(ord),
            &Record::from_iter(values),
        ));
    }
    changes
}

/// How far something is.
pub(super) fn progress(done: Decimal, wanted: Decimal) -> i64 {
    match done {
        _ if done <= Decimal::ZERO => NONE,
        _ if done < wanted => PART,
        _ if done == wanted => ALL,
        _ => TOO_MUCH,
    }
}

/// How far all of several things are: too much of one is too much.
pub(super) fn together(states: &[i64]) -> i64 {
    match states {
        [] => NEEDLESS,
        _ if states.contains(&TOO_MUCH) => TOO_MUCH,
        _ if states.iter().all(|state| *state == ALL) => ALL,
        _ if states.iter().all(|state| *state == NONE) => NONE,
        _ => PART,
    }
}

/// The assignment of a key, if there is one.
pub(super) fn assignment(world: &mut World, ord: Option<i64>) -> Option<At> {
    let assignment = at(ASSIGNMENTS, ord?);
    assignment.exists(world).then_some(assignment)
}
