//! Tables as people keep them: CSV in any Chinese encoding and XLSX, read into records and written from them.
//!
//! [`Table`] reads a file row by row and makes of each row the members of a record, as far as they can be understood; what
//! cannot goes on as it is written, for the check of the record's kind to refuse. [`Returned`] gives unsound rows back in a
//! file like the one they came in. [`Export`] writes records. Nothing here holds a file as a whole, and nothing knows of HTTP.

mod cell;
mod columns;
mod encoding;
mod error;
mod explain;
mod export;
mod headings;
mod identity;
mod neutral;
mod returned;
#[cfg(test)]
mod roundtrip;
mod rows;
mod shown;
mod table;
mod typing;
mod workbook;

pub use cell::{Cell, Row};
pub use columns::Mapping;
pub use error::SheetError;
pub use explain::{RowFault, explain};
pub use export::{Export, Format};
pub use returned::Returned;
pub use rows::{Form, Opening};
pub use table::{Line, Progress, Settings, Table};
