//! What a person does with a flow, and how its schedules stand: run it now, pause it, let it go on.

use super::schedule::Schedule;
use super::timer::Timed;
use super::worker::Flows;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use sunmao_store::{Enqueued, FireRecord, Rhythm, ScheduleStanding, StoreError};

/// How a schedule of a flow stands.
#[derive(Debug, Clone)]
pub struct ScheduleStatus {
    /// The flow.
    pub flow: String,
    /// Its own schedule, or the one by which it looks at what is new.
    pub rhythm: Rhythm,
    /// The schedule in words: `every 1h`, `cron 0 2 * * * (Asia/Shanghai)`.
    pub rule: String,
    /// What becomes of missed times: `latest`, `all`, `none`.
    pub catch_up: &'static str,
    /// Whether the flow is paused.
    pub is_paused: bool,
    /// The last fire, by a person too.
    pub last: Option<FireRecord>,
    /// When the last one that was handled was done.
    pub last_end: Option<Timestamp>,
    /// Times that passed for which it did not run.
    pub missed: u64,
    /// When it is due next; never while it is paused.
    pub next: Option<Timestamp>,
}

impl ScheduleStatus {
    /// How late the last fire was.
    #[must_use]
    pub fn drift(&self) -> Option<SignedDuration> {
        let last = self.last.as_ref()?;
        Some(last.fired_at.duration_since(last.at))
    }
}

impl Flows {
    /// Lets a flow run now. None where it has just been let, or nothing of that name runs by itself.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn run(&self, flow: &str) -> Result<Option<Enqueued>, StoreError> {
        match self.runs_by_itself(flow) {
            true => self.inner.fire_by_hand(flow).await,
            false => Ok(None),
        }
    }

    /// Whether a flow has a schedule or something to read, so that it can be let run.
    #[must_use]
    pub fn runs_by_itself(&self, flow: &str) -> bool {
        self.inner.timed.load().iter().any(|timed| timed.flow == flow)
    }

    /// Holds a flow's work back until it is resumed, also over restarts. Says whether it was not paused before.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn pause(&self, flow: &str) -> Result<bool, StoreError> {
        let (schedules, now) = (&self.inner.host.store.schedules, self.inner.host.clock.now());
        let is_new = schedules.pause(flow, now).await?;
        self.inner.read_paused().await?;
        Ok(is_new)
    }

    /// Lets a flow go on from now: what was due meanwhile is not made up for. Says whether it was paused.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn resume(&self, flow: &str) -> Result<bool, StoreError> {
        let (schedules, now) = (&self.inner.host.store.schedules, self.inner.host.clock.now());
        let was_paused = schedules.resume(flow, now).await?;
        self.inner.read_paused().await?;
        self.inner.wake.notify_one();
        self.inner.retimed.notify_one();
        Ok(was_paused)
    }

    /// Whether a flow is paused.
    #[must_use]
    pub fn is_paused(&self, flow: &str) -> bool {
        self.inner.paused.load().contains(flow)
    }

    /// How the schedules of all flows stand, by flow.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn schedules(&self) -> Result<Vec<ScheduleStatus>, StoreError> {
        let standing = self.inner.host.store.schedules.standing().await?;
        let mut known: BTreeMap<(String, Rhythm), ScheduleStanding> = standing
            .into_iter()
            .map(|one| ((one.flow.clone(), one.rhythm), one))
            .collect();
        let timed = self.inner.timed.load_full();
        let statuses = timed.iter().flat_map(|timed| {
            let by_hand = known.remove(&(timed.flow.clone(), Rhythm::Hand));
            let mut statuses: Vec<ScheduleStatus> = timed
                .rhythms()
                .map(|(rhythm, schedule)| {
                    let standing = known.remove(&(timed.flow.clone(), rhythm));
                    self.status(timed, rhythm, schedule, standing)
                })
                .collect();
            if let Some((first, by_hand)) = statuses.first_mut().zip(by_hand) {
                first.take(by_hand);
            }
            statuses
        });
        Ok(statuses.collect())
    }

    fn status(
        &self,
        timed: &Timed,
        rhythm: Rhythm,
        schedule: &Schedule,
        standing: Option<ScheduleStanding>,
    ) -> ScheduleStatus {
        let is_paused = self.is_paused(&timed.flow);
        let now = self.inner.host.clock.now();
        let mut status = ScheduleStatus {
            flow: timed.flow.clone(),
            rhythm,
            rule: schedule.to_string(),
            catch_up: schedule.catch_up().name(),
            is_paused,
            last: None,
            last_end: None,
            missed: 0,
            next: if is_paused { None } else { schedule.next(now) },
        };
        if let Some(standing) = standing {
            status.take(standing);
        }
        status
    }
}

impl ScheduleStatus {
    /// Takes in what the store knows, where it is newer.
    fn take(&mut self, standing: ScheduleStanding) {
        let fired_at = |fire: &Option<FireRecord>| fire.as_ref().map(|fire| fire.fired_at);
        if fired_at(&standing.last) > fired_at(&self.last) {
            self.last = standing.last;
        }
        self.last_end = self.last_end.max(standing.last_end);
        self.missed += standing.missed;
    }
}
