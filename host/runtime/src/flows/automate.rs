//! An event for one automation.

use super::handled::{Handled, judged};
use super::progress::Step;
use super::serving::{is_gone, while_it_serves};
use super::worker::Inner;
use crate::extension::{Event, ExtensionError, Invocation, SharedExtension};
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::Delivery;

impl Inner {
    /// Lets an automation handle a delivery.
    pub(super) async fn automate(&self, automation: Option<SharedExtension>, delivery: &Delivery) -> Handled {
        let gone = || Handled::waits(delivery.target.clone(), is_gone(&delivery.target));
        let Some(extension) = automation else {
            return gone();
        };
        let event = Event {
            id: u64::try_from(delivery.id.0).unwrap_or_default(),
            name: delivery.event.clone(),
            key: delivery.key.clone(),
            payload: delivery.payload.clone(),
            attempt: u32::try_from(delivery.attempt).unwrap_or(u32::MAX),
        };
        let invocation = Invocation::of_delivery(delivery);
        let call = extension.handle(&invocation, &event);
        match while_it_serves(&self.extensions, &extension, call).await {
            None => gone(),
            Some(Ok(())) => Handled::done(Step::Handled),
            Some(Err(error)) => automation_failed(error, delivery),
        }
    }
}

fn automation_failed(error: ExtensionError, delivery: &Delivery) -> Handled {
    let is_transient = error.is_transient();
    match error {
        ExtensionError::Call { fault, .. } => judged(fault, delivery),
        ExtensionError::Paused { ref extension, .. } => Handled::waits(
            extension.clone(),
            Fault::new(Kind::Unavailable, error.to_string()),
        ),
        error if is_transient => Handled::Later(Fault::new(Kind::Unavailable, error.to_string())),
        error => Handled::Dead(
            Fault::new(Kind::Invalid, error.to_string())
                .with_hint("correct the automation, then: sunmao dead retry"),
        ),
    }
}
