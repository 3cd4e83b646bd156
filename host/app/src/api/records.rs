//! Records of every kind: filed, deleted, looked at and listed.

use super::deliveries::{DispositionWord, Standing};
use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::str::FromStr;
use sunmao_store::{Accepted, Disposition, Enqueued, Link as StoredLink};
use utoipa::{IntoParams, ToSchema};

/// A record's body: its members by name, as its kind declares them. The one open map of this API.
pub type Body = Map<String, Value>;

/// Which records of a kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct RecordQuery {
    /// Those behind this id.
    pub after: Option<String>,
    /// How many at most: 100 if left out, 1,000 at most; as lines, all if left out.
    #[serde(deserialize_with = "read")]
    #[param(minimum = 0)]
    pub limit: Option<u32>,
    /// Those that changed after this change number, in the order of their last change.
    #[serde(deserialize_with = "read")]
    pub changed_after: Option<i64>,
    /// Whether deleted ones are meant; not if left out.
    pub deleted: Option<Deleted>,
    /// Members of the body, such as `phone=19900000001`: only records that have this text there.
    #[serde(flatten)]
    #[param(style = Form, explode, value_type = Object)]
    pub members: BTreeMap<String, String>,
}

/// Whether deleted records are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deleted {
    /// They alone.
    True,
    /// Not they.
    False,
    /// They too.
    Any,
}

/// Reads a parameter beside members of any name, which come as text.
fn read<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T::Err: std::fmt::Display,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

/// What became of a record that was filed or deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The revision of its body; one more with each change.
    pub revision: i64,
    /// The number of its last change; rises over all records.
    pub change: i64,
    /// Whether it differs from what was kept before.
    pub changed: bool,
    /// Who will hear of it.
    pub deliveries: Vec<Promised>,
}

/// The delivery that carries a filed record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Promised {
    /// Its number.
    pub id: i64,
    /// Whether it is new.
    #[schema(value_type = DispositionWord)]
    pub disposition: Disposition,
}

/// A record, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The revision of its body.
    pub revision: i64,
    /// The number of its last change.
    pub change: i64,
    /// Who changed it last: `http`, `flow customer-pull`, `plugin hello` …
    pub origin: String,
    /// Whether it was deleted.
    pub deleted: bool,
    /// When it was first filed.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its members, without those that are empty; null where it was deleted.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Body>,
    /// The records of the ERP that it is.
    pub links: Vec<Link>,
    /// The newest delivery of each flow, extension and webhook that hears of it.
    pub deliveries: Vec<Standing>,
}

/// How a record is looked at.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowQuery {
    /// Kinds of records that belong to it, divided by commas: those that it refers to, those that refer to it, and those
    /// that refer to a record that it refers to.
    pub include: Option<String>,
    /// How long ago it may have been seen in the ERP, such as `60s` or `5m`: where that is longer ago, the ERP is asked now.
    pub max_age: Option<String>,
}

/// A record with those that belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShownRecord {
    /// The record.
    #[serde(flatten)]
    pub record: Record,
    /// With `max_age`: when the ERP was last seen to say what the record says; of a record made of several rows, the longest ago. Null for one
    /// that did not come from the ERP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub seen_at: Option<Timestamp>,
    /// With `max_age`: why it is older than that, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// The records that belong to it, by kind: 100 of each at most. Left out where none were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub included: Option<BTreeMap<String, Vec<Related>>>,
}

/// Why a record is older than was asked for: it is as the ERP last said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stale {
    /// `unavailable`: the ERP is out or slow; `not-found`: it is there no longer; other kinds as of a call.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// A record that belongs to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Related {
    /// Its id.
    pub id: String,
    /// The revision of its body.
    pub revision: i64,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its members, without those that are empty.
    #[schema(value_type = Object)]
    pub body: Body,
}

/// The record of the ERP that a record is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// The link's name, as flows have it.
    pub link: String,
    /// The ERP's key.
    pub erp_key: i64,
    /// The ERP's number.
    pub number: String,
    /// When they were linked.
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Timestamp,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordPage {
    /// The records by id, or with `changed_after` in the order of their last change.
    pub items: Vec<Record>,
    /// The `after` of the next page, or with `changed_after` the next `changed_after`; null on the last.
    pub next: Option<String>,
}

impl From<Accepted> for Receipt {
    fn from(accepted: Accepted) -> Self {
        Receipt {
            kind: accepted.name.kind,
            id: accepted.name.id,
            revision: accepted.revision,
            change: accepted.change,
            changed: accepted.changed,
            deliveries: accepted.deliveries.into_iter().map(Promised::from).collect(),
        }
    }
}

impl From<Enqueued> for Promised {
    fn from(enqueued: Enqueued) -> Self {
        Promised {
            id: enqueued.delivery.0,
            disposition: enqueued.disposition,
        }
    }
}

impl From<StoredLink> for Link {
    fn from(link: StoredLink) -> Self {
        Link {
            link: link.link,
            erp_key: link.erp_key,
            number: link.number,
            linked_at: link.linked_at,
        }
    }
}
