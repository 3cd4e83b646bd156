//! Answers of the dialect `json`: `Data`, or `Page`, `Cols` and `Rows`.

use super::{Rejection, member, table, take};
use sunmao_catalogue::{Ack, Answer, Arguments, Operation, Record, ResultKind, Table, Value};

/// Reads the content by what the operation promises; `message` is the ERP's `Msg`.
pub(super) fn answer(
    operation: &Operation,
    arguments: &Arguments,
    record: Record,
    message: String,
) -> Result<Answer, Rejection> {
    let asked = table::Asked::of(operation, arguments);
    match operation.result {
        ResultKind::Table => rows(record, &asked).map(Answer::Table),
        ResultKind::Record | ResultKind::Bill => one_record(record, &asked, message).map(Answer::Record),
        ResultKind::Ack | ResultKind::Message | ResultKind::Session => {
            Ok(Answer::Ack(acknowledgement(record, message)))
        }
    }
}

/// An acknowledgement with whatever else came: members of an object, else under `data`.
pub(super) fn acknowledged(message: String, content: Option<Value>) -> Ack {
    let data = match content {
        Some(Value::Record(data)) => *data,
        Some(value) if !value.is_empty() => [("data".to_owned(), value)].into_iter().collect(),
        _ => Record::default(),
    };
    let key = member(&data, "ord")
        .or_else(|| member(&data, "id"))
        .and_then(Value::as_integer);
    Ack {
        message,
        key: key.filter(|key| *key != 0),
        data,
    }
}

fn acknowledgement(mut record: Record, message: String) -> Ack {
    acknowledged(message, take(&mut record, "data"))
}

fn rows(mut record: Record, asked: &table::Asked) -> Result<Table, Rejection> {
    // Some pages put the list into `Data`.
    if member(&record, "rows").is_none() {
        match take(&mut record, "data") {
            Some(Value::Record(inner)) if member(&inner, "rows").is_some() => return rows(*inner, asked),
            Some(data) => return table::build(None, Some(data), table::page(member(&record, "page")), asked),
            None => {}
        }
    }
    let page = table::page(member(&record, "page"));
    let columns = take(&mut record, "cols");
    table::build(columns, take(&mut record, "rows"), page, asked)
}

fn one_record(mut record: Record, asked: &table::Asked, message: String) -> Result<Record, Rejection> {
    let table = match take(&mut record, "data") {
        Some(Value::Record(data)) => return Ok(*data),
        Some(data) => table::build(None, Some(data), table::page(member(&record, "page")), asked),
        None => rows(record, asked),
    };
    let table = match table {
        Ok(table) => table,
        Err(_) => {
            return Err(Rejection::broken(format!(
                "nothing where a record was expected {message}"
            )));
        }
    };
    let names = table.columns.into_iter().map(|column| column.name);
    match <[Vec<Value>; 1]>::try_from(table.rows) {
        Ok([only]) => Ok(names.zip(only).collect()),
        Err(rows) if rows.is_empty() => Err(Rejection::no_record()),
        Err(_) => Err(Rejection::broken("several records where one was expected")),
    }
}
