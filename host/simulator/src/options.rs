//! What a simulated ERP is like: its kind, its data, its pace, its faults, its sessions and its one account.

use crate::faults::Faults;
use crate::variant::Variant;
use jiff::civil::DateTime;
use std::fmt;
use std::time::Duration;

/// How to simulate. `Options::default()` is a small ERP that answers at once, makes no mistakes and keeps
/// a session for a working day.
#[derive(Clone, PartialEq)]
pub struct Options {
    /// The kind of installation.
    pub variant: Variant,
    /// Decides every generated value: the same seed and size give the same ERP.
    pub seed: u64,
    /// Records that each object starts with.
    pub size: usize,
    /// How long every ERP call takes; admin requests are answered at once.
    pub latency: Duration,
    /// What goes wrong, and how often. Chance follows the seed, in the order of the calls.
    pub faults: Faults,
    /// How long an answer takes that the fault `slow` happens to.
    pub slow: Duration,
    /// The wall time of the ERP's office, which stands still until it is moved (`POST /_simulator/clock`); none lets
    /// it run with the machine's.
    pub now: Option<DateTime>,
    /// How many hours of the ERP's time a session lasts from its login.
    pub session_hours: u32,
    /// Drops a session once it has served this many business calls; none keeps it.
    pub session_calls: Option<u64>,
    /// Digits behind the point that the installation keeps of the prices it is given, before it reckons with them; none
    /// for all.
    pub price_digits: Option<u32>,
    /// The account that may log in.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            variant: Variant::Standard,
            seed: 1,
            size: 100,
            latency: Duration::ZERO,
            faults: Faults::none(),
            slow: Duration::from_secs(5),
            now: None,
            session_hours: 8,
            session_calls: None,
            price_digits: None,
            username: "sunmao".to_owned(),
            password: "sunmao-demo".to_owned(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("variant", &self.variant)
            .field("seed", &self.seed)
            .field("size", &self.size)
            .field("latency", &self.latency)
            .field("faults", &self.faults)
            .field("slow", &self.slow)
            .field("now", &self.now)
            .field("session_hours", &self.session_hours)
            .field("session_calls", &self.session_calls)
            .field("price_digits", &self.price_digits)
            .field("username", &self.username)
            .field("password", &"***")
            .finish()
    }
}
