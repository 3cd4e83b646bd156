//! Lists that show one row for all records that agree, such as the stock of a product in all warehouses.

use crate::order::as_number;
use crate::schema::Schema;
use crate::table::Entry;
use rust_decimal::Decimal;
use std::collections::HashMap;
use sunmao_catalogue::Value;

/// How a list puts records together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    /// The list's verb.
    pub(crate) verb: &'static str,
    /// Columns by wire name in which the records of a row agree.
    pub(crate) agree: &'static [&'static str],
    /// Columns of quantities, which are added up.
    pub(crate) added: &'static [&'static str],
    /// Columns whose different texts are joined with commas.
    pub(crate) joined: &'static [&'static str],
}

impl Summary {
    /// One record for all that agree, in the order in which they first appear.
    pub(crate) fn of<'a>(
        &self,
        schema: &Schema,
        entries: impl Iterator<Item = (i64, &'a Entry)>,
    ) -> Vec<(i64, Entry)> {
        let columns =
            |names: &[&str]| -> Vec<usize> { names.iter().filter_map(|name| schema.named(name)).collect() };
        let (agree, added, joined) = (columns(self.agree), columns(self.added), columns(self.joined));
        let mut rows: Vec<(i64, Entry)> = Vec::new();
        let mut places: HashMap<Vec<Option<String>>, usize> = HashMap::new();
        for (ord, entry) in entries {
            let key = agree
                .iter()
                .map(|column| entry.values[*column].to_text())
                .collect();
            let place = *places.entry(key).or_insert(rows.len());
            let Some((_, row)) = rows.get_mut(place) else {
                rows.push((ord, entry.clone()));
                continue;
            };
            for column in &added {
                let number = |entry: &Entry| as_number(&entry.values[*column]).unwrap_or_default();
                let sum: Option<Decimal> = number(row).checked_add(number(entry));
                row.values[*column] = sum.map_or(Value::Null, |sum| Value::Decimal(sum.normalize()));
            }
            for column in &joined {
                let (before, own) = (&row.values[*column], &entry.values[*column]);
                row.values[*column] = with(before, own);
            }
        }
        rows
    }
}

/// A text with another one behind it, where it is not among its parts yet.
fn with(before: &Value, own: &Value) -> Value {
    let (before, own) = (
        before.to_text().unwrap_or_default(),
        own.to_text().unwrap_or_default(),
    );
    if before.split(',').any(|part| part == own) {
        return before.into();
    }
    format!("{before},{own}").into()
}
