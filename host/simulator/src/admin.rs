//! The admin path: what the simulator saw and holds, its clock and its faults, for people and tests, and the OpenAPI
//! document of what it serves. It needs no session and has no latency.

use crate::clock::Clock;
use crate::erp::Erp;
use crate::faults::Faults;
use crate::ledger::LedgerEntry;
use crate::store;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use jiff::Span;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};
use sunmao_catalogue::{Catalogue, Record, Value, openapi_text};

/// `GET ledger`, `GET openapi.json`, `GET` and `POST records/{object}`, `DELETE records/{object}/{ord}`, `GET status`,
/// `POST sessions/drop`, `GET` and `POST faults`, `GET` and `POST clock`.
pub(crate) fn router() -> Router<Arc<Erp>> {
    Router::new()
        .route("/ledger", get(ledger))
        .route("/openapi.json", get(openapi))
        .route("/records/{object}", get(records).post(enter))
        .route("/records/{object}/{ord}", delete(remove))
        .route("/status", get(status))
        .route("/sessions/drop", post(drop_sessions))
        .route("/faults", get(faults).post(set_faults))
        .route("/clock", get(clock).post(set_clock))
}

/// The document of the ERP's API. Tools look for it at the root, too.
pub(crate) async fn openapi() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi_text(&Catalogue::shared()));
    (
        [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
        TEXT.as_str(),
    )
}

#[derive(Deserialize)]
struct After {
    /// The last sequence number that the caller has seen.
    #[serde(default)]
    after: u64,
}

#[derive(Serialize)]
struct LedgerPage {
    entries: Vec<LedgerEntry>,
    /// Requests so far.
    total: u64,
}

async fn ledger(State(erp): State<Arc<Erp>>, Query(asked): Query<After>) -> Json<LedgerPage> {
    let state = erp.state();
    Json(LedgerPage {
        entries: state.ledger.after(asked.after).cloned().collect(),
        total: state.ledger.total(),
    })
}

#[derive(Deserialize)]
struct Asked {
    /// Only what calls have created or changed.
    #[serde(default)]
    written: bool,
}

#[derive(Serialize)]
struct RecordPage {
    object: String,
    /// Records of the object in all.
    total: usize,
    records: Vec<Record>,
}

async fn records(
    State(erp): State<Arc<Erp>>,
    Path(object): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<RecordPage>, (StatusCode, String)> {
    let mut state = erp.state();
    let model = state.world.model.clone();
    let Some(position) = model.object(&object) else {
        return Err((StatusCode::NOT_FOUND, format!("no object is called `{object}`")));
    };
    let schema = &model.schemas[position];
    let table = state.world.table(position);
    let records = table
        .newest_first()
        .filter(|(_, entry)| entry.written || !asked.written)
        .map(|(_, entry)| {
            let ids = schema.columns.iter().map(|column| column.id.to_string());
            let mut record: Record = ids.zip(entry.values.iter().cloned()).collect();
            record.extend(entry.extra.clone());
            let commands = entry.commands.iter().map(|(name, arguments)| {
                let named = [
                    ("operation", Value::from(name.as_str())),
                    ("arguments", arguments.clone().into()),
                ];
                Value::from(Record::from_iter(
                    named.map(|(name, value)| (name.to_owned(), value)),
                ))
            });
            record.insert("_commands".to_owned(), Value::List(commands.collect()));
            record
        })
        .collect();
    Ok(Json(RecordPage {
        object,
        total: table.len(),
        records,
    }))
}

#[derive(Serialize)]
struct Entered {
    ord: i64,
}

/// What the staff enter by hand where the vendor's API has no operation for it, such as a service ticket or a payment that
/// arrived: values by wire name; with `ord`, those of a record that is there. The object's rules hold as in a save.
async fn enter(
    State(erp): State<Arc<Erp>>,
    Path(object): Path<String>,
    body: Result<Json<Record>, JsonRejection>,
) -> Result<Json<Entered>, (StatusCode, String)> {
    let Json(mut given) = body.map_err(unreadable)?;
    let ord = given.shift_remove("ord").and_then(|ord| ord.as_integer());
    let mut state = erp.state();
    let Some(position) = state.world.model.object(&object) else {
        return Err((StatusCode::NOT_FOUND, format!("no object is called `{object}`")));
    };
    let entered = store::enter(&mut state.world, position, ord, &given);
    // Nobody asked for it by a request that would have to say what else it changed.
    state.world.followed.clear();
    let ord = entered.map_err(|words| (StatusCode::UNPROCESSABLE_ENTITY, words))?;
    Ok(Json(Entered { ord }))
}

/// What the staff delete by hand, by key: something that went wrong. The object's rules hold as in a deletion.
async fn remove(
    State(erp): State<Arc<Erp>>,
    Path((object, ord)): Path<(String, i64)>,
) -> Result<Json<Entered>, (StatusCode, String)> {
    let mut state = erp.state();
    let world = &mut state.world;
    let model = world.model.clone();
    let Some(position) = model.object(&object) else {
        return Err((StatusCode::NOT_FOUND, format!("no object is called `{object}`")));
    };
    let rules = &model.schemas[position].rules;
    (rules.before_delete)(world, ord).map_err(|words| (StatusCode::UNPROCESSABLE_ENTITY, words))?;
    let Some(entry) = world.table(position).remove(ord) else {
        return Err((StatusCode::NOT_FOUND, format!("{object} has no record {ord}")));
    };
    (rules.after_delete)(world, ord, &entry);
    world.followed.clear();
    Ok(Json(Entered { ord }))
}

#[derive(Serialize)]
struct Status {
    variant: &'static str,
    seed: u64,
    size: usize,
    /// Requests so far.
    calls: u64,
    /// Successful logins so far.
    logins: u64,
    /// Living sessions.
    sessions: usize,
    /// The captcha that the next login has to carry, while one is asked for.
    captcha: Option<String>,
}

async fn status(State(erp): State<Arc<Erp>>) -> Json<Status> {
    let state = erp.state();
    Json(Status {
        variant: erp.options.variant.name(),
        seed: erp.options.seed,
        size: erp.options.size,
        calls: state.ledger.total(),
        logins: state.sessions.logins(),
        sessions: state.sessions.living(),
        captcha: state.sessions.captcha().map(str::to_owned),
    })
}

#[derive(Serialize)]
struct Dropped {
    dropped: usize,
}

async fn drop_sessions(State(erp): State<Arc<Erp>>) -> Json<Dropped> {
    let dropped = erp.state().sessions.drop_all();
    Json(Dropped { dropped })
}

/// The faults in force: `{"kind": probability, …}`.
async fn faults(State(erp): State<Arc<Erp>>) -> Json<Faults> {
    Json(erp.state().dice.faults().clone())
}

/// Puts these faults in force and no others; `{}` ends them all.
async fn set_faults(
    State(erp): State<Arc<Erp>>,
    body: Result<Json<Faults>, JsonRejection>,
) -> Result<Json<Faults>, (StatusCode, String)> {
    let Json(faults) = body.map_err(unreadable)?;
    erp.state().dice.set(faults.clone());
    Ok(Json(faults))
}

#[derive(Serialize)]
struct Time {
    /// The wall time of the ERP's office: `2025-03-07T10:00:00`.
    now: DateTime,
    /// Whether it runs by itself.
    runs: bool,
}

impl Time {
    fn of(clock: &Clock) -> Json<Time> {
        Json(Time {
            now: clock.now(),
            runs: clock.runs(),
        })
    }
}

async fn clock(State(erp): State<Arc<Erp>>) -> Json<Time> {
    Time::of(&erp.clock)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Turn {
    /// Stand still at this time.
    Now(DateTime),
    /// Move by so much: `1h30m`, `2 days`, `P1M`.
    Advance(Span),
}

async fn set_clock(
    State(erp): State<Arc<Erp>>,
    body: Result<Json<Turn>, JsonRejection>,
) -> Result<Json<Time>, (StatusCode, String)> {
    let Json(turn) = body.map_err(unreadable)?;
    match turn {
        Turn::Now(now) => erp.clock.set(now),
        Turn::Advance(by) => erp
            .clock
            .advance(by)
            .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?,
    }
    Ok(Time::of(&erp.clock))
}

fn unreadable(rejection: JsonRejection) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, rejection.body_text())
}
