//! What a flow would do with a record now: everything up to the write, and nothing of it.

use super::carry::{self, Previewed};
use super::handled::{Handled, Keep};
use super::progress::Step;
use super::worker::{Flows, Inner};
use serde::Serialize;
use sunmao_catalogue::{Fault, Kind, Record, Value};
use sunmao_store::{Delivery, DeliveryId, Occasion, RecordName, StoreError, StoredRecord};

/// What a flow would do with one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Preview {
    /// Nothing: the policy holds it back, or it is no matter of the flow's.
    Skip {
        /// Why.
        reason: String,
    },
    /// Nothing: both sides have the same.
    Unchanged,
    /// It would be linked to what is there, and nothing be written.
    Link {
        /// The ERP's key.
        erp_key: i64,
    },
    /// It would write into the ERP.
    Write {
        /// The operation.
        operation: String,
        /// The key of the record that is changed; none where one is made.
        erp_key: Option<i64>,
        /// What would be another than it is.
        changes: Vec<Difference>,
        /// Fields that both sides changed: a person would have to decide.
        undecided: Vec<String>,
    },
    /// It would file a record of the hub.
    File {
        /// Which.
        record: String,
        /// What would be another than it is.
        changes: Vec<Difference>,
        /// Fields that both sides changed: a person would have to decide.
        undecided: Vec<String>,
    },
    /// A person would have to decide before anything is done.
    Undecided {
        /// What about.
        fields: Vec<String>,
    },
    /// It would wait.
    Wait {
        /// For what.
        reason: String,
    },
    /// It would be given up, or tried again.
    Fail {
        /// Why.
        fault: Fault,
    },
    /// An automation would be called: what it does nobody can tell without its doing it.
    Unknown,
}

/// One field that would be another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Its name.
    pub field: String,
    /// What it is now.
    pub now: Value,
    /// What it would be.
    pub then: Value,
}

impl Flows {
    /// What a flow would do with a record as it is stored now. None where there is no such flow, or no such record.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn preview(&self, target: &str, name: &RecordName) -> Result<Option<Preview>, StoreError> {
        let Some(flow) = self.inner.flows.load().get(target).cloned() else {
            return Ok(None);
        };
        let Some(kept) = self.inner.host.store.records.get(name).await? else {
            return Ok(None);
        };
        let delivery = self.inner.as_if_delivered(target, &kept);
        let host = &self.inner.host;
        let ended = carry::preview(host, &self.inner.extensions, &flow, &delivery).await;
        Ok(Some(self.inner.told(ended).await?))
    }
}

impl Inner {
    /// The delivery that the record would be, had it just been filed. No delivery has its number.
    fn as_if_delivered(&self, target: &str, kept: &StoredRecord) -> Delivery {
        let occasion = match kept.body {
            Some(_) => Occasion::Saved,
            None => Occasion::Deleted,
        };
        Delivery {
            id: DeliveryId(0),
            event: occasion.event(&kept.name.kind),
            target: target.to_owned(),
            key: kept.name.to_string(),
            payload: kept.body.clone().unwrap_or_else(|| "{}".to_owned()),
            revision: Some(kept.revision),
            hops: 0,
            attempt: 1,
            failures: 0,
            unconfirmed: 0,
            panics: 0,
            created_at: self.host.clock.now(),
        }
    }

    async fn told(&self, ended: Result<Previewed, Handled>) -> Result<Preview, StoreError> {
        Ok(match ended {
            Ok(Previewed {
                operation,
                erp_key,
                changes,
                undecided,
            }) => Preview::Write {
                operation,
                erp_key,
                changes,
                undecided,
            },
            Err(Handled::Done { keep, step }) => return self.done(*keep, step).await,
            Err(Handled::Dead(fault) | Handled::Later(fault)) => Preview::Fail { fault },
            Err(Handled::Waits { fault, .. }) => Preview::Wait {
                reason: fault.to_string(),
            },
            Err(Handled::Awaits(missing)) => Preview::Wait {
                reason: missing.fault().to_string(),
            },
            Err(Handled::Panicked(words)) => Preview::Fail {
                fault: Fault::new(Kind::Invalid, words),
            },
        })
    }

    async fn done(&self, keep: Keep, step: Step) -> Result<Preview, StoreError> {
        Ok(match step {
            Step::Skipped { reason, .. } => Preview::Skip { reason },
            Step::Undecided { fields } => Preview::Undecided { fields },
            Step::Unchanged { undecided, .. } if !undecided.is_empty() => {
                Preview::Undecided { fields: undecided }
            }
            Step::Unchanged { .. } => Preview::Unchanged,
            Step::Linked { erp_key, .. } => Preview::Link { erp_key },
            Step::Filed {
                is_changed: false, ..
            } => Preview::Unchanged,
            Step::Filed {
                record, undecided, ..
            } => Preview::File {
                changes: self.filed(&keep).await?,
                record,
                undecided,
            },
            _ => Preview::Unknown,
        })
    }

    /// What a filing would change.
    async fn filed(&self, keep: &Keep) -> Result<Vec<Difference>, StoreError> {
        let mut changes = Vec::new();
        for record in keep.filing.iter().flat_map(|filing| &filing.records) {
            let kept = self.host.store.records.get(&record.name).await?;
            let kept = kept.and_then(|kept| kept.body).unwrap_or_default();
            let parsed = |body: &str| serde_json::from_str::<Record>(body).unwrap_or_default();
            let (now, then) = (parsed(&kept), parsed(record.body.as_deref().unwrap_or_default()));
            changes.extend(differences(&now, &then));
        }
        Ok(changes)
    }
}

/// Where one record differs from another, in the other's order; what it lacks comes last.
pub(super) fn differences(now: &Record, then: &Record) -> Vec<Difference> {
    let value = |record: &Record, name: &str| record.get(name).cloned().unwrap_or_default();
    let lacking = now.keys().filter(|name| !then.contains_key(*name));
    let names = then.keys().chain(lacking);
    let all = names.map(|name| Difference {
        field: name.clone(),
        now: value(now, name),
        then: value(then, name),
    });
    all.filter(|difference| difference.now != difference.then)
        .collect()
}
