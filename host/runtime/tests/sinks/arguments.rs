//! Sound arguments for every write, different from record to record.

use crate::cases::Way;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sunmao_catalogue::{Effect, Field, FieldType, Operation, Record, Repeat, Value};

/// What is known of an ERP before anything is written.
#[derive(Clone, Default)]
pub struct Facts {
    /// The records of the write's object, by key.
    pub records: BTreeMap<i64, Json>,
    /// A customer's name.
    pub customer: String,
}

/// Which record, and what is to stand in it.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The key of the record that the write is about, where it is about one that is there.
    pub key: i64,
    /// Tells the records of one write apart.
    pub round: i64,
    /// What people change.
    pub words: &'a str,
}

/// Sound arguments of a write.
pub fn arguments(operation: &Operation, way: Way, wanted: Wanted<'_>, facts: &Facts) -> Record {
    let mut given = operation.example();
    given.shift_remove("extra");
    let own_key = own_key(operation);
    for field in &operation.params {
        let is_own_key = own_key.is_some_and(|own| own.wire == field.wire);
        if is_own_key && way.names_its_key() {
            given.shift_remove(&field.name);
        } else if let Some(value) = value(operation, field, wanted) {
            given.insert(field.name.clone(), value);
        }
    }
    for (wire, value) in own(&operation.name, wanted, facts) {
        let field = operation.params.iter().find(|field| field.wire == wire);
        given.insert(field.map_or(wire, |field| field.name.clone()), value);
    }
    let publishes_nothing = operation.params.iter().all(is_key);
    if publishes_nothing && way.has_content() {
        let words = text(wanted);
        let extra = json!({ "title": words, "intro": words });
        given.insert(
            "extra".to_owned(),
            serde_json::from_value(extra).expect("a record"),
        );
    }
    given
}

/// The parameter that makes a write repeatable.
pub fn own_key(operation: &Operation) -> Option<&Field> {
    let Effect::Write(write) = &operation.effect else {
        return None;
    };
    let Repeat::ReservedKey { parameter, .. } = &write.repeat else {
        return None;
    };
    operation.params.iter().find(|field| field.wire == *parameter)
}

pub fn is_key(field: &Field) -> bool {
    ["ord", "id"]
        .iter()
        .any(|key| field.wire.eq_ignore_ascii_case(key))
}

fn value(operation: &Operation, field: &Field, wanted: Wanted<'_>) -> Option<Value> {
    let is_remark = matches!(
        &*field.wire.to_lowercase(),
        "intro" | "title" | "name" | "mobile" | "address" | "remark"
    );
    // The ERP takes it only once.
    let is_number = field.label.ends_with("编号") && operation.object != "contract-lines";
    Some(match field.kind {
        FieldType::Int if is_key(field) => Value::from(wanted.key),
        FieldType::String if is_key(field) => Value::from(wanted.key.to_string()),
        FieldType::String if is_number => Value::from(format!("N{}-{}", operation.id, wanted.round)),
        FieldType::String if is_remark && field.values.is_empty() => Value::from(text(wanted)),
        _ => return None,
    })
}

fn text(wanted: Wanted<'_>) -> String {
    format!("榫卯 {}（{}）", wanted.round, wanted.words)
}

/// What else a sound write of its kind says, beside the example.
fn own(name: &str, wanted: Wanted<'_>, facts: &Facts) -> Record {
    let Wanted { key, round, .. } = wanted;
    let record = facts.records.get(&key);
    let substitute = json!({
        "Priority": 1, "ReProductID": round % 4 + 5, "unit": 1, "Dosage": "1", "ReplacementRatio": "1",
    });
    let own = match name {
        "accounts.create" | "accounts.update" => json!({"Username": format!("sunmao-{round}")}),
        "cash-advances.repay" => json!({"extra": {"money1": "1"}}),
        "customers.assign" => {
            let colleague = if wanted.words == "新" { "3" } else { "2" };
            json!({ "member1": 0, "member2": colleague })
        }
        "contracts.create" => json!({ "customer-name": facts.customer }),
        "departments.update" => json!({"name": text(wanted), "pid": 0}),
        "material-substitutions.create" => json!({ "childtd": [substitute] }),
        "material-substitutions.update" => {
            let mut line = substitute;
            line["ID"] = json!(0);
            json!({ "childtd": [line] })
        }
        "production-reports.update" => {
            json!({"WorkAssignWFPID": record.map(|record| &record["WorkAssignWFPID"])})
        }
        "quality-inspections.save" => json!({"QCTaskID": round + 1, "PoType": 1, "QualityTestingItems": [{
            "DataType": 0, "BID": 1, "SerialNumber": "50", "NumTesting": "1", "OkNum": "1", "TaskMXId": round + 1,
        }]}),
        "stock-receipts.update-cost" => {
            let lines = record.map(|record| &record["kuinlist"]);
            let line = lines.map(|lines| &lines[0]["id"]);
            let price = if wanted.words.is_empty() { "2.5" } else { "3.5" };
            json!({"KuinList": [{"id": line, "Price1": price}]})
        }
        _ => json!({}),
    };
    serde_json::from_value(own).expect("a record")
}
