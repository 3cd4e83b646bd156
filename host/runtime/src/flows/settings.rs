//! A flow as it is written in `sunmao.toml`.

use super::schedule::{CatchUp, Unsound};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[flow.NAME]`: what sets it off, its steps, and where records go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FlowSettings {
    /// What sets it off: a record that is saved or deleted (`contact.saved`), or an event by name.
    pub on: Option<String>,
    /// The list of the ERP that it reads through: `customers.list`.
    pub sweep: Option<String>,
    /// The operation that reads a row whole, asked only for rows that changed: `customers.get`.
    pub detail: Option<String>,
    /// The interval in which it is due: `1h`.
    pub every: Option<String>,
    /// The times at which it is due: `0 2 * * *`.
    pub cron: Option<String>,
    /// Where cron's clock hangs: `Asia/Shanghai`; none for UTC.
    pub time_zone: Option<String>,
    /// The interval in which a sweep looks at what is new: `1m`.
    pub recent: Option<String>,
    /// What becomes of times that passed while nobody was there: `latest`, `all` or `none`.
    pub catch_up: CatchUp,
    /// The script or plugin that judges whether a record goes on; without one every record does.
    pub policy: Option<String>,
    /// The script or plugin that maps a record for where it goes.
    pub mapping: Option<String>,
    /// The script or plugin that says whose value a field takes that both sides changed.
    pub merge: Option<String>,
    /// The operation that writes: `customers.save-company`.
    pub write: Option<String>,
    /// The kind of record that is filed: `contact`.
    pub into: Option<String>,
    /// The script or plugin that handles what sets the flow off, in place of a mapping and a sink.
    pub handle: Option<String>,
    /// The link that is kept between the records of both sides: `customer`.
    pub link: Option<String>,
    /// Members of the record that the ERP's has to show alike once it is written, each with the names that the ERP's page
    /// may give it; what differs is a conflict: `total = ["contract_total"]`.
    pub equal: BTreeMap<String, Vec<String>>,
    /// Members that refer to the record of the hub which has this link to the row that is carried:
    /// `quotation = "contract-of-quotation"`.
    pub linked: BTreeMap<String, String>,
    /// The links that the records need to have which a record refers to, before it goes on.
    pub after: Vec<String>,
    /// The link that names the ERP's record which it acts on, where it acts on one that is there: `customer`.
    pub of: Option<String>,
    /// The members by which records belong together that are one record in the ERP: the first of them that a record has tells. The
    /// first record that gets the link stands for all.
    pub same: Vec<String>,
    /// With `same`: the link of the one that stands for the others, which are what this flow carries: `customer`.
    pub beside: Option<String>,
    /// The ERP account, as in `[erp.NAME]`; none for `main`.
    pub erp: Option<String>,
}

/// What is wrong with a flow's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("flow {flow}: {key}: {message}")]
pub struct FlowError {
    /// The flow.
    pub flow: String,
    /// The key at fault.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl FlowError {
    /// What is wrong with a key of a flow.
    pub(super) fn of(flow: &str, unsound: Unsound) -> Self {
        FlowError {
            flow: flow.to_owned(),
            key: unsound.key,
            message: unsound.message,
            hint: unsound.hint,
        }
    }
}
