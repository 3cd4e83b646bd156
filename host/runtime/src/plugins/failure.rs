//! What the engine says as what the runtime says: which limit a plugin ran over, or how it broke.

use super::memory::OutOfMemory;
use crate::extension::{ExtensionError, Identity};
use crate::limits::{Exceeded, Limits};
use wasmtime::PoolConcurrencyLimitError;

/// What to do about a host that has no instance left.
pub const NO_INSTANCE: &str = "all instances of the host are in use; it is tried again by itself";

/// Whether the host had no instance left, which another moment may change.
pub fn is_exhausted(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<PoolConcurrencyLimitError>().is_some()
}

/// The limit that was reached, with its value; none if it was something else.
pub fn limit(limits: &Limits, error: &wasmtime::Error) -> Option<String> {
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return Some(exceeded.limit(limits));
    }
    let out_of_memory = error.downcast_ref::<OutOfMemory>();
    out_of_memory.map(|stopped| format!("memory of {} MiB", stopped.allowed / (1024 * 1024)))
}

/// A trap or a limit as the error that names the file, its version and the function.
pub fn error(
    identity: &Identity,
    limits: &Limits,
    phase: &'static str,
    error: &wasmtime::Error,
) -> ExtensionError {
    let (extension, version) = (identity.to_string(), identity.version.clone());
    if let Some(limit) = limit(limits, error) {
        return ExtensionError::OverLimit {
            extension,
            version,
            phase,
            limit,
        };
    }
    let retry = is_exhausted(error);
    let message = if retry {
        format!("{error:#} ({NO_INSTANCE})")
    } else {
        format!("{error:#}")
    };
    ExtensionError::Broken {
        extension,
        version,
        phase,
        message,
        retry,
    }
}
