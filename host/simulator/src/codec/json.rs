//! The `json` dialect: a plain object and the token in a header in, `Code` and `Msg` out.

use super::{Decoded, Member, Members, is_blank, read, written};
use crate::reply::{Reply, Rows};
use crate::variant::Variant;
use serde::Serialize;
use serde_json::json;
use sunmao_catalogue::Record;

pub(super) fn decode(variant: Variant, header: Option<&str>, body: &[u8]) -> Result<Decoded, String> {
    let arguments = if is_blank(body) {
        Record::default()
    } else {
        read(variant, body)?
    };
    Ok(Decoded {
        token: header.map(str::to_owned),
        cmdkey: None,
        arguments: vec![arguments],
    })
}

pub(super) fn encode(reply: &Reply) -> String {
    match reply {
        Reply::Rows(rows) => written(&Table::of(rows, reply.message())),
        Reply::Object(record) => written(&Object {
            code: 200,
            message: reply.message(),
            data: Members(record),
        }),
        Reply::Refused(message) | Reply::Failed(message) => status(300, message),
        Reply::Broken(_) | Reply::UnknownCommand => status(500, reply.message()),
        Reply::NoSession => status(400, "token无效，请重新登录"),
        // An add tells no key, and the other shapes belong to the form dialect.
        Reply::Done(..) | Reply::Token(_) | Reply::Tree(_) | Reply::Screen(_) => status(200, reply.message()),
    }
}

fn status(code: i32, message: &str) -> String {
    written(&json!({"Code": code, "Msg": message}))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Object<'a> {
    code: i32,
    #[serde(rename = "Msg")]
    message: &'a str,
    data: Members<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Table<'a> {
    code: i32,
    #[serde(rename = "Msg")]
    message: &'a str,
    page: Page,
    cols: Vec<&'a str>,
    rows: Vec<Vec<Member<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    record_count: usize,
    page_size: usize,
    page_index: usize,
    page_count: usize,
}

impl<'a> Table<'a> {
    fn of(rows: &'a Rows, message: &'a str) -> Self {
        Table {
            code: 200,
            message,
            page: Page {
                record_count: rows.total,
                page_size: rows.page_size,
                page_index: rows.page_index,
                page_count: rows.pages(),
            },
            cols: rows.columns.iter().map(|(id, _)| &**id).collect(),
            rows: rows
                .rows
                .iter()
                .map(|row| row.iter().map(Member).collect())
                .collect(),
        }
    }
}
