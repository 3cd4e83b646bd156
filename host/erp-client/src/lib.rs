//! The only code that talks to the ERP: one session for any number of callers, three dialects encoded and decoded, one
//! budget for rate and concurrency, one breaker. It knows nothing of guests, stores or the simulator, and repeats a
//! write only when the ERP cannot have looked at it.

mod attempts;
mod breaker;
mod budget;
mod calling;
mod client;
mod confirm;
mod decode;
mod encode;
mod error;
mod evidence;
mod failure;
mod form_choice;
mod installation;
mod labels;
mod learned;
mod outgoing;
mod pages;
mod recorded;
mod session;
mod settings;
mod shown;
mod transport;
mod words;

pub use attempts::LoginTally;
pub use breaker::Reach;
pub use budget::Priority;
pub use client::ErpClient;
pub use confirm::{Before, Seen, Sent};
pub use error::{Cause, Error, Failure, Phase, Subject};
pub use installation::{GatewayBodies, Installation};
pub use learned::Learned;
pub use outgoing::{BeforeSending, HeldBack, Outgoing};
pub use pages::Pages;
pub use recorded::read_answer;
pub use session::{SessionEvent, SessionStatus};
pub use settings::{Proxy, Settings};
pub use shown::{Shown, shown};
