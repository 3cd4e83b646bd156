//! The parts of requests and answers that all operations share.

use super::reference;
use serde_json::{Map, Value as Json, json};

/// How a caller shows who it is, where that is a header.
pub(super) fn security() -> Json {
    json!({"ZBAPI-Token": {
        "type": "apiKey",
        "in": "header",
        "name": "ZBAPI-Token",
        "description": "The session's token, for the dialect `json`. The other dialects carry it in the body.",
    }})
}

/// Answers under another HTTP status than 200. They are text for people.
pub(super) fn responses() -> Json {
    let text =
        json!({"text/plain": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}});
    json!({
        "UnknownPath": {"description": "Nobody handles the path, or not by this method.", "content": text},
        "TooLarge": {"description": "The body is too large to be read.", "content": text},
        "ServerError": {"description": "The server or what stands before it failed.", "content": text},
    })
}

/// The schemas that several operations use.
pub(super) fn schemas() -> Map<String, Json> {
    let parts = request_parts().into_iter().chain(form_answers());
    let parts = parts.chain(tables()).chain(other_answers());
    parts.map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn request_parts() -> Vec<(&'static str, Json)> {
    vec![
        (
            "SessionToken",
            json!({"type": "string", "description": "The token that `session.login` answered."}),
        ),
        (
            "OwnField",
            json!({
                "description": "One of the fields that an installation added itself.",
                "type": "object",
                "required": ["id", "val"],
                "properties": {
                    "id": {"type": "string", "pattern": "^(sysIcus|zdy|@InheritId|ext)"},
                    "val": {"type": ["string", "number"]},
                },
            }),
        ),
        (
            "AnyField",
            json!({
                "description": "Any field: the vendor does not publish which there are.",
                "type": "object",
                "required": ["id", "val"],
                "properties": {"id": {"type": "string"}, "val": {"type": ["string", "number"]}},
            }),
        ),
    ]
}

/// A document of the dialect `form`: its header, and a body with one member beside the model.
fn document(members: &[(&str, Json)]) -> Json {
    let mut properties = json!({"model": {"type": "string"}});
    for (name, schema) in members {
        properties[name] = schema.clone();
    }
    // On some installations the source of a list stands inside a report.
    let forms: Vec<Json> = members
        .iter()
        .map(|(name, _)| json!({"required": [name]}))
        .collect();
    json!({
        "type": "object",
        "required": ["header", "body"],
        "properties": {
            "header": reference("FormHeader"),
            "body": {"type": "object", "required": ["model"], "properties": properties, "anyOf": forms},
        },
    })
}

fn form_answers() -> Vec<(&'static str, Json)> {
    let words = json!({"type": "string"});
    let source = reference("FormSource");
    let report = json!({"type": "object", "required": ["source"], "properties": {"source": source}});
    vec![
        (
            "FormHeader",
            json!({
                "type": "object",
                "required": ["status", "message"],
                "properties": {"status": {"const": 0}, "message": words},
            }),
        ),
        (
            "FormFailure",
            json!({
                "description": "A failure: the message says why.",
                "type": "object",
                "required": ["header"],
                "properties": {"header": {
                    "type": "object",
                    "required": ["status", "message"],
                    "properties": {"status": {"type": "integer", "not": {"const": 0}}, "message": words},
                }},
            }),
        ),
        (
            "FormSession",
            json!({
                "type": "object",
                "required": ["header"],
                "properties": {"header": {
                    "type": "object",
                    "required": ["status", "message", "session"],
                    "properties": {
                        "status": {"const": 0},
                        "message": words,
                        "session": reference("SessionToken"),
                        "appversion": words,
                    },
                }},
            }),
        ),
        (
            "FormMessage",
            described(
                "The words after a command. A refusal often comes so, under status 0.",
                document(&[("message", reference("FormWords"))]),
            ),
        ),
        (
            "FormWords",
            json!({
                "type": "object",
                "required": ["text"],
                "properties": {
                    "title": words,
                    "text": words,
                    "url": words,
                    "wait": {"type": ["integer", "string"]},
                    "data": {
                        "description": "Empty text, or an object that may hold the record's key as `ord`.",
                        "type": ["string", "object"],
                        "properties": {"ord": {"type": ["integer", "string"]}},
                    },
                },
            }),
        ),
        ("FormTable", document(&[("source", source), ("report", report)])),
        ("FormScreen", document(&[("bill", reference("FormBill"))])),
        (
            "FormBill",
            json!({
                "type": "object",
                "required": ["value", "groups"],
                "properties": {
                    "id": words,
                    "caption": words,
                    "value": {"description": "The record's key, `ord`.", "type": ["integer", "string"]},
                    "groups": {"type": "array", "items": {
                        "type": "object",
                        "required": ["fields"],
                        "properties": {
                            "id": words,
                            "caption": words,
                            "fields": {"type": "array", "items": reference("FormField")},
                        },
                    }},
                },
            }),
        ),
        (
            "FormField",
            json!({
                "type": "object",
                "required": ["id", "value"],
                "properties": {
                    "id": {"description": "Wire name.", "type": "string"},
                    "caption": words,
                    "value": {"description": "The stored value.", "type": ["string", "number", "boolean"]},
                    "text": {"description": "The label of a coded value.", "type": "string"},
                    "notnull": {"type": ["integer", "boolean", "string"]},
                    "maxl": {"type": ["integer", "string"]},
                    "source": reference("FormSource"),
                },
            }),
        ),
    ]
}

fn described(description: &str, mut schema: Json) -> Json {
    schema["description"] = json!(description);
    schema
}

/// Where the values of a list or of a field come from: a table, a tree, or options.
fn tables() -> Vec<(&'static str, Json)> {
    let number = json!({"type": ["integer", "string"]});
    let words = json!({"type": "string"});
    let source = |member: &str, schema: Json| {
        json!({
            "type": "object",
            "required": [member],
            "properties": {"type_": words, member: schema},
        })
    };
    let option = json!({
        "type": "object",
        "required": ["value", "text"],
        "properties": {"value": {"type": ["string", "number"]}, "text": words},
    });
    let nodes = json!({
        "type": "object",
        "required": ["nodes"],
        "properties": {"nodes": {"type": "array", "items": reference("FormNode")}},
    });
    vec![
        (
            "FormSource",
            json!({"anyOf": [
                source("table", reference("FormRows")),
                source("trees", nodes),
                source("options", json!({"type": "array", "items": option})),
            ]}),
        ),
        (
            "FormRows",
            json!({
                "type": "object",
                "required": ["cols", "rows"],
                "properties": {
                    "cols": {"type": "array", "items": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": words, "caption": words},
                    }},
                    "rows": {
                        "description": "Each row holds its cells in the order of the columns; on some installations \
                                        it is an object, or there is one object in place of the list.",
                        "anyOf": [
                            {"type": "array", "items": {"type": ["array", "object"]}},
                            {"type": "object"},
                        ],
                    },
                    "page": {
                        "type": "object",
                        "required": ["pagesize", "pageindex", "pagecount", "recordcount"],
                        "properties": {
                            "pagesize": number,
                            "pageindex": number,
                            "pagecount": number,
                            "recordcount": number,
                        },
                    },
                },
            }),
        ),
        (
            "FormNode",
            json!({
                "type": "object",
                "required": ["text", "value"],
                "properties": {
                    "text": words,
                    "value": number,
                    "nodes": {"type": "array", "items": reference("FormNode")},
                },
            }),
        ),
    ]
}

fn other_answers() -> Vec<(&'static str, Json)> {
    let number = json!({"type": ["integer", "string"]});
    let words = json!({"type": "string"});
    let code = json!({
        "description": "300 refused, 400 token invalid, 500 server error.",
        "type": "integer",
        "not": {"const": 200},
    });
    vec![
        (
            "JsonPage",
            json!({
                "type": "object",
                "required": ["RecordCount", "PageSize", "PageIndex", "PageCount"],
                "properties": {
                    "RecordCount": number,
                    "PageSize": number,
                    "PageIndex": number,
                    "PageCount": number,
                },
            }),
        ),
        (
            "JsonFailure",
            json!({
                "description": "Refused or failed: the message says why.",
                "type": "object",
                "required": ["Code", "Msg"],
                "properties": {"Code": code, "Msg": words},
            }),
        ),
        (
            "HelperFailure",
            json!({
                "description": "Refused or failed: the message says why.",
                "type": "object",
                "required": ["flag", "code", "msg"],
                "properties": {"flag": {"const": false}, "code": code, "msg": words, "datas": {"type": "array"}},
            }),
        ),
    ]
}
