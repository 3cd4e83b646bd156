//! One case of a guest's fixtures, and what the guest makes of it.

mod automation;

use super::outcome::{self, Difference};
use automation::Present;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use sunmao_catalogue::{Joint, Record, RecordKind, Side, Value, value_from_json};
use sunmao_runtime::merge::Ruling;
use sunmao_runtime::{Change, Decision, ExtensionError, Host, Invocation, SharedExtension};

/// One case of `fixtures/NAME.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub title: String,
    pub role: Role,
    /// The kind of the record that is mapped, judged or merged: `erp.contracts`, `ticket`.
    #[serde(default)]
    from: String,
    /// The kind or the operation that it is mapped to.
    #[serde(default)]
    to: Option<String>,
    /// Of an automation: the records of the hub before it hears anything.
    #[serde(default)]
    hub: Vec<Present>,
    /// The record; of a merge what both sides say: `field`, `base`, `hub`, `erp`, `record`; of an automation the `event`, its
    /// `key` and its `payload`.
    input: Json,
    /// The present record, where it is mapped to a kind.
    #[serde(default)]
    known: Option<Json>,
    /// The time that the guest sees; 1970 where it is not said.
    #[serde(default)]
    now: Option<Timestamp>,
    /// What comes of it: the record or the arguments without what is empty; true or the reason why not; the ruling; the
    /// records that an automation filed, by name; or `{"error": "…"}` with a part of what it throws.
    expected: Json,
}

/// What is asked of a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Mapping,
    Policy,
    Merge,
    Automation,
}

impl Role {
    /// As a guest's roles are called.
    pub fn word(self) -> &'static str {
        match self {
            Role::Mapping => "mapping",
            Role::Policy => "policy",
            Role::Merge => "merge",
            Role::Automation => "automation",
        }
    }
}

impl Case {
    /// Runs the guest on it. What came out otherwise than expected, field by field.
    pub async fn run(&self, host: &Host, guest: &SharedExtension) -> Vec<Difference> {
        match self.outcome(host, guest).await {
            Ok(found) => outcome::differences(&self.expected, &found),
            Err(fault) => vec![*fault],
        }
    }

    async fn outcome(&self, host: &Host, guest: &SharedExtension) -> Result<Json, Box<Difference>> {
        let kinds = host.kinds.load();
        let kind = |name: &str| kinds.find(name).cloned();
        let unknown = |member: &str, name: &str| {
            let nearest = kinds.nearest(name).unwrap_or("contact");
            Difference::fault(
                member,
                format!("nothing is called {name}; the nearest known is {nearest}"),
            )
        };
        let invocation = Invocation::at(self.now.unwrap_or(Timestamp::UNIX_EPOCH));
        if self.role == Role::Automation {
            return self.automated(host, guest, &invocation).await;
        }
        let from = kind(&self.from).ok_or_else(|| unknown("from", &self.from))?;
        if self.role == Role::Merge {
            let ruled = guest.merge(&invocation, &self.change()).await;
            return Ok(told(ruled.map(ruling)));
        }
        let input = checked("input", &from, &self.input)?;
        if self.role == Role::Policy {
            let judged = guest.judge(&invocation, &from, &input).await;
            return Ok(told(judged.map(|decision| match decision {
                Decision::Admit => json!(true),
                Decision::Skip(reason) => json!(reason),
            })));
        }
        let to = self.to.as_deref().unwrap_or_default();
        let to = match (kind(to), host.catalogue.find(to)) {
            (Some(kind), _) => Side::Kind(kind),
            (None, Some(operation)) => Side::Operation(Arc::new(operation.clone())),
            (None, None) => return Err(unknown("to", to)),
        };
        let known = match (&self.known, &to) {
            (None, _) => None,
            (Some(known), Side::Kind(kind)) => Some(checked("known", kind, known)?),
            (Some(known), Side::Operation(_)) => Some(record(known)),
        };
        let joint = Joint {
            from: Side::Kind(from),
            to,
        };
        let mapped = guest.map(&invocation, &joint, &input, known.as_ref()).await;
        Ok(told(mapped.map(|mapped| outcome::without_what_is_empty(&mapped))))
    }

    fn change(&self) -> Change {
        let said = |member: &str| value(self.input.get(member));
        Change {
            flow: "fixture".to_owned(),
            kind: self.from.clone(),
            field: said("field").to_text().unwrap_or_default(),
            base: said("base"),
            hub: said("hub"),
            erp: said("erp"),
            record: record(self.input.get("record").unwrap_or(&Json::Null)),
            erp_record: record(self.input.get("erp_record").unwrap_or(&Json::Null)),
            hub_changed_at: None,
            erp_changed_at: None,
        }
    }
}

fn ruling(ruling: Ruling) -> Json {
    match ruling {
        Ruling::Erp => json!("erp"),
        Ruling::Hub => json!("hub"),
        Ruling::Newer => json!("newer"),
        Ruling::ErpUnlessVerified => json!("erp-unless-verified"),
        Ruling::Value(value) => json!({ "value": value }),
        Ruling::Undecided => Json::Null,
    }
}

fn told(outcome: Result<Json, ExtensionError>) -> Json {
    outcome.unwrap_or_else(|error| json!({ outcome::ERROR: error.to_string() }))
}

fn record(json: &Json) -> Record {
    value(Some(json)).as_record().cloned().unwrap_or_default()
}

fn value(json: Option<&Json>) -> Value {
    let json = json.unwrap_or(&Json::Null);
    // What was read as JSON reads as a value.
    value_from_json(&json.to_string()).unwrap_or(Value::Null)
}

/// The record as a host shows it to a guest.
fn checked(member: &str, kind: &RecordKind, json: &Json) -> Result<Record, Box<Difference>> {
    let given = record(json);
    let body = kind.check(&given).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Difference::fault(
            member,
            format!("is no sound {}: {}", kind.name, faults.join("; ")),
        )
    })?;
    let id = given.get("id").cloned().unwrap_or_default();
    Ok(std::iter::once(("id".to_owned(), id)).chain(body).collect())
}
