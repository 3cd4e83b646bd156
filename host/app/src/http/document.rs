//! `/v1/openapi.json`: this API, described by itself.

use super::error::ApiError;
use crate::parts::Parts;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_catalogue::Kinds;

/// The OpenAPI document of this API, with the operator's kinds of records.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi.show",
    responses((status = 200, description = "An OpenAPI document", content_type = "application/json"))
)]
pub async fn show(State(parts): State<Arc<Parts>>) -> Result<impl IntoResponse, ApiError> {
    let document = super::document(&parts.host.kinds.load()).map_err(|error| ApiError::faulty(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document))
}

/// Adds what the bodies of the hub's records hold, `ContactBody` for a contact's, and what webhooks are told.
pub fn complete(document: &mut Value, kinds: &Kinds) {
    let schemas = &mut document["components"]["schemas"];
    let mut bodies = Vec::new();
    for kind in kinds.own() {
        let name = body_name(&kind.name);
        bodies.push(json!({"$ref": format!("#/components/schemas/{name}")}));
        schemas[name] = kind.json_schema();
    }
    schemas["WebhookMessage"] = webhook_message();
    document["paths"]["/v1/records/{kind}/{id}"]["put"]["requestBody"]["content"]["application/json"]["schema"] =
        json!({"description": "The members of a record, as its kind has them.", "anyOf": bodies});
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/WebhookMessage"}}});
    let answer = json!({"description": "Taken. Any other answer is tried again, but 410, which ends it."});
    document["webhooks"] = json!({"record": {"post": {
        "operationId": "webhook.record",
        "summary": "Another system is told that a record was saved or deleted, signed by Standard Webhooks.",
        "requestBody": {"content": content, "required": true},
        "responses": {"2XX": answer},
    }}});
}

fn webhook_message() -> Value {
    json!({
        "type": "object",
        "description": "What a webhook is told.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "description": "What happened: `contact.saved`, `contact.deleted`."},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it did."},
            "data": {
                "type": "object",
                "title": "WebhookRecord",
                "description": "The record.",
                "required": ["kind", "id", "revision", "body"],
                "properties": {
                    "kind": {"type": "string", "description": "Its kind."},
                    "id": {"type": "string", "description": "Its id."},
                    "revision": {
                        "type": "integer", "format": "int64",
                        "description": "The revision of its body; an older one may come behind a newer.",
                    },
                    "body": {"type": ["object", "null"], "description": "Its members; null where it was deleted."},
                },
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    })
}

/// `ShowroomVisitBody` for the kind `showroom-visit`: no other schema of the document ends like this.
fn body_name(kind: &str) -> String {
    let parts = kind.split('-').map(|part| {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        first.to_ascii_uppercase() + rest
    });
    parts.collect::<String>() + "Body"
}
