//! Rows of a list: what they are called, whether they have changed, and the records they become.

use super::Sweep;
use std::collections::{BTreeMap, HashMap};
use sunmao_catalogue::{Answer, Face, Fault, Kind, Operation, Record, Table, Value};
use sunmao_store::{NewRecord, RecordName};

/// A fingerprint has so many hexadecimal digits: two rows that differ have the same one never.
const FINGERPRINT: usize = 32;

/// A row with its name.
#[derive(Debug)]
pub(super) struct Row {
    pub key: String,
    /// Of all that it shows.
    pub fingerprint: String,
    cells: Vec<Value>,
}

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub rows: Vec<Row>,
    /// Rows that the ERP gave no name.
    pub nameless: u64,
    table: Table,
}

impl Rows {
    /// Names the rows of a page.
    ///
    /// # Errors
    /// None of the columns that may name a row is there.
    pub fn of(sweep: &Sweep, mut table: Table) -> Result<Rows, Fault> {
        if table.rows.is_empty() {
            return Ok(Rows::default());
        }
        let named = sweep.keys.iter().find_map(|key| table.column(key));
        let Some(named) = named else {
            let words = format!(
                "the rows of {} show no column {}, so that they cannot be told apart",
                sweep.list.name,
                sweep.keys.join(" or ")
            );
            return Err(Fault::new(Kind::Invalid, words)
                .with_hint("let the ERP show this column in the list, or sweep another list"));
        };
        let cells = std::mem::take(&mut table.rows);
        let all = cells.len();
        let about = sweep.detail.as_ref().map_or("", |(detail, _)| &detail.name);
        let rows: Vec<Row> = cells
            .into_iter()
            .filter_map(|cells| {
                let key = cells.get(named).and_then(Value::to_text)?;
                let key = key.trim();
                is_sound_key(key).then(|| Row {
                    key: key.to_owned(),
                    fingerprint: fingerprint(&table, &cells, about),
                    cells,
                })
            })
            .collect();
        Ok(Rows {
            nameless: (all - rows.len()) as u64,
            rows,
            table,
        })
    }

    /// The names of all rows.
    pub fn keys(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.key.clone()).collect()
    }

    /// Those that are new or have changed, each with its body so far.
    pub fn changed(self, sweep: &Sweep, known: &HashMap<String, String>) -> Vec<(Row, Record)> {
        let mut changed: Vec<Row> = self
            .rows
            .into_iter()
            .filter(|row| known.get(&row.key) != Some(&row.fingerprint))
            .collect();
        let mut table = self.table;
        table.rows = changed
            .iter_mut()
            .map(|row| std::mem::take(&mut row.cells))
            .collect();
        let shown = sweep.list.present(Answer::Table(table), Face::Dynamic);
        let items = shown
            .as_record()
            .and_then(|shown| shown.get("items")?.as_list())
            .unwrap_or_default();
        let bodies: Vec<Record> = items
            .iter()
            .map(|item| flat(item.as_record().cloned().unwrap_or_default()))
            .collect();
        changed.into_iter().zip(bodies).collect()
    }
}

/// A row without the difference between the columns that the catalogue knows and others: its detail makes none.
fn flat(mut item: Record) -> Record {
    if let Some(Value::Record(others)) = item.shift_remove("extra") {
        for (name, value) in *others {
            item.entry(name).or_insert(value);
        }
    }
    item
}

/// The record that a row becomes, with what its detail shows over it.
pub(super) fn record(sweep: &Sweep, row: &Row, mut body: Record, detail: Option<Answer>) -> NewRecord {
    if let (Some(detail), Some((operation, _))) = (detail, &sweep.detail) {
        for (name, value) in fields(operation, detail) {
            if !value.is_empty() || !body.contains_key(&name) {
                body.insert(name, value);
            }
        }
    }
    let body = sweep.kind.check(&body).unwrap_or(body);
    NewRecord {
        name: name(sweep, &row.key),
        identities: sweep.kind.indexed(&body),
        body: Some(serde_json::to_string(&body).unwrap_or_default()),
        fingerprint: Some(row.fingerprint.clone()),
    }
}

/// What is known of a row, with what its detail shows now in place of what it showed.
pub(super) fn as_shown(sweep: &Sweep, detail: &Operation, known: &Record, answer: Answer) -> Record {
    let shown = fields(detail, answer);
    let mut body = known.clone();
    body.retain(|name, _| !shown.contains_key(name));
    body.extend(shown.into_iter().filter(|(_, value)| !value.is_empty()));
    sweep.kind.check(&body).unwrap_or(body)
}

/// The fields that a read of one record shows.
fn fields(operation: &Operation, answer: Answer) -> Record {
    let Value::Record(mut shown) = operation.present(answer, Face::Dynamic) else {
        return Record::default();
    };
    // A document has its fields in a member; a record is its fields.
    match shown.get_mut("fields") {
        Some(Value::Record(fields)) => std::mem::take(&mut **fields),
        _ => *shown,
    }
}

/// The record that is no longer in the ERP.
pub(super) fn tombstone(sweep: &Sweep, key: &str) -> NewRecord {
    NewRecord::deleted(name(sweep, key))
}

fn name(sweep: &Sweep, key: &str) -> RecordName {
    RecordName {
        kind: sweep.kind.name.clone(),
        id: key.to_owned(),
    }
}

/// Whether a text can name a row.
fn is_sound_key(key: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
    !key.is_empty() && key.chars().count() <= 64 && !key.chars().any(is_odd)
}

/// Of a row under the names of its columns, whatever their order; another detail makes another record of it.
fn fingerprint(table: &Table, cells: &[Value], about: &str) -> String {
    let columns = table.columns.iter().map(|column| column.name.as_str());
    let row: BTreeMap<&str, &Value> = columns
        .zip(cells)
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let mut hash = blake3::Hasher::new();
    hash.update(&serde_json::to_vec(&row).unwrap_or_default());
    hash.update(about.as_bytes());
    hash.finalize().to_hex()[..FINGERPRINT].to_owned()
}
