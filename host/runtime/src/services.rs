//! The services behind both faces: a plugin's WIT imports and a script's modules call the same functions.

use crate::contact::Contact;
use crate::gateway::Caller;
use crate::host::Host;
use jiff::Timestamp;
use sunmao_store::{Link, NewDelivery, StateEntry, StoreError};

/// Longest key or event name, in bytes.
const LONGEST_NAME: usize = 512;
/// Largest value or payload, in bytes.
const LARGEST_VALUE: usize = 1024 * 1024;
/// Most keys one listing gives.
const MOST_KEYS: u32 = 1_000;

/// Why a service said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({hint})")]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem {
            message: error.to_string(),
            hint: error.hint().to_owned(),
        }
    }
}

/// A line in the host's log, marked with who wrote it.
pub fn log(caller: &Caller, level: tracing::Level, message: &str, fields: &[(String, String)]) {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(" ");
    let (actor, version, delivery) = (&*caller.actor, &*caller.version, caller.invocation.delivery);
    match level {
        tracing::Level::ERROR => {
            tracing::error!(target: "extension", actor, version, delivery, fields, "{message}")
        }
        tracing::Level::WARN => {
            tracing::warn!(target: "extension", actor, version, delivery, fields, "{message}")
        }
        tracing::Level::INFO => {
            tracing::info!(target: "extension", actor, version, delivery, fields, "{message}")
        }
        tracing::Level::DEBUG => {
            tracing::debug!(target: "extension", actor, version, delivery, fields, "{message}")
        }
        tracing::Level::TRACE => {
            tracing::trace!(target: "extension", actor, version, delivery, fields, "{message}")
        }
    }
}

/// The value of one of the caller's own keys.
pub async fn state_get(host: &Host, caller: &Caller, key: &str) -> Result<Option<StateEntry>, Problem> {
    bounded("key", key, LONGEST_NAME)?;
    Ok(host.store.state.get(&caller.actor, key).await?)
}

/// Writes one of the caller's own keys; returns the new revision.
pub async fn state_put(host: &Host, caller: &Caller, key: &str, value: &str) -> Result<i64, Problem> {
    bounded("key", key, LONGEST_NAME)?;
    bounded("value", value, LARGEST_VALUE)?;
    Ok(host.store.state.put(&caller.actor, key, value).await?)
}

/// Writes a key only if it is still at `expected`; `None` if another write came first.
pub async fn state_compare_and_set(
    host: &Host,
    caller: &Caller,
    key: &str,
    expected: Option<i64>,
    value: &str,
) -> Result<Option<i64>, Problem> {
    bounded("key", key, LONGEST_NAME)?;
    bounded("value", value, LARGEST_VALUE)?;
    Ok(host
        .store
        .state
        .compare_and_set(&caller.actor, key, expected, value)
        .await?)
}

/// Deletes a key; whether it was there.
pub async fn state_delete(host: &Host, caller: &Caller, key: &str) -> Result<bool, Problem> {
    Ok(host.store.state.delete(&caller.actor, key).await?)
}

/// The caller's keys that begin with `prefix`.
pub async fn state_keys(host: &Host, caller: &Caller, prefix: &str) -> Result<Vec<String>, Problem> {
    Ok(host.store.state.keys(&caller.actor, prefix, MOST_KEYS).await?)
}

/// The link of a hub record.
pub async fn link_of(
    host: &Host,
    caller: &Caller,
    kind: &str,
    hub_id: &str,
) -> Result<Option<Link>, Problem> {
    granted(caller, "links")?;
    Ok(host.store.links.get(kind, hub_id).await?)
}

/// The link of an ERP record.
pub async fn link_to(
    host: &Host,
    caller: &Caller,
    kind: &str,
    erp_key: i64,
) -> Result<Option<Link>, Problem> {
    granted(caller, "links")?;
    Ok(host.store.links.find_by_key(kind, erp_key).await?)
}

/// A contact of the hub.
pub async fn contact(host: &Host, caller: &Caller, id: &str) -> Result<Option<Contact>, Problem> {
    granted(caller, "hub")?;
    let Some(contact) = host.store.contacts.get(id).await? else {
        return Ok(None);
    };
    serde_json::from_str(&contact.body)
        .map(Some)
        .map_err(|error| Problem {
            message: format!("contact {id} cannot be read: {error}"),
            hint: "file it again".to_owned(),
        })
}

/// Emits an event for the automations that serve now; durable when this returns. Returns the event's number, 0 when
/// nobody listens.
pub async fn emit(
    host: &Host,
    caller: &Caller,
    name: &str,
    key: &str,
    payload: &str,
) -> Result<i64, Problem> {
    granted(caller, "events")?;
    bounded("event name", name, LONGEST_NAME)?;
    bounded("event key", key, LONGEST_NAME)?;
    bounded("event payload", payload, LARGEST_VALUE)?;
    let deliveries = host.automation_routes(name).into_iter().map(|route| NewDelivery {
        event: route.event,
        target: route.target,
        key: key.to_owned(),
        payload: payload.to_owned(),
        revision: None,
    });
    let enqueued = host
        .store
        .deliveries
        .enqueue(deliveries.collect(), host.clock.now())
        .await?;
    Ok(enqueued.first().map_or(0, |enqueued| enqueued.delivery.0))
}

/// A time as guests see it: ISO 8601 in UTC, to the millisecond.
pub fn iso_milliseconds(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn granted(caller: &Caller, service: &str) -> Result<(), Problem> {
    if caller.permit.grants.allow_service(service) {
        return Ok(());
    }
    Err(Problem {
        message: format!("{} may not use `{service}`", caller.actor),
        hint: format!("add \"{service}\" to its grants in sunmao.toml"),
    })
}

fn bounded(what: &str, text: &str, longest: usize) -> Result<(), Problem> {
    if text.len() <= longest {
        return Ok(());
    }
    Err(Problem {
        message: format!("{what} of {} bytes", text.len()),
        hint: format!("at most {longest} bytes"),
    })
}
