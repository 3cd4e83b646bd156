//! Documents of records by the operator's templates: HTML that prints, and workbooks.
//!
//! A kind has a document where the operator's folder holds a template by its name: `quotation.html` (Jinja, escaped) and
//! `quotation.sheet.toml` (what stands above, in and below the table of a sheet). Templates are read anew for each document,
//! so that an edited one serves at once. What a template may compute, and how much it may write, is bounded.

mod amounts;
mod context;
mod error;
mod sheet;
mod templates;
mod workbook;

pub use context::{RelatedRecord, Subject};
pub use error::DocumentError;

use std::path::Path;

/// The sorts of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A page that prints.
    Html,
    /// A workbook of one sheet.
    Xlsx,
}

impl Format {
    /// The ending of a file's name, and the format's word.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Xlsx => "xlsx",
        }
    }
}

/// The document of a record by the templates in a folder.
///
/// # Errors
/// There is no template, it is broken, or it does too much; with the file and, where one is to blame, the line.
pub fn document(folder: &Path, format: Format, subject: &Subject<'_>) -> Result<Vec<u8>, DocumentError> {
    match format {
        Format::Html => templates::page(folder, subject),
        Format::Xlsx => workbook::workbook(folder, subject),
    }
}
