//! The services behind both faces: a plugin's WIT imports and a script's modules call the same functions.

mod records;

use crate::gateway::Caller;
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::{record_bytes, size};
use crate::usage::{Line, log_line};
use jiff::Timestamp;
pub use records::{Known, file, find, list, record};
pub(crate) use records::{unknown_kind, unreadable};
use sunmao_catalogue::{Fault, Kind, Operation, Record};
use sunmao_store::{Link, NewDelivery, RecordName, StateEntry};

/// Longest key or event name, in bytes.
const LONGEST_NAME: usize = 512;
/// Most keys one listing gives.
const MOST_KEYS: u32 = 1_000;

/// A line in the host's log, marked with who wrote it.
pub fn log(caller: &Caller, level: tracing::Level, message: &str, fields: &[(String, String)]) {
    if !is_written(level) {
        return;
    }
    let limits = &caller.permit.limits;
    let (message, fields) = log_line(limits, message, fields);
    let actor = tracing::field::display(&caller.actor);
    match caller.log.note(message.len() + fields.len()) {
        Line::Written { dropped_before: 0 } => {}
        Line::Written { dropped_before } => {
            tracing::warn!(actor, lines = dropped_before, "lines of its log were dropped")
        }
        Line::FirstDropped => {
            let (lines, kilobytes) = (limits.log_lines_per_minute, limits.log_kilobytes_per_minute);
            tracing::warn!(
                actor,
                "its log is dropped: more than {lines} lines (log_lines_per_minute) or {kilobytes} KiB \
                 (log_kilobytes_per_minute) in a minute"
            );
            return;
        }
        Line::Dropped => return,
    }
    let (version, delivery) = (&*caller.version, caller.invocation.delivery);
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

/// Whether lines of this level are written at all; those that are not cost nothing.
fn is_written(level: tracing::Level) -> bool {
    match level {
        tracing::Level::ERROR => tracing::enabled!(target: "extension", tracing::Level::ERROR),
        tracing::Level::WARN => tracing::enabled!(target: "extension", tracing::Level::WARN),
        tracing::Level::INFO => tracing::enabled!(target: "extension", tracing::Level::INFO),
        tracing::Level::DEBUG => tracing::enabled!(target: "extension", tracing::Level::DEBUG),
        tracing::Level::TRACE => tracing::enabled!(target: "extension", tracing::Level::TRACE),
    }
}

/// The value of one of the caller's own keys.
pub async fn state_get(host: &Host, caller: &Caller, key: &str) -> Result<Option<StateEntry>, Problem> {
    bounded("key", key, LONGEST_NAME)?;
    Ok(host.store.state.get(&caller.actor.to_string(), key).await?)
}

/// Writes one of the caller's own keys; returns the new revision.
pub async fn state_put(host: &Host, caller: &Caller, key: &str, value: &str) -> Result<i64, Problem> {
    bounded("key", key, LONGEST_NAME)?;
    bounded("value", value, caller.permit.limits.value_bytes)?;
    let room = caller.permit.limits.state_room();
    Ok(host
        .store
        .state
        .put(&caller.actor.to_string(), key, value, room)
        .await?)
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
    bounded("value", value, caller.permit.limits.value_bytes)?;
    Ok(host
        .store
        .state
        .compare_and_set(
            &caller.actor.to_string(),
            key,
            expected,
            value,
            caller.permit.limits.state_room(),
        )
        .await?)
}

/// Deletes a key; whether it was there.
pub async fn state_delete(host: &Host, caller: &Caller, key: &str) -> Result<bool, Problem> {
    Ok(host.store.state.delete(&caller.actor.to_string(), key).await?)
}

/// The caller's keys that begin with `prefix`.
pub async fn state_keys(host: &Host, caller: &Caller, prefix: &str) -> Result<Vec<String>, Problem> {
    Ok(host
        .store
        .state
        .keys(&caller.actor.to_string(), prefix, MOST_KEYS)
        .await?)
}

/// The link of that name of a hub record.
pub async fn link_of(
    host: &Host,
    caller: &Caller,
    name: &str,
    kind: &str,
    id: &str,
) -> Result<Option<Link>, Problem> {
    granted(caller, "links")?;
    let record = RecordName::new(kind, id);
    Ok(host.store.links.get(name, &record).await?)
}

/// The link of that name of an ERP record.
pub async fn link_to(
    host: &Host,
    caller: &Caller,
    name: &str,
    erp_key: i64,
) -> Result<Option<Link>, Problem> {
    granted(caller, "links")?;
    Ok(host.store.links.find_by_key(name, erp_key).await?)
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
    bounded("event payload", payload, caller.permit.limits.value_bytes)?;
    let hops = emission(caller)?;
    let targets = host.targets_of_event(name);
    for target in &targets {
        room_for_events(host, caller, target).await?;
    }
    let deliveries = targets.into_iter().map(|target| NewDelivery {
        event: name.to_owned(),
        target,
        key: key.to_owned(),
        payload: payload.to_owned(),
        revision: None,
        hops,
    });
    let enqueued = host
        .store
        .deliveries
        .enqueue(deliveries.collect(), host.clock.now())
        .await?;
    Ok(enqueued.first().map_or(0, |enqueued| enqueued.delivery.0))
}

/// Counts one more event of the invocation, and says how many hops it is from what began it all.
fn emission(caller: &Caller) -> Result<u32, Problem> {
    let limits = &caller.permit.limits;
    let hops = caller.invocation.hops.saturating_add(1);
    if hops > limits.event_hops {
        return Err(Problem {
            message: format!(
                "{}: this event would be the {hops}th that one led to another, at most {} (event_hops)",
                caller.actor, limits.event_hops
            ),
            hint: "do not answer an event with the same event, or raise event_hops".to_owned(),
        });
    }
    if !caller.usage.may_emit(limits) {
        return Err(Problem {
            message: format!(
                "{}: more than {} events of one invocation (events)",
                caller.actor, limits.events
            ),
            hint: "emit one event for many records, or raise the limit".to_owned(),
        });
    }
    Ok(hops)
}

async fn room_for_events(host: &Host, caller: &Caller, target: &str) -> Result<(), Problem> {
    let most = caller.permit.limits.events_waiting;
    if host.store.deliveries.emitted_waiting(target, most).await? < most {
        return Ok(());
    }
    Err(Problem {
        message: format!("{most} events already wait for {target} (events_waiting)"),
        hint: "emit less, look why that automation is slow, or raise the limit".to_owned(),
    })
}

/// A time as guests see it: ISO 8601 in UTC, to the millisecond.
pub fn iso_milliseconds(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The arguments of an operation are no larger than a value that a guest may hand over.
pub(crate) fn within_value(caller: &Caller, operation: &Operation, arguments: &Record) -> Result<(), Fault> {
    let (bytes, most) = (record_bytes(arguments), caller.permit.limits.value_bytes);
    if bytes <= most {
        return Ok(());
    }
    let message = format!(
        "{}: arguments of {}, at most {}",
        operation.name,
        size(bytes),
        size(most)
    );
    Err(Fault::new(Kind::Invalid, message).with_hint("hand over less, or raise value_bytes"))
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
