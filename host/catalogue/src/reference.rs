//! The reference of the operations and of the kinds of records: a manual page each, and the same facts as Markdown.

mod example;
mod facts;
mod kinds;
mod manual;
mod markdown;

pub use kinds::{kind_page, kinds_reference, member_type};
pub use manual::manual_page;
pub use markdown::reference_files;
