//! The template of a sheet: what stands above, in and below its table, each text with the line it stands on.

use crate::error::DocumentError;
use crate::templates;
use serde::Deserialize;
use std::io;
use std::path::Path;
use toml::Spanned;

/// `KIND.sheet.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SheetTemplate {
    /// The sheet's name.
    pub name: String,
    /// Whether the paper lies on its side.
    #[serde(default)]
    pub landscape: bool,
    /// The title, over the whole width.
    pub title: Spanned<String>,
    /// Rows above the table, over the whole width; one that comes out empty is left out.
    #[serde(default)]
    pub head: Vec<Spanned<String>>,
    /// The list of the record whose lines the table has.
    pub list: Spanned<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows below the table, each with a number of the record.
    #[serde(default)]
    pub totals: Vec<Total>,
    /// Rows below that, over the whole width.
    #[serde(default)]
    pub foot: Vec<Spanned<String>>,
}

/// A column of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    /// What stands above it.
    pub label: String,
    /// The member of a line that it shows; the line's position where it says none.
    pub member: Option<Spanned<String>>,
    /// How it is shown.
    #[serde(default)]
    pub format: CellForm,
    /// In characters.
    pub width: Option<f64>,
}

/// A number of the record, below a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Total {
    /// What stands left of it.
    pub label: String,
    /// The member of the record.
    pub member: Spanned<String>,
    /// The member of the column below which it stands.
    pub under: Spanned<String>,
}

/// How a cell is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CellForm {
    /// As text.
    #[default]
    Text,
    /// As a number with two digits.
    Money,
    /// As a number with as many digits as it has.
    Number,
    /// As a per cent: 13 is 13%.
    Percent,
}

/// The template in a file, with its text.
pub(crate) fn read(file: &Path) -> Result<(SheetTemplate, String), DocumentError> {
    let text = match templates::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(DocumentError::missing(file)),
        Err(error) => return Err(DocumentError::new(file, None, error.to_string())),
    };
    let template = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| line_of(&text, span.start));
        DocumentError::new(file, line, error.message().to_owned())
    })?;
    Ok((template, text))
}

/// The line on which a byte stands, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}
