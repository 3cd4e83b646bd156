//! How much room the store takes, and how it grows.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::StoreError;
use crate::sqlite::figures;

/// A store in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How large the file is, with its log.
    pub bytes: u64,
    /// How much of it is free for what comes next.
    pub unused: u64,
    /// What is left on its disk, where that is known.
    pub free_on_disk: Option<u64>,
    /// Over how many days growth is measured.
    pub days: u32,
    /// The tables that grow.
    pub tables: Vec<TableFigures>,
}

/// A table in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableFigures {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Those among them that were made in the last days.
    pub new: u64,
    /// The room it takes, with its indexes.
    pub bytes: u64,
}

impl Figures {
    /// By how much the store grows in a day, as it grew in the last days. What was made and forgotten since is not in it.
    #[must_use]
    pub fn growth(&self) -> u64 {
        let grown = self.tables.iter().map(|table| {
            let bytes = u128::from(table.bytes) * u128::from(table.new) / u128::from(table.rows.max(1));
            u64::try_from(bytes).unwrap_or(u64::MAX)
        });
        grown.sum::<u64>() / u64::from(self.days.max(1))
    }
}

/// Measures a store, also while a process works on it; a second or so for each gigabyte.
///
/// # Errors
/// There is none, or it cannot be read.
pub async fn measure(store: &Path, now: Timestamp) -> Result<Figures, StoreError> {
    figures::measure(store, now).await
}
