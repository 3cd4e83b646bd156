//! The limits every extension runs under. All are on unless the operator changes them.

mod computing;
mod exceeded;
mod turns;

pub(crate) use computing::ComputingTime;
pub(crate) use exceeded::Exceeded;

use serde::{Deserialize, Serialize};
use std::time::Duration;
use sunmao_store::StateRoom;

const MEBIBYTE: usize = 1024 * 1024;

/// Limits of one extension, as `[limits]`, `[plugin.NAME.limits]` and `[script.NAME.limits]` give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Memory in MiB: of a plugin instance all its memories and tables together, of a script all that one invocation
    /// holds.
    pub memory_megabytes: usize,
    /// Milliseconds a guest may compute in one invocation, host calls not counted.
    pub wall_time_milliseconds: u64,
    /// Milliseconds one host call (an ERP call, a look-up) may take.
    pub host_call_milliseconds: u64,
    /// Seconds one invocation may take in all, host calls included.
    pub invocation_seconds: u64,
    /// Host calls of one invocation.
    pub host_calls: u32,
    /// Events that one invocation may emit.
    pub events: u32,
    /// Events that may lead to one another: an event that is emitted while another is handled is one hop further.
    pub event_hops: u32,
    /// Emitted events that may wait for one automation; while so many do, nothing more is emitted for it.
    pub events_waiting: u32,
    /// Longest message, reason or log line that is kept of a guest, in bytes; what is longer is cut.
    pub text_bytes: usize,
    /// Largest value that a guest may hand over (a value of its state, an event's payload, a record), in bytes.
    pub value_bytes: usize,
    /// Lines that an extension may write to the log in a minute.
    pub log_lines_per_minute: u32,
    /// What an extension may write to the log in a minute, in KiB.
    pub log_kilobytes_per_minute: u32,
    /// Keys that an extension may keep.
    pub state_keys: u64,
    /// What an extension may keep under its keys, in MiB.
    pub state_megabytes: u64,
    /// Operations a script may execute in one invocation.
    pub script_operations: u64,
    /// Longest string a script may build, in bytes.
    pub script_string_bytes: usize,
    /// Most items in a script's array or map.
    pub script_collection_items: usize,
    /// Deepest nesting of a script's function calls.
    pub script_call_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory_megabytes: 64,
            wall_time_milliseconds: 1_000,
            host_call_milliseconds: 30_000,
            invocation_seconds: 60,
            host_calls: 1_000,
            events: 100,
            event_hops: 8,
            events_waiting: 1_000,
            text_bytes: 4 * 1024,
            value_bytes: MEBIBYTE,
            log_lines_per_minute: 600,
            log_kilobytes_per_minute: 256,
            state_keys: 10_000,
            state_megabytes: 16,
            script_operations: 1_000_000,
            script_string_bytes: MEBIBYTE,
            script_collection_items: 100_000,
            script_call_depth: 64,
        }
    }
}

impl Limits {
    /// The computing time of one invocation.
    pub fn wall_time(&self) -> Duration {
        Duration::from_millis(self.wall_time_milliseconds)
    }

    /// The time of one host call.
    pub fn host_call(&self) -> Duration {
        Duration::from_millis(self.host_call_milliseconds)
    }

    /// The time of one invocation, host calls included.
    pub fn invocation(&self) -> Duration {
        Duration::from_secs(self.invocation_seconds)
    }

    /// Memory in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.memory_megabytes.saturating_mul(MEBIBYTE)
    }

    /// What an extension may keep.
    pub fn state_room(&self) -> StateRoom {
        StateRoom {
            keys: self.state_keys,
            bytes: self.state_megabytes.saturating_mul(MEBIBYTE as u64),
        }
    }
}
