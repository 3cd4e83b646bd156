//! Labels in place of codes: 李明 for the key of an account. They are resolved through the operation that lists the codes,
//! once for however many ask at the same time, and remembered for a while.

use crate::Error;
use crate::failure::Report;
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Field, Kind, Operation, Table, Value};

/// Labels remembered at most.
const MOST: u64 = 10_000;

/// Rows looked at for one label; the look-up filters by it, so that more means that it says next to nothing.
const ROWS: i64 = 50;

/// What list pages call the record's key.
const KEY_COLUMN: &str = "ord";

/// Codes by look-up and label.
#[derive(Debug)]
pub(crate) struct Labels {
    codes: Cache<(u32, String), Found>,
}

/// What a look-up says of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Code(i64),
    Several(Vec<i64>),
    Nothing,
}

/// A parameter that was given a label.
pub(crate) struct Labelled<'a> {
    field: &'a Field,
    /// The operation that lists the codes, and its parameters and columns with labels, in the order in which they tell.
    lookup: &'a str,
    columns: Vec<&'a str>,
    label: String,
}

impl Labels {
    /// Codes are believed for this long.
    pub(crate) fn new(age: Duration) -> Self {
        Labels {
            codes: Cache::builder().max_capacity(MOST).time_to_live(age).build(),
        }
    }

    /// The parameters that were given something that can be no code.
    pub(crate) fn given<'a>(operation: &'a Operation, arguments: &Arguments) -> Vec<Labelled<'a>> {
        let labelled = operation.params.iter().filter_map(|field| {
            let label = arguments.get(&field.wire)?.as_text()?.trim();
            let is_label = !label.is_empty() && label.parse::<i64>().is_err();
            Labelled::new(field, label.to_owned()).filter(|_| is_label)
        });
        labelled.collect()
    }

    /// The code of a label, by what the look-up said of it; none where the parameter may hold other text as well and the look-up
    /// does not know this one.
    ///
    /// # Errors
    /// No code or several have the label.
    pub(crate) fn code(
        labelled: &Labelled<'_>,
        found: Found,
        lookup: &Operation,
        report: &Report<'_>,
    ) -> Result<Option<i64>, Error> {
        match found {
            Found::Code(code) => Ok(Some(code)),
            Found::Nothing if labelled.may_be_text() => Ok(None),
            Found::Nothing => Err(report.unknown_label(labelled.field, &labelled.label, lookup)),
            Found::Several(codes) => Err(report.ambiguous_label(labelled.field, &labelled.label, &codes)),
        }
    }

    /// What a column of the look-up says of a label. `list` asks the look-up.
    ///
    /// # Errors
    /// The look-up's own error.
    pub(crate) async fn look(
        &self,
        labelled: &Labelled<'_>,
        column: &str,
        lookup: &Operation,
        list: impl AsyncFnOnce(Arguments) -> Result<Answer, Error>,
    ) -> Result<Found, Error> {
        let asked = labelled.arguments(column, lookup);
        let key = (lookup.id, format!("{column}={}", labelled.label));
        let found = self
            .codes
            .try_get_with(key.clone(), async {
                match list(asked).await {
                    Ok(answer) => Ok(labelled.find(column, &answer)),
                    // An installation without the look-up knows no labels.
                    Err(error) if error.kind() == Kind::NotFound => Ok(Found::Nothing),
                    Err(error) => Err(error),
                }
            })
            .await
            .map_err(Arc::unwrap_or_clone)?;
        if found == Found::Nothing {
            // Whoever asks again may have added it meanwhile.
            self.codes.invalidate(&key).await;
        }
        Ok(found)
    }
}

impl<'a> Labelled<'a> {
    /// A label of a field whose codes an operation lists with their labels.
    pub(crate) fn new(field: &'a Field, label: String) -> Option<Self> {
        Some(Labelled {
            field,
            lookup: field.lookup.as_deref()?,
            columns: std::iter::once(field.lookup_label.as_deref()?)
                .chain(field.lookup_other_label.as_deref())
                .collect(),
            label,
        })
    }

    pub(crate) fn lookup(&self) -> &'a str {
        self.lookup
    }

    /// The look-up's parameters and columns with labels, in the order in which they tell.
    pub(crate) fn columns(&self) -> &[&'a str] {
        &self.columns
    }

    pub(crate) fn wire(&self) -> &'a str {
        &self.field.wire
    }

    fn may_be_text(&self) -> bool {
        self.field.kind == sunmao_catalogue::FieldType::String && !self.field.lookup_only
    }

    fn arguments(&self, column: &str, lookup: &Operation) -> Arguments {
        let mut arguments = Arguments::default();
        arguments.set(column, Value::from(self.label.as_str()));
        if let Some(paging) = &lookup.paging {
            arguments.set(&paging.size, Value::from(ROWS));
            arguments.set(&paging.index, Value::from(1));
        }
        arguments
    }

    /// The filter may match anywhere in the text, so only rows with this very label count.
    fn find(&self, column: &str, answer: &Answer) -> Found {
        let Answer::Table(table) = answer else {
            return Found::Nothing;
        };
        let (Some(label), Some(key)) = (position(table, column), position(table, KEY_COLUMN)) else {
            return Found::Nothing;
        };
        let is_it = |row: &&Vec<Value>| row[label].to_text().is_some_and(|text| text.trim() == self.label);
        let keys = table
            .rows
            .iter()
            .filter(is_it)
            .filter_map(|row| row[key].as_integer());
        let mut codes: Vec<i64> = keys.collect();
        codes.sort_unstable();
        codes.dedup();
        match codes.as_slice() {
            [] => Found::Nothing,
            [code] => Found::Code(*code),
            _ => Found::Several(codes),
        }
    }
}

fn position(table: &Table, name: &str) -> Option<usize> {
    let mut columns = table.columns.iter();
    columns.position(|column| column.name.eq_ignore_ascii_case(name))
}
