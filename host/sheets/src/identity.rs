//! Which record a row is: by columns that say it, else by what identifies records of the kind.

use crate::columns::Columns;
use crate::{Cell, Row};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use sunmao_catalogue::{Record, RecordKind};

/// What derived ids begin with.
const DERIVED: &str = "i-";
/// As many hexadecimal digits tell records apart.
const DIGITS: usize = 24;

/// The id of a row.
///
/// # Errors
/// It has none: a chosen column is empty, or nothing identifies it.
pub(crate) fn id(kind: &RecordKind, columns: &Columns, row: &Row, record: &Record) -> Result<String, ()> {
    let parts: Vec<String> = columns.id.iter().map(|index| part(row.cell(*index))).collect();
    if !parts.is_empty() && parts.iter().all(|part| !part.is_empty()) {
        return Ok(parts.join("-"));
    }
    match columns.id_is_chosen {
        true => Err(()),
        false => derived(kind, record).ok_or(()),
    }
}

fn part(cell: &Cell) -> String {
    cell.text().trim().to_owned()
}

/// A digest of the kind, and the first member in its order that identifies records and is there, as it is compared: the same
/// phone is the same record however it is typed, and no id tells of a person.
fn derived(kind: &RecordKind, record: &Record) -> Option<String> {
    let (field, value) = kind.identities(record).into_iter().next()?;
    let digest = blake3::hash(format!("{}\0{field}\0{value}", kind.name).as_bytes()).to_hex();
    Some(format!("{DERIVED}{}", digest.get(..DIGITS)?))
}

/// The records of the rows so far: some forty bytes a row, whatever stands in it.
#[derive(Default)]
pub(crate) struct Seen {
    hasher: BuildHasherDefault<DefaultHasher>,
    rows: HashMap<u64, (u64, u64)>,
}

impl Seen {
    /// Notes a row; the number of an earlier one that is the same record and says something else.
    pub(crate) fn note(&mut self, id: &str, record: &Record, number: u64) -> Option<u64> {
        let content = serde_json::to_string(record).unwrap_or_default();
        let content = self.hasher.hash_one(content);
        match self.rows.entry(self.hasher.hash_one(id)) {
            Entry::Vacant(vacant) => {
                vacant.insert((number, content));
                None
            }
            Entry::Occupied(earlier) => {
                let (number, earlier) = *earlier.get();
                (earlier != content).then_some(number)
            }
        }
    }
}
