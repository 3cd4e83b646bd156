//! How the host is.

use super::deliveries::HeldUp;
use super::errors::Problem;
use crate::parts::Refused;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sunmao_erp_client::SessionStatus;
use sunmao_runtime::{Panics as CountedPanics, Sign};
use sunmao_store::{DeliveryCounts, UnshownField};
use utoipa::ToSchema;

/// Whether the host does its work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Whether each of its parts gave a sign of life a moment ago.
    pub healthy: bool,
    /// The parts by name: `worker`, `clock`, `writer`.
    pub parts: BTreeMap<String, SignOfLife>,
    /// Which gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

/// A part's last sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignOfLife {
    /// Whether it is no longer ago than it may be.
    pub alive: bool,
    /// How long it is ago.
    pub age_milliseconds: u64,
}

/// The queue, the ERP session, the extensions, the flows and the configuration in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// Sunmao's version.
    pub version: String,
    /// When the host was put together.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// How many records there are of each kind of the hub's, of those that there are.
    pub records: BTreeMap<String, u64>,
    /// How many deliveries stand where.
    pub deliveries: Deliveries,
    /// Targets whose deliveries are not taken up now.
    pub held_up: BTreeMap<String, HeldUpTarget>,
    /// The session of the account `main`.
    pub session: Session,
    /// The same of each `[erp.NAME]`.
    pub accounts: BTreeMap<String, Session>,
    /// How many plugins and scripts there are.
    pub extensions: ExtensionCounts,
    /// Tasks that broke off by a fault of Sunmao's.
    pub panics: Panics,
    /// The flows by name.
    pub flows: Vec<String>,
    /// Fields that an ERP never shows as they are written, as it was noticed: they are written and not compared any more.
    pub unshown: Vec<Unshown>,
    /// Copies of the store that the host makes by itself; null where it makes none.
    pub backup: Option<BackupStatus>,
    /// The log.
    pub log: Log,
    /// The configuration.
    pub configuration: ConfigurationStatus,
}

/// Copies of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupStatus {
    /// When the newest was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// Why the last one that was due was not made.
    pub error: Option<BackupFault>,
}

/// Why a copy of the store was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupFault {
    /// When it was tried.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// How many deliveries stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deliveries {
    /// Waiting.
    pub pending: u64,
    /// Being handled.
    pub leased: u64,
    /// Handled, and not forgotten yet.
    pub done: u64,
    /// Given up.
    pub dead: u64,
    /// Overtaken by newer payloads, and not forgotten yet.
    pub superseded: u64,
}

/// Why a target's deliveries are not taken up, and how many wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldUpTarget {
    /// How many wait.
    pub deliveries: u64,
    /// Why, and what to do.
    #[serde(flatten)]
    pub why: HeldUp,
}

/// A session with the ERP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Whether there is one.
    pub signed_in: bool,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// The version the ERP said it has.
    pub application_version: Option<String>,
}

/// How many plugins and scripts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExtensionCounts {
    /// In all.
    pub all: usize,
    /// Those among them that are not what lies in the folder, or do not serve.
    pub broken: usize,
}

/// Tasks that broke off by a fault of Sunmao's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Panics {
    /// How often since the start.
    pub count: u64,
    /// The last one.
    pub last: Option<Panic>,
}

/// A task that broke off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Panic {
    /// The task.
    pub task: String,
    /// The panic's words.
    pub words: String,
}

/// A field that an ERP never shows as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unshown {
    /// The ERP account.
    pub account: String,
    /// The operation that writes it.
    pub operation: String,
    /// The field's English name.
    pub field: String,
    /// How often it was noticed.
    pub times: i64,
    /// When it was first noticed.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Timestamp,
}

impl From<UnshownField> for Unshown {
    fn from(known: UnshownField) -> Self {
        Unshown {
            account: known.account,
            operation: known.operation,
            field: known.field,
            times: known.times,
            first_at: known.first_at,
        }
    }
}

/// The log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Log {
    /// How many lines could not be written.
    pub dropped: u64,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationStatus {
    /// Why the file, as it is now, is not in force.
    pub error: Option<ConfigurationFault>,
}

/// Why a changed configuration did not come into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationFault {
    /// The fault's kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// How far it came.
    pub phase: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Everything that is wrong, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<&Sign> for SignOfLife {
    fn from(sign: &Sign) -> Self {
        SignOfLife {
            alive: sign.is_alive,
            age_milliseconds: u64::try_from(sign.age.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<DeliveryCounts> for Deliveries {
    fn from(counts: DeliveryCounts) -> Self {
        let DeliveryCounts {
            pending,
            leased,
            done,
            dead,
            superseded,
        } = counts;
        Deliveries {
            pending,
            leased,
            done,
            dead,
            superseded,
        }
    }
}

impl From<SessionStatus> for Session {
    fn from(status: SessionStatus) -> Self {
        Session {
            signed_in: status.signed_in,
            since: status.since,
            application_version: status.application_version,
        }
    }
}

impl From<CountedPanics> for Panics {
    fn from(panics: CountedPanics) -> Self {
        Panics {
            count: panics.count,
            last: panics.last.map(|(task, words)| Panic { task, words }),
        }
    }
}

impl From<&Refused> for ConfigurationFault {
    fn from(refused: &Refused) -> Self {
        let details = refused.failure.details();
        ConfigurationFault {
            kind: details.kind.clone(),
            subject: details.subject.clone(),
            phase: details.phase.clone(),
            message: details.message.clone(),
            hint: details.hint.clone(),
            faults: details.faults.clone(),
            at: refused.at,
        }
    }
}
