//! What plugins and scripts have in common: an identity, what they ask for, and the roles they may play.

use crate::grants::Grants;
use crate::merge::Ruling;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Fault, Joint, Record, RecordKind, Value};
use sunmao_store::Delivery;

/// Which kind of file an extension is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtensionKind {
    /// A WebAssembly component.
    Plugin,
    /// A Rhai script.
    Script,
}

impl ExtensionKind {
    /// The kind in a word, as tables of `sunmao.toml` are called.
    pub fn word(self) -> &'static str {
        match self {
            ExtensionKind::Plugin => "plugin",
            ExtensionKind::Script => "script",
        }
    }
}

/// Who an extension is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Identity {
    /// Plugin or script.
    pub kind: ExtensionKind,
    /// The file's stem, the name in `sunmao.toml`.
    pub name: String,
    /// The first 12 hexadecimal digits of the content's BLAKE3 hash.
    pub version: String,
}

impl Identity {
    /// The identity of a file's content.
    pub fn of(kind: ExtensionKind, name: &str, content: &[u8]) -> Self {
        let version = blake3::hash(content).to_hex()[..12].to_owned();
        Identity {
            kind,
            name: name.to_owned(),
            version,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.word(), self.name)
    }
}

/// What a component or a script can reach, read without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Surface {
    /// Full names of the ERP operations it can call, sorted.
    pub operations: Vec<String>,
    /// Services of the host it can use, sorted.
    pub services: Vec<String>,
    /// Roles it plays: `mapping`, `policy`, `automation`, `merge`; a component says what it maps and judges
    /// (`mapping customers-to-contact`, `policy contact`).
    pub roles: Vec<String>,
}

/// What the operator wrote for one extension, resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permit {
    /// What it may do.
    pub grants: Grants,
    /// The ERP account it calls; none for `main`.
    pub account: Option<String>,
    /// `[plugin.NAME.settings]`.
    pub settings: BTreeMap<String, String>,
    /// Its limits.
    pub limits: crate::Limits,
}

/// One run of an extension: everything it may know about now and why.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The invocation's time: for a delivery, when it was filed. It does not move.
    pub now: Timestamp,
    /// The delivery that is being handled, so that a repetition finds its earlier writes.
    pub delivery: Option<i64>,
    /// The record the delivery is about.
    pub subject: Option<Arc<str>>,
    /// How many events led to the one that is handled.
    pub hops: u32,
}

impl Invocation {
    /// An invocation that handles no delivery.
    pub fn at(now: Timestamp) -> Self {
        Invocation {
            now,
            delivery: None,
            subject: None,
            hops: 0,
        }
    }

    /// The handling of a delivery, at the time when it was filed: a repetition, hours later perhaps, decides alike and
    /// writes the same.
    pub fn of_delivery(delivery: &Delivery) -> Self {
        Invocation {
            now: delivery.created_at,
            delivery: Some(delivery.id.0),
            subject: Some(delivery.key.as_str().into()),
            hops: delivery.hops,
        }
    }
}

/// Whether a record goes on through its flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It does.
    Admit,
    /// Not now, and why.
    Skip(String),
}

/// A field that both sides changed, each otherwise, or that differs where they never agreed on anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The flow that asks.
    pub flow: String,
    /// The kind of the hub's record.
    pub kind: String,
    /// The field, as the flow's sink calls it: a parameter of its operation, or a member of its kind.
    pub field: String,
    /// What both last agreed on; null where they never did.
    pub base: Value,
    /// The hub's value.
    pub hub: Value,
    /// The ERP's value.
    pub erp: Value,
    /// The hub's record, with its `id`.
    pub record: Record,
    /// The ERP's record, by English names.
    pub erp_record: Record,
    /// When the hub's record last changed.
    pub hub_changed_at: Option<Timestamp>,
    /// When the ERP's last changed, where it says so.
    pub erp_changed_at: Option<Timestamp>,
}

/// An event for an automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event's number, the same on a repetition.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The record it is about.
    pub key: String,
    /// JSON.
    pub payload: String,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// Why an extension did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// The extension does not play this role.
    #[error("{extension} has no `{role}`")]
    NotProvided {
        /// Which.
        extension: String,
        /// The role asked of it.
        role: &'static str,
    },
    /// It looked at the data and refused it.
    #[error("{extension} refused the data: {}", faults.join("; "))]
    Data {
        /// Which.
        extension: String,
        /// A line a field.
        faults: Vec<String>,
    },
    /// An ERP call it made failed and it did not handle that.
    #[error("{extension}: {fault}")]
    Call {
        /// Which.
        extension: String,
        /// The call's fault.
        fault: Fault,
    },
    /// It broke: a trap, a script error, a value of the wrong shape.
    #[error("{extension} (version {version}) failed in {phase}: {message}")]
    Broken {
        /// Which.
        extension: String,
        /// The version that broke.
        version: String,
        /// The function that ran.
        phase: &'static str,
        /// What happened.
        message: String,
        /// Whether trying again later could help.
        retry: bool,
    },
    /// It ran into one of its limits.
    #[error("{extension} (version {version}) exceeded its {limit} in {phase}")]
    OverLimit {
        /// Which.
        extension: String,
        /// The version that ran over.
        version: String,
        /// The function that ran.
        phase: &'static str,
        /// The limit, with its value.
        limit: String,
    },
    /// It ran into its limits so often that it is left alone for a while.
    #[error("{extension} (version {version}) is paused: {reason}")]
    Paused {
        /// Which.
        extension: String,
        /// The version that is paused.
        version: String,
        /// What it ran into.
        reason: String,
    },
}

impl ExtensionError {
    /// Whether trying again later could help without a new file.
    pub fn is_transient(&self) -> bool {
        match self {
            ExtensionError::Call { fault, .. } => {
                use sunmao_catalogue::Kind::{OverBudget, Session, Unavailable};
                matches!(fault.kind, OverBudget | Session | Unavailable)
            }
            ExtensionError::Broken { retry, .. } => *retry,
            ExtensionError::Paused { .. } => true,
            _ => false,
        }
    }
}

/// A plugin or a script, compiled and linked. One value is one version of one file; a new version is a new value.
#[async_trait]
pub trait Extension: Send + Sync + fmt::Debug {
    /// Who it is.
    fn identity(&self) -> &Identity;

    /// What it can reach.
    fn surface(&self) -> &Surface;

    /// The ERP account it calls; none for `main`.
    fn account(&self) -> Option<&str> {
        None
    }

    /// Judges a record of a kind (`policy`). `record` is as guests see it, with its `id`.
    async fn judge(
        &self,
        invocation: &Invocation,
        kind: &Arc<RecordKind>,
        record: &Record,
    ) -> Result<Decision, ExtensionError> {
        let _ = (invocation, kind, record);
        Err(self.not_provided("policy"))
    }

    /// Makes one side of a joint of the other (`mapping`): arguments by English name of an operation, members with `id` of
    /// a record. `known` is the present record where the other side is one and is known.
    async fn map(
        &self,
        invocation: &Invocation,
        joint: &Joint,
        from: &Record,
        known: Option<&Record>,
    ) -> Result<Record, ExtensionError> {
        let _ = (invocation, joint, from, known);
        Err(self.not_provided("mapping"))
    }

    /// Says whose value a field takes that both sides changed (`merge`).
    async fn merge(&self, invocation: &Invocation, change: &Change) -> Result<Ruling, ExtensionError> {
        let _ = (invocation, change);
        Err(self.not_provided("merge"))
    }

    /// Handles an event (`automation`).
    async fn handle(&self, invocation: &Invocation, event: &Event) -> Result<(), ExtensionError> {
        let _ = (invocation, event);
        Err(self.not_provided("automation"))
    }

    /// The error for a role it does not play.
    fn not_provided(&self, role: &'static str) -> ExtensionError {
        ExtensionError::NotProvided {
            extension: self.identity().to_string(),
            role,
        }
    }
}

/// Extensions are shared between the registry and the calls in flight, which finish on the version they began with.
pub type SharedExtension = Arc<dyn Extension>;
