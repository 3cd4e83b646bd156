//! From files in a folder to extensions that serve: reading, checking, swapping.

mod extensions;
mod folder;
mod guarded;
mod load;
mod pausing;
mod registry;
mod settling;
mod shelf;
mod underway;
mod watch;

pub use extensions::Extensions;
pub use registry::{ExtensionState, ExtensionStatus};
