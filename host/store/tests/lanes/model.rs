//! What the queue should do, kept in plain maps and compared with what it does.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use proptest::sample::Index;
use sunmao_store::{
    Completion, DeadSelection, DeliveryId, Disposition, Lease, Leased, NewDelivery, Store, StoreError, Wanted,
};

use crate::ends::{event, later, letter};

type Outcome = Result<(), Box<dyn Error>>;

#[derive(Debug, Clone)]
pub enum Step {
    EnqueueEvent(usize),
    EnqueueState(usize),
    Lease { limit: u32, seconds: i64 },
    Complete(Index),
    Release { which: Index, seconds: i64 },
    Bury(Index),
    Extend { which: Index, seconds: i64 },
    FinishLate(Index),
    RetryDead,
    Wait(i64),
    Restart,
}

struct Known {
    key: usize,
    /// The revision it should carry, if any.
    revision: Option<i64>,
    due: Timestamp,
}

pub struct Model {
    store: Store,
    now: Timestamp,
    revision: i64,
    known: BTreeMap<DeliveryId, Known>,
    waiting: BTreeSet<DeliveryId>,
    /// By delivery: the lease and its end.
    held: BTreeMap<DeliveryId, (Lease, Timestamp)>,
    late: Vec<Lease>,
    done: BTreeSet<DeliveryId>,
    dead: BTreeSet<DeliveryId>,
    superseded: BTreeSet<DeliveryId>,
}

impl Model {
    pub fn new(store: Store) -> Self {
        Self {
            store,
            now: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_800_000_000),
            revision: 0,
            known: BTreeMap::new(),
            waiting: BTreeSet::new(),
            held: BTreeMap::new(),
            late: Vec::new(),
            done: BTreeSet::new(),
            dead: BTreeSet::new(),
            superseded: BTreeSet::new(),
        }
    }

    /// The process dies; the next one finds every lease ended.
    pub async fn restart(&mut self, path: &Path) -> Outcome {
        self.store.close().await?;
        self.store = Store::open(path).await?;
        self.held
            .values_mut()
            .for_each(|(_, until)| *until = Timestamp::UNIX_EPOCH);
        Ok(())
    }

    pub async fn play(&mut self, step: Step) -> Outcome {
        let deliveries = self.store.deliveries.clone();
        match step {
            Step::EnqueueEvent(key) => self.enqueue(key, None).await,
            Step::EnqueueState(key) => {
                self.revision += 1;
                self.enqueue(key, Some(self.revision)).await
            }
            Step::Lease { limit, seconds } => self.lease(limit, seconds).await.map(drop),
            Step::Complete(which) => {
                let Some(lease) = self.pick(which) else {
                    return Ok(());
                };
                deliveries
                    .complete(lease, Completion::default(), self.now)
                    .await?;
                self.end(lease.delivery, |model| &mut model.done);
                Ok(())
            }
            Step::Bury(which) => {
                let Some(lease) = self.pick(which) else {
                    return Ok(());
                };
                deliveries.bury(lease, letter(), self.now).await?;
                self.end(lease.delivery, |model| &mut model.dead);
                Ok(())
            }
            Step::Release {
                which,
                seconds: delay,
            } => {
                let Some(lease) = self.pick(which) else {
                    return Ok(());
                };
                let due = self.now + SignedDuration::from_secs(delay);
                deliveries.release(lease, later(due), self.now).await?;
                self.held.remove(&lease.delivery);
                self.take_over(lease.delivery);
                self.wait(lease.delivery, due);
                self.late.push(lease);
                Ok(())
            }
            Step::Extend {
                which,
                seconds: longer,
            } => {
                let Some(lease) = self.pick(which) else {
                    return Ok(());
                };
                let until = self.now + SignedDuration::from_secs(longer);
                deliveries.extend(lease, until, self.now).await?;
                self.held.insert(lease.delivery, (lease, until));
                Ok(())
            }
            Step::FinishLate(which) => self.finish_late(which).await,
            Step::RetryDead => self.retry_dead().await,
            Step::Wait(time) => {
                self.now += SignedDuration::from_secs(time);
                Ok(())
            }
            Step::Restart => Ok(()),
        }
    }

    /// Handles everything that is left and compares the books.
    pub async fn drain(&mut self) -> Outcome {
        loop {
            self.now += SignedDuration::from_secs(60);
            if self.lease(100, 30).await?.is_empty() {
                break;
            }
            for (lease, _) in self.held.clone().into_values() {
                self.store
                    .deliveries
                    .complete(lease, Completion::default(), self.now)
                    .await?;
                self.end(lease.delivery, |model| &mut model.done);
            }
        }
        assert!(
            self.waiting.is_empty() && self.held.is_empty(),
            "left behind: {:?}",
            self.waiting
        );
        let counts = self.store.deliveries.counts().await?;
        assert_eq!((counts.pending, counts.leased), (0, 0));
        assert_eq!(counts.done, self.done.len() as u64);
        assert_eq!(counts.dead, self.dead.len() as u64);
        assert_eq!(counts.superseded, self.superseded.len() as u64);
        assert!(
            self.dead.iter().all(|id| !self.is_overtaken(*id)),
            "an overtaken payload lies dead"
        );
        Ok(self.store.close().await?)
    }

    async fn enqueue(&mut self, key: usize, revision: Option<i64>) -> Outcome {
        let delivery = NewDelivery {
            event: event(revision).to_owned(),
            target: "flow".to_owned(),
            key: format!("key-{key}"),
            payload: revision.unwrap_or_default().to_string(),
            revision,
            hops: 0,
        };
        let enqueued = self.store.deliveries.enqueue(vec![delivery], self.now).await?[0];
        let id = enqueued.delivery;
        let same_record = |id: &&DeliveryId| revision.is_some() && is_record(&self.known, **id, key);
        let waits = self.waiting.iter().find(same_record).copied();
        let is_held = self.held.keys().any(|id| same_record(&id));
        let lies_dead = self.dead.iter().any(|id| same_record(&id)) && !is_held;
        match waits {
            Some(waits) => {
                assert_eq!((id, enqueued.disposition), (waits, Disposition::Merged));
            }
            None if lies_dead => {
                assert!(
                    is_record(&self.known, id, key) && self.dead.remove(&id),
                    "{id} was not dead"
                );
                assert_eq!(enqueued.disposition, Disposition::Queued);
                self.wait(id, self.now);
            }
            None => {
                assert!(self.known.keys().all(|known| *known < id), "{id} is not new");
                assert_eq!(enqueued.disposition, Disposition::Queued);
                self.known.insert(
                    id,
                    Known {
                        key,
                        revision,
                        due: self.now,
                    },
                );
                self.waiting.insert(id);
            }
        }
        if let Some(known) = self.known.get_mut(&id) {
            known.revision = revision;
        }
        Ok(())
    }

    async fn lease(&mut self, limit: u32, duration: i64) -> Result<Vec<Leased>, Box<dyn Error>> {
        let heads = self.heads();
        let until = self.now + SignedDuration::from_secs(duration);
        let leased = self
            .store
            .deliveries
            .lease(Wanted::Any(limit), "worker", until, self.now)
            .await?;
        assert_eq!(
            leased.len(),
            heads.len().min(limit as usize),
            "due were {heads:?}"
        );
        for Leased { lease, delivery } in &leased {
            assert!(
                heads.contains(&delivery.id),
                "{} is not the head of a lane",
                delivery.id
            );
            let known = &self.known[&delivery.id];
            assert_eq!(delivery.revision, known.revision);
            assert_eq!(delivery.payload, known.revision.unwrap_or_default().to_string());
            assert_eq!(delivery.event, event(known.revision));
            self.waiting.remove(&delivery.id);
            if let Some((ended, _)) = self.held.insert(delivery.id, (*lease, until)) {
                self.late.push(ended);
            }
        }
        Ok(leased)
    }

    /// The deliveries that may be leased now: of each lane the held one if its lease has ended, else the oldest.
    fn heads(&self) -> BTreeSet<DeliveryId> {
        let mut heads = BTreeSet::new();
        for key in 0..3 {
            let of_lane = |id: &&DeliveryId| self.known[id].key == key;
            let held = self.held.iter().find(|(id, _)| of_lane(id));
            match held {
                Some((id, (_, until))) if *until <= self.now => heads.insert(*id),
                Some(_) => false,
                None => self
                    .waiting
                    .iter()
                    .find(of_lane)
                    .is_some_and(|id| self.known[id].due <= self.now && heads.insert(*id)),
            };
        }
        heads
    }

    fn pick(&self, which: Index) -> Option<Lease> {
        let held: Vec<Lease> = self.held.values().map(|(lease, _)| *lease).collect();
        (!held.is_empty()).then(|| *which.get(&held))
    }

    fn wait(&mut self, id: DeliveryId, due: Timestamp) {
        self.waiting.insert(id);
        if let Some(known) = self.known.get_mut(&id) {
            known.due = due;
        }
    }

    /// The payload that queued behind the released one.
    fn take_over(&mut self, released: DeliveryId) {
        let Known {
            key,
            revision: Some(_),
            ..
        } = self.known[&released]
        else {
            return;
        };
        let behind = self
            .waiting
            .iter()
            .copied()
            .find(|id| is_record(&self.known, *id, key));
        let Some(behind) = behind else { return };
        self.waiting.remove(&behind);
        self.superseded.insert(behind);
        let revision = self.known[&behind].revision;
        if let Some(known) = self.known.get_mut(&released) {
            known.revision = revision;
        }
    }

    fn end(&mut self, id: DeliveryId, place: fn(&mut Self) -> &mut BTreeSet<DeliveryId>) {
        let late = self.held.remove(&id).map(|(lease, _)| lease);
        self.late.extend(late);
        place(self).insert(id);
        let Known {
            key,
            revision: Some(revision),
            ..
        } = self.known[&id]
        else {
            return;
        };
        let older: Vec<_> = self
            .dead
            .iter()
            .copied()
            .filter(|other| {
                let other = &self.known[other];
                other.key == key && other.revision.is_some_and(|other| other < revision)
            })
            .collect();
        for id in older {
            self.dead.remove(&id);
            self.superseded.insert(id);
        }
    }

    async fn finish_late(&mut self, which: Index) -> Outcome {
        if self.late.is_empty() {
            return Ok(());
        }
        let late = *which.get(&self.late);
        let completed = self
            .store
            .deliveries
            .complete(late, Completion::default(), self.now)
            .await;
        assert!(
            matches!(completed, Err(StoreError::LeaseLost { .. })),
            "{completed:?}"
        );
        Ok(())
    }

    async fn retry_dead(&mut self) -> Outcome {
        let overtaken: BTreeSet<_> = self
            .dead
            .iter()
            .copied()
            .filter(|id| self.is_overtaken(*id))
            .collect();
        let retried: Vec<_> = self.dead.difference(&overtaken).copied().collect();
        let count = self
            .store
            .deliveries
            .retry_dead(DeadSelection::All, self.now)
            .await?;
        assert_eq!(count, retried.len() as u64);
        self.superseded.extend(overtaken);
        self.dead.clear();
        retried.into_iter().for_each(|id| self.wait(id, self.now));
        Ok(())
    }

    /// Whether a newer payload of its record waits, is in hand, done or dead.
    fn is_overtaken(&self, id: DeliveryId) -> bool {
        let Known {
            key,
            revision: Some(revision),
            ..
        } = self.known[&id]
        else {
            return false;
        };
        self.known.iter().any(|(other, known)| {
            known.key == key
                && known.revision.is_some_and(|newer| newer > revision)
                && !self.superseded.contains(other)
        })
    }
}

/// Whether the delivery carries a state of this record.
fn is_record(known: &BTreeMap<DeliveryId, Known>, id: DeliveryId, key: usize) -> bool {
    known[&id].key == key && known[&id].revision.is_some()
}
