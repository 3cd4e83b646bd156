//! Who decides about the fields that both sides changed: a person who settled it, the merge step, or a person yet.

use super::carry::{Carrying, Stop};
use super::sink::erp::WHOLE_RECORD;
use crate::extension::Change;
use crate::merge::{Circumstances, Disputed, Merged, Ruling, Verdict, conflicts};
use jiff::Timestamp;
use sunmao_catalogue::{Record, RecordKind, Value};
use sunmao_store::{ClosedConflicts, Conflict, NewConflict, RecordName, StoredRecord};

/// Members by which a row of the ERP says when it last changed.
const CHANGED: [&str; 3] = ["updated_at", "modified_at", "last_modified_at"];
/// The member by which a record of the hub may say when it last changed.
const HUB_CHANGED: &str = "updated_at";

/// Two records that are one.
pub(super) struct Meeting<'a> {
    pub carrying: &'a Carrying<'a>,
    /// The kind of the hub's record.
    pub kind: &'a RecordKind,
    /// The name of the hub's record.
    pub name: &'a RecordName,
    /// The hub's record, with its id.
    pub hub: Record,
    /// The hub's record as it is kept.
    pub kept: Option<&'a StoredRecord>,
    /// The ERP's, as a row of its object.
    pub row: &'a Record,
    /// The record's conflicts that are not closed.
    pub conflicts: &'a [Conflict],
}

impl Meeting<'_> {
    fn hub_changed_at(&self) -> Option<Timestamp> {
        let said = self.hub.get(HUB_CHANGED).and_then(Value::as_text);
        let said = said.and_then(|text| text.parse().ok());
        said.or_else(|| self.kept.map(|kept| kept.updated_at))
    }

    fn erp_changed_at(&self) -> Option<Timestamp> {
        let said = CHANGED.iter().find_map(|name| self.row.get(*name)?.as_text());
        moment(said?)
    }

    fn link(&self) -> String {
        self.carrying.flow.link.clone().unwrap_or_default()
    }
}

/// A moment as the ERP writes it: without a time zone it is China's.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    civil.in_tz("Asia/Shanghai").ok().map(|moment| moment.timestamp())
}

/// A verdict for each disputed field.
pub(super) async fn verdicts(meeting: &Meeting<'_>, disputed: &[Disputed]) -> Result<Vec<Verdict>, Stop> {
    let mut verdicts = Vec::with_capacity(disputed.len());
    for one in disputed {
        let verdict = match conflicts::settled(meeting.conflicts, one) {
            Some(verdict) => verdict,
            None => ruled(meeting, one).await?,
        };
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

async fn ruled(meeting: &Meeting<'_>, disputed: &Disputed) -> Result<Verdict, Stop> {
    let carrying = meeting.carrying;
    let Some(reference) = &carrying.flow.merge else {
        return Ok(Verdict::Undecided);
    };
    let merge = carrying.serving(reference)?;
    let (hub_changed_at, erp_changed_at) = (meeting.hub_changed_at(), meeting.erp_changed_at());
    let change = Change {
        flow: carrying.flow.name.clone(),
        kind: meeting.name.kind.clone(),
        field: disputed.field.clone(),
        base: disputed.base.clone(),
        hub: disputed.hub.clone(),
        erp: disputed.erp.clone(),
        record: meeting.hub.clone(),
        erp_record: meeting.row.clone(),
        hub_changed_at,
        erp_changed_at,
    };
    let ruling = merge.merge(&carrying.invocation, &change);
    let ruling: Ruling = carrying.while_serving(reference, &merge, ruling).await??;
    Ok(ruling.verdict(
        &disputed.field,
        &Circumstances {
            hub: &meeting.hub,
            hub_changed_at,
            erp_changed_at,
        },
    ))
}

/// The conflicts that come of a merge, each once, whichever flow meets it first; and those that are over.
pub(super) fn ended(
    meeting: &Meeting<'_>,
    merged: &Merged<'_>,
    erp_key: Option<i64>,
) -> (Vec<NewConflict>, Vec<ClosedConflicts>) {
    let flow = &meeting.carrying.flow.name;
    let undecided = merged.undecided();
    let mut over = conflicts::outdated(
        flow,
        &undecided,
        meeting.conflicts,
        meeting.kind,
        &meeting.hub,
        meeting.row,
    );
    let settled = merged.settled();
    let own = meeting.conflicts.iter().filter(|conflict| conflict.flow == *flow);
    let own = own.filter(|conflict| settled.contains(&conflict.field) || conflict.field == WHOLE_RECORD);
    over.extend(own.map(|conflict| conflict.field.clone()));
    over.sort_unstable();
    over.dedup();
    let known: Vec<Conflict> = meeting
        .conflicts
        .iter()
        .filter(|conflict| !over.contains(&conflict.field))
        .cloned()
        .collect();
    let hub_changed = meeting
        .kept
        .map(|kept| format!("{}, {}", kept.origin, kept.updated_at));
    let erp_changed = meeting.erp_changed_at().map(|at| at.to_string());
    let found = conflicts::to_note(flow, undecided, &known).into_iter();
    let found = found.map(|disputed| NewConflict {
        link: meeting.link(),
        record: meeting.name.clone(),
        erp_key,
        field: disputed.field,
        base: json(&disputed.base),
        hub: json(&disputed.hub),
        erp: json(&disputed.erp),
        hub_changed: hub_changed.clone(),
        erp_changed: erp_changed.clone(),
        flow: flow.clone(),
        candidates: Vec::new(),
    });
    let found: Vec<NewConflict> = found.collect();
    over.retain(|field| !found.iter().any(|conflict| conflict.field == *field));
    let closed = match over.is_empty() {
        true => Vec::new(),
        false => vec![ClosedConflicts {
            link: meeting.link(),
            record: meeting.name.clone(),
            fields: over,
        }],
    };
    (found, closed)
}

fn json(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        value => serde_json::to_string(value).ok(),
    }
}
