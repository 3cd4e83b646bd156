//! What a simulated ERP is like: its data, its pace, its sessions and its one account.

use std::fmt;
use std::time::Duration;

/// How to simulate. `Options::default()` is a small ERP that answers at once and never drops a session.
#[derive(Clone, PartialEq, Eq)]
pub struct Options {
    /// Decides every generated value: the same seed and size give the same ERP.
    pub seed: u64,
    /// Records that each object starts with.
    pub size: usize,
    /// How long every ERP call takes; admin requests are answered at once.
    pub latency: Duration,
    /// Drops a session once it has served this many business calls; none keeps it.
    pub session_calls: Option<u64>,
    /// The account that may log in.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            size: 100,
            latency: Duration::ZERO,
            session_calls: None,
            username: "sunmao".to_owned(),
            password: "sunmao-demo".to_owned(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("seed", &self.seed)
            .field("size", &self.size)
            .field("latency", &self.latency)
            .field("session_calls", &self.session_calls)
            .field("username", &self.username)
            .field("password", &"***")
            .finish()
    }
}
