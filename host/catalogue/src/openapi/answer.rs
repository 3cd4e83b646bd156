//! The answer of an operation: what it brings when it is carried out, and how it is refused.

use super::reference;
use super::value::{record, shown};
use crate::{Dialect, Operation, ResultKind};
use serde_json::{Map, Value as Json, json};

/// The schema of every answer under HTTP status 200.
pub(super) fn schema(operation: &Operation) -> Json {
    let (done, refused): (Json, &[&str]) = match operation.dialect {
        Dialect::Form => (reference(form(operation)), &["FormMessage", "FormFailure"]),
        Dialect::Json => (json_answer(operation), &["JsonFailure"]),
        Dialect::Helper => (helper_answer(operation), &["HelperFailure"]),
    };
    let mut forms = vec![done];
    for name in refused {
        let other = reference(name);
        if !forms.contains(&other) {
            forms.push(other);
        }
    }
    let mut description = format!("{} (menu {})", operation.title, operation.id);
    if operation.dialect == Dialect::Form && !operation.fields.is_empty() {
        let fields = operation.fields.iter();
        let fields = fields.map(|field| format!("`{}` {} ({})", field.wire, field.label, field.name));
        description += &format!("; known: {}", fields.collect::<Vec<_>>().join(", "));
    }
    json!({"title": operation.name, "description": description, "anyOf": forms})
}

fn form(operation: &Operation) -> &'static str {
    match operation.result {
        ResultKind::Session => "FormSession",
        ResultKind::Table => "FormTable",
        ResultKind::Bill | ResultKind::Record => "FormScreen",
        ResultKind::Message | ResultKind::Ack => "FormMessage",
    }
}

fn json_answer(operation: &Operation) -> Json {
    let mut required = vec!["Code", "Msg"];
    let mut properties = json!({"Code": {"const": 200}, "Msg": {"type": "string"}});
    match operation.result {
        ResultKind::Table => {
            required.extend(["Page", "Cols", "Rows"]);
            properties["Page"] = reference("JsonPage");
            properties["Cols"] = columns(operation);
            properties["Rows"] = json!({
                "type": "array",
                "description": "A row is a list in the order of `Cols`, or on some installations an object.",
                "items": {"anyOf": [{"type": "array"}, rows(operation)]},
            });
        }
        ResultKind::Record | ResultKind::Bill => {
            required.push("Data");
            properties["Data"] = rows(operation).into();
        }
        ResultKind::Message | ResultKind::Ack | ResultKind::Session => {}
    }
    json!({"type": "object", "required": required, "properties": properties})
}

fn columns(operation: &Operation) -> Json {
    let names: Vec<&str> = operation.fields.iter().map(|field| field.wire.as_str()).collect();
    let mut schema = json!({
        "type": "array",
        "description": "Wire names or Chinese captions of the columns.",
        "items": {"type": "string"},
    });
    if !names.is_empty() {
        schema["examples"] = json!([names]);
    }
    schema
}

fn rows(operation: &Operation) -> Map<String, Json> {
    record(&operation.fields, shown)
}

fn helper_answer(operation: &Operation) -> Json {
    json!({
        "type": "object",
        "required": ["flag", "code", "msg", "datas"],
        "properties": {
            "flag": {"const": true},
            "code": {"const": 200},
            "msg": {"type": "string"},
            "datas": {"type": "array", "description": "At most 50 rows a page.", "items": rows(operation)},
        },
    })
}
