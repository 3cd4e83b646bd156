//! The only code that talks to the ERP: one session for any number of callers, three dialects encoded and decoded, one
//! budget for rate and concurrency. It knows nothing of guests, stores or the simulator, and repeats a call only when
//! the ERP refused it for want of a session.

mod attempts;
mod budget;
mod client;
mod decode;
mod encode;
mod error;
mod evidence;
mod failure;
mod recorded;
mod session;
mod settings;
mod transport;
mod words;

pub use client::ErpClient;
pub use error::{Error, Failure, Phase, Subject};
pub use recorded::read_answer;
pub use session::{SessionEvent, SessionStatus};
pub use settings::Settings;
