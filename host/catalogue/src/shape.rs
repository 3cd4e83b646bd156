//! The shape of a value as WIT declares it. Requests, answers, type checks and the WIT text are all read from here.

use crate::Face;
use crate::operation::{Operation, ResultKind};
use crate::{Field, FieldType, prose};
use shared::{ack, document, page, pair, table};
use std::sync::Arc;

mod kind;
pub(crate) mod shared;

/// The type of a value on the WIT side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `bool`
    Bool,
    /// `u32`
    Unsigned32,
    /// `u64`
    Unsigned64,
    /// `s64`
    Integer,
    /// `string` holding an exact decimal.
    Decimal,
    /// `string` holding an ISO date or date with time.
    Date,
    /// `string`
    Text,
    /// `list<…>`
    List(Box<Shape>),
    /// `option<…>`
    Optional(Box<Shape>),
    /// A named `record`.
    Record(Arc<RecordShape>),
}

/// A named record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordShape {
    /// Kebab-case type name, unique in its interface.
    pub name: String,
    /// Whether it is declared in `types` and shared by all interfaces.
    pub shared: bool,
    /// Members in order.
    pub members: Vec<Member>,
}

/// A member of a record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Kebab-case name.
    pub name: String,
    /// Wire name, where it is one of the vendor's fields; empty for ours (`extra`).
    pub wire: String,
    /// Its type.
    pub shape: Shape,
    /// Doc comment.
    pub doc: String,
}

impl Operation {
    /// The request record, or none when the operation takes nothing at all. Documented operations that have
    /// parameters, and all undocumented ones, end with `extra` for the installation's own fields.
    pub fn request_shape(&self) -> Option<Arc<RecordShape>> {
        if self.documented && self.params.is_empty() {
            return None;
        }
        let name = format!("{}-request", self.verb);
        Some(record_of(name, &self.verb, &self.params, Side::Request))
    }

    /// The type of a successful answer.
    pub fn response_shape(&self) -> Shape {
        Shape::Record(match self.response_form(Face::Typed) {
            ResponseForm::Table => table(),
            ResponseForm::Document => document(),
            ResponseForm::Ack => ack(),
            ResponseForm::Record => self.members_of(format!("{}-response", self.verb)),
            ResponseForm::Rows => Arc::new(RecordShape {
                name: format!("{}-response", self.verb),
                shared: false,
                members: vec![
                    plain(
                        "items",
                        list(Shape::Record(self.members_of(format!("{}-item", self.verb)))),
                        "The rows of this page.",
                    ),
                    plain(
                        "page",
                        Shape::Record(page()),
                        "Where in the whole list this page lies.",
                    ),
                ],
            }),
        })
    }

    /// Which of the five forms a successful answer takes. A screen whose members are known is a record for typed
    /// guests; the others get it as they get every screen, members, captions and labels at once.
    pub(crate) fn response_form(&self, face: Face) -> ResponseForm {
        let is_known = !self.fields.is_empty();
        match self.result {
            ResultKind::Table if is_known => ResponseForm::Rows,
            ResultKind::Table => ResponseForm::Table,
            ResultKind::Record if is_known => ResponseForm::Record,
            ResultKind::Bill if is_known && face == Face::Typed => ResponseForm::Record,
            ResultKind::Bill | ResultKind::Record => ResponseForm::Document,
            ResultKind::Message | ResultKind::Ack | ResultKind::Session => ResponseForm::Ack,
        }
    }

    fn members_of(&self, name: String) -> Arc<RecordShape> {
        record_of(name, &self.verb, &self.fields, Side::Response)
    }
}

/// The arguments of an operation that takes none: a record needs a member.
pub(crate) fn no_arguments(operation: &Operation) -> Arc<RecordShape> {
    let name = format!("{}-request", operation.verb);
    record_of(name, &operation.verb, &[], Side::Request)
}

/// The forms a successful answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseForm {
    /// `table`: rows of columns that the vendor does not publish.
    Table,
    /// A page of records of known members.
    Rows,
    /// One record of known members.
    Record,
    /// `document`: one record of members that the vendor does not publish.
    Document,
    /// `ack`
    Ack,
}

#[derive(Clone, Copy)]
enum Side {
    Request,
    Response,
}

impl Side {
    fn extra(self) -> &'static str {
        match self {
            Side::Request => {
                "The installation's own fields (`zdy…`, `sysIcus…`) and any others, by wire name."
            }
            Side::Response => {
                "Columns the vendor does not publish, and values of another type than announced."
            }
        }
    }
}

fn record_of(name: String, prefix: &str, fields: &[Field], side: Side) -> Arc<RecordShape> {
    let mut members: Vec<Member> = fields.iter().map(|field| member(prefix, field, side)).collect();
    members.push(plain("extra", list(Shape::Record(pair())), side.extra()));
    Arc::new(RecordShape {
        name,
        shared: false,
        members,
    })
}

fn member(prefix: &str, field: &Field, side: Side) -> Member {
    let base = base(prefix, field, side);
    let shape = match side {
        _ if matches!(base, Shape::List(_)) => base,
        Side::Request if field.multiple => list(base),
        Side::Request if field.required => base,
        Side::Response if base == Shape::Text => base,
        _ => Shape::Optional(Box::new(base)),
    };
    Member {
        name: field.name.clone(),
        wire: field.wire.clone(),
        shape,
        doc: documentation(field),
    }
}

/// The type of a value that is there. Members that the vendor does not publish travel as names and texts.
fn base(prefix: &str, field: &Field, side: Side) -> Shape {
    match field.kind {
        FieldType::String => Shape::Text,
        FieldType::Int => Shape::Integer,
        FieldType::Decimal => Shape::Decimal,
        FieldType::Datetime | FieldType::Date | FieldType::Time => Shape::Date,
        FieldType::Bool => Shape::Bool,
        FieldType::Object if field.fields.is_empty() => list(Shape::Record(pair())),
        FieldType::List if field.fields.is_empty() => list(list(Shape::Record(pair()))),
        FieldType::Object => Shape::Record(nested(prefix, field, side)),
        FieldType::List => list(Shape::Record(nested(prefix, field, side))),
    }
}

fn nested(prefix: &str, field: &Field, side: Side) -> Arc<RecordShape> {
    let prefix = format!("{prefix}-{}", field.name);
    let name = match side {
        Side::Request => prefix.clone(),
        Side::Response => format!("{prefix}-item"),
    };
    record_of(name, &prefix, &field.fields, side)
}

fn list(item: Shape) -> Shape {
    Shape::List(Box::new(item))
}

/// How many codes of an open set a doc comment shows.
const SAMPLES: usize = 6;

/// The label, the wire name and what else a caller should know, in one line.
fn documentation(field: &Field) -> String {
    let name = format!("{} (`{}`)", field.label, field.wire);
    let notes = prose::notes(field, SAMPLES).into_iter();
    std::iter::once(name).chain(notes).collect::<Vec<_>>().join("; ")
}

fn plain(name: &str, shape: Shape, doc: &str) -> Member {
    Member {
        name: name.to_owned(),
        wire: String::new(),
        shape,
        doc: doc.to_owned(),
    }
}
