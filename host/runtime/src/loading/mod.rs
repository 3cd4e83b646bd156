//! From files in a folder to extensions that serve: reading, checking, swapping.

mod error;
mod extensions;
mod folder;
mod grants;
mod guarded;
mod load;
mod pausing;
mod registry;
mod settling;
mod shelf;
mod underway;
mod watch;

pub use error::LoadError;
pub use extensions::Extensions;
pub(crate) use grants::check_grants;
pub use registry::{ExtensionState, ExtensionStatus};
