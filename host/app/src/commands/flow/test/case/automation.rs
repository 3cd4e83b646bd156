//! A case of an automation: the records of the hub before, the event, and the records that it files. It asks no ERP.

use super::Case;
use super::outcome::{self, Difference};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use sunmao_catalogue::RecordKind;
use sunmao_runtime::filing::{self, Rests};
use sunmao_runtime::{Event, Host, Invocation, SharedExtension, record};
use sunmao_store::{NewRecord, RecordName, StoredRecord};

/// Who filed what stands there before.
const BEFORE: &str = "http";
/// Most records of a case.
const MOST: u32 = 1_000;

/// What an automation hears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heard {
    /// The event's name: `conversation.saved`.
    event: String,
    /// What it is about: `conversation/v-1`.
    #[serde(default)]
    key: String,
    #[serde(default)]
    payload: Json,
}

/// A record of the hub before the event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Present {
    /// `product/p-1`.
    record: String,
    body: Json,
    /// Who changed it last: `http` where it is not said.
    #[serde(default)]
    origin: Option<String>,
}

impl Case {
    /// The records that the automation filed, by name.
    pub(super) async fn automated(
        &self,
        host: &Host,
        guest: &SharedExtension,
        invocation: &Invocation,
    ) -> Result<Json, Box<Difference>> {
        let heard: Heard = serde_json::from_value(self.input.clone())
            .map_err(|error| Difference::fault("input", error.to_string()))?;
        for present in &self.hub {
            file(host, present).await?;
        }
        let before = last_change(host).await?;
        let payload = match heard.payload {
            Json::Null => "{}".to_owned(),
            payload => payload.to_string(),
        };
        let event = Event {
            id: 1,
            name: heard.event,
            key: heard.key,
            payload,
            attempt: 1,
        };
        let handled = guest.handle(invocation, &event).await;
        let filed = changes(host, before).await?;
        clear(host).await?;
        if let Err(error) = handled {
            return Ok(json!({ outcome::ERROR: error.to_string() }));
        }
        let told = filed.into_iter().map(|record| {
            let body = record
                .body
                .as_deref()
                .and_then(|body| serde_json::from_str(body).ok());
            let body = body.map_or(Json::Null, |body| outcome::without_what_is_empty(&body));
            (record.name.to_string(), body)
        });
        Ok(Json::Object(told.collect::<Map<String, Json>>()))
    }
}

async fn file(host: &Host, present: &Present) -> Result<(), Box<Difference>> {
    let unsound = |words: String| Difference::fault("hub", format!("{}: {words}", present.record));
    let name: RecordName = present
        .record
        .parse()
        .map_err(|_| unsound("is no record's name: kind, slash, id".to_owned()))?;
    let kinds = host.kinds.load();
    let kind = kinds
        .find(&name.kind)
        .ok_or_else(|| unsound("there is no such kind".to_owned()))?;
    let body = kind.read(&name.id, present.body.clone()).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        unsound(faults.join("; "))
    })?;
    let record = record::new_record(kind, &name.id, &body);
    put(host, kind, record, present.origin.as_deref().unwrap_or(BEFORE)).await
}

async fn put(host: &Host, kind: &RecordKind, record: NewRecord, origin: &str) -> Result<(), Box<Difference>> {
    let filed = filing::file(host, kind, record, Rests::OnNothing, origin).await;
    filed
        .map(drop)
        .map_err(|why| Difference::fault("hub", format!("{why:?}")))
}

/// Leaves nothing to the next case.
async fn clear(host: &Host) -> Result<(), Box<Difference>> {
    let kinds = host.kinds.load();
    for kept in changes(host, 0).await? {
        if let (Some(_), Some(kind)) = (&kept.body, kinds.find(&kept.name.kind)) {
            put(host, kind, NewRecord::deleted(kept.name), BEFORE).await?;
        }
    }
    Ok(())
}

async fn last_change(host: &Host) -> Result<i64, Box<Difference>> {
    let all = changes(host, 0).await?;
    Ok(all.last().map_or(0, |last| last.change))
}

async fn changes(host: &Host, after: i64) -> Result<Vec<StoredRecord>, Box<Difference>> {
    let changed = host.store.records.changes(after, None, MOST).await;
    changed.map_err(|error| Difference::fault("hub", error.to_string()))
}
