//! What a link keeps of the last time both sides were seen to agree.

use super::vocabulary::{Member, Vocabulary, is_nothing};
use serde::{Deserialize, Serialize};
use sunmao_catalogue::{Record, Value};

/// What both sides last agreed on, in the names of either.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Agreed {
    /// By the names of the write's arguments.
    pub erp: Record,
    /// The same fields as the ERP showed them then.
    pub shown: Record,
    /// By the names of the hub's members.
    pub hub: Record,
    /// Both records as they were when one of the flows last looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Snapshot>,
}

/// Both records at one time. A flow keeps what was agreed on in its own names only; the flow of the other direction works
/// out of this what it would have kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// The flow that looked.
    pub by: String,
    /// The hub's body.
    pub hub: Record,
    /// The ERP's record, as it is mapped for the hub.
    pub erp: Record,
}

impl Agreed {
    /// What a link keeps. What cannot be read is nothing agreed on: both sides then meet as if for the first time.
    pub fn read(kept: Option<&str>) -> Agreed {
        let Some(kept) = kept else {
            return Agreed::default();
        };
        serde_json::from_str(kept).unwrap_or_else(|error| {
            tracing::warn!(%error, "what a link keeps as agreed on cannot be read: both sides meet anew");
            Agreed::default()
        })
    }

    /// As a link keeps it.
    pub fn write(&self) -> String {
        // Records of plain values cannot fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether another flow than this one looked last, so that the base in this one's names may be older.
    pub fn is_behind(&self, flow: &str) -> bool {
        self.last.as_ref().is_some_and(|last| last.by != flow)
    }
}

/// What was agreed on, with every field that both sides have alike now. Where they differ the older agreement stays.
pub fn agree<'a>(vocabulary: Vocabulary<'a>, base: &'a Record, hub: &'a Record, erp: &'a Record) -> Record {
    let members = vocabulary.members(&[base, hub, erp]);
    let agreed = members.into_iter().filter_map(|member| {
        let value = alike(vocabulary, &member, hub, erp).or_else(|| vocabulary.value(base, &member));
        let value = value.filter(|value| !is_nothing(value))?;
        Some((member.name.into_owned(), value.clone()))
    });
    agreed.collect()
}

fn alike<'r>(
    vocabulary: Vocabulary<'_>,
    member: &Member<'_>,
    hub: &'r Record,
    erp: &'r Record,
) -> Option<&'r Value> {
    let value = |record: &'r Record| vocabulary.value(record, member);
    let (hub, erp) = match vocabulary {
        Vocabulary::Write(_) => (value(hub).unwrap_or(&Value::Null), value(erp)?),
        Vocabulary::Members(_) => (
            value(hub).unwrap_or(&Value::Null),
            value(erp).unwrap_or(&Value::Null),
        ),
    };
    (vocabulary.same(member, hub, erp) == Some(true)).then_some(hub)
}
