//! The body of a request, in the dialect of its operation.

use super::reference;
use super::value::{required, taken, taken_record};
use crate::{Arguments, Dialect, Field, Operation, ResultKind, Value};
use serde_json::{Map, Value as Json, json};

/// A token as examples write it.
const TOKEN: &str = "SESSION";

/// The schema of the body.
pub(super) fn schema(operation: &Operation) -> Json {
    let body = match operation.dialect {
        Dialect::Form => form(operation),
        Dialect::Json => taken_record(&operation.params).into(),
        Dialect::Helper => helper(operation),
    };
    let mut schema = json!({
        "title": operation.name,
        "description": format!("{} (menu {})", operation.title, operation.id),
    });
    if let (Some(schema), Json::Object(body)) = (schema.as_object_mut(), body) {
        schema.extend(body);
    }
    schema
}

fn form(operation: &Operation) -> Json {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    if operation.result != ResultKind::Session {
        properties.insert("session".to_owned(), reference("SessionToken"));
        needed.push("session");
    }
    let command = match &operation.cmdkey {
        Some(command) => {
            needed.push("cmdkey");
            json!({"const": command})
        }
        None => json!({"type": ["string", "null"], "maxLength": 0, "description": "No command."}),
    };
    properties.insert("cmdkey".to_owned(), command);
    properties.insert("datas".to_owned(), datas(operation));
    needed.push("datas");
    json!({"type": "object", "required": needed, "properties": properties})
}

/// The list of names and values. Which names have to occur is said by `contains`, one a required parameter.
fn datas(operation: &Operation) -> Json {
    let other = reference(if operation.documented {
        "OwnField"
    } else {
        "AnyField"
    });
    let pairs: Vec<Json> = operation.params.iter().map(pair).chain([other]).collect();
    let mut schema = json!({"type": "array", "items": {"anyOf": pairs}});
    let contained: Vec<Json> = required(&operation.params)
        .map(|field| json!({"contains": {"required": ["id"], "properties": {"id": {"const": field.wire}}}}))
        .collect();
    if !contained.is_empty() {
        schema["allOf"] = contained.into();
    }
    schema
}

fn pair(field: &Field) -> Json {
    json!({
        "title": field.name,
        "type": "object",
        "required": ["id", "val"],
        "properties": {"id": {"const": field.wire}, "val": taken(field)},
    })
}

/// Saves take a list of objects, one a record; an object is taken for a list of one.
fn helper(operation: &Operation) -> Json {
    let record = taken_record(&operation.params);
    let datas = match operation.result {
        ResultKind::Ack => json!({"anyOf": [{"type": "array", "minItems": 1, "items": record}, record]}),
        _ => record.into(),
    };
    json!({
        "type": "object",
        "required": ["Token", "Datas"],
        "properties": {"Token": reference("SessionToken"), "Datas": datas},
    })
}

/// A body that the ERP takes.
pub(super) fn example(operation: &Operation) -> Json {
    if operation.result == ResultKind::Session {
        let datas = [
            ("user", "txt:NAME"),
            ("password", "txt:PASSWORD"),
            ("serialnum", "txt:DEVICE1"),
            ("rndcode", ""),
        ];
        let datas = datas.map(|(id, val)| json!({"id": id, "val": val}));
        return json!({"datas": datas});
    }
    // Examples are sound: a test checks every one of them.
    let arguments = operation.check(&operation.example()).unwrap_or_default();
    match operation.dialect {
        Dialect::Form => {
            let mut body = json!({"session": TOKEN});
            if let Some(command) = &operation.cmdkey {
                body["cmdkey"] = json!(command);
            }
            let pair = |(id, val): (&str, &Value)| json!({"id": id, "val": val});
            body["datas"] = arguments.iter().map(pair).collect();
            body
        }
        Dialect::Json => plain(&arguments),
        Dialect::Helper => {
            let datas = plain(&arguments);
            let datas = match operation.result {
                ResultKind::Ack => json!([datas]),
                _ => datas,
            };
            json!({"Token": TOKEN, "Datas": datas})
        }
    }
}

fn plain(arguments: &Arguments) -> Json {
    let members = arguments
        .iter()
        .map(|(name, value)| (name.to_owned(), json!(value)));
    Json::Object(members.collect())
}
