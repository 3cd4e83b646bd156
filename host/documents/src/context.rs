//! What a template is given: the record with its codes in words, what it refers to, its kind's labels, and the day.

use minijinja::Value as Shown;
use minijinja::value::Serde;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use sunmao_catalogue::{Face, Field, FieldType, Record, RecordKind, Value};

/// A record that a document is made of.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// Its kind.
    pub kind: &'a RecordKind,
    /// Its id.
    pub id: &'a str,
    /// Its members.
    pub body: &'a Record,
    /// The records that its members refer to, by the members' names.
    pub related: Vec<(String, RelatedRecord)>,
    /// The day on which it is made, ISO 8601.
    pub today: String,
}

/// A record that another one refers to.
#[derive(Debug, Clone)]
pub struct RelatedRecord {
    /// Its kind.
    pub kind: Arc<RecordKind>,
    /// Its id, empty where there is none.
    pub id: String,
    /// Its members.
    pub body: Record,
}

#[derive(Serialize)]
struct Context {
    record: Record,
    related: BTreeMap<String, Record>,
    labels: BTreeMap<String, Shown>,
    kind: KindWords,
    today: String,
}

#[derive(Serialize)]
struct KindWords {
    name: String,
    label: String,
}

impl Subject<'_> {
    /// The record as templates see it.
    pub(crate) fn record(&self) -> Record {
        in_words(
            &self.kind.fields,
            self.kind.present(self.id, self.body, Face::Dynamic),
        )
    }

    /// All that templates see.
    pub(crate) fn context(&self) -> Shown {
        let related = self.related.iter().map(|(member, related)| {
            let shown = related.kind.present(&related.id, &related.body, Face::Dynamic);
            (member.clone(), in_words(&related.kind.fields, shown))
        });
        Shown::from(Serde(Context {
            record: self.record(),
            related: related.collect(),
            labels: labels(&self.kind.fields),
            kind: KindWords {
                name: self.kind.name.clone(),
                label: self.kind.label.clone(),
            },
            today: self.today.clone(),
        }))
    }
}

/// The labels of members; of a list, those of its lines.
fn labels(fields: &[Field]) -> BTreeMap<String, Shown> {
    let told = fields.iter().map(|field| {
        let label = match field.fields.is_empty() {
            true => Shown::from(field.label.clone()),
            false => Shown::from_pairs(labels(&field.fields)),
        };
        (field.snake_name(), label)
    });
    told.collect()
}

/// The record with labels in the place of codes, and nothing in the place of numbers that are not there.
fn in_words(fields: &[Field], mut record: Record) -> Record {
    for field in fields {
        let Some(value) = record.get_mut(&field.snake_name()) else {
            continue;
        };
        match value {
            Value::Text(code) if !field.values.is_empty() => {
                let named = field.values.iter().find(|named| named.code == **code);
                if let Some(named) = named {
                    *value = Value::from(named.label.as_str());
                }
            }
            Value::List(items) if field.kind == FieldType::List => {
                for item in items {
                    if let Value::Record(item) = item {
                        **item = in_words(&field.fields, std::mem::take(&mut **item));
                    }
                }
            }
            _ => {}
        }
    }
    record
}
