//! The record type of a kind: `id` first, then its members.

use super::{Member, RecordShape, Shape, documentation, list, plain, shared::pair};
use crate::{Field, FieldType, KindSource, RecordKind};
use std::sync::Arc;

impl RecordKind {
    /// The record type that typed guests see. What a record may leave out is an option, unless the kind has a default
    /// for it. Rows of the ERP end with `extra` for the columns that the vendor does not publish.
    pub fn shape(&self) -> Arc<RecordShape> {
        let name = self.name.strip_prefix("erp.").unwrap_or(&self.name);
        let mut members = vec![plain(
            "id",
            Shape::Text,
            "What tells it apart from others of its kind.",
        )];
        members.extend(self.fields.iter().map(|field| member(name, field)));
        if let KindSource::Erp { .. } = self.source {
            let doc = "Columns the vendor does not publish, by wire name.";
            members.push(plain("extra", list(Shape::Record(pair())), doc));
        }
        Arc::new(RecordShape {
            name: name.to_owned(),
            shared: false,
            members,
        })
    }
}

fn member(prefix: &str, field: &Field) -> Member {
    let base = base(prefix, field);
    let is_always_there = field.required || field.default.is_some() || matches!(base, Shape::List(_));
    Member {
        name: field.name.clone(),
        wire: field.wire.clone(),
        shape: match is_always_there {
            true => base,
            false => Shape::Optional(Box::new(base)),
        },
        doc: documentation(field),
    }
}

fn base(prefix: &str, field: &Field) -> Shape {
    match field.kind {
        FieldType::String => Shape::Text,
        FieldType::Int => Shape::Integer,
        FieldType::Decimal => Shape::Decimal,
        FieldType::Datetime | FieldType::Date | FieldType::Time => Shape::Date,
        FieldType::Bool => Shape::Bool,
        FieldType::Object if field.fields.is_empty() => list(Shape::Record(pair())),
        FieldType::List if field.fields.is_empty() => list(list(Shape::Record(pair()))),
        FieldType::Object => Shape::Record(nested(prefix, field)),
        FieldType::List => list(Shape::Record(nested(prefix, field))),
    }
}

fn nested(prefix: &str, field: &Field) -> Arc<RecordShape> {
    let name = format!("{prefix}-{}", field.name);
    let members = field.fields.iter().map(|inner| member(&name, inner)).collect();
    Arc::new(RecordShape {
        name,
        shared: false,
        members,
    })
}
