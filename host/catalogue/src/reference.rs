//! The reference of the operations: a manual page each, and the same facts as linked Markdown.

mod example;
mod facts;
mod manual;
mod markdown;

pub use manual::manual_page;
pub use markdown::reference_files;
