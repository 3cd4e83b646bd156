//! Records whose members the catalogue knows: columns are matched to fields once, cells are read by the field's type.

use super::{Face, texts, words};
use crate::{
    Column, Field, FieldType, Record, Value,
    coerce::{exact, integer, moment, truth},
};

/// Which column fills which field.
pub(super) struct Columns<'a> {
    fields: &'a [Field],
    /// For each column its field, where it has one, and the name it has in `extra`.
    columns: Vec<(Option<usize>, &'a str)>,
    /// For each field its column.
    sources: Vec<Option<usize>>,
    /// A row with every member and no value: copying it is cheaper than hashing every name of every row again.
    blank: Record,
}

impl<'a> Columns<'a> {
    /// Matches columns (name and caption) by wire name in any letter case, then by label, then by what else installations
    /// call a field. A field takes one column.
    pub(super) fn new(fields: &'a [Field], columns: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = vec![None; fields.len()];
        let given: Vec<(&str, &str)> = columns.collect();
        let mut targets = vec![None; given.len()];
        let by_wire = |field: &Field, name: &str, _: &str| field.wire.eq_ignore_ascii_case(name);
        let by_label = |field: &Field, name: &str, caption: &str| {
            !field.label.is_empty() && (field.label == caption || field.label == name)
        };
        let by_alias = |field: &Field, name: &str, caption: &str| {
            !field.aliases.is_empty()
                && (field.is_named(name) || field.aliases.iter().any(|alias| alias == caption))
        };
        for matches in [by_wire as fn(&Field, &str, &str) -> bool, by_label, by_alias] {
            let mut next = 0;
            for (column, (name, caption)) in given.iter().enumerate() {
                if targets[column].is_some() {
                    continue;
                }
                let free =
                    |index: &usize| sources[*index].is_none() && matches(&fields[*index], name, caption);
                // Columns mostly come in the catalogue's order, so a search goes on where the last one ended.
                let found = (next..fields.len()).find(free).or_else(|| (0..next).find(free));
                if let Some(field) = found {
                    sources[field] = Some(column);
                    targets[column] = Some(field);
                    next = field + 1;
                }
            }
        }
        let named = |(target, (name, caption)): (Option<usize>, (&'a str, &'a str))| {
            (target, if name.is_empty() { caption } else { name })
        };
        Columns {
            fields,
            columns: targets.into_iter().zip(given).map(named).collect(),
            sources,
            blank: blank(fields),
        }
    }

    /// The columns that fill no field: name and caption.
    pub(super) fn others<'b>(&self, given: &'b [Column]) -> impl Iterator<Item = (&'b str, &'b str)> {
        let unplaced = given
            .iter()
            .zip(&self.columns)
            .filter(|(_, (target, _))| target.is_none());
        unplaced.map(|(column, _)| (&*column.name, &*column.caption))
    }

    /// One row under English names, with every member present, and `extra` behind them.
    pub(super) fn record(&self, mut cells: Vec<Value>, face: Face) -> Record {
        let mut record = self.blank.clone();
        let mut members = record.values_mut();
        for ((field, source), member) in self.fields.iter().zip(&self.sources).zip(&mut members) {
            let cell = source.and_then(|column| cells.get_mut(column));
            *member = cell
                .and_then(|cell| read(field, cell, face))
                .unwrap_or_else(|| absent(field, face));
        }
        let unplaced = |(column, cell): (usize, Value)| {
            let (target, name) = self.columns.get(column).copied().unwrap_or_default();
            // What found its place was taken out; what is left in a field's column did not fit it.
            let shown = target.is_none() || !cell.is_empty();
            shown.then(|| (name.to_owned(), cell))
        };
        if let Some(extra) = members.next() {
            *extra = texts(cells.into_iter().enumerate().filter_map(unplaced), face);
        }
        record
    }
}

fn blank(fields: &[Field]) -> Record {
    let names = fields.iter().map(|field| field.name.as_str()).chain(["extra"]);
    names.map(|name| (name.to_owned(), Value::Null)).collect()
}

/// A record under wire names as one under English names.
pub(super) fn known_record(fields: &[Field], record: Record, face: Face) -> Record {
    let (names, cells): (Vec<String>, Vec<Value>) = record.into_iter().unzip();
    let columns = Columns::new(fields, names.iter().map(|name| (name.as_str(), "")));
    columns.record(cells, face)
}

/// Takes a cell by its field's type; leaves it where it does not fit.
fn read(field: &Field, cell: &mut Value, face: Face) -> Option<Value> {
    if cell.is_empty() {
        return None;
    }
    let value = match field.kind {
        FieldType::String => Some(words(std::mem::take(cell))),
        FieldType::Int => integer(cell).map(Value::Integer),
        FieldType::Decimal => exact(cell),
        FieldType::Bool => truth(cell).map(Value::Bool),
        FieldType::Datetime | FieldType::Date | FieldType::Time => {
            moment(cell.as_text()?).map(|moment| Value::from(moment.iso()))
        }
        FieldType::Object => object(field, cell, face),
        FieldType::List => match cell {
            Value::List(items) if items.iter().all(|item| item.as_record().is_some()) => Some(Value::List(
                items
                    .iter_mut()
                    .filter_map(|item| object(field, item, face))
                    .collect(),
            )),
            Value::Record(_) => object(field, cell, face).map(|item| Value::List(vec![item])),
            _ => None,
        },
    };
    if value.is_some() {
        *cell = Value::Null;
    }
    value
}

fn object(field: &Field, cell: &mut Value, face: Face) -> Option<Value> {
    let Value::Record(record) = cell else {
        return None;
    };
    let record = std::mem::take(&mut **record);
    Some(match face {
        _ if !field.fields.is_empty() => Value::from(known_record(&field.fields, record, face)),
        Face::Typed => texts(record, face),
        Face::Dynamic => Value::from(record),
    })
}

/// What stands for a value that is not there: text and lists have an empty value, everything else is null.
fn absent(field: &Field, face: Face) -> Value {
    match field.kind {
        FieldType::String => Value::from(""),
        FieldType::List => Value::List(Vec::new()),
        FieldType::Object if field.fields.is_empty() => texts(Record::default(), face),
        _ => Value::Null,
    }
}
