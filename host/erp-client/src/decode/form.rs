//! Answers of the dialect `form`: the body of a ZBDocument.

use super::verdict::{refusal, text_of};
use super::{Rejection, document, member, order, table, take, take_record, take_text, tree};
use crate::evidence::{self, Message};
use sunmao_catalogue::{
    Ack, Answer, Arguments, Document, NamedTable, Operation, Record, ResultKind, Table, Value,
};

/// The members of a body that matter here.
enum Content {
    Bill(Record),
    Source(Result<Table, Rejection>),
    Message(Record),
    Nothing,
}

/// Reads the body by what the operation promises; `message` is the header's.
pub(super) fn answer(
    operation: &Operation,
    arguments: &Arguments,
    mut record: Record,
    message: String,
) -> Result<Answer, Rejection> {
    let asked = table::Asked::of(operation, arguments);
    let body = take_record(&mut record, "body").unwrap_or(record);
    let content = content(body, &asked);
    match operation.result {
        ResultKind::Message | ResultKind::Ack | ResultKind::Session => {
            acknowledgement(operation, content, message)
        }
        ResultKind::Table => rows(operation, content, message, &asked).map(Answer::Table),
        ResultKind::Bill | ResultKind::Record => {
            screen(operation, content, message, &asked).map(Answer::Document)
        }
    }
}

/// The table a source holds: rows, a tree, or options. None when it holds none of them.
pub(super) fn table_of(mut source: Record, asked: &table::Asked) -> Option<Result<Table, Rejection>> {
    let outer_page = table::page(member(&source, "page"));
    if let Some(mut inner) = take_record(&mut source, "table") {
        let page = table::page(member(&inner, "page")).or(outer_page);
        let columns = take(&mut inner, "cols");
        return Some(table::build(columns, take(&mut inner, "rows"), page, asked));
    }
    if let Some(trees) = take(&mut source, "trees") {
        return Some(tree::flatten(trees));
    }
    take(&mut source, "options").map(|options| tree::options(options, asked))
}

fn content(mut body: Record, asked: &table::Asked) -> Content {
    if let Some(bill) = take_record(&mut body, "bill") {
        return Content::Bill(bill);
    }
    let source = take_record(&mut body, "source")
        .or_else(|| take_record(&mut take_record(&mut body, "report")?, "source"));
    if let Some(source) = source {
        let nothing = || Err(Rejection::broken("a list without rows"));
        return Content::Source(table_of(source, asked).unwrap_or_else(nothing));
    }
    match take(&mut body, "message") {
        Some(Value::Record(message)) => Content::Message(*message),
        Some(text) if !text.is_empty() => Content::Message([("text".to_owned(), text)].into_iter().collect()),
        _ => Content::Nothing,
    }
}

fn acknowledgement(operation: &Operation, content: Content, message: String) -> Result<Answer, Rejection> {
    let mut title = String::new();
    let mut ack = match content {
        Content::Message(message) => {
            title = member(&message, "title")
                .and_then(Value::to_text)
                .unwrap_or_default();
            acknowledged(message)
        }
        Content::Bill(bill) => Ack {
            key: document::key(&bill),
            ..Ack::default()
        },
        Content::Source(_) | Content::Nothing => Ack::default(),
    };
    if ack.message.is_empty() {
        ack.message = message;
    }
    if says_no(&title) || says_no(&ack.message) {
        return Err(refusal(operation, None, ack.message));
    }
    // Nobody can tell: the record can, where it is read back.
    if !operation.is_read() && evidence::judge_message(&ack.message) == Message::Unknown {
        return Err(Rejection::broken(ack.message));
    }
    Ok(Answer::Ack(ack))
}

/// A message with everything it carries; members of its `data` object stand beside the others.
fn acknowledged(mut message: Record) -> Ack {
    let text = text_of(&message);
    take_text(&mut message, "text");
    let mut data = match take(&mut message, "data") {
        Some(Value::Record(data)) => *data,
        Some(value) if !value.is_empty() => [("data".to_owned(), value)].into_iter().collect(),
        _ => Record::default(),
    };
    let key = member(&data, "ord").and_then(Value::as_integer);
    for (name, value) in message.into_iter().filter(|(_, value)| !value.is_empty()) {
        data.entry(name).or_insert(value);
    }
    Ack {
        message: text,
        key: key.filter(|key| *key != 0),
        data,
    }
}

fn rows(
    operation: &Operation,
    content: Content,
    message: String,
    asked: &table::Asked,
) -> Result<Table, Rejection> {
    match content {
        Content::Source(table) => table.map(|mut table| {
            order::name_by_order(operation, &mut table);
            table
        }),
        Content::Bill(bill) => match <[NamedTable; 1]>::try_from(document::read(bill, asked)?.tables) {
            Ok([only]) => Ok(only.table),
            Err(_) => Err(Rejection::broken("a record where a list was expected")),
        },
        Content::Message(words) => Err(words_instead(operation, words)),
        Content::Nothing => Err(nothing_instead(operation, message, "a list")),
    }
}

fn screen(
    operation: &Operation,
    content: Content,
    message: String,
    asked: &table::Asked,
) -> Result<Document, Rejection> {
    match content {
        Content::Bill(bill) => document::read(bill, asked),
        Content::Source(table) => Ok(Document {
            tables: vec![NamedTable {
                name: "source".to_owned(),
                table: table?,
            }],
            ..Document::default()
        }),
        Content::Message(words) => Err(words_instead(operation, words)),
        Content::Nothing => Err(nothing_instead(operation, message, "a record")),
    }
}

/// Words where content was promised. A read that gets only words was refused; after a write that gets words other than
/// a refusal, nobody knows.
fn words_instead(operation: &Operation, words: Record) -> Rejection {
    let words = text_of(&words);
    let refused = says_no(&words);
    if words.is_empty() || !(operation.is_read() || refused) {
        return Rejection::broken(format!("a message where content was expected: {words}"));
    }
    refusal(operation, None, words)
}

fn nothing_instead(operation: &Operation, message: String, expected: &str) -> Rejection {
    match says_no(&message) {
        true => refusal(operation, None, message),
        false => Rejection::broken(format!("nothing where {expected} was expected {message}").trim_end()),
    }
}

/// Whether words under a good status say no after all.
fn says_no(words: &str) -> bool {
    evidence::judge_message(words) == Message::Refused
        || evidence::session_is_gone(words)
        || evidence::is_bare_timeout(words)
}
