//! What is known of ERP accounts that are out: who waits for them, and which delivery shows whether one is back.
//!
//! An account is out while its client leaves the ERP alone, or since it could not sign in. What needs it is not taken up
//! then, but for one delivery at a time, the probe; thousands would only be leased and given back.

use crate::accounts::Accounts;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind};
use sunmao_erp_client::{ErpClient, Reach};
use tokio::time::Instant;

/// How long the wait between two probes for a session is at first and at most. The client asks the ERP far less often.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The accounts that are out.
#[derive(Debug, Default)]
pub(super) struct Outages {
    known: Mutex<BTreeMap<String, Outage>>,
}

#[derive(Debug)]
struct Outage {
    why: Why,
    words: String,
    since: Instant,
    /// Deliveries that were put off because of it.
    put_off: u64,
    /// Targets that were seen to need the account.
    targets: BTreeSet<String>,
    probe: Probe,
    pauses: ExponentialBackoff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The client leaves the ERP alone.
    LeftAlone,
    /// No session could be had.
    NoSession,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    /// The next delivery may be taken up then.
    Due(Instant),
    /// One is in hand.
    Underway,
}

/// An account that is back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Back {
    pub account: String,
    /// How long it was out.
    pub after: Duration,
    /// Deliveries that were put off meanwhile.
    pub put_off: u64,
}

/// What needs an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need<'a> {
    pub account: &'a str,
    pub target: &'a str,
    /// Whether the target can do nothing without the account. An automation may have other things to do.
    pub is_certain: bool,
}

/// Whether deliveries of a target are taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Like any others.
    Open,
    /// One of all that wait for the account.
    Probe,
    /// None.
    Shut,
}

/// What the probe's end, whatever it was, leaves to know. Dropped, it makes room for the next probe.
#[derive(Debug)]
pub(super) struct ProbeGuard {
    outages: Arc<Outages>,
    account: String,
}

impl Outages {
    /// Takes note of whether the clients leave their ERPs alone. Returns the accounts that are back.
    pub fn look(&self, accounts: &Accounts) -> Vec<Back> {
        let mut back = Vec::new();
        for (account, client) in accounts.iter() {
            let reach = *client.reach().borrow();
            back.extend(self.note(account, reach, client.session_status().signed_in));
        }
        back
    }

    fn note(&self, account: &str, reach: Reach, is_signed_in: bool) -> Option<Back> {
        let mut known = self.known();
        match (reach, known.get_mut(account)) {
            (Reach::Asked, Some(outage)) if is_signed_in || outage.why == Why::LeftAlone => {
                end(&mut known, account)
            }
            (Reach::Asked, _) => None,
            (Reach::LeftAlone(until), Some(outage)) => {
                outage.why = Why::LeftAlone;
                if let Probe::Due(due) = &mut outage.probe {
                    *due = until.max(*due);
                }
                None
            }
            (Reach::LeftAlone(until), None) => {
                let words = "it failed again and again, or asked to be left alone";
                known.insert(
                    account.to_owned(),
                    Outage::begin(account, Why::LeftAlone, words, until),
                );
                None
            }
        }
    }

    /// Whether deliveries that need an account are taken up now.
    pub fn gate(&self, need: Need<'_>) -> Gate {
        let known = self.known();
        let Some(outage) = known.get(need.account) else {
            return Gate::Open;
        };
        if !need.is_certain && !outage.targets.contains(need.target) {
            return Gate::Open;
        }
        match outage.probe {
            Probe::Due(due) if due <= Instant::now() => Gate::Probe,
            Probe::Due(_) | Probe::Underway => Gate::Shut,
        }
    }

    /// The account's probe is in hand.
    pub fn probing(self: &Arc<Self>, account: &str) -> ProbeGuard {
        if let Some(outage) = self.known().get_mut(account) {
            outage.probe = Probe::Underway;
        }
        ProbeGuard {
            outages: self.clone(),
            account: account.to_owned(),
        }
    }

    /// When the next probe may be taken up, if any account is out and has none in hand.
    pub fn next_probe(&self) -> Option<Instant> {
        let known = self.known();
        let due = known.values().filter_map(|outage| match outage.probe {
            Probe::Due(due) => Some(due),
            Probe::Underway => None,
        });
        due.min()
    }

    /// Why deliveries that need the account are not taken up now.
    pub fn words(&self, need: Need<'_>) -> Option<String> {
        if self.gate(need) == Gate::Open {
            return None;
        }
        let known = self.known();
        let outage = known.get(need.account)?;
        Some(format!(
            "the ERP account {} is out: {}",
            need.account, outage.words
        ))
    }

    /// A delivery failed. If its account is out, how long it waits at most; else the failure is its own. A guest may say
    /// what it likes of its calls, so the client is asked as well.
    pub fn put_off(&self, need: Need<'_>, fault: &Fault, client: &ErpClient) -> Option<Duration> {
        self.put_off_given(need, fault, *client.reach().borrow(), client.cannot_sign_in())
    }

    fn put_off_given(
        &self,
        need: Need<'_>,
        fault: &Fault,
        reach: Reach,
        cannot_sign_in: bool,
    ) -> Option<Duration> {
        if !matches!(fault.kind, Kind::Unavailable | Kind::OverBudget | Kind::Session) {
            return None;
        }
        let why = match reach {
            Reach::LeftAlone(_) => Why::LeftAlone,
            Reach::Asked if cannot_sign_in => Why::NoSession,
            Reach::Asked => return None,
        };
        let now = Instant::now();
        let mut known = self.known();
        let outage = known.entry(need.account.to_owned()).or_insert_with(|| {
            let mut outage = Outage::begin(need.account, why, &fault.message, now);
            outage.pause(now);
            outage
        });
        if let Reach::LeftAlone(until) = reach {
            outage.why = Why::LeftAlone;
            if let Probe::Due(due) = &mut outage.probe {
                *due = until.max(*due);
            }
        }
        outage.put_off += 1;
        outage.targets.insert(need.target.to_owned());
        let due = match outage.probe {
            Probe::Due(due) => due,
            Probe::Underway => now,
        };
        Some(due.saturating_duration_since(now).max(SHORTEST))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Outage>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(known: &mut BTreeMap<String, Outage>, account: &str) -> Option<Back> {
    let outage = known.remove(account)?;
    Some(Back {
        account: account.to_owned(),
        after: outage.since.elapsed(),
        put_off: outage.put_off,
    })
}

impl Outage {
    fn begin(account: &str, why: Why, words: &str, probe: Instant) -> Self {
        tracing::warn!(
            account,
            words,
            "the ERP is out; what needs it waits until it is back"
        );
        let pauses = ExponentialBuilder::default()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .without_max_times();
        Outage {
            why,
            words: words.to_owned(),
            since: Instant::now(),
            put_off: 0,
            targets: BTreeSet::new(),
            probe: Probe::Due(probe),
            pauses: pauses.build(),
        }
    }

    /// Puts the next probe off for longer than the one before.
    fn pause(&mut self, now: Instant) {
        self.probe = Probe::Due(now + self.pauses.next().unwrap_or(LONGEST));
    }
}

impl ProbeGuard {
    /// The delivery was put off since the account is still out.
    pub fn in_vain(self) {
        if let Some(outage) = self.outages.known().get_mut(&self.account) {
            let now = Instant::now();
            match outage.why {
                // The client says until when, but for a probe that it did not let out: then no login is due yet.
                Why::LeftAlone => outage.probe = Probe::Due(now + SHORTEST),
                Why::NoSession => outage.pause(now),
            }
        }
    }

    /// The delivery ended otherwise. That says something only if there is a session now; where the ERP is left alone,
    /// its client tells. Returns the account if it is back.
    pub fn ended(self, is_signed_in: bool) -> Option<Back> {
        let mut known = self.outages.known();
        let why = known.get(&self.account)?.why;
        match why {
            Why::NoSession if is_signed_in => end(&mut known, &self.account),
            Why::NoSession | Why::LeftAlone => None,
        }
    }
}

impl Drop for ProbeGuard {
    fn drop(&mut self) {
        if let Some(outage) = self.outages.known().get_mut(&self.account)
            && outage.probe == Probe::Underway
        {
            outage.probe = Probe::Due(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
