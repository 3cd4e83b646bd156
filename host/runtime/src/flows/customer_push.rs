//! A contact of the hub on its way into the ERP: policy, mapping, write, link.

use super::erp_record;
use super::flow::{ExtensionReference, Flow};
use super::handled::{Handled, judged};
use super::progress::Step;
use super::serving::{does_not_serve, target_of, while_it_serves};
use crate::actor::Actor;
use crate::contact::Contact;
use crate::extension::{Decision, ExtensionError, Invocation, SharedExtension};
use crate::gateway::Caller;
use crate::host::Host;
use crate::loading::Extensions;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::{Delivery, NewLink};

/// Attempts at which a policy or mapping ran into a limit before a person is asked.
const MOST_OVER_LIMIT: i64 = 3;

/// Takes one contact through the flow.
pub(crate) async fn handle(
    host: &Host,
    extensions: &Extensions,
    flow: &Flow,
    delivery: &Delivery,
    watch: &impl Fn(Step),
) -> Handled {
    match push(host, extensions, flow, delivery, watch).await {
        Ok((link, step)) => Handled::Done { link, step },
        Err(Stop::Store(fault)) => Handled::Later(fault),
        Err(Stop::Absent(reference)) => Handled::waits_for_extension(
            target_of(reference.kind, &reference.name),
            does_not_serve(&reference),
        ),
        Err(Stop::Extension(error)) => match error {
            ExtensionError::Call { fault, .. } => judged(fault, delivery),
            // The wrong file stands in the flow: no contact is to blame, and none may be lost by it.
            ExtensionError::NotProvided { .. } => Handled::Later(
                Fault::new(Kind::Unavailable, error.to_string()).with_hint(format!(
                    "name another file under [flow.{}], or give this one the function",
                    flow.name
                )),
            ),
            // A busy machine makes one run over too; one that always does is paused, and then no contact is to blame.
            ExtensionError::OverLimit { .. } if delivery.failures + 1 < MOST_OVER_LIMIT => {
                Handled::Later(Fault::new(Kind::Unavailable, error.to_string()))
            }
            error if error.is_transient() => Handled::Later(Fault::new(Kind::Unavailable, error.to_string())),
            error => Handled::Dead(
                Fault::new(Kind::Invalid, error.to_string())
                    .with_hint("correct the contact or the extension, then: sunmao dead retry"),
            ),
        },
        Err(Stop::Fault(fault)) => judged(fault, delivery),
    }
}

enum Stop {
    /// The store cannot be read.
    Store(Fault),
    /// An extension that the flow needs does not serve, or no longer.
    Absent(ExtensionReference),
    Extension(ExtensionError),
    Fault(Fault),
}

impl From<ExtensionError> for Stop {
    fn from(error: ExtensionError) -> Self {
        Stop::Extension(error)
    }
}

async fn push(
    host: &Host,
    extensions: &Extensions,
    flow: &Flow,
    delivery: &Delivery,
    watch: &impl Fn(Step),
) -> Result<(Option<NewLink>, Step), Stop> {
    let contact: Contact = serde_json::from_str(&delivery.payload).map_err(|error| {
        Stop::Fault(Fault::new(
            Kind::Invalid,
            format!("contact {} cannot be read: {error}", delivery.key),
        ))
    })?;
    let invocation = Invocation::of_delivery(delivery);
    if let Some(policy) = &flow.policy {
        let (reference, policy) = (policy, serving(extensions, policy)?);
        let admission = policy.admit(&invocation, &contact);
        let admission = while_it_serves(extensions, &policy, admission).await;
        match admission.ok_or_else(|| Stop::Absent(reference.clone()))?? {
            Decision::Skip(reason) => {
                return Ok((
                    None,
                    Step::Skipped {
                        policy: named(&policy),
                        reason,
                    },
                ));
            }
            Decision::Admit => watch(Step::Admitted {
                policy: Some(named(&policy)),
            }),
        }
    } else {
        watch(Step::Admitted { policy: None });
    }
    let mapping = serving(extensions, &flow.mapping)?;
    let record = mapping.to_customer(&invocation, &contact);
    let record = while_it_serves(extensions, &mapping, record).await;
    let record = record.ok_or_else(|| Stop::Absent(flow.mapping.clone()))??;
    let known = host
        .store
        .links
        .get(&flow.link, &delivery.key)
        .await
        .map_err(|error| {
            Stop::Store(Fault::new(Kind::Unavailable, error.to_string()).with_hint(error.hint()))
        })?;
    let caller = Caller::new(
        Actor::flow(&flow.name),
        &mapping.identity().version,
        flow.permit.clone(),
        invocation,
    );
    let written = erp_record::write(host, &caller, flow, record, known.map(|link| link.erp_key))
        .await
        .map_err(Stop::Fault)?;
    let link = NewLink {
        kind: flow.link.clone(),
        hub_id: delivery.key.clone(),
        erp_key: written.key,
        number: written.number.clone(),
    };
    let step = Step::Linked {
        erp_key: written.key,
        number: written.number,
        mapping: named(&mapping),
    };
    Ok((Some(link), step))
}

fn serving(extensions: &Extensions, reference: &ExtensionReference) -> Result<SharedExtension, Stop> {
    let serving = extensions.get(reference.kind, &reference.name);
    serving.ok_or_else(|| Stop::Absent(reference.clone()))
}

fn named(extension: &SharedExtension) -> String {
    let identity = extension.identity();
    format!("{} {}", identity.name, identity.version)
}
