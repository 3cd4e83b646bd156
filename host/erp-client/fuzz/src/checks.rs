//! What holds of whatever an ERP answers. The first bytes of an input choose the operation, the HTTP status, the kind of
//! installation and the page that was asked for; the rest is the body.

#[path = "../../../catalogue/tests/support/shapes.rs"]
mod shapes;

use reqwest::StatusCode;
use serde_json::{Map, Value as Json};
use std::sync::{Arc, LazyLock};
use sunmao_catalogue::{
    Answer, Arguments, Catalogue, Dialect, Face, Kind, Operation, ResultKind, Table, Value,
};
use sunmao_erp_client::{Error, GatewayBodies, Installation, read_answer};

/// How many bytes stand in front of the body.
pub const CHOICES: usize = 4;

/// Statuses other than a plain success. Only the client decides what they mean.
pub const STATUSES: [u16; 16] = [
    201, 204, 301, 302, 400, 401, 403, 404, 408, 410, 429, 500, 502, 503, 504, 599,
];

/// Longest words an error may carry, in characters, and the mark that something was left out.
const LONGEST_WORDS: usize = 301;

/// Refusals under a good status.
const REFUSALS: [&str; 4] = [
    "合同编号已被使用，不能保存！",
    "保存失败！",
    "没有添加权限",
    "单据不存在或已被删除",
];

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(Catalogue::shared);

/// An input taken apart.
struct Input<'a> {
    operation: &'static Operation,
    arguments: Arguments,
    status: StatusCode,
    installation: Installation,
    body: &'a [u8],
}

/// Reads one answer and panics where something does not hold. Input without all choices says nothing.
pub fn check(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let read = read_answer(
        &input.installation,
        input.operation,
        &input.arguments,
        input.status,
        input.body,
    );
    match read {
        Ok(answer) => {
            assert!(input.status.is_success(), "{} is a success", input.status);
            assert!(!input.is_refusal(), "a refusal is a success: {answer:?}");
            check_answer(&answer);
            check_shown(input.operation, answer);
        }
        Err(error) => check_error(input.operation, &error),
    }
}

impl<'a> Input<'a> {
    fn read(input: &'a [u8]) -> Option<Self> {
        let (&[operation, status, installation, page], body) = input.split_first_chunk::<CHOICES>()?;
        let operations = CATALOGUE.operations();
        let operation = &operations[usize::from(operation) % operations.len()];
        let status = match status.checked_sub(u8::MAX - 15) {
            Some(index) => STATUSES[usize::from(index)],
            None => 200,
        };
        let gateway = |bodies| Installation::Gateway {
            login_path: "/api/login".to_owned(),
            bodies,
        };
        let installation = match installation % 3 {
            0 => Installation::Standard,
            1 => gateway(GatewayBodies::Erp),
            _ => gateway(GatewayBodies::Plain),
        };
        let mut arguments = Arguments::default();
        if let (Some(paging), true) = (&operation.paging, page > 0) {
            arguments.set(&paging.index, Value::from(i64::from(page)));
            arguments.set(&paging.size, Value::from(20));
        }
        Some(Input {
            operation,
            arguments,
            status: StatusCode::from_u16(status).expect("a status"),
            installation,
            body,
        })
    }

    /// Whether the body is a refusal beyond doubt. What is spelt in an unusual way is left to the client.
    fn is_refusal(&self) -> bool {
        let Ok(Json::Object(outer)) = serde_json::from_slice(self.body) else {
            return false;
        };
        let answer = match outer.get("data") {
            Some(Json::Object(inner)) if self.installation != Installation::Standard && is_wrapped(inner) => {
                inner
            }
            _ => &outer,
        };
        if let Some(Json::Object(header)) = answer.get("header") {
            let status = header.get("status").and_then(Json::as_i64);
            return status.is_some_and(|status| status != 0) || self.says_no(answer);
        }
        if named(answer, "header").count() > 0 {
            return false;
        }
        let code = only(answer, "code").and_then(Json::as_i64);
        code.is_some_and(|code| code != 200) || only(answer, "flag") == Some(&Json::Bool(false))
    }

    /// Whether a command is answered by nothing but a message that says no.
    fn says_no(&self, answer: &Map<String, Json>) -> bool {
        let is_command = matches!(self.operation.result, ResultKind::Message | ResultKind::Ack);
        let Some(Json::Object(body)) = answer.get("body") else {
            return false;
        };
        let is_message = ["bill", "source", "report"]
            .iter()
            .all(|name| named(body, name).count() == 0);
        let text = body.get("message").and_then(|message| message.get("text"));
        let is_no = text
            .and_then(Json::as_str)
            .is_some_and(|text| REFUSALS.contains(&text));
        self.operation.dialect == Dialect::Form && is_command && is_message && is_no
    }
}

/// Whether this is what a gateway puts its wrapping around.
fn is_wrapped(inner: &Map<String, Json>) -> bool {
    let has = |names: [&str; 2]| names.iter().any(|name| inner.contains_key(*name));
    let has_verdict = inner.get("header").is_some_and(Json::is_object);
    // A bare record may have a code of its own, but no words beside it.
    has_verdict || has(["Code", "code"]) && has(["Msg", "msg"])
}

fn named<'a>(record: &'a Map<String, Json>, name: &'a str) -> impl Iterator<Item = &'a Json> {
    let members = record
        .iter()
        .filter(move |(key, _)| key.eq_ignore_ascii_case(name));
    members.map(|(_, value)| value)
}

/// The only member of this name in any letter case.
fn only<'a>(record: &'a Map<String, Json>, name: &'a str) -> Option<&'a Json> {
    let mut members = named(record, name);
    members.next().filter(|_| members.next().is_none())
}

/// Every row has exactly one cell a column.
fn check_answer(answer: &Answer) {
    let tables: Vec<&Table> = match answer {
        Answer::Table(table) => vec![table],
        Answer::Document(document) => document.tables.iter().map(|inner| &inner.table).collect(),
        Answer::Record(_) | Answer::Ack(_) => Vec::new(),
    };
    for table in tables {
        let width = table.columns.len();
        assert!(table.rows.iter().all(|row| row.len() == width), "{table:?}");
    }
}

/// A typed guest gets the announced shape, and nobody gets fewer rows than came.
fn check_shown(operation: &Operation, answer: Answer) {
    let rows = match &answer {
        Answer::Table(table) if operation.result == ResultKind::Table => Some(table.rows.len()),
        _ => None,
    };
    let typed = operation.present(answer.clone(), Face::Typed);
    shapes::assert_shape(&operation.name, &operation.response_shape(), &typed);
    let dynamic = operation.present(answer, Face::Dynamic);
    let shown = dynamic.get("items").and_then(Value::as_list).map(<[Value]>::len);
    assert!(
        rows.is_none() || rows == shown,
        "{rows:?} rows are shown as {shown:?}"
    );
    assert!(serde_json::to_string(&dynamic).is_ok());
}

/// An error has one readable line, and a read never leaves open whether something was done.
fn check_error(operation: &Operation, error: &Error) {
    let kinds = match operation.is_read() {
        true => [Kind::Unavailable, Kind::NotFound],
        false => [Kind::Unconfirmed, Kind::NotFound],
    };
    let kind = error.kind();
    let always = [Kind::Refused, Kind::Session, Kind::OverBudget];
    assert!(kinds.contains(&kind) || always.contains(&kind), "{error}");
    let words = error.fault().message;
    assert!(
        !words.is_empty() && !words.contains(char::is_control),
        "{words:?}"
    );
    assert!(words.chars().count() <= LONGEST_WORDS, "{words:?}");
}
