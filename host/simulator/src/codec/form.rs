//! The `form` dialect: `session`, `cmdkey` and `datas` in, a ZBDocument out.

use super::{Decoded, is_blank, read, written};
use crate::reply::{Node, Reply, Rows, Screen, ScreenField};
use crate::text::{grouped, short_day};
use crate::variant::Variant;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::sync::Arc;
use sunmao_catalogue::{EnumValue, Record, Value};

/// A failure that is not about the session.
const FAILED: i32 = 1;

/// What some callers send beside a login, which has no command.
const LOGIN: &str = "login";

/// The session is missing or over.
const NO_SESSION: i32 = 2;

#[derive(Deserialize)]
struct Body {
    session: Option<Value>,
    cmdkey: Option<String>,
    datas: Option<Vec<Pair>>,
}

#[derive(Deserialize)]
struct Pair {
    id: String,
    #[serde(default)]
    val: Value,
}

pub(super) fn decode(variant: Variant, body: &[u8]) -> Result<Decoded, String> {
    if is_blank(body) {
        return Ok(Decoded::default());
    }
    let body: Body = read(variant, body)?;
    let pairs = body.datas.unwrap_or_default();
    let arguments: Record = pairs.into_iter().map(|pair| (pair.id, pair.val)).collect();
    Ok(Decoded {
        token: body.session.and_then(|token| token.to_text()),
        cmdkey: body.cmdkey.filter(|cmdkey| {
            let is_idle = cmdkey == LOGIN && variant.is_generous();
            !cmdkey.is_empty() && !is_idle
        }),
        arguments: vec![arguments],
    })
}

/// `version` is what a login tells of the ERP.
pub(super) fn encode(reply: &Reply, version: &str) -> String {
    match reply {
        Reply::Token(token) => written(&json!({"header": {
            "status": 0, "message": reply.message(), "session": token, "appversion": version,
        }})),
        Reply::NoSession => failure(NO_SESSION, reply.message()),
        Reply::Failed(_) | Reply::Broken(_) | Reply::UnknownCommand => failure(FAILED, reply.message()),
        Reply::Rows(rows) => document("report", "source", &TableSource::of(rows)),
        Reply::Tree(nodes) => document(
            "tree",
            "source",
            &json!({"type_": "trees", "trees": Trees { nodes }}),
        ),
        Reply::Screen(screen) => document("bill", "bill", &Bill::of(screen)),
        Reply::Done(text, key) => {
            let data = key.map_or_else(|| json!(""), |ord| json!({"ord": ord}));
            document("message", "message", &message(text, &data))
        }
        Reply::Refused(text) => document("message", "message", &message(text, &json!(""))),
        // The form dialect has no records.
        Reply::Object(_) => document("message", "message", &message(reply.message(), &json!(""))),
    }
}

fn failure(status: i32, message: &str) -> String {
    written(&json!({"header": {"status": status, "message": message}}))
}

fn message(text: &str, data: &Json) -> Json {
    json!({"title": "系统提示", "text": text, "url": "", "wait": 0, "data": data})
}

fn document(model: &str, member: &str, content: &impl Serialize) -> String {
    written(&Document {
        header: Header {
            status: 0,
            message: "",
        },
        body: Content {
            model,
            member,
            content,
        },
    })
}

#[derive(Serialize)]
struct Document<'a, T> {
    header: Header<'a>,
    body: Content<'a, T>,
}

#[derive(Serialize)]
struct Header<'a> {
    status: i32,
    message: &'a str,
}

/// What a document is, and itself under the name of its kind.
struct Content<'a, T> {
    model: &'a str,
    member: &'a str,
    content: &'a T,
}

impl<T: Serialize> Serialize for Content<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("model", self.model)?;
        map.serialize_entry(self.member, self.content)?;
        map.end()
    }
}

#[derive(Serialize)]
struct TableSource<'a> {
    type_: &'a str,
    table: Table<'a>,
}

#[derive(Serialize)]
struct Table<'a> {
    cols: Vec<Caption<'a>>,
    rows: Vec<Vec<Cell<'a>>>,
    page: Page,
}

#[derive(Serialize)]
struct Caption<'a> {
    id: &'a str,
    caption: &'a str,
}

#[derive(Serialize)]
struct Page {
    pagesize: usize,
    pageindex: usize,
    pagecount: usize,
    recordcount: usize,
}

impl<'a> TableSource<'a> {
    fn of(rows: &'a Rows) -> Self {
        let captions = rows.columns.iter().map(|(id, caption)| Caption { id, caption });
        TableSource {
            type_: "table",
            table: Table {
                cols: captions.collect(),
                rows: rows
                    .rows
                    .iter()
                    .map(|row| row.iter().map(Cell).collect())
                    .collect(),
                page: Page {
                    pagesize: rows.page_size,
                    pageindex: rows.page_index,
                    pagecount: rows.pages(),
                    recordcount: rows.total,
                },
            },
        }
    }
}

/// A cell as the ERP's own lists show it.
struct Cell<'a>(&'a Value);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_str(""),
            Value::Decimal(value) => serializer.serialize_str(&grouped(*value)),
            Value::Bool(value) => serializer.serialize_str(if *value { "是" } else { "否" }),
            Value::Text(text) => serializer.serialize_str(&short_day(text)),
            other => other.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct Trees<'a> {
    nodes: &'a [Node],
}

#[derive(Serialize)]
struct Bill<'a> {
    id: &'a str,
    caption: &'a str,
    value: i64,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    id: &'a str,
    caption: &'a str,
    fields: Vec<BillField<'a>>,
}

#[derive(Serialize)]
struct BillField<'a> {
    id: &'a str,
    caption: &'a str,
    value: Cow<'a, str>,
    text: &'a str,
    notnull: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    maxl: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Json>,
}

impl<'a> Bill<'a> {
    fn of(screen: &'a Screen) -> Self {
        let is_list = |field: &&ScreenField| matches!(field.value, Value::List(_) | Value::Record(_));
        let (lists, plain): (Vec<_>, Vec<_>) = screen.fields.iter().partition(is_list);
        let mut groups = vec![Group {
            id: "base",
            caption: "基本资料",
            fields: plain
                .into_iter()
                .map(|field| BillField::of(field, options(field)))
                .collect(),
        }];
        if !lists.is_empty() {
            groups.push(Group {
                id: "lists",
                caption: "明细",
                fields: lists
                    .into_iter()
                    .map(|field| BillField::of(field, Some(lines(field))))
                    .collect(),
            });
        }
        Bill {
            id: "bill",
            caption: &screen.caption,
            value: screen.key,
            groups,
        }
    }
}

impl<'a> BillField<'a> {
    fn of(field: &'a ScreenField, source: Option<Json>) -> Self {
        BillField {
            id: &field.id,
            caption: &field.caption,
            value: match &field.value {
                Value::Text(text) => Cow::Borrowed(text),
                other => Cow::Owned(other.to_text().unwrap_or_default()),
            },
            text: &field.text,
            notnull: i32::from(field.required),
            maxl: field.max_length,
            source,
        }
    }
}

/// The codes that a field's value is chosen from.
fn options(field: &ScreenField) -> Option<Json> {
    if field.options.is_empty() {
        return None;
    }
    let option = |option: &EnumValue| json!({"value": option.code, "text": option.label});
    let options: Vec<Json> = field.options.iter().map(option).collect();
    Some(json!({"type_": "options", "options": options}))
}

/// A list inside a screen is a table of its own.
fn lines(field: &ScreenField) -> Json {
    let lines: Vec<&Record> = match &field.value {
        Value::List(lines) => lines.iter().filter_map(Value::as_record).collect(),
        Value::Record(line) => vec![line],
        _ => Vec::new(),
    };
    let mut columns = field.members.clone();
    for name in lines.iter().flat_map(|line| line.keys()) {
        if !columns.iter().any(|(known, _)| **known == **name) {
            columns.push((name.as_str().into(), name.as_str().into()));
        }
    }
    let cells = |line: &&Record| {
        let value = |(name, _): &(Arc<str>, Arc<str>)| line.get(&**name).cloned().unwrap_or_default();
        columns.iter().map(value).collect()
    };
    let rows = Rows {
        rows: lines.iter().map(cells).collect(),
        page_size: lines.len(),
        page_index: 1,
        total: lines.len(),
        columns: columns.clone(),
    };
    json!(TableSource::of(&rows))
}
