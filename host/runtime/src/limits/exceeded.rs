//! Which limit of an invocation was run into, so that it ends and says so however the guest takes it.

use super::Limits;

/// A limit that ends the invocation. A trap with this inside is the limit's, not the guest's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Exceeded {
    /// It computed longer than it may.
    #[error("computing time")]
    ComputingTime,
    /// All of it took longer than it may, host calls included.
    #[error("invocation time")]
    InvocationTime,
    /// It called the host more often than it may.
    #[error("host calls")]
    HostCalls,
    /// It holds more memory than it may.
    #[error("memory")]
    Memory,
}

impl Exceeded {
    /// The limit in words, with its value and, where the words do not name it, its setting.
    pub fn limit(self, limits: &Limits) -> String {
        match self {
            Exceeded::ComputingTime => format!("computing time of {} ms", limits.wall_time_milliseconds),
            Exceeded::InvocationTime => {
                let seconds = limits.invocation_seconds;
                format!("time of {seconds} s for one invocation, host calls included (invocation_seconds)")
            }
            Exceeded::HostCalls => {
                format!("{} host calls of one invocation (host_calls)", limits.host_calls)
            }
            Exceeded::Memory => format!("memory of {} MiB", limits.memory_megabytes),
        }
    }
}
