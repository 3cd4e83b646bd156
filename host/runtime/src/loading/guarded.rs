//! What stands between the host and a version that serves: it is paused when it keeps running into its limits, and what
//! it hands over is kept to a size.

use super::pausing::{self, Leave, Pausing};
use crate::extension::{
    Change, Decision, Event, Extension, ExtensionError, Identity, Invocation, SharedExtension, Surface,
};
use crate::limits::Limits;
use crate::load_error::LoadError;
use crate::merge::Ruling;
use crate::texts::{cut, cut_all, record_bytes, size, value_bytes};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use sunmao_catalogue::{Joint, Record, RecordKind};

/// An extension as everyone calls it.
#[derive(Debug)]
pub(crate) struct Guarded {
    extension: SharedExtension,
    limits: Limits,
    pausing: Mutex<Pausing>,
}

/// A call under way. One that is dropped with its future has not ended.
struct Call<'a> {
    guarded: &'a Guarded,
    leave: Leave,
    has_ended: bool,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.guarded.pausing().abandoned(&self.leave);
        }
    }
}

impl Guarded {
    /// A version that has yet to be called.
    pub fn new(extension: SharedExtension, limits: Limits) -> Self {
        Guarded {
            extension,
            limits,
            pausing: Mutex::default(),
        }
    }

    /// Why it is paused and what ends that, if it is.
    pub fn paused(&self) -> Option<LoadError> {
        let reason = self.pausing().reason()?.to_owned();
        let name = &self.identity().name;
        let hint = "correct the file or raise the limit; what waits for it is kept, and one call now and then shows \
                    whether it is better";
        Some(LoadError::new(name, "run", reason).with_hint(hint))
    }

    async fn call<T>(
        &self,
        work: impl Future<Output = Result<T, ExtensionError>>,
    ) -> Result<T, ExtensionError> {
        let mut call = self.begin()?;
        let outcome = work.await;
        call.has_ended = true;
        self.end(&call.leave, outcome)
    }

    fn begin(&self) -> Result<Call<'_>, ExtensionError> {
        match self.pausing().ask(Instant::now()) {
            Leave::Refused(reason) => Err(self.is_paused(reason)),
            leave => Ok(Call {
                guarded: self,
                leave,
                has_ended: false,
            }),
        }
    }

    /// What it ran into becomes a pause rather than the end of a delivery, once it is paused: no delivery is to blame.
    fn end<T>(&self, leave: &Leave, outcome: Result<T, ExtensionError>) -> Result<T, ExtensionError> {
        let mut pausing = self.pausing();
        let change = match &outcome {
            Err(ExtensionError::OverLimit { limit, .. }) => pausing.ran_over(leave, limit, Instant::now()),
            _ => pausing.kept_within(leave),
        };
        let reason = pausing.reason().map(str::to_owned);
        drop(pausing);
        let Identity { name, version, .. } = self.identity();
        match (change, &reason) {
            (pausing::Change::Paused, Some(reason)) => {
                tracing::error!(
                    extension = name,
                    version,
                    reason,
                    "paused; what waits for it is kept"
                );
            }
            (pausing::Change::Resumed, _) => {
                tracing::info!(extension = name, version, "goes on after its pause")
            }
            _ => {}
        }
        match (outcome, reason) {
            (Err(ExtensionError::OverLimit { .. }), Some(reason)) => Err(self.is_paused(reason)),
            (outcome, _) => outcome.map_err(|error| self.shortened(error)),
        }
    }

    fn is_paused(&self, reason: String) -> ExtensionError {
        ExtensionError::Paused {
            extension: self.identity().to_string(),
            version: self.identity().version.clone(),
            reason,
        }
    }

    fn cut(&self, text: String) -> String {
        cut(text, self.limits.text_bytes)
    }

    /// The error without texts that are longer than people read: each is kept several times over, on disk too.
    fn shortened(&self, error: ExtensionError) -> ExtensionError {
        match error {
            ExtensionError::Data { extension, faults } => ExtensionError::Data {
                extension,
                faults: cut_all(faults, self.limits.text_bytes),
            },
            ExtensionError::Call { extension, mut fault } => {
                fault.message = self.cut(fault.message);
                fault.hint = self.cut(fault.hint);
                ExtensionError::Call { extension, fault }
            }
            ExtensionError::Broken {
                extension,
                version,
                phase,
                message,
                retry,
            } => ExtensionError::Broken {
                extension,
                version,
                phase,
                message: self.cut(message),
                retry,
            },
            other => other,
        }
    }

    /// A record that is larger than a value may be is refused whole: cut, it would be another.
    fn sized<T>(&self, phase: &'static str, record: T, bytes: usize) -> Result<T, ExtensionError> {
        let most = self.limits.value_bytes;
        if bytes <= most {
            return Ok(record);
        }
        Err(ExtensionError::Broken {
            extension: self.identity().to_string(),
            version: self.identity().version.clone(),
            phase,
            message: format!(
                "a record of {}, at most {} (value_bytes)",
                size(bytes),
                size(most)
            ),
            retry: false,
        })
    }

    fn pausing(&self) -> MutexGuard<'_, Pausing> {
        self.pausing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Extension for Guarded {
    fn identity(&self) -> &Identity {
        self.extension.identity()
    }

    fn surface(&self) -> &Surface {
        self.extension.surface()
    }

    fn account(&self) -> Option<&str> {
        self.extension.account()
    }

    async fn judge(
        &self,
        invocation: &Invocation,
        kind: &Arc<RecordKind>,
        record: &Record,
    ) -> Result<Decision, ExtensionError> {
        let decision = self.call(self.extension.judge(invocation, kind, record)).await?;
        Ok(match decision {
            Decision::Skip(reason) => Decision::Skip(self.cut(reason)),
            Decision::Admit => Decision::Admit,
        })
    }

    async fn map(
        &self,
        invocation: &Invocation,
        joint: &Joint,
        from: &Record,
        known: Option<&Record>,
    ) -> Result<Record, ExtensionError> {
        let mapped = self.extension.map(invocation, joint, from, known);
        let record = self.call(mapped).await?;
        let bytes = record_bytes(&record);
        self.sized("map", record, bytes)
    }

    async fn merge(&self, invocation: &Invocation, change: &Change) -> Result<Ruling, ExtensionError> {
        let ruling = self.call(self.extension.merge(invocation, change)).await?;
        match ruling {
            Ruling::Value(value) => {
                let bytes = value_bytes(&value);
                self.sized("merge", value, bytes).map(Ruling::Value)
            }
            ruling => Ok(ruling),
        }
    }

    async fn handle(&self, invocation: &Invocation, event: &Event) -> Result<(), ExtensionError> {
        self.call(self.extension.handle(invocation, event)).await
    }
}
