//! Records as guests are shown them, and what a guest is asked about one.

use jiff::Timestamp;
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind, Value};

/// A record as guests are shown it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordView {
    /// Its kind.
    pub kind: Arc<RecordKind>,
    /// Its id.
    pub id: String,
    /// Its members, without the id.
    pub body: Record,
}

/// One field that both sides changed, or that differs where they first meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The flow.
    pub flow: String,
    /// The field.
    pub field: String,
    /// What both sides last agreed on.
    pub base: Value,
    /// The hub's value.
    pub hub: Value,
    /// The ERP's value.
    pub erp: Value,
    /// The hub's record.
    pub record: RecordView,
    /// The ERP's record, by English names.
    pub erp_record: Record,
    /// When the hub's record changed.
    pub hub_changed_at: Option<Timestamp>,
    /// When the ERP's record changed.
    pub erp_changed_at: Option<Timestamp>,
}

/// Who wins a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// The ERP.
    Erp,
    /// The hub.
    Hub,
    /// The side that changed later.
    Newer,
    /// The ERP, unless the hub's record is verified.
    ErpUnlessVerified,
    /// Another value.
    Value(Value),
    /// A person decides.
    Undecided,
}
