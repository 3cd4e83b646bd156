//! What an operation answers, before a dialect gives it its shape.

use serde::Serialize;
use std::sync::Arc;
use sunmao_catalogue::{EnumValue, Record, Value};

/// An answer of no particular dialect.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// A login worked.
    Token(String),
    /// A page of rows.
    Rows(Rows),
    /// A tree of records.
    Tree(Vec<Node>),
    /// One record as a screen (`form`).
    Screen(Screen),
    /// One record as an object (`json`, `helper`).
    Object(Record),
    /// A command was carried out: the ERP's words, and the record's key.
    Done(String, Option<i64>),
    /// A command was refused, with the ERP's words.
    Refused(String),
    /// The request was understood and cannot be answered, with the ERP's words: an unknown record, a failed login.
    Failed(String),
    /// The request could not be read, with the ERP's words.
    Broken(String),
    /// The path is known, the command or the query is not.
    UnknownCommand,
    /// The session is missing or over.
    NoSession,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Rows {
    /// Wire names and captions.
    pub(crate) columns: Vec<(Arc<str>, Arc<str>)>,
    /// Cells in the order of the columns.
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) page_size: usize,
    /// From 1.
    pub(crate) page_index: usize,
    /// Rows of all pages.
    pub(crate) total: usize,
}

impl Rows {
    /// Pages in all; an empty list has none.
    pub(crate) fn pages(&self) -> usize {
        self.total.div_ceil(self.page_size.max(1))
    }
}

/// A node of a tree, as the form dialect writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Node {
    pub(crate) text: String,
    pub(crate) value: i64,
    pub(crate) nodes: Vec<Node>,
}

/// One record as a screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Screen {
    pub(crate) caption: String,
    pub(crate) key: i64,
    pub(crate) fields: Vec<ScreenField>,
}

/// A captioned field of a screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScreenField {
    pub(crate) id: Arc<str>,
    pub(crate) caption: Arc<str>,
    /// Lists and objects become tables inside the screen.
    pub(crate) value: Value,
    /// What the staff see in place of a code.
    pub(crate) text: String,
    pub(crate) required: bool,
    pub(crate) max_length: Option<u32>,
    /// Codes to choose from.
    pub(crate) options: Arc<[EnumValue]>,
    /// Wire names and labels of a list's members.
    pub(crate) members: Vec<(Arc<str>, Arc<str>)>,
}

impl Reply {
    /// The words of the answer.
    pub(crate) fn message(&self) -> &str {
        match self {
            Reply::Done(message, _) => message,
            Reply::Refused(message) | Reply::Failed(message) | Reply::Broken(message) => message,
            Reply::UnknownCommand => "不支持的命令",
            Reply::NoSession => "会话已失效，请重新登录",
            Reply::Token(_) => "登录成功",
            Reply::Rows(_) | Reply::Tree(_) | Reply::Screen(_) | Reply::Object(_) => "操作成功",
        }
    }
}
