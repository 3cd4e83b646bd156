//! The limits every extension runs under. All are on unless the operator changes them.

mod computing;

pub(crate) use computing::ComputingTime;

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Limits of one extension, as `[limits]`, `[plugin.NAME.limits]` and `[script.NAME.limits]` give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Memory of a plugin instance, all its memories and tables together, in MiB.
    pub memory_megabytes: usize,
    /// Milliseconds a guest may compute in one invocation, host calls not counted.
    pub wall_time_milliseconds: u64,
    /// Milliseconds one host call (an ERP call, a look-up) may take.
    pub host_call_milliseconds: u64,
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
            script_operations: 1_000_000,
            script_string_bytes: 1024 * 1024,
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

    /// Memory in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.memory_megabytes.saturating_mul(1024 * 1024)
    }
}
