//! The one way in which a record is filed by whoever does: on what is there, where its kind or whoever files it says so.

use crate::host::Host;
use crate::record;
use sunmao_catalogue::{FieldFault, Record, RecordKind};
use sunmao_store::{Accepted, NewRecord, RecordName, StoreError, StoredRecord};

/// As often a record is looked at again that others change meanwhile.
const LOOKS: usize = 5;

/// What has to be there for a record to be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rests {
    /// It does not matter.
    OnNothing,
    /// The record has to be there, whatever its revision.
    OnPresence,
    /// No such record may be there.
    OnAbsence,
    /// The record has to have this revision.
    OnRevision(i64),
}

/// Why a record was not filed.
#[derive(Debug)]
pub enum NotFiled {
    /// What is there is not what it rests on.
    Other,
    /// What is there may not become this.
    Unsound(Vec<FieldFault>),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for NotFiled {
    fn from(error: StoreError) -> Self {
        NotFiled::Store(error)
    }
}

/// Files a checked record, or its end: compared, kept and routed in one commit with what it rests on.
///
/// # Errors
/// What is there is something else, or may not become this.
pub async fn file(
    host: &Host,
    kind: &RecordKind,
    record: NewRecord,
    rests: Rests,
    origin: &str,
) -> Result<Accepted, NotFiled> {
    let records = &host.store.records;
    let is_free = record.body.is_none() || !kind.rests_on_its_state();
    if is_free && rests == Rests::OnNothing {
        let accepted = records
            .accept(vec![record], host.routes(kind), origin, host.clock.now())
            .await?;
        return accepted.into_iter().next().ok_or(NotFiled::Other);
    }
    for _ in 0..LOOKS {
        let kept = records.get(&record.name).await?;
        let kept = kept.filter(|kept| kept.body.is_some());
        let revision = kept.as_ref().map(|kept| kept.revision);
        let is_as_said = match rests {
            Rests::OnNothing => true,
            Rests::OnPresence => revision.is_some(),
            Rests::OnAbsence => revision.is_none(),
            Rests::OnRevision(wanted) => revision == Some(wanted),
        };
        if !is_as_said {
            return Err(NotFiled::Other);
        }
        admissible(kind, kept.as_ref(), &record).map_err(NotFiled::Unsound)?;
        let (routes, now) = (host.routes(kind), host.clock.now());
        let accepted = records
            .accept_if(record.clone(), revision, routes, origin, now)
            .await?;
        if let Some(accepted) = accepted {
            return Ok(accepted);
        }
    }
    Err(NotFiled::Other)
}

/// Whether what is kept may become this.
///
/// # Errors
/// Every fault.
pub fn admissible(
    kind: &RecordKind,
    kept: Option<&StoredRecord>,
    record: &NewRecord,
) -> Result<(), Vec<FieldFault>> {
    let bodies = kept
        .and_then(|kept| kept.body.as_deref())
        .zip(record.body.as_deref());
    let Some((before, after)) = bodies.filter(|_| kind.rests_on_its_state()) else {
        return Ok(());
    };
    match (record::stored(kind, before), record::stored(kind, after)) {
        (Ok(before), Ok(after)) => kind.may_become(&before, &after),
        // What nobody can read binds nobody.
        _ => Ok(()),
    }
}

/// A sound record as the store keeps it, with what the hub gives where nobody filed it.
pub(crate) fn completed(kind: &RecordKind, name: &RecordName, body: &Record) -> NewRecord {
    let mut body = body.clone();
    kind.assign(&name.id, &mut body);
    record::new_record(kind, &name.id, &body)
}
