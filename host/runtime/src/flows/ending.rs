//! Writing down how a delivery ended: done with its link, put off, or dead with its letter.

use super::cause::cause;
use super::handled::{Handled, Keep};
use super::progress::Step;
use super::references;
use crate::host::Host;
use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::SignedDuration;
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::{Cause, Completion, DeadLetter, Delivery, Lease, PutOff, StoreError};

/// The longest a delivery is put off for. A stored time that is further away is the mistake of a clock.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Panics over one payload before a person is asked.
const MOST_PANICS: i64 = 3;

const BROKE: &str = "this is a fault of sunmao: report it with the log; after an update: sunmao dead retry";

/// Watchers hear of an end once it is on disk, so that what they then read agrees with it.
pub(super) async fn write(
    host: &Host,
    lease: Lease,
    delivery: &Delivery,
    handled: &Handled,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(), StoreError> {
    match handled {
        Handled::Done { keep, step } => {
            let outcome = outcome(step);
            let completion = completion(keep, outcome.clone());
            let deliveries = &host.store.deliveries;
            match deliveries.complete(lease, completion, host.clock.now()).await {
                Err(error @ StoreError::LinkTaken { .. }) => {
                    let fault = Fault::new(Kind::Refused, error.to_string()).with_hint(error.hint());
                    bury(host, lease, delivery, letter(delivery, &fault), watch).await
                }
                // Somebody filed or linked it while it was merged: from the beginning, with what is there now.
                Err(error @ (StoreError::RecordChanged { .. } | StoreError::LinkChanged { .. })) => {
                    put_off(
                        host,
                        lease,
                        Duration::ZERO,
                        error.to_string(),
                        Cause::Interrupted,
                        watch,
                    )
                    .await
                }
                ended => {
                    ended?;
                    if let Some(link) = &keep.link {
                        references::linked(host, &link.link, &link.record, link.erp_key).await?;
                    }
                    tracing::info!(delivery = %delivery.id, target = delivery.target, key = delivery.key, outcome, "done");
                    watch(step.clone());
                    Ok(())
                }
            }
        }
        Handled::Later(fault) => {
            let wait = backoff(delivery.failures);
            tracing::warn!(delivery = %delivery.id, key = delivery.key, %fault, ?wait, "put off");
            let cause = match fault.kind {
                Kind::Unconfirmed => Cause::Unconfirmed,
                _ => Cause::Failed,
            };
            put_off(host, lease, wait, fault.to_string(), cause, watch).await
        }
        Handled::Waits { fault, what, at_most } => {
            // Whoever noticed that this is away has said so, once.
            tracing::debug!(delivery = %delivery.id, key = delivery.key, %fault, what, "waits");
            let cause = Cause::WaitsFor(what.clone());
            put_off(host, lease, *at_most, fault.to_string(), cause, watch).await
        }
        Handled::Awaits(missing) => {
            let (what, fault) = (missing.what(), missing.fault());
            tracing::debug!(delivery = %delivery.id, key = delivery.key, %fault, what, "waits");
            let cause = Cause::WaitsFor(what.clone());
            put_off(host, lease, LONGEST_PAUSE, fault.to_string(), cause, watch).await?;
            // It may have come while this was written down.
            if missing.is_there(host).await? {
                host.store
                    .deliveries
                    .hasten(Some(&what), host.clock.now())
                    .await?;
            }
            Ok(())
        }
        Handled::Panicked(words) if delivery.panics + 1 < MOST_PANICS => {
            let reason = format!("{} panicked: {words}", delivery.target);
            let wait = backoff(delivery.failures);
            put_off(host, lease, wait, reason, Cause::Panicked, watch).await
        }
        Handled::Panicked(words) => {
            let message = format!("{} panicked {MOST_PANICS} times: {words}", delivery.target);
            let letter = DeadLetter {
                cause: cause(delivery, "panicked", None, &message),
                kind: "panicked".to_owned(),
                code: None,
                message,
                hint: BROKE.to_owned(),
            };
            bury(host, lease, delivery, letter, watch).await
        }
        Handled::Dead(fault) => bury(host, lease, delivery, letter(delivery, fault), watch).await,
    }
}

async fn put_off(
    host: &Host,
    lease: Lease,
    wait: Duration,
    reason: String,
    cause: Cause,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(), StoreError> {
    let now = host.clock.now();
    let wait = SignedDuration::try_from(wait.min(LONGEST_PAUSE)).unwrap_or_default();
    let put_off = PutOff {
        not_before: now + wait,
        reason: reason.clone(),
        cause,
    };
    host.store.deliveries.release(lease, put_off, now).await?;
    watch(Step::PutOff { reason });
    Ok(())
}

async fn bury(
    host: &Host,
    lease: Lease,
    delivery: &Delivery,
    letter: DeadLetter,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<(), StoreError> {
    let now = host.clock.now();
    let deliveries = &host.store.deliveries;
    deliveries.bury(lease, letter.clone(), now).await?;
    tracing::error!(
        delivery = %delivery.id, key = delivery.key, kind = letter.kind, message = letter.message, hint = letter.hint,
        "dead letter"
    );
    watch(Step::Dead {
        message: letter.message,
        hint: letter.hint,
    });
    Ok(())
}

fn letter(delivery: &Delivery, fault: &Fault) -> DeadLetter {
    let code = fault.code.map(|code| code.to_string());
    DeadLetter {
        cause: cause(delivery, fault.kind.name(), code.as_deref(), &fault.message),
        kind: fault.kind.name().to_owned(),
        code,
        message: fault.message.clone(),
        hint: fault.hint.clone(),
    }
}

fn completion(keep: &Keep, outcome: String) -> Completion {
    Completion {
        link: keep.link.clone(),
        agreed_before: keep.agreed_before.clone(),
        filing: keep.filing.clone(),
        conflicts: keep.conflicts.clone(),
        closed: keep.closed.clone(),
        unchanged: keep.unchanged.clone(),
        source: keep.source.clone(),
        outcome,
    }
}

fn outcome(step: &Step) -> String {
    let with = |words: String, undecided: &[String]| match undecided {
        [] => words,
        fields => format!("{words}; to be decided: {}", fields.join(", ")),
    };
    let leaving = |words: String, left: &[String]| match left {
        [] => words,
        fields => format!(
            "{words}; left as it was made, since only a create takes it: {}",
            fields.join(", ")
        ),
    };
    match step {
        Step::Skipped { reason, .. } => format!("skipped: {reason}"),
        Step::Linked {
            erp_key,
            number,
            undecided,
            left,
            ..
        } => leaving(with(format!("linked: {number} (key {erp_key})"), undecided), left),
        Step::Unchanged {
            erp_key,
            number,
            undecided,
            left,
        } => leaving(
            with(format!("unchanged: {number} (key {erp_key})"), undecided),
            left,
        ),
        Step::Written { operation, .. } => format!("written: {operation}"),
        Step::Filed {
            record,
            is_changed,
            undecided,
            ..
        } => {
            let word = if *is_changed { "filed" } else { "unchanged" };
            with(format!("{word}: {record}"), undecided)
        }
        Step::Undecided { fields } => format!("to be decided: {}", fields.join(", ")),
        Step::Told { status } => format!("told: {status}"),
        Step::Swept { words } => format!("swept: {words}"),
        _ => "handled".to_owned(),
    }
}

/// The wait before the next attempt after so many that failed by themselves: one second, doubling to five minutes, with
/// jitter.
fn backoff(failures: i64) -> Duration {
    let failures = usize::try_from(failures).unwrap_or_default().min(16);
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build();
    waits.nth(failures).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_failures_and_none_is_longer_than_any_is_believed_to_be() {
        assert!(backoff(0) <= Duration::from_secs(2));
        assert!(backoff(5) >= Duration::from_secs(32));
        for failures in [8, 9, 16, 1_000, i64::MAX, -1] {
            assert!(backoff(failures) <= LONGEST_PAUSE, "{failures}");
        }
        assert_eq!(backoff(1_000), LONGEST_PAUSE);
    }
}
