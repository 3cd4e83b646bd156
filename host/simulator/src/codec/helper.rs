//! The `helper` dialect: `Token` and `Datas` in, `flag`, `code` and `datas` out.

use super::{Decoded, Member, is_blank, read, written};
use crate::reply::{Reply, Rows};
use crate::variant::Variant;
use serde::{Deserialize, Serialize, Serializer};
use sunmao_catalogue::Value;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "Token")]
    token: Option<Value>,
    /// What some installations call it; the others understand it, too.
    session: Option<Value>,
    #[serde(rename = "Datas", default)]
    datas: Value,
}

pub(super) fn decode(variant: Variant, body: &[u8]) -> Result<Decoded, String> {
    if is_blank(body) {
        return Ok(Decoded::default());
    }
    let body: Body = read(variant, body)?;
    let token = match variant {
        Variant::SessionToken => body.session,
        _ => body.token.or(body.session),
    };
    let arguments = match body.datas {
        Value::Null => Vec::new(),
        Value::Record(record) => vec![*record],
        Value::List(values) => values
            .into_iter()
            .map(|value| match value {
                Value::Record(record) => Ok(*record),
                other => Err(format!("Datas: expected an object, found {other:?}")),
            })
            .collect::<Result<_, _>>()?,
        other => return Err(format!("Datas: expected an object or a list, found {other:?}")),
    };
    Ok(Decoded {
        token: token.and_then(|token| token.to_text()),
        cmdkey: None,
        arguments,
    })
}

pub(super) fn encode(reply: &Reply) -> String {
    match reply {
        Reply::Rows(rows) => {
            let datas = rows.rows.iter().map(|row| Row { rows, row }).collect();
            answer(200, reply.message(), datas)
        }
        Reply::Refused(message) | Reply::Failed(message) => answer(300, message, Vec::new()),
        Reply::Broken(_) | Reply::UnknownCommand => answer(500, reply.message(), Vec::new()),
        Reply::NoSession => answer(400, "Token无效，请重新登录", Vec::new()),
        // The helper knows lists and commands only.
        Reply::Done(..) | Reply::Object(_) | Reply::Token(_) | Reply::Tree(_) | Reply::Screen(_) => {
            answer(200, reply.message(), Vec::new())
        }
    }
}

fn answer(code: i32, message: &str, datas: Vec<Row<'_>>) -> String {
    written(&Answer {
        flag: code == 200,
        code,
        message,
        datas,
    })
}

#[derive(Serialize)]
struct Answer<'a> {
    flag: bool,
    code: i32,
    #[serde(rename = "msg")]
    message: &'a str,
    datas: Vec<Row<'a>>,
}

/// A row as an object.
pub(super) struct Row<'a> {
    pub(super) rows: &'a Rows,
    pub(super) row: &'a [Value],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.rows.columns.iter().map(|(id, _)| &**id);
        serializer.collect_map(names.zip(self.row.iter().map(Member)))
    }
}
