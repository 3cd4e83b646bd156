//! Every record of a kind through its flow again, when the flow is due: what depends on the day changes although no record does.

use super::carry::{self, Carrying};
use super::flow::Flow;
use super::handled::Handled;
use super::progress::Step;
use super::sink::Sink;
use super::worker::Inner;
use sunmao_catalogue::{Fault, Kind, RecordKind};
use sunmao_store::{Delivery, DeliveryState, NewDelivery, Occasion, RecordEntry, RecordFilter, StoreError};

/// Records looked at in one query, and enqueued in one commit.
const PAGE: u32 = 200;

/// What came of a pass.
#[derive(Default)]
struct Passed {
    records: u64,
    enqueued: u64,
}

impl Inner {
    /// A fire of a flow that hears of records of a kind.
    pub(super) async fn again(&self, flow: &Flow, kind: &RecordKind, fire: &Delivery) -> Handled {
        match self.pass(flow, kind, fire).await {
            Ok(Passed { records, enqueued }) => Handled::done(Step::Swept {
                words: format!("{records} records, {enqueued} to be carried on"),
            }),
            Err(error) => {
                Handled::Later(Fault::new(Kind::Unavailable, error.to_string()).with_hint(error.hint()))
            }
        }
    }

    async fn pass(&self, flow: &Flow, kind: &RecordKind, fire: &Delivery) -> Result<Passed, StoreError> {
        let store = &self.host.store;
        let (mut passed, mut after) = (Passed::default(), None);
        loop {
            let filter = RecordFilter {
                kind: kind.name.clone(),
                after: after.take(),
                ..RecordFilter::default()
            };
            let page = store.records.list(filter, PAGE).await?;
            let mut wanted = Vec::new();
            for entry in &page {
                let Some(delivery) = delivery(entry, fire) else {
                    continue;
                };
                if !waits(entry, &fire.target) && self.has_to_be_carried(flow, &delivery).await {
                    wanted.push(new_delivery(delivery));
                }
            }
            passed.records += page.len() as u64;
            passed.enqueued += wanted.len() as u64;
            if !wanted.is_empty() {
                store.deliveries.enqueue(wanted, self.host.clock.now()).await?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = Some(last.record.name.id.clone()),
                _ => return Ok(passed),
            }
        }
    }

    /// Whether anything would come of a record. What goes into the hub is worked out at once, which writes nothing; whatever is not
    /// plainly done is left to a delivery of its own, which waits, is tried again and asks a person like any other.
    async fn has_to_be_carried(&self, flow: &Flow, delivery: &Delivery) -> bool {
        let silent = |_: Step| {};
        if matches!(flow.sink, Sink::Into(_)) {
            let handled = carry::handle(&self.host, &self.extensions, flow, delivery, &silent).await;
            return !matches!(
                handled,
                Handled::Done {
                    step: Step::Skipped { .. }
                        | Step::Filed {
                            is_changed: false,
                            ..
                        },
                    ..
                }
            );
        }
        !Carrying::is_held_back(&self.host, &self.extensions, flow, delivery).await
    }
}

/// Whether a delivery of the record for the flow is on its way already.
fn waits(entry: &RecordEntry, target: &str) -> bool {
    let mut own = entry
        .deliveries
        .iter()
        .filter(|one| one.delivery.target == *target);
    own.any(|one| matches!(one.state, DeliveryState::Pending | DeliveryState::Leased))
}

/// The record as if it had just been saved.
fn delivery(entry: &RecordEntry, fire: &Delivery) -> Option<Delivery> {
    let record = &entry.record;
    Some(Delivery {
        event: Occasion::Saved.event(&record.name.kind),
        key: record.name.to_string(),
        payload: record.body.clone()?,
        revision: Some(record.revision),
        ..fire.clone()
    })
}

/// It stands for itself: the same revision may go through again tomorrow.
fn new_delivery(delivery: Delivery) -> NewDelivery {
    NewDelivery {
        event: delivery.event,
        target: delivery.target,
        key: delivery.key,
        payload: delivery.payload,
        revision: None,
        hops: 0,
    }
}
