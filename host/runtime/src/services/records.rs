//! The hub's records for guests: looked at, looked up, listed, and filed like anybody else's.

use super::{bounded, granted};
use crate::filing::{self, NotFiled, Rests};
use crate::gateway::Caller;
use crate::host::Host;
use crate::problem::Problem;
use std::sync::Arc;
use sunmao_catalogue::{IdentityForm, KindSource, Kinds, RecordKind, nearest};
use sunmao_store::{RecordFilter, RecordName, StoredRecord};

/// Most records of one answer.
const MOST_RECORDS: u32 = 100;

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Its JSON.
    pub body: String,
    /// Its revision.
    pub revision: i64,
    /// Who changed it last: `http`, `flow NAME`, `script NAME`.
    pub origin: String,
}

impl Known {
    fn of(stored: StoredRecord) -> Option<Known> {
        Some(Known {
            body: stored.body?,
            id: stored.name.id,
            revision: stored.revision,
            origin: stored.origin,
        })
    }
}

/// A record of the hub.
pub async fn record(host: &Host, caller: &Caller, kind: &str, id: &str) -> Result<Option<Known>, Problem> {
    granted(caller, "records")?;
    let kind = known(host, kind)?;
    let found = host.store.records.get(&RecordName::new(&kind.name, id)).await?;
    Ok(found.and_then(Known::of))
}

/// The records of a kind that say this in a member which records are found by, compared in its form: at most 100.
pub async fn find(
    host: &Host,
    caller: &Caller,
    kind: &str,
    member: &str,
    value: &str,
) -> Result<Vec<Known>, Problem> {
    granted(caller, "records")?;
    let kind = known(host, kind)?;
    let form = form(&kind, member)?;
    let normal = form.map_or_else(|| value.to_owned(), |form| form.normal(value));
    if normal.is_empty() {
        return Ok(Vec::new());
    }
    let records = &host.store.records;
    let found = records
        .find_by_identity(&kind.name, &member.replace('-', "_"), &normal, MOST_RECORDS)
        .await?;
    Ok(found.into_iter().filter_map(Known::of).collect())
}

/// The records of a kind whose members have these values, by id, from behind `after` on: at most 100.
pub async fn list(
    host: &Host,
    caller: &Caller,
    kind: &str,
    members: Vec<(String, String)>,
    after: &str,
) -> Result<Vec<Known>, Problem> {
    granted(caller, "records")?;
    let kind = known(host, kind)?;
    let (mut wanted, mut usual) = (Vec::new(), Vec::new());
    for (member, value) in members {
        let field = kind.field(&member).ok_or_else(|| no_member(&kind, &member))?;
        if kind.is_usual(&member, &value) {
            usual.push(field.snake_name());
        }
        wanted.push((field.snake_name(), value));
    }
    let filter = RecordFilter {
        kind: kind.name.clone(),
        after: (!after.is_empty()).then(|| after.to_owned()),
        members: wanted,
        usual,
        ..RecordFilter::default()
    };
    let found = host.store.records.list(filter, MOST_RECORDS).await?;
    let records = found.into_iter().map(|entry| entry.record);
    Ok(records.filter_map(Known::of).collect())
}

/// Files a record, JSON of its members: whatever is there, or only on this revision, 0 for none. Its revision then; none
/// where another one is there.
pub async fn file(
    host: &Host,
    caller: &Caller,
    kind: &str,
    id: &str,
    body: &str,
    revision: Option<i64>,
) -> Result<Option<i64>, Problem> {
    granted(caller, "filing")?;
    bounded("record", body, caller.permit.limits.value_bytes)?;
    let kind = known(host, kind)?;
    let unsound = |message: String| Problem {
        message: format!("{}/{id} is unsound; nothing was kept: {message}", kind.name),
        hint: format!("`sunmao kinds show {}` says what it takes", kind.name),
    };
    if let KindSource::Erp { object } = &kind.source {
        return Err(Problem {
            message: format!("{} are rows of the ERP", kind.name),
            hint: format!("write into the ERP: sunmao operations list {object}"),
        });
    }
    let limits = &caller.permit.limits;
    if !caller.usage.may_file(limits) {
        return Err(Problem {
            message: format!(
                "{}: more than {} records of one invocation (events)",
                caller.actor, limits.events
            ),
            hint: "file what is left in another invocation, or raise the limit".to_owned(),
        });
    }
    let body = serde_json::from_str(body).map_err(|error| unsound(error.to_string()))?;
    let record = kind.read(id, body).map_err(|faults| unsound(told(&faults)))?;
    let record = crate::record::new_record(&kind, id, &record);
    let rests = match revision {
        None => Rests::OnNothing,
        Some(0) => Rests::OnAbsence,
        Some(revision) => Rests::OnRevision(revision),
    };
    let origin = caller.actor.to_string();
    match filing::file(host, &kind, record, rests, &origin).await {
        Ok(accepted) => Ok(Some(accepted.revision)),
        Err(NotFiled::Other) => Ok(None),
        Err(NotFiled::Unsound(faults)) => Err(unsound(told(&faults))),
        Err(NotFiled::Store(error)) => Err(error.into()),
    }
}

fn told(faults: &[sunmao_catalogue::FieldFault]) -> String {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    faults.join("; ")
}

/// The form in which a member is compared by which records are found; none for the id of another record.
fn form(kind: &RecordKind, member: &str) -> Result<Option<IdentityForm>, Problem> {
    let field = kind.field(member).ok_or_else(|| no_member(kind, member))?;
    let form = field.identity.or(field.group).or(field.rules.lookup);
    match form.is_some() || field.reference.is_some() {
        true => Ok(form),
        false => Err(Problem {
            message: format!("records of {} are not found by {member}", kind.name),
            hint: "give it `lookup` in the kind's file, or list them".to_owned(),
        }),
    }
}

fn no_member(kind: &RecordKind, member: &str) -> Problem {
    let names: Vec<String> = kind.fields.iter().map(|field| field.snake_name()).collect();
    let near = nearest(member, names.iter().map(String::as_str));
    Problem {
        message: format!("{member} is no member of {}", kind.name),
        hint: match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("`sunmao kinds show {}` lists those there are", kind.name),
        },
    }
}

fn known(host: &Host, kind: &str) -> Result<Arc<RecordKind>, Problem> {
    let kinds = host.kinds.load();
    let found = kinds.find(kind).cloned();
    found.ok_or_else(|| unknown_kind(&kinds, kind))
}

/// Nothing is called so.
pub(crate) fn unknown_kind(kinds: &Kinds, kind: &str) -> Problem {
    let nearest = kinds.nearest(kind).unwrap_or("contact");
    Problem {
        message: format!("no kind of record is called {kind}"),
        hint: format!("the nearest known is {nearest}"),
    }
}

/// A record that its kind does not fit any more.
pub(crate) fn unreadable(record: &str, why: &str) -> Problem {
    Problem {
        message: format!("{record} cannot be read: {why}"),
        hint: "correct its kind or file it again".to_owned(),
    }
}
