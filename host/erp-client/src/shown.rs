//! What a read-back says of the parameters of a write: the one place that knows which field of a page is which parameter.

use crate::pages::is_key_name;
use sunmao_catalogue::{
    Answer, Column, Effect, Field, FieldType, Operation, Record, ResultKind, ShownLines, Table, Value, Write,
};

/// What a page shows of a write's parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    fields: Vec<ShownField>,
    /// What the page shows beside, by wire name.
    beside: Vec<(String, Value)>,
}

/// One parameter as a page shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShownField {
    /// The parameter's English name.
    name: String,
    /// The stored value, mostly a code where the staff see a label.
    value: Value,
    /// The label, where the page sends one beside.
    text: String,
    /// Whether a save may send the value as the page shows it.
    may_be_sent: bool,
    /// Of a list its lines, by the wire names that the write has for their members.
    lines: Vec<Record>,
}

/// One field of a page, whatever the page is.
struct Entry<'a> {
    name: &'a str,
    caption: &'a str,
    value: &'a Value,
    text: &'a str,
}

/// What `answer`, one of `read_back`'s, says of the parameters of `write`. One wire name means different things on
/// different pages, so a field of a screen is the parameter of the same wire name and the same label; in records and
/// rows, it is the one that the catalogue gives the same name; in a record of which nothing is published, the one of the
/// same wire name. What the page does not say is left out.
pub fn shown(write: &Operation, read_back: &Operation, answer: &Answer) -> Shown {
    match answer {
        Answer::Document(document) => {
            let entries = document.fields.iter().map(|field| Entry {
                name: &field.name,
                caption: &field.caption,
                value: &field.value,
                text: &field.text,
            });
            let tables = document.tables.iter().map(|table| (&table.name, &table.table));
            let lists: Vec<(&String, Value)> = tables.map(|(name, table)| (name, records(table))).collect();
            let lists = lists.iter().map(|(name, rows)| Entry {
                name: name.as_str(),
                caption: "",
                value: rows,
                text: "",
            });
            Shown::of(write, read_back, &entries.chain(lists).collect::<Vec<_>>())
        }
        Answer::Record(record) => {
            let entries = record.iter().map(|(name, value)| Entry {
                name,
                caption: "",
                value,
                text: "",
            });
            Shown::of(write, read_back, &entries.collect::<Vec<_>>())
        }
        Answer::Table(_) | Answer::Ack(_) => Shown::default(),
    }
}

/// The same of one row of a list.
pub(crate) fn shown_in_row(write: &Operation, list: &Operation, columns: &[Column], row: &[Value]) -> Shown {
    let entries = columns.iter().zip(row).map(|(column, value)| Entry {
        name: &column.name,
        caption: &column.caption,
        value,
        text: "",
    });
    Shown::of(write, list, &entries.collect::<Vec<_>>())
}

impl Shown {
    /// The values by the write's English parameter names, in the write's order.
    pub fn record(&self) -> Record {
        let fields = self.fields.iter();
        fields
            .map(|field| (field.name.clone(), field.value.clone()))
            .collect()
    }

    /// What an update sends of it where nobody changed anything: the fields that both pages call alike, by wire name and
    /// label, in the form that a save takes. Not the key, nothing that the ERP computes, no label in place of a code.
    pub fn whole_form(&self) -> Record {
        let fields = self.fields.iter().filter(|field| field.may_be_sent);
        fields
            .map(|field| (field.name.clone(), field.value.clone()))
            .collect()
    }

    /// The value of a parameter, by its English name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.field(name).map(|field| &field.value)
    }

    fn field(&self, name: &str) -> Option<&ShownField> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn of(write: &Operation, read_back: &Operation, entries: &[Entry<'_>]) -> Self {
        let fields = write.params.iter().filter_map(|parameter| {
            let entry = entry_of(parameter, read_back, entries)?;
            Some(ShownField {
                lines: lines_of(parameter, read_back, entry),
                name: parameter.name.clone(),
                value: entry.value.clone(),
                text: entry.text.to_owned(),
                may_be_sent: is_same_field(parameter, read_back, entry)
                    && is_kept(write, parameter)
                    && fits(parameter, entry.value),
            })
        });
        let is_other = |entry: &&Entry<'_>| {
            let mut params = write.params.iter();
            !params.any(|field| field.wire.eq_ignore_ascii_case(entry.name))
        };
        let beside = entries.iter().filter(is_other);
        Shown {
            fields: fields.collect(),
            beside: beside
                .map(|entry| (entry.name.to_owned(), entry.value.clone()))
                .collect(),
        }
    }

    /// Whether a parameter is shown as it was written, in any of the spellings it was written in; none where nobody can
    /// tell.
    pub(crate) fn agrees(&self, parameter: &Field, written: &[&Value]) -> Option<bool> {
        let field = self.field(&parameter.name)?;
        if is_nested(parameter) {
            return Some(self.lines(parameter, written[0])?.agree());
        }
        let text = Value::from(field.text.as_str());
        let shown = std::iter::once(&field.value).chain((!field.text.is_empty()).then_some(&text));
        let judged = shown.flat_map(|shown| written.iter().map(|written| parameter.shows(written, shown)));
        // A label that differs from the code says less than a code that is the same.
        judged.flatten().reduce(|one, other| one || other)
    }

    /// What is shown of the lines of a list; none where the page has no such list, or nobody can tell.
    pub(crate) fn lines(&self, parameter: &Field, written: &Value) -> Option<ShownLines> {
        parameter.shows_lines(written, &self.field(&parameter.name)?.lines)
    }

    /// The same of a value that was sent beside the parameters that the catalogue knows.
    pub(crate) fn agrees_beside(&self, wire: &str, written: &Value) -> Option<bool> {
        let mut beside = self.beside.iter();
        let (_, shown) = beside.find(|(name, _)| name.eq_ignore_ascii_case(wire))?;
        written.reads_as(shown)
    }

    /// The words that a page has for a parameter's value, where they can be no code.
    pub(crate) fn label(&self, parameter: &Field) -> Option<String> {
        let field = self.field(&parameter.name)?;
        let words = field.value.to_text()?;
        (!words.is_empty() && words.parse::<i64>().is_err()).then_some(words)
    }
}

fn entry_of<'a, 'e>(
    parameter: &Field,
    read_back: &Operation,
    entries: &'a [Entry<'e>],
) -> Option<&'a Entry<'e>> {
    let on_screen = |entry: &&Entry<'_>| {
        entry.name.eq_ignore_ascii_case(&parameter.wire) && entry.caption == parameter.label
    };
    let by_name = || {
        let field = read_back
            .fields
            .iter()
            .find(|field| field.name == parameter.name)?;
        let is_it = |entry: &&Entry<'_>| field.is_named(entry.name);
        entries.iter().find(is_it)
    };
    // A record of which the vendor publishes nothing is known by what it is written with.
    let by_wire = || {
        let is_unpublished = read_back.result == ResultKind::Record && read_back.fields.is_empty();
        let mut entries = entries.iter().filter(|_| is_unpublished);
        entries.find(|entry| entry.name.eq_ignore_ascii_case(&parameter.wire))
    };
    entries.iter().find(on_screen).or_else(by_name).or_else(by_wire)
}

/// Whether both pages have the field under one wire name and one label.
fn is_same_field(parameter: &Field, read_back: &Operation, entry: &Entry<'_>) -> bool {
    let label = || {
        let mut fields = read_back.fields.iter();
        let field = fields.find(|field| field.is_named(entry.name));
        field.is_some_and(|field| field.label == parameter.label)
    };
    entry.name.eq_ignore_ascii_case(&parameter.wire) && (entry.caption == parameter.label || label())
}

/// Whether the ERP keeps what is sent: neither the key nor something that it works out.
fn is_kept(write: &Operation, parameter: &Field) -> bool {
    let is_other = declared(write).is_some_and(|write| {
        write.computed.contains(&parameter.wire) || write.hidden.contains(&parameter.wire)
    });
    !is_key_name(&parameter.wire) && !is_other
}

/// What the catalogue says of a write.
pub(crate) fn declared(operation: &Operation) -> Option<&Write> {
    match &operation.effect {
        Effect::Write(write) => Some(write),
        Effect::Read => None,
    }
}

/// Whether a save takes the value as it is: a label is no code, and what nests has other names on other pages.
fn fits(parameter: &Field, value: &Value) -> bool {
    match parameter.kind {
        _ if is_nested(parameter) => false,
        FieldType::Int if !parameter.multiple => value.is_empty() || value.as_integer().is_some(),
        _ => value.to_text().is_some(),
    }
}

/// Whether a parameter is made of lines, or of one record.
pub(crate) fn is_nested(parameter: &Field) -> bool {
    matches!(parameter.kind, FieldType::List | FieldType::Object)
}

/// The lines that a page shows under a parameter, as far as it is known which of their members are which of the write's: those of the
/// same name in the catalogue; where nothing is published of them, those of the same wire name.
fn lines_of(parameter: &Field, read_back: &Operation, entry: &Entry<'_>) -> Vec<Record> {
    if !is_nested(parameter) {
        return Vec::new();
    }
    let list = read_back.fields.iter().find(|field| field.is_named(entry.name));
    let published = list.map_or(&[][..], |list| &list.fields);
    let rows = match entry.value {
        Value::List(rows) => rows.as_slice(),
        one => std::slice::from_ref(one),
    };
    let line = |row: &Record| {
        let members = parameter.fields.iter().filter_map(|member| {
            let is_it = |name: &str| match published {
                [] => member.is_named(name),
                published => published
                    .iter()
                    .any(|own| own.name == member.name && own.is_named(name)),
            };
            let (_, value) = row.iter().find(|(name, _)| is_it(name))?;
            let own = published.iter().find(|own| own.name == member.name);
            Some((member.wire.clone(), in_the_words_of(member, own, value)?))
        });
        members.collect()
    };
    rows.iter().filter_map(Value::as_record).map(line).collect()
}

/// A shown member as it would be written: a page may show the code of what is written as a word. None where it shows a code
/// whose word nobody knows.
fn in_the_words_of(written: &Field, shown: Option<&Field>, value: &Value) -> Option<Value> {
    let codes = match shown {
        Some(shown) if written.kind == FieldType::String && !shown.values.is_empty() => &shown.values,
        _ => return Some(value.clone()),
    };
    let text = value.to_text().unwrap_or_default();
    let label = codes
        .iter()
        .find(|known| known.code == text)
        .map(|known| &known.label);
    match label {
        Some(label) => Some(Value::from(label.as_str())),
        None if text.parse::<i64>().is_ok() => None,
        None => Some(value.clone()),
    }
}

fn records(table: &Table) -> Value {
    let record = |row: &Vec<Value>| {
        let columns = table.columns.iter().zip(row);
        let members = columns.map(|(column, value)| (column.name.clone(), value.clone()));
        Value::from(members.collect::<Record>())
    };
    Value::List(table.rows.iter().map(record).collect())
}
