//! Answers of a gateway that hands the records over themselves: `{"data": [ {…}, … ]}` or `{"data": {…}}`.

use super::verdict::refusal;
use super::{Reason, Rejection, lenient, listed, member, table, take, tree};
use crate::evidence::{self, Message};
use crate::installation::GatewayBodies;
use sunmao_catalogue::{
    Ack, Answer, Arguments, Dialect, Document, DocumentField, NamedTable, Operation, Record, ResultKind,
    Value,
};

/// What to set where the records come bare from a gateway that was said to pass the ERP's answers on. What was asked for
/// may have meant nothing to it.
const PLAIN: &str = "the gateway hands over the records themselves, so it may not have understood what it was asked: set \
                     `gateway_bodies = \"plain\"` beside `installation = \"gateway\"` under [erp], and look at the record \
                     before you send a write again";

/// The reverse.
const ERP: &str = "the gateway passes the ERP's own answers on, so the ERP may not have understood what it was asked: set \
                   `gateway_bodies = \"erp\"` beside `installation = \"gateway\"` under [erp], or leave it out, and look at \
                   the record before you send a write again";

/// What pages call the record's key.
const KEYS: [&str; 2] = ["ord", "id"];

/// Reads bare records by what the operation promises.
pub(super) fn answer(
    operation: &Operation,
    arguments: &Arguments,
    mut record: Record,
    bodies: Option<GatewayBodies>,
) -> Result<Answer, Rejection> {
    if bodies == Some(GatewayBodies::Erp) && !is_alike_in_both(operation) {
        return Err(misdeclared(PLAIN));
    }
    let message = lenient::spoken(&record);
    if evidence::judge_message(&message) == Message::Refused {
        return Err(refusal(operation, None, message));
    }
    let page = table::page(member(&record, "page"));
    let data = take(&mut record, "data").unwrap_or_default();
    let asked = table::Asked::of(operation, arguments);
    match operation.result {
        ResultKind::Table if is_tree(&data) => {
            let trees = Record::from_iter([(NODES.to_owned(), data)]);
            tree::flatten(Value::from(trees)).map(Answer::Table)
        }
        ResultKind::Table => table::build(None, Some(data), page, &asked).map(Answer::Table),
        ResultKind::Record => one(data).map(Answer::Record),
        ResultKind::Bill => document(one(data)?, &asked).map(Answer::Document),
        ResultKind::Ack | ResultKind::Message | ResultKind::Session => acknowledged(operation, data, message),
    }
}

/// An answer of the ERP's own, where bare records were expected, was given to parameters that it did not read.
pub(super) fn not_expected(
    operation: &Operation,
    bodies: Option<GatewayBodies>,
    answer: Answer,
) -> Result<Answer, Rejection> {
    match bodies {
        Some(GatewayBodies::Plain) if !is_alike_in_both(operation) => Err(misdeclared(ERP)),
        _ => Ok(answer),
    }
}

/// The same for an answer that makes no sense.
pub(super) fn explained(
    operation: &Operation,
    bodies: Option<GatewayBodies>,
    rejection: Rejection,
) -> Rejection {
    let is_senseless = rejection.reason == Reason::Broken && !is_alike_in_both(operation);
    match bodies {
        Some(GatewayBodies::Plain) if is_senseless => Rejection {
            reason: Reason::Misdeclared(ERP),
            ..rejection
        },
        _ => rejection,
    }
}

/// Whether the records hold each other.
fn is_tree(data: &Value) -> bool {
    let first = data.as_list().and_then(|nodes| nodes.first()?.as_record());
    first.is_some_and(|first| member(first, NODES).is_some_and(|nodes| nodes.as_list().is_some()))
}

/// What look-ups call a node's children.
const NODES: &str = "nodes";

/// The dialect `json` takes plain parameters in any case.
fn is_alike_in_both(operation: &Operation) -> bool {
    operation.dialect == Dialect::Json
}

fn misdeclared(hint: &'static str) -> Rejection {
    Rejection {
        reason: Reason::Misdeclared(hint),
        code: None,
        words: "an answer of another kind of gateway than was named".to_owned(),
    }
}

fn one(data: Value) -> Result<Record, Rejection> {
    match listed(data).map(<[Value; 1]>::try_from) {
        Some(Ok([Value::Record(only)])) => Ok(*only),
        Some(Err(records)) if records.is_empty() => Err(Rejection::no_record()),
        Some(_) => Err(Rejection::broken("several records where one was expected")),
        None => Err(Rejection::no_record()),
    }
}

fn key(record: &Record) -> Option<i64> {
    let mut keys = KEYS.iter().filter_map(|name| member(record, name)?.as_integer());
    keys.find(|key| *key != 0)
}

/// A record as the screen that the operation promises: lists of records are the lists inside it.
fn document(record: Record, asked: &table::Asked) -> Result<Document, Rejection> {
    let mut document = Document {
        key: key(&record),
        ..Document::default()
    };
    for (name, value) in record {
        let is_list =
            matches!(&value, Value::List(lines) if lines.iter().all(|line| line.as_record().is_some()));
        if is_list {
            let table = table::build(None, Some(value), None, asked)?;
            document.tables.push(NamedTable { name, table });
        } else {
            document.fields.push(DocumentField {
                name,
                value,
                ..DocumentField::default()
            });
        }
    }
    Ok(document)
}

/// The record that was written stands for a yes; without one the words decide, and without words nobody knows.
fn acknowledged(operation: &Operation, data: Value, message: String) -> Result<Answer, Rejection> {
    let data = match data {
        Value::Record(data) => *data,
        Value::List(mut records) if records.len() == 1 => match records.remove(0) {
            Value::Record(data) => *data,
            other => Record::from_iter([("data".to_owned(), other)]),
        },
        value if !value.is_empty() => Record::from_iter([("data".to_owned(), value)]),
        _ if !message.is_empty() && evidence::judge_message(&message) == Message::Accepted => {
            Record::default()
        }
        _ if operation.is_read() => Record::default(),
        _ => {
            return Err(Rejection::broken(format!(
                "neither a record nor a yes: {message}"
            )));
        }
    };
    Ok(Answer::Ack(Ack {
        message,
        key: key(&data),
        data,
    }))
}
