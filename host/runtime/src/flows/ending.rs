//! Writing down how a delivery ended: done with its link, put off, or dead with its letter.

use super::customer_push::Handled;
use super::progress::Step;
use crate::host::Host;
use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::SignedDuration;
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::{Completion, DeadLetter, Leased, StoreError};

/// Watchers hear of an end once it is on disk, so that what they then read agrees with it.
pub(super) async fn write(
    host: &Host,
    leased: &Leased,
    handled: Handled,
    watch: &impl Fn(Step),
) -> Result<(), StoreError> {
    let now = host.clock.now();
    let deliveries = &host.store.deliveries;
    match handled {
        Handled::Done { link, step } => {
            let outcome = outcome(&step);
            let completion = Completion {
                link,
                outcome: outcome.clone(),
                audit: Vec::new(),
            };
            match deliveries.complete(leased.lease, completion, now).await {
                Err(error @ StoreError::LinkTaken { .. }) => {
                    let fault = Fault::new(Kind::Refused, error.to_string()).with_hint(error.hint());
                    bury(host, leased, fault, watch).await?;
                }
                ended => {
                    ended?;
                    tracing::info!(delivery = %leased.delivery.id, target = leased.delivery.target, key = leased.delivery.key, outcome, "done");
                    watch(step);
                }
            }
        }
        Handled::Later(fault) => {
            let wait = backoff(leased.delivery.attempt);
            tracing::warn!(delivery = %leased.delivery.id, key = leased.delivery.key, %fault, ?wait, "put off");
            let not_before = now + SignedDuration::try_from(wait).unwrap_or(SignedDuration::from_mins(1));
            let reason = fault.to_string();
            deliveries.release(leased.lease, not_before, &reason, now).await?;
            watch(Step::PutOff { reason });
        }
        Handled::Dead(fault) => bury(host, leased, fault, watch).await?,
    }
    Ok(())
}

async fn bury(host: &Host, leased: &Leased, fault: Fault, watch: &impl Fn(Step)) -> Result<(), StoreError> {
    tracing::error!(delivery = %leased.delivery.id, key = leased.delivery.key, %fault, "dead letter");
    let letter = DeadLetter {
        kind: fault.kind.name().to_owned(),
        code: fault.code.map(|code| code.to_string()),
        message: fault.message.clone(),
        hint: fault.hint.clone(),
    };
    let now = host.clock.now();
    let deliveries = &host.store.deliveries;
    deliveries.bury(leased.lease, letter, Vec::new(), now).await?;
    watch(Step::Dead {
        message: fault.message,
        hint: fault.hint,
    });
    Ok(())
}

fn outcome(step: &Step) -> String {
    match step {
        Step::Skipped { reason, .. } => format!("skipped: {reason}"),
        Step::Linked { erp_key, number, .. } => format!("linked: {number} (key {erp_key})"),
        _ => "handled".to_owned(),
    }
}

/// The wait before the next attempt: one second, doubling to five minutes, with jitter.
fn backoff(attempt: i64) -> Duration {
    let attempt = usize::try_from(attempt.saturating_sub(1))
        .unwrap_or_default()
        .min(16);
    let longest = Duration::from_secs(300);
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(longest)
        .with_jitter()
        .without_max_times()
        .build();
    waits.nth(attempt).unwrap_or(longest)
}
