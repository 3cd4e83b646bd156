//! Answers of the dialect `helper`: everything is in `datas`.

use super::{Rejection, json, listed, member, table, take};
use sunmao_catalogue::{Answer, Arguments, Operation, Record, ResultKind, Value};

/// Reads the content by what the operation promises; `message` is the ERP's `msg`.
pub(super) fn answer(
    operation: &Operation,
    arguments: &Arguments,
    mut record: Record,
    message: String,
) -> Result<Answer, Rejection> {
    let page = table::page(member(&record, "page"));
    let datas = take(&mut record, "datas");
    match operation.result {
        ResultKind::Table => {
            let asked = table::Asked::of(operation, arguments);
            table::build(None, datas, page, &asked).map(Answer::Table)
        }
        ResultKind::Record | ResultKind::Bill => match datas.and_then(listed).map(<[Value; 1]>::try_from) {
            Some(Ok([Value::Record(only)])) => Ok(Answer::Record(*only)),
            Some(Err(datas)) if datas.is_empty() => Err(Rejection::no_record()),
            _ => Err(Rejection::broken("no record where one was expected")),
        },
        ResultKind::Ack | ResultKind::Message | ResultKind::Session => {
            Ok(Answer::Ack(json::acknowledged(message, datas.map(unwrapped))))
        }
    }
}

/// A list of one object stands for the object.
fn unwrapped(datas: Value) -> Value {
    match datas {
        Value::List(mut datas) if datas.len() == 1 => datas.remove(0),
        datas => datas,
    }
}
