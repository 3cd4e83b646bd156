//! The columns of an object's records, gathered from everything that the catalogue says of its operations.
//!
//! The same value has other wire names in other dialects (`khid` and `htbh`, `title` and `Title`), and the same wire
//! name may mean other things (`sort1`). What stays is the Chinese label, so fields meet in a column by label first and
//! by wire name second.

use crate::rules::Rules;
use crate::text::{moment, number, whole};
use std::sync::Arc;
use sunmao_catalogue::{EnumValue, Field, FieldType, Value};

/// The position of the key in every schema.
pub(crate) const KEY: usize = 0;

/// What one value of a record is called and what fits into it.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// The wire name that lists and screens use.
    pub(crate) id: Arc<str>,
    /// What the staff see.
    pub(crate) caption: Arc<str>,
    /// The caption without what varies from page to page.
    meaning: String,
    pub(crate) kind: FieldType,
    /// Codes and their labels, where they are known.
    pub(crate) values: Arc<[EnumValue]>,
    pub(crate) required: bool,
    pub(crate) max_length: Option<u32>,
    /// Members of a list or object.
    pub(crate) fields: Vec<Field>,
}

/// The columns of one object.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) object: String,
    /// What the staff call a record.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    /// Columns in which no two records may agree.
    pub(crate) unique: Vec<usize>,
    /// When a record was created.
    pub(crate) created: usize,
    /// What was last done to a record.
    pub(crate) state: usize,
    pub(crate) rules: Rules,
}

impl Schema {
    pub(crate) fn new(object: &str, caption: String) -> Self {
        let mut schema = Schema {
            object: object.to_owned(),
            caption,
            columns: Vec::new(),
            unique: Vec::new(),
            created: KEY,
            state: KEY,
            rules: Rules::of(object),
        };
        schema.add("ord", "数据唯一标识", FieldType::Int);
        schema
    }

    /// Adds the two columns that every record has, where the object's own fields did not bring them.
    pub(crate) fn complete(&mut self) {
        self.created = match self.labelled("添加时间").or_else(|| self.labelled("创建时间")) {
            Some(column) => column,
            None => self.add("addtime", "添加时间", FieldType::Datetime),
        };
        self.state = self.add("zt", "办理状态", FieldType::String);
        let keys = self
            .rules
            .references
            .iter()
            .map(|reference| (reference.key.0, reference.key.1, FieldType::Int));
        for (wire, label, kind) in self.rules.derived.iter().copied().chain(keys) {
            if self.named(wire).is_none() {
                self.add(wire, label, kind);
            }
        }
        for state in self.rules.states {
            let column = self.named(state.wire).or_else(|| self.labelled(state.label));
            let column = column.unwrap_or_else(|| self.add(state.wire, state.label, FieldType::Int));
            let value = |(code, label): &(&str, &str)| EnumValue {
                code: (*code).to_owned(),
                label: (*label).to_owned(),
            };
            self.columns[column].values = state.codes.iter().map(value).collect();
        }
    }

    /// The column of each field; `key` is the position of the field that carries the key. Fields that have no column
    /// get one.
    pub(crate) fn adopt(&mut self, fields: &[Field], key: Option<usize>) -> Vec<usize> {
        let found = self.find_all(fields, key);
        fields
            .iter()
            .zip(found)
            .map(|(field, column)| column.unwrap_or_else(|| self.add_field(field)))
            .collect()
    }

    /// The column that a field means, on its own.
    pub(crate) fn find(&self, field: &Field) -> Option<usize> {
        let claimed = vec![false; self.columns.len()];
        self.by_label(field, &claimed)
            .or_else(|| self.by_wire(field, &claimed))
    }

    /// The column of each field, where it has one. No two fields of one record share a column.
    fn find_all(&self, fields: &[Field], key: Option<usize>) -> Vec<Option<usize>> {
        let mut found = vec![None; fields.len()];
        let mut claimed = vec![false; self.columns.len()];
        if let Some(key) = key {
            found[key] = Some(KEY);
        }
        claimed[KEY] = true;
        for lookup in [Schema::by_label, Schema::by_wire] {
            for (position, field) in fields.iter().enumerate() {
                if found[position].is_some() {
                    continue;
                }
                if let Some(column) = lookup(self, field, &claimed) {
                    found[position] = Some(column);
                    claimed[column] = true;
                }
            }
        }
        found
    }

    /// The field of a list that carries the key of its records.
    pub(crate) fn list_key(&self, fields: &[Field]) -> Option<usize> {
        let own = || fields.iter().position(|field| field.label == self.rules.key);
        own()
            .or_else(|| key_field(fields))
            .or_else(|| labelled_key(fields))
    }

    /// The column with this label.
    pub(crate) fn labelled(&self, label: &str) -> Option<usize> {
        let meaning = self.meaning(label);
        self.columns.iter().position(|column| column.meaning == meaning)
    }

    /// The column with this wire name, in any letter case.
    pub(crate) fn named(&self, wire: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.id.eq_ignore_ascii_case(wire))
    }

    /// The number that the ERP gives to the record of a key.
    pub(crate) fn number(&self, ord: i64) -> String {
        format!("{}{ord:06}", self.rules.number.1)
    }

    /// Adds a column; a wire name that is taken gets a number.
    pub(crate) fn add(&mut self, wire: &str, label: &str, kind: FieldType) -> usize {
        let mut id = wire.to_owned();
        let mut number = 2;
        while self.named(&id).is_some() {
            id = format!("{wire}_{number}");
            number += 1;
        }
        let caption = if label.is_empty() { wire } else { label };
        self.columns.push(Column {
            id: id.into(),
            caption: caption.into(),
            meaning: self.meaning(caption),
            kind,
            values: Arc::new([]),
            required: false,
            max_length: None,
            fields: Vec::new(),
        });
        self.columns.len() - 1
    }

    fn add_field(&mut self, field: &Field) -> usize {
        let position = self.add(&field.wire, &field.label, field.kind);
        let column = &mut self.columns[position];
        column.values = field.values.clone().into();
        column.required = field.required;
        column.max_length = field.max_length;
        column.fields = field.fields.clone();
        position
    }

    fn by_label(&self, field: &Field, claimed: &[bool]) -> Option<usize> {
        if field.label.is_empty() {
            return None;
        }
        let meaning = self.meaning(&field.label);
        (0..self.columns.len()).find(|column| {
            !claimed[*column]
                && nested(self.columns[*column].kind) == nested(field.kind)
                && self.columns[*column].meaning == meaning
        })
    }

    fn by_wire(&self, field: &Field, claimed: &[bool]) -> Option<usize> {
        self.named(&field.wire)
            .filter(|column| !claimed[*column] && nested(self.columns[*column].kind) == nested(field.kind))
    }

    /// Whether two labels differ in nothing but what varies from page to page.
    pub(crate) fn means_the_same(&self, left: &str, right: &str) -> bool {
        self.meaning(left) == self.meaning(right)
    }

    /// A label without what varies from page to page.
    fn meaning(&self, label: &str) -> String {
        let label = label.split(['(', '（']).next().unwrap_or(label).trim();
        let label = self
            .rules
            .aliases
            .iter()
            .find(|(other, _)| *other == label)
            .map_or(label, |(_, own)| own);
        label.replace("日期", "时间").to_lowercase()
    }
}

/// The field that carries the record's key: `ord` or `ID`, else the first field of a result that is labelled as one.
/// `ord` may also stand for another record's key (`产品ID值`) or for a search (`列表数据检索条件`).
pub(crate) fn key_field(fields: &[Field]) -> Option<usize> {
    fields.iter().position(|field| {
        let named = ["ord", "id"]
            .iter()
            .any(|name| field.wire.eq_ignore_ascii_case(name));
        named && !field.label.ends_with('值') && !field.label.ends_with("检索条件")
    })
}

/// The field of a result that is labelled as a key, for results without `ord` and `ID`.
fn labelled_key(fields: &[Field]) -> Option<usize> {
    fields.iter().position(|field| {
        let label = field.label.to_lowercase();
        label.ends_with("id") || label.ends_with("标识")
    })
}

pub(crate) fn nested(kind: FieldType) -> bool {
    matches!(kind, FieldType::List | FieldType::Object)
}

impl Column {
    /// The code of a label; other text as it is.
    pub(crate) fn code<'a>(&'a self, text: &'a str) -> &'a str {
        self.values
            .iter()
            .find(|value| value.label == text)
            .map_or(text, |value| value.code.as_str())
    }

    /// The label of a code, where there is one.
    pub(crate) fn label(&self, value: &Value) -> Option<&str> {
        if self.values.is_empty() {
            return None;
        }
        let code = value.to_text()?;
        self.values
            .iter()
            .find(|value| value.code == code)
            .map(|value| value.label.as_str())
    }

    /// A value as it is kept: codes for labels, numbers and dates read from text. Text that cannot be read is kept as it
    /// came, since the vendor's types are loose; what nests has no place in a plain column.
    pub(crate) fn read(&self, value: &Value) -> Value {
        if nested(self.kind) {
            // A list of one stands for the one; a list of none is nothing.
            return match (self.kind, value) {
                (FieldType::Object, Value::List(records)) => records.first().cloned().unwrap_or_default(),
                _ => value.clone(),
            };
        }
        let Some(text) = scalar(value) else {
            return Value::Null;
        };
        let text = self.code(&text);
        match self.kind {
            _ if text.is_empty() => Value::Null,
            FieldType::Int => whole(text).map_or_else(|| Value::from(text), Value::Integer),
            FieldType::Decimal => number(text).map_or_else(|| Value::from(text), Value::Decimal),
            FieldType::Datetime | FieldType::Date | FieldType::Time => Value::from(moment(text)),
            FieldType::Bool => match text {
                "1" | "true" => Value::Bool(true),
                "0" | "false" => Value::Bool(false),
                _ => Value::from(text),
            },
            FieldType::String | FieldType::List | FieldType::Object => Value::from(text),
        }
    }
}

/// The text of a scalar; several scalars are joined with commas.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::List(values) => {
            let texts: Option<Vec<String>> = values.iter().map(Value::to_text).collect();
            texts.map(|texts| texts.join(","))
        }
        other => other.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;
    use sunmao_catalogue::{FieldType, Record, Value};

    #[test]
    fn a_plain_column_keeps_nothing_that_nests() {
        let mut schema = Schema::new("orders", "订单".to_owned());
        let column = schema.add("intro", "备注", FieldType::String);
        let read = |value: Value| schema.columns[column].read(&value);
        assert_eq!(read(Value::from(Record::default())), Value::Null);
        let codes = vec![Value::Integer(1), Value::Integer(2)];
        assert_eq!(read(Value::List(codes)), Value::from("1,2"));
    }
}
