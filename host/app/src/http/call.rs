//! `POST /v1/erp/{operation}`: what is asked of the ERP on the spot, under the grants of `[server]`.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use super::operations::unknown;
use crate::api::calls::{Answer, Arguments};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Face, Record, Value};
use sunmao_runtime::{Actor, Caller, Grants, Invocation, Permit};

impl RequestBody for Arguments {
    const HINT: &'static str =
        "send one JSON object with arguments by name; `GET /v1/operations/{name}` shows them";
}

/// Asks the ERP and waits for its answer: stock, a price, a record as it is now. The operation has to be granted in
/// `[server] grants`, and every call leaves an audit row of the actor `http`.
#[utoipa::path(
    post,
    path = "/v1/erp/{operation}",
    operation_id = "erp.call",
    params(("operation" = String, Path, description = "The full name, such as `stock-levels.list`")),
    request_body = Arguments,
    responses(
        (status = 200, body = Answer),
        (status = 403, body = Refusal, description = "Not granted"),
        (status = 422, body = Refusal, description = "The ERP said no, in its own words"),
        (status = 502, body = Refusal, description = "A write went out and nobody saw its outcome: look it up"),
        (status = 503, body = Refusal, description = "The ERP is out, or has no turn or no session for this"),
        (status = "default", body = Refusal)
    )
)]
pub async fn call(
    State(parts): State<Arc<Parts>>,
    name: Result<Path<String>, PathRejection>,
    Body(Arguments(arguments)): Body<Arguments>,
) -> Result<Json<Answer>, ApiError> {
    let Path(name) = name?;
    let host = &parts.host;
    let operation = host.catalogue.find(&name);
    let operation = operation.ok_or_else(|| unknown(&host.catalogue, &name))?;
    let permit = permit(&parts, &host.catalogue);
    let caller = Caller::new(
        Actor::Http,
        env!("CARGO_PKG_VERSION"),
        Arc::new(permit),
        Invocation::at(host.clock.now()),
    );
    let given = record(arguments)?;
    let answer = host.gateway.call(&caller, operation, &given).await?;
    let shown = operation.present(answer, Face::Dynamic);
    let result = serde_json::to_value(shown).map_err(|error| ApiError::faulty(&error))?;
    Ok(Json(Answer {
        operation: operation.name.clone(),
        result,
    }))
}

/// What `[server] grants` allows. They were resolved when the configuration was read.
fn permit(parts: &Parts, catalogue: &Catalogue) -> Permit {
    let configuration = parts.configuration.load();
    Permit {
        grants: Grants::resolve(catalogue, &configuration.server.grants).unwrap_or_default(),
        limits: configuration.limits,
        ..Permit::default()
    }
}

fn record(arguments: crate::api::records::Body) -> Result<Record, ApiError> {
    let read = serde_json::from_value(serde_json::Value::Object(arguments));
    match read.map_err(|error| ApiError::invalid(error.to_string(), Arguments::HINT))? {
        Value::Record(record) => Ok(*record),
        _ => Err(ApiError::invalid("the body is no object", Arguments::HINT)),
    }
}
