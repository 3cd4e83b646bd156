//! The neutral value that travels between guests, the gateway and the ERP client.

use crate::coerce;
use compact_str::CompactString;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::Serialize;

/// A record: members in a stable order, by name.
pub type Record = IndexMap<String, Value, foldhash::fast::RandomState>;

/// A value of no particular system, small, since a page has thousands of them. Dates are ISO text; money and quantities
/// are exact decimals, never floats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Absent, or empty where emptiness means absence.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal, text in JSON.
    Decimal(Decimal),
    /// Text; also dates (`2025-03-07`, `2025-03-07T10:00:00`).
    Text(CompactString),
    /// Values in order.
    List(Vec<Value>),
    /// Named members.
    Record(Box<Record>),
}

impl Value {
    /// The text of a scalar as a person would write it: `""` for null; lists and records have none.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Value::Null => Some(String::new()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Decimal(value) => Some(value.to_string()),
            Value::Text(value) => Some(value.to_string()),
            Value::List(_) | Value::Record(_) => None,
        }
    }

    /// The text inside, where it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number inside, also where it came as text. A list of codes (`1,2`) is none.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(_) | Value::Text(_) | Value::Decimal(_) => coerce::integer(self),
            _ => None,
        }
    }

    /// The members inside, where it is a record.
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Value::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The values inside, where it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(values) => Some(values),
            _ => None,
        }
    }

    /// A member of a record.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_record().and_then(|record| record.get(name))
    }

    /// Whether nothing is there: null or empty text.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(value.into())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Value::Decimal(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Value::List(value)
    }
}

impl From<Record> for Value {
    fn from(value: Record) -> Self {
        Value::Record(Box::new(value))
    }
}
