//! What a link keeps of the last time both sides were seen to agree.

use super::merged::{Merged, Target};
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
    /// The hub's record was just then made of the ERP's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
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
    /// up to date, by [`Agreed::met_for_push`] or [`Agreed::met_for_pull`], before it compares anything.
    pub fn unseen(&self, by: Direction) -> Vec<Snapshot> {
        let unseen = self.seen.iter().filter(|snapshot| snapshot.by != by);
        unseen.cloned().collect()
    }

    /// Both sides as they were at one time, in a write's names: fields that they have alike are agreed on, and so is that
    /// neither had anything.
    pub fn met_for_push(&mut self, vocabulary: Vocabulary<'_>, hub: &Record, shown: &Record) {
        let before = self.erp.clone();
        for member in vocabulary.members(&[&before, hub, shown]) {
            if let Some(value) = alike(vocabulary, &member, hub, shown) {
                self.keep(vocabulary, &member, value.clone(), shown);
            }
        }
    }

    /// The hub's record was made of the ERP's: whatever the hub says is what the ERP shows, although the hub may have no word
    /// of its own for it and say another.
    pub fn made_for_push(&mut self, vocabulary: Vocabulary<'_>, hub: &Record, shown: &Record) {
        for member in vocabulary.members(&[hub]) {
            let value = vocabulary.value(hub, &member).unwrap_or(&Value::Null);
            self.keep(vocabulary, &member, value.clone(), shown);
        }
    }

    /// Both sides as they were at one time, in the names of the record's kind.
    pub fn met_for_pull(&mut self, vocabulary: Vocabulary<'_>, hub: &Record, mapped: &Record) {
        self.hub = agree(vocabulary, &self.hub, hub, mapped);
    }

    /// What the hub gave was written and seen without a merge: all of it is agreed on, but for what the ERP shows to be
    /// another value, where it does not work it out. A word that it shows in place of a code is what it calls the code.
    pub fn wrote(&mut self, vocabulary: Vocabulary<'_>, hub: &Record, shown: &Record) {
        for member in vocabulary.members(&[hub]) {
            let value = vocabulary.value(hub, &member).unwrap_or(&Value::Null);
            let is_contradicted = vocabulary
                .value(shown, &member)
                .is_some_and(|shown| vocabulary.same(&member, value, shown) == Some(false));
            let is_the_erps = vocabulary.is_computed(&member) || vocabulary.is_hidden(&member);
            if !is_contradicted || is_the_erps {
                self.keep(vocabulary, &member, value.clone(), shown);
            }
        }
    }

    /// Writes went out, the last of them at the end, and nobody saw which of them the ERP has. A field that it shows as any
    /// of them had it is the hub's own; one that it does not show, or shows empty, counts as not written; another value is
    /// somebody else's.
    pub fn sent(&mut self, vocabulary: Vocabulary<'_>, sent: &[Record], shown: &Record) {
        let Some(last) = sent.last() else { return };
        for member in vocabulary.members(&[last]) {
            let Some(now) = vocabulary.value(shown, &member).filter(|now| !is_nothing(now)) else {
                continue;
            };
            let known = sent
                .iter()
                .rev()
                .filter_map(|sent| vocabulary.value(sent, &member));
            let own = known
                .clone()
                .find(|own| vocabulary.same(&member, own, now) != Some(false));
            match (own, vocabulary.value(last, &member)) {
                (Some(own), _) => self.keep(vocabulary, &member, own.clone(), shown),
                (None, Some(last)) => self.keep(vocabulary, &member, last.clone(), &Record::default()),
                (None, None) => {}
            }
        }
    }

    /// A push is over: `shown` is what the ERP shows after it.
    pub fn pushed(&mut self, merged: &Merged<'_>, shown: &Record) {
        self.erp = merged.agreed(Target::Erp);
        self.shown = merged.shown(&self.shown, shown);
    }

    /// A pull is over: the hub has what it was told.
    pub fn pulled(&mut self, merged: &Merged<'_>) {
        self.hub = merged.agreed(Target::Hub);
    }

    /// Notes that a flow has looked at both records, and left them so. Where they differ in nothing any more, what it saw
    /// before says no more than this; but how a record was made says more than that both are alike.
    pub fn looked(&mut self, snapshot: Snapshot, left: Left) {
        self.seen
            .retain(|seen| seen.by == snapshot.by && (seen.made || left == Left::Differing));
        if self.seen.last() == Some(&snapshot) {
            return;
        }
        if self.seen.len() == MOST_SNAPSHOTS {
            // The first one shows the most that both agreed on.
            self.seen.remove(1);
        }
        self.seen.push(snapshot);
    }

    fn keep(&mut self, vocabulary: Vocabulary<'_>, member: &Member<'_>, value: Value, shown: &Record) {
        let name = member.name.to_string();
        match vocabulary.value(shown, member) {
            Some(shown) if !is_nothing(&value) => drop(self.shown.insert(name.clone(), shown.clone())),
            _ => drop(self.shown.shift_remove(&name)),
        }
        match is_nothing(&value) {
            true => drop(self.erp.shift_remove(&name)),
            false => drop(self.erp.insert(name, value)),
        }
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
fn agree(vocabulary: Vocabulary<'_>, base: &Record, hub: &Record, erp: &Record) -> Record {
    let members = vocabulary.members(&[base, hub, erp]);
    let agreed = members.into_iter().filter_map(|member| {
        let value = alike(vocabulary, &member, hub, erp).or_else(|| vocabulary.value(base, &member));
        let value = value.filter(|value| !is_nothing(value))?;
        Some((member.name.to_string(), value.clone()))
    });
    agreed.collect()
}

/// The value that both sides have. A record that was read says nothing of what is empty in it.
fn alike<'r>(
    vocabulary: Vocabulary<'_>,
    member: &Member<'_>,
    hub: &'r Record,
    erp: &Record,
) -> Option<&'r Value> {
    let hub = vocabulary.value(hub, member).unwrap_or(&Value::Null);
    let erp = vocabulary.value(erp, member).unwrap_or(&Value::Null);
    (vocabulary.same(member, hub, erp) == Some(true)).then_some(hub)
}
