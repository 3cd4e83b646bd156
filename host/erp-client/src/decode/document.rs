//! One record as the ERP's screen shows it.

use super::{Rejection, form, listed, member, table::Asked, take, take_record, take_text};
use sunmao_catalogue::{Document, DocumentField, NamedTable, Record, Value};

/// Reads a bill: the fields of all groups in order, and the lists that stand in groups or fields.
pub(super) fn read(mut bill: Record, asked: &Asked) -> Result<Document, Rejection> {
    let mut document = Document {
        key: key(&bill),
        caption: take_text(&mut bill, "caption"),
        ..Document::default()
    };
    let groups = take(&mut bill, "groups").and_then(listed).unwrap_or_default();
    read_group(bill, asked, &mut document)?;
    for group in groups {
        if let Value::Record(group) = group {
            read_group(*group, asked, &mut document)?;
        }
    }
    Ok(document)
}

/// The record's key; zero is none.
pub(super) fn key(bill: &Record) -> Option<i64> {
    member(bill, "value")?.as_integer().filter(|key| *key != 0)
}

fn read_group(mut group: Record, asked: &Asked, document: &mut Document) -> Result<(), Rejection> {
    let name = take_text(&mut group, "id");
    for field in take(&mut group, "fields").and_then(listed).unwrap_or_default() {
        if let Value::Record(field) = field {
            read_field(*field, asked, document)?;
        }
    }
    match take_record(&mut group, "source") {
        Some(source) => read_list(name, source, asked, document),
        None => Ok(()),
    }
}

fn read_field(mut field: Record, asked: &Asked, document: &mut Document) -> Result<(), Rejection> {
    let name = take_text(&mut field, "id");
    let source = take_record(&mut field, "source");
    let value = take(&mut field, "value").unwrap_or_default();
    let source = match source {
        Some(source) if member(&source, "table").is_some() => {
            return read_list(name, source, asked, document);
        }
        source => source,
    };
    let text = take_text(&mut field, "text");
    document.fields.push(DocumentField {
        text: if text.is_empty() {
            label(source, &value)
        } else {
            text
        },
        name,
        caption: take_text(&mut field, "caption"),
        value,
    });
    Ok(())
}

/// A list inside the record. One without rows is an empty list here: the record itself came whole.
fn read_list(
    name: String,
    mut source: Record,
    asked: &Asked,
    document: &mut Document,
) -> Result<(), Rejection> {
    if let Some(Value::Record(table)) = source.get_mut("table")
        && member(table, "rows").is_none_or(Value::is_empty)
    {
        table.insert("rows".to_owned(), Value::List(Vec::new()));
    }
    if let Some(table) = form::table_of(source, asked) {
        document.tables.push(NamedTable { name, table: table? });
    }
    Ok(())
}

/// The label of a coded value, from the options beside it.
fn label(source: Option<Record>, value: &Value) -> String {
    let label = || {
        let options = take(&mut source?, "options").and_then(listed)?;
        let code = value.to_text().filter(|code| !code.is_empty())?;
        let chosen = options
            .iter()
            .find(|option| option.get("value").and_then(Value::to_text).as_ref() == Some(&code))?;
        chosen.get("text")?.to_text()
    };
    label().unwrap_or_default()
}
