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
    /// What the flows of one direction have seen of both records, and those of the other not yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Snapshot>,
}

/// The way that a flow carries records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the hub to the ERP: it keeps what was agreed on in the names of its write.
    Push,
    /// From the ERP to the hub: it keeps it in the names of the record's kind.
    Pull,
}

/// Both records at one time. A flow keeps what was agreed on in its own names only; a flow of the other direction works
/// out of this what it would have kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The direction of the flow that looked.
    pub by: Direction,
    /// The hub's body.
    pub hub: Record,
    /// The ERP's record, as it is mapped for the hub.
    pub erp: Record,
}

/// Snapshots that are kept where nobody of the other direction looks.
const MOST_SNAPSHOTS: usize = 8;

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

    /// What the other direction has seen since this one last looked, the oldest first: each brings this direction's base
    /// up to date by [`agree`], before it compares anything.
    pub fn unseen(&self, by: Direction) -> impl Iterator<Item = &Snapshot> {
        self.seen.iter().filter(move |snapshot| snapshot.by != by)
    }

    /// Notes that a flow has looked at both records, and left them so. Where they differ in nothing any more, what it saw
    /// before says no more than this.
    pub fn looked(&mut self, snapshot: Snapshot, left: Left) {
        self.seen
            .retain(|seen| seen.by == snapshot.by && left == Left::Differing);
        if self.seen.last() == Some(&snapshot) {
            return;
        }
        if self.seen.len() == MOST_SNAPSHOTS {
            // The first one shows the most that both agreed on.
            self.seen.remove(1);
        }
        self.seen.push(snapshot);
    }
}

/// How a merge leaves two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// They say the same, as far as both speak of it.
    Alike,
    /// A field is still to be carried the other way, or to be decided.
    Differing,
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
        Vocabulary::Write(..) => (value(hub).unwrap_or(&Value::Null), value(erp)?),
        Vocabulary::Members(_) => (
            value(hub).unwrap_or(&Value::Null),
            value(erp).unwrap_or(&Value::Null),
        ),
    };
    (vocabulary.same(member, hub, erp) == Some(true)).then_some(hub)
}
