//! Everything that can go wrong in the store, each with the subject, the phase and what to do.

use std::path::PathBuf;

use crate::{DeliveryId, RecordName};

/// Why the store said no. [`StoreError::hint`] says what to do about it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process owns the database.
    #[error("{path}: opening failed: {holder} already works on it", path = .path.display())]
    InUse {
        /// The database file.
        path: PathBuf,
        /// Who, as far as the lock file says.
        holder: String,
    },
    /// The file was written by a later Sunmao.
    #[error("{path}: opening failed: its schema is version {found}, this program knows up to {known}", path = .path.display())]
    NewerSchema {
        /// The database file.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// Pages of the database are damaged. Nothing was changed.
    #[error("{path}: it is damaged: {faults}", path = .path.display(), faults = .faults.join("; "))]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What the database found.
        faults: Vec<String>,
    },
    /// The database or the file system failed. Nothing of the failed write is kept.
    #[error("{path}: {phase} failed: {reason}", path = .path.display())]
    Failed {
        /// The database file.
        path: PathBuf,
        /// What was being done.
        phase: &'static str,
        /// The database's own words.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// No room is left. Nothing of the failed write is kept.
    #[error("{path}: {phase} failed: the disk is full: {disk}", path = .path.display())]
    DiskFull {
        /// The file that found no room.
        path: PathBuf,
        /// What was being done.
        phase: &'static str,
        /// Which folder and file system, and how much is left.
        disk: String,
    },
    /// The files were taken away, replaced or emptied while the store was open. Nothing is accepted any more.
    #[error("{path}: {phase} failed: it {what}", path = .path.display())]
    Displaced {
        /// The file that is not what it was.
        path: PathBuf,
        /// What was being done.
        phase: &'static str,
        /// What became of it.
        what: String,
    },
    /// The database has hard links: each name would have a log of its own, and one would undo the other.
    #[error("{path}: opening failed: the file has {names} names (hard links)", path = .path.display())]
    SeveralNames {
        /// The database file.
        path: PathBuf,
        /// How many.
        names: u64,
    },
    /// The store was closed.
    #[error("{path}: {phase} failed: the store is closed", path = .path.display())]
    Closed {
        /// The database file.
        path: PathBuf,
        /// What was being done.
        phase: &'static str,
    },
    /// The lease ended and the delivery went to another worker, or it is finished. Nothing was written.
    #[error("delivery {delivery}: the lease is no longer held")]
    LeaseLost {
        /// Which delivery.
        delivery: DeliveryId,
    },
    /// One ERP record cannot belong to two hub records in a link. Nothing was written.
    #[error("{link} link of {record}: ERP record {erp_key} already belongs to {holder}")]
    LinkTaken {
        /// The link's name.
        link: String,
        /// The hub record that was to be linked.
        record: Box<RecordName>,
        /// The ERP's key.
        erp_key: i64,
        /// The hub record that has it.
        holder: Box<RecordName>,
    },
    /// What was to be written rests on a state of the record that is not its last any more. Nothing was written.
    #[error("{record}: it is at revision {found} by now, not {expected}")]
    RecordChanged {
        /// Which record.
        record: RecordName,
        /// The revision it was to have; 0 for none.
        expected: i64,
        /// The revision it has; 0 for none.
        found: i64,
    },
    /// Both sides have agreed on something else since this was worked out. Nothing was written.
    #[error("{link} link of {record}: another flow has written it meanwhile")]
    LinkChanged {
        /// The link's name.
        link: String,
        /// The hub record.
        record: Box<RecordName>,
    },
    /// The extension keeps as much as it may. Nothing was written.
    #[error("state of {extension}: {keys} keys of {bytes} bytes, at most {most_keys} keys of {most_bytes} bytes", most_keys = room.keys, most_bytes = room.bytes)]
    StateFull {
        /// Whose state.
        extension: String,
        /// Its keys, had the write been taken.
        keys: u64,
        /// Bytes of its keys and values, had the write been taken.
        bytes: u64,
        /// What it may keep.
        room: crate::StateRoom,
    },
    /// No intent has this number.
    #[error("intent {intent}: it does not exist")]
    NoSuchIntent {
        /// Which intent.
        intent: crate::IntentId,
    },
}

impl StoreError {
    /// What the reader can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "stop the other process, or give this one its own database file",
            Self::NewerSchema { .. } => {
                "start the newer version of sunmao, or restore the backup made before the upgrade"
            }
            Self::Damaged { .. } => {
                "keep the file as it is, check the disk's health, and put the last copy in its place: `sunmao restore FILE`"
            }
            Self::Failed { hint, .. } => hint,
            Self::DiskFull { .. } => {
                "the disk is full: free some space on it, raise this account's quota, or put the store elsewhere \
                 (store.path); what was accepted before is safe"
            }
            Self::Displaced { .. } => {
                "nothing is accepted until it is back: move the file back if it was only moved; else stop sunmao, restore \
                 a backup of the store, and start it again"
            }
            Self::SeveralNames { .. } => {
                "keep one name of it: `find FOLDER -samefile FILE` lists them; a copy to keep is made with `sunmao backup`"
            }
            Self::Closed { .. } => "the program is shutting down; try again when it is back",
            Self::LeaseLost { .. } => "drop the work: the delivery is another worker's, or finished",
            Self::LinkTaken { .. } => {
                "two hub records are one customer of the ERP: merge them in the hub, or correct the link"
            }
            Self::RecordChanged { .. } | Self::LinkChanged { .. } => "read the record again and decide anew",
            Self::StateFull { .. } => "delete keys, or raise state_keys or state_megabytes under its limits",
            Self::NoSuchIntent { .. } => "begin the intent before it is resolved",
        }
    }
}
