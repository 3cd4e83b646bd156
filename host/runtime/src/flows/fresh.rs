//! A record as fresh as somebody asks for: the ERP is asked for the rows that it is made of, once for all who ask at a time.

use super::flow::Flow;
use super::sink::Sink;
use super::sweep::{Asked, Proven, Sweep};
use super::worker::{Flows, Inner};
use futures::future::{BoxFuture, FutureExt, Shared, join_all};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind, KindSource};
use sunmao_store::{DeliveryId, DeliveryState, RecordName, StoreError};
use tokio::time::{sleep, timeout};

/// Whoever asks waits no longer than this; what was asked goes on.
const PATIENCE: Duration = Duration::from_secs(10);
/// What was filed is carried on by then, or it is told that it waits.
const CARRIED: Duration = Duration::from_secs(30);
/// How often it is looked at whether what was filed is carried on.
const LOOK: Duration = Duration::from_millis(10);

/// How fresh a record of the ERP is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// When the ERP was last seen to say what the record says; of several rows of it, the longest ago. None where it is not
    /// known.
    pub seen_at: Option<Timestamp>,
    /// Why it is older than was asked for, or is not in the ERP any more (`NotFound`).
    pub lapse: Option<Fault>,
}

/// A question to the ERP that several wait for.
type Question = Shared<BoxFuture<'static, Result<(), Fault>>>;

/// Who asks for which rows now.
#[derive(Default)]
pub(super) struct Questions {
    /// By flow and row.
    under_way: Mutex<HashMap<(String, String), Question>>,
    proven: Proven,
}

impl Questions {
    fn under_way(&self) -> MutexGuard<'_, HashMap<(String, String), Question>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row that a flow brings in.
#[derive(Clone)]
struct Origin {
    /// The flow's target.
    target: String,
    flow: Arc<Flow>,
    sweep: Arc<Sweep>,
    key: String,
}

impl Flows {
    /// Asks the ERP about a record that it was last seen to say longer ago than `max_age`, by the flows that bring it in. None for
    /// one that no flow brings in.
    ///
    /// # Errors
    /// The store cannot be read. An ERP that does not answer is no error: see [`Freshness::lapse`].
    pub async fn refresh(
        &self,
        record: &RecordName,
        max_age: SignedDuration,
    ) -> Result<Option<Freshness>, StoreError> {
        let inner = &self.inner;
        let origins = inner.origins(record).await?;
        if origins.is_empty() {
            return Ok(None);
        }
        let mut questions = Vec::new();
        for origin in &origins {
            // What the ERP said a moment ago may be on its way into the record still: then it is waited for.
            if !inner.is_fresh(origin, max_age).await? || inner.is_asked(origin) {
                questions.push(inner.question(origin, max_age));
            }
        }
        let answers = match timeout(PATIENCE, join_all(questions)).await {
            Ok(answers) => answers,
            Err(_) => vec![Err(slow())],
        };
        let mut seen_at: Option<Timestamp> = None;
        let mut is_known = true;
        for origin in &origins {
            match inner.seen_at(origin).await? {
                Some(at) => seen_at = Some(seen_at.map_or(at, |known| known.min(at))),
                None => is_known = false,
            }
        }
        Ok(Some(Freshness {
            seen_at: seen_at.filter(|_| is_known),
            lapse: answers.into_iter().find_map(Result::err),
        }))
    }
}

fn slow() -> Fault {
    let words = format!("the ERP has not answered within {} s", PATIENCE.as_secs());
    Fault::new(Kind::Unavailable, words).with_hint("ask again: what was asked goes on")
}

impl Inner {
    /// The rows that a record is made of, with the flows that bring them in; a row of the ERP is made of itself.
    async fn origins(&self, record: &RecordName) -> Result<Vec<Origin>, StoreError> {
        let flows = self.flows.load_full();
        let is_row = self
            .host
            .kinds
            .load()
            .find(&record.kind)
            .is_some_and(|kind| matches!(kind.source, KindSource::Erp { .. }));
        let rows: Vec<(String, RecordName)> = if is_row {
            flows
                .keys()
                .map(|target| (target.clone(), record.clone()))
                .collect()
        } else {
            let sources = self.host.store.sources.of(record).await?;
            sources
                .into_iter()
                .map(|source| (source.flow, source.row))
                .collect()
        };
        let origins = rows.into_iter().filter_map(|(target, row)| {
            let flow = flows.get(&target)?.clone();
            let sweep = flow
                .source
                .sweep
                .clone()
                .filter(|sweep| sweep.kind.name == row.kind)?;
            Some(Origin {
                target,
                flow,
                sweep,
                key: row.id,
            })
        });
        // Of several flows that bring in one row, the first is enough.
        Ok(match is_row {
            true => origins.take(1).collect(),
            false => origins.collect(),
        })
    }

    async fn seen_at(&self, origin: &Origin) -> Result<Option<Timestamp>, StoreError> {
        let name = self.sweeping(&origin.flow, &origin.sweep, &origin.target).name();
        self.host.store.sweeps.seen_at(&name, &origin.key).await
    }

    async fn is_fresh(&self, origin: &Origin, max_age: SignedDuration) -> Result<bool, StoreError> {
        let seen_at = self.seen_at(origin).await?;
        let now = self.host.clock.now();
        Ok(seen_at.is_some_and(|at| now.duration_since(at) <= max_age))
    }

    /// Whether a question about a row is under way.
    fn is_asked(&self, origin: &Origin) -> bool {
        let name = (origin.target.clone(), origin.key.clone());
        self.questions.under_way().contains_key(&name)
    }

    /// The question about a row that is under way, or a new one. It goes on whoever ceases to wait for it.
    fn question(self: &Arc<Self>, origin: &Origin, max_age: SignedDuration) -> Question {
        let name = (origin.target.clone(), origin.key.clone());
        let mut under_way = self.questions.under_way();
        if let Some(question) = under_way.get(&name) {
            return question.clone();
        }
        let (inner, origin) = (self.clone(), origin.clone());
        let listed = name.clone();
        let task = tokio::spawn(async move {
            let _listed = Listed {
                inner: inner.clone(),
                name: listed,
            };
            inner.ask(&origin, max_age).await
        });
        let question = async move {
            task.await.unwrap_or_else(|error| {
                let words = format!("the question was broken off: {error}");
                Err(Fault::new(Kind::Unavailable, words))
            })
        };
        let question = question.boxed().shared();
        under_way.insert(name, question.clone());
        question
    }

    async fn ask(&self, origin: &Origin, max_age: SignedDuration) -> Result<(), Fault> {
        let stored =
            |error: StoreError| Fault::new(Kind::Unavailable, error.to_string()).with_hint(error.hint());
        // Somebody else's answer may have come since this was asked for.
        if self.is_fresh(origin, max_age).await.map_err(stored)? {
            return Ok(());
        }
        if let Some(missing) = self.missing(&origin.target) {
            return Err(missing);
        }
        let sweeping = self.sweeping(&origin.flow, &origin.sweep, &origin.target);
        let now = self.host.clock.now();
        match sweeping.ask(&origin.key, &self.questions.proven, now).await? {
            Asked::There(deliveries) => self.until_carried(&deliveries).await,
            Asked::Gone(deliveries) => {
                self.until_carried(&deliveries).await?;
                let words = format!(
                    "the ERP shows {}/{} no longer",
                    origin.sweep.kind.name, origin.key
                );
                let hint = "what two looks in a row miss is taken as deleted";
                Err(Fault::new(Kind::NotFound, words).with_hint(hint))
            }
        }
    }

    /// Waits until deliveries have come to their end.
    async fn until_carried(&self, deliveries: &[DeliveryId]) -> Result<(), Fault> {
        let carried = async {
            for id in deliveries {
                while let Some(fault) = self.underway(*id).await? {
                    if let Some(fault) = fault {
                        return Err(fault);
                    }
                    sleep(LOOK).await;
                }
            }
            Ok(())
        };
        let waited = timeout(CARRIED, carried).await;
        waited.unwrap_or_else(|_| {
            Err(Fault::new(
                Kind::Unavailable,
                "what the ERP said is not carried on yet",
            ))
        })
    }

    /// Whether a delivery is under way, and what it waits for; none once it has ended.
    async fn underway(&self, id: DeliveryId) -> Result<Option<Option<Fault>>, Fault> {
        let found = self.host.store.deliveries.get(id).await;
        let found = found.map_err(|error| Fault::new(Kind::Unavailable, error.to_string()))?;
        let Some(delivery) = found else { return Ok(None) };
        let told = |words: String| Some(Some(Fault::new(Kind::Unavailable, words)));
        let target = &delivery.delivery.target;
        // Whoever else hears of it is not waited for.
        if self
            .flow(target)
            .is_none_or(|flow| !matches!(flow.sink, Sink::Into(_)))
        {
            return Ok(None);
        }
        Ok(match delivery.state {
            DeliveryState::Done | DeliveryState::Superseded => None,
            DeliveryState::Dead => {
                let words = delivery.letter.map(|letter| letter.message).unwrap_or_default();
                told(format!(
                    "what the ERP said was not taken over by {target}: {words}"
                ))
            }
            DeliveryState::Pending if self.missing(target).is_some() => Some(self.missing(target)),
            DeliveryState::Pending if delivery.due_at > self.host.clock.now() => {
                let why = delivery.reason.unwrap_or_default();
                told(format!("what the ERP said waits in {target}: {why}"))
            }
            _ => Some(None),
        })
    }
}

/// Takes a question off the list, however it ends.
struct Listed {
    inner: Arc<Inner>,
    name: (String, String),
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.inner.questions.under_way().remove(&self.name);
    }
}
