//! A record on its way through a flow: what is said of it, whether it goes on, what it refers to, what it is mapped to.

use super::flow::{ExtensionReference, Flow};
use super::handled::{Handled, Keep, judged};
use super::preview::Difference;
use super::progress::Step;
use super::references::Missing;
use super::serving::{does_not_serve, target_of, while_it_serves};
use super::sink::{self, Sink};
use crate::actor::Actor;
use crate::extension::{Decision, ExtensionError, Invocation, SharedExtension};
use crate::gateway::Caller;
use crate::host::Host;
use crate::loading::Extensions;
use crate::record;
use std::sync::Arc;
use sunmao_catalogue::{Fault, Joint, Kind, Record, RecordKind};
use sunmao_store::{Delivery, Link, Occasion, RecordName, StoreError};

/// Attempts at which a step ran into a limit before a person is asked.
const MOST_OVER_LIMIT: i64 = 3;

/// One delivery of a flow.
pub(super) struct Carrying<'a> {
    pub host: &'a Host,
    pub extensions: &'a Extensions,
    pub flow: &'a Flow,
    pub delivery: &'a Delivery,
    pub watch: &'a (dyn Fn(Step) + Sync),
    /// The kind of the record that is carried.
    pub kind: Arc<RecordKind>,
    /// Its name.
    pub name: RecordName,
    /// Its body; of one that was deleted, the last.
    pub body: Record,
    /// Its link, in a flow that writes; read before the body.
    pub link: Option<Link>,
    pub invocation: Invocation,
    pub purpose: Purpose,
}

/// Why a record does not come to its end now.
pub(super) enum Stop {
    /// The store cannot be read.
    Store(StoreError),
    /// An extension that the flow needs does not serve, or no longer.
    Absent(ExtensionReference),
    Extension(ExtensionError),
    /// What it refers to is not there yet.
    Missing(Missing),
    /// The ERP failed, or the way to it.
    Fault(Fault),
    /// A person has to look.
    Person(Fault),
    /// It would write this, and only looks.
    Previewed(Box<Previewed>),
}

/// A write that is only looked at.
#[derive(Debug)]
pub(super) struct Previewed {
    /// The operation.
    pub operation: String,
    /// The key of the record that is there.
    pub erp_key: Option<i64>,
    /// What would be another than it is.
    pub changes: Vec<Difference>,
    /// What both sides changed and no rule decides.
    pub undecided: Vec<String>,
}

/// Whether a record is carried, or what would come of it is only looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Carry,
    Preview,
}

impl From<ExtensionError> for Stop {
    fn from(error: ExtensionError) -> Self {
        Stop::Extension(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

/// What came of a record, and what is written down with it.
pub(super) type Carried = Result<(Keep, Step), Stop>;

/// Takes one record through the flow.
pub(super) async fn handle(
    host: &Host,
    extensions: &Extensions,
    flow: &Flow,
    delivery: &Delivery,
    watch: &(dyn Fn(Step) + Sync),
) -> Handled {
    let outcome = match Carrying::begin(host, extensions, flow, delivery, watch) {
        Ok(mut carrying) => carrying.carry().await,
        Err(stop) => Err(stop),
    };
    match outcome {
        Ok((keep, step)) => Handled::Done {
            keep: Box::new(keep),
            step,
        },
        Err(stop) => stopped(flow, delivery, stop),
    }
}

/// Takes one record through the flow up to what it would write; how it would end where it would write nothing into the ERP.
pub(super) async fn preview(
    host: &Host,
    extensions: &Extensions,
    flow: &Flow,
    delivery: &Delivery,
) -> Result<Previewed, Handled> {
    if let Sink::Handle(_) = flow.sink {
        return Err(Handled::done(Step::Handled));
    }
    let outcome = match Carrying::begin(host, extensions, flow, delivery, &|_| {}) {
        Ok(mut carrying) => {
            carrying.purpose = Purpose::Preview;
            carrying.carry().await
        }
        Err(stop) => Err(stop),
    };
    match outcome {
        Ok((keep, step)) => Err(Handled::Done {
            keep: Box::new(keep),
            step,
        }),
        Err(Stop::Previewed(previewed)) => Ok(*previewed),
        Err(stop) => Err(stopped(flow, delivery, stop)),
    }
}

fn stopped(flow: &Flow, delivery: &Delivery, stop: Stop) -> Handled {
    match stop {
        // Only who looks is told, see above.
        Stop::Previewed(_) => Handled::done(Step::Handled),
        Stop::Store(error) => {
            Handled::Later(Fault::new(Kind::Unavailable, error.to_string()).with_hint(error.hint()))
        }
        Stop::Absent(reference) => Handled::waits(
            target_of(reference.kind, &reference.name),
            does_not_serve(&reference),
        ),
        Stop::Missing(missing) => Handled::Awaits(missing),
        Stop::Extension(error) => match error {
            ExtensionError::Call { fault, .. } => judged(fault, delivery),
            // The wrong file stands in the flow: no record is to blame, and none may be lost by it.
            ExtensionError::NotProvided { .. } => Handled::Later(
                Fault::new(Kind::Unavailable, error.to_string()).with_hint(format!(
                    "name another file under [flow.{}], or give this one the function",
                    flow.name
                )),
            ),
            // A paused version is as good as none: it goes on by itself, or when its file changes.
            ExtensionError::Paused { ref extension, .. } => {
                let fault = Fault::new(Kind::Unavailable, error.to_string());
                Handled::waits(extension.clone(), fault)
            }
            // A busy machine makes one run over too; one that always does is paused, and then no record is to blame.
            ExtensionError::OverLimit { .. } if delivery.failures + 1 < MOST_OVER_LIMIT => {
                Handled::Later(Fault::new(Kind::Unavailable, error.to_string()))
            }
            error if error.is_transient() => Handled::Later(Fault::new(Kind::Unavailable, error.to_string())),
            error => Handled::Dead(
                Fault::new(Kind::Invalid, error.to_string())
                    .with_hint("correct the record or the extension, then: sunmao dead retry"),
            ),
        },
        Stop::Fault(fault) => judged(fault, delivery),
        Stop::Person(fault) => Handled::Dead(fault),
    }
}

impl<'a> Carrying<'a> {
    fn begin(
        host: &'a Host,
        extensions: &'a Extensions,
        flow: &'a Flow,
        delivery: &'a Delivery,
        watch: &'a (dyn Fn(Step) + Sync),
    ) -> Result<Self, Stop> {
        let unreadable = |why: String| unreadable(&delivery.key, &why);
        let name: RecordName = delivery
            .key
            .parse()
            .map_err(|_| unreadable("its name is no KIND/ID".to_owned()))?;
        // The kind may have gained members since the flow was resolved.
        let kind = host.kinds.load().find(&name.kind).cloned();
        let kind = kind.ok_or_else(|| unreadable(format!("no kind is called {}", name.kind)))?;
        let body = record::stored(&kind, &delivery.payload).map_err(unreadable)?;
        Ok(Carrying {
            invocation: Invocation::of_delivery(delivery),
            host,
            extensions,
            flow,
            delivery,
            watch,
            kind,
            name,
            body,
            link: None,
            purpose: Purpose::Carry,
        })
    }

    /// Whether the policy holds a record back, or it is gone: then nothing would come of it.
    pub async fn is_held_back(
        host: &'a Host,
        extensions: &'a Extensions,
        flow: &'a Flow,
        delivery: &'a Delivery,
    ) -> bool {
        let Ok(mut carrying) = Carrying::begin(host, extensions, flow, delivery, &|_| {}) else {
            return false;
        };
        matches!(carrying.look().await, Ok(Some(_))) || matches!(carrying.judge().await, Ok(Some(_)))
    }

    async fn carry(&mut self) -> Carried {
        if let Some(skipped) = self.look().await? {
            return Ok((Keep::default(), skipped));
        }
        if let Some(skipped) = self.judge().await? {
            return Ok((Keep::default(), skipped));
        }
        if let Some(skipped) = self.take_its_place().await? {
            return Ok((Keep::default(), skipped));
        }
        match &self.flow.sink {
            Sink::Write(write) => sink::erp::carry(self, write).await,
            Sink::Into(kind) => sink::record::carry(self, kind).await,
            // Who handles it was called in place of all this.
            Sink::Handle(_) => Ok((Keep::default(), Step::Handled)),
        }
    }

    /// Takes the record as it is by now, and its link as it was before: an older body, held against what was agreed on since,
    /// would look like an edit. The end, where the record was deleted while it was in hand.
    async fn look(&mut self) -> Result<Option<Step>, Stop> {
        let store = &self.host.store;
        if let (Sink::Write(_), Some(link)) = (&self.flow.sink, &self.flow.link) {
            self.link = store.links.get(link, &self.name).await?;
        }
        if self.is_deleted() {
            return Ok(None);
        }
        let Some(kept) = store.records.get(&self.name).await? else {
            return Ok(None);
        };
        let Some(body) = kept.body else {
            return Ok(Some(Step::Skipped {
                policy: self.flow.name.clone(),
                reason: "deleted meanwhile".to_owned(),
            }));
        };
        if self.delivery.revision != Some(kept.revision) {
            self.body = record::stored(&self.kind, &body).map_err(|why| unreadable(&self.name, &why))?;
        }
        Ok(None)
    }

    /// Asks the policy. The end, where it holds the record back.
    async fn judge(&self) -> Result<Option<Step>, Stop> {
        let Some(reference) = &self.flow.policy else {
            (self.watch)(Step::Admitted { policy: None });
            return Ok(None);
        };
        let policy = self.serving(reference)?;
        let record = self.seen();
        let decision = policy.judge(&self.invocation, &self.kind, &record);
        match self.while_serving(reference, &policy, decision).await?? {
            Decision::Skip(reason) => Ok(Some(Step::Skipped {
                policy: named(&policy),
                reason,
            })),
            Decision::Admit => {
                (self.watch)(Step::Admitted {
                    policy: Some(named(&policy)),
                });
                Ok(None)
            }
        }
    }

    /// The record as guests see it.
    pub fn seen(&self) -> Record {
        record::with_id(&self.name.id, &self.body)
    }

    /// Whether the record was deleted.
    pub fn is_deleted(&self) -> bool {
        self.delivery.event == Occasion::Deleted.event(&self.kind.name)
    }

    /// Maps a record for the flow's sink. `known` is the present one, where the sink takes records.
    pub async fn map(&self, from: &Record, known: Option<&Record>) -> Result<Record, Stop> {
        let (Some(reference), Some(joint)) = (&self.flow.mapping, self.joint()) else {
            let words = format!("the flow {} maps nothing", self.flow.name);
            return Err(Stop::Person(Fault::new(Kind::Invalid, words)));
        };
        let mapping = self.serving(reference)?;
        let mapped = mapping.map(&self.invocation, &joint, from, known);
        Ok(self.while_serving(reference, &mapping, mapped).await??)
    }

    fn joint(&self) -> Option<Joint> {
        self.flow.joint(&self.kind)
    }

    /// The mapping and its version, for people.
    pub fn mapping(&self) -> String {
        let reference = self.flow.mapping.as_ref();
        let serving = reference.and_then(|one| self.extensions.get(one.kind, &one.name));
        serving.map(|mapping| named(&mapping)).unwrap_or_default()
    }

    /// The flow as whoever calls the ERP, in this delivery.
    pub fn caller(&self) -> Caller {
        let reference = self.flow.mapping.as_ref();
        let serving = reference.and_then(|one| self.extensions.get(one.kind, &one.name));
        let version = serving.map(|mapping| mapping.identity().version.clone());
        Caller::new(
            Actor::flow(&self.flow.name),
            &version.unwrap_or_default(),
            self.flow.permit.clone(),
            self.invocation.clone(),
        )
    }

    pub fn serving(&self, reference: &ExtensionReference) -> Result<SharedExtension, Stop> {
        let serving = self.extensions.get(reference.kind, &reference.name);
        serving.ok_or_else(|| Stop::Absent(reference.clone()))
    }

    pub async fn while_serving<T>(
        &self,
        reference: &ExtensionReference,
        extension: &SharedExtension,
        call: impl Future<Output = T>,
    ) -> Result<T, Stop> {
        let answered = while_it_serves(self.extensions, extension, call).await;
        answered.ok_or_else(|| Stop::Absent(reference.clone()))
    }
}

fn unreadable(name: &impl std::fmt::Display, why: &str) -> Stop {
    let fault = Fault::new(Kind::Invalid, format!("{name} cannot be read: {why}"));
    Stop::Person(fault.with_hint("correct its kind or file it again"))
}

fn named(extension: &SharedExtension) -> String {
    let identity = extension.identity();
    format!("{} {}", identity.name, identity.version)
}
