//! What flows are doing, for whoever watches. Watching costs nothing when nobody does, and may miss lines; the store
//! and the audit log are the record.

use serde::Serialize;

/// One step of one delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The flow.
    pub flow: String,
    /// The record.
    pub key: String,
    /// What happened.
    pub step: Step,
}

/// What happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The policy let it pass.
    Admitted {
        /// The policy and its version; none when the flow has no policy.
        policy: Option<String>,
    },
    /// The policy held it back.
    Skipped {
        /// The policy and its version.
        policy: String,
        /// Its reason.
        reason: String,
    },
    /// It is in the ERP, read back and linked.
    Linked {
        /// The ERP's key.
        erp_key: i64,
        /// The ERP's number.
        number: String,
        /// The mapping and its version.
        mapping: String,
        /// Fields that both sides changed and a person has to decide about.
        undecided: Vec<String>,
        /// Fields that the ERP has otherwise and that only a create takes: they stay as they were made.
        left: Vec<String>,
    },
    /// Both sides have the same: nothing was written.
    Unchanged {
        /// The ERP's key.
        erp_key: i64,
        /// The ERP's number.
        number: String,
        /// Fields that both sides changed and a person has to decide about.
        undecided: Vec<String>,
        /// Fields that the ERP has otherwise and that only a create takes: they stay as they were made.
        left: Vec<String>,
    },
    /// It was written, by a flow that keeps no link.
    Written {
        /// The operation.
        operation: String,
        /// The mapping and its version.
        mapping: String,
    },
    /// It is one of the hub's records now.
    Filed {
        /// Which.
        record: String,
        /// Whether it is another than before.
        is_changed: bool,
        /// The mapping and its version.
        mapping: String,
        /// Fields that both sides changed and a person has to decide about.
        undecided: Vec<String>,
    },
    /// Nothing was done before a person decides.
    Undecided {
        /// What about.
        fields: Vec<String>,
    },
    /// An automation handled it.
    Handled,
    /// A webhook's receiver was told.
    Told {
        /// What it answered.
        status: u16,
    },
    /// A list of the ERP was read through.
    Swept {
        /// What came of it.
        words: String,
    },
    /// It waits for another attempt.
    PutOff {
        /// Why.
        reason: String,
    },
    /// A person has to look.
    Dead {
        /// The ERP's words.
        message: String,
        /// What to do.
        hint: String,
    },
}

impl Step {
    /// Says of a record that is in the ERP what stays there as it was made.
    pub(super) fn leaves(&mut self, fields: Vec<String>) {
        if let Step::Linked { left, .. } | Step::Unchanged { left, .. } = self {
            *left = fields;
        }
    }
}
