//! A kind of record: what its records hold, and every check of one.

use crate::arguments::check::Check;
use crate::{Face, Field, FieldFault, FieldType, Record, Value};
use serde::Deserialize;

/// The member that holds a record's id wherever a guest or a client sees it.
pub(crate) const ID: &str = "id";

/// The longest id of a record, in characters.
pub(crate) const LONGEST_ID: usize = 64;
/// Where an answer keeps what the catalogue does not know.
const EXTRA: &str = "extra";

/// One kind of record: what the hub keeps under `KIND/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKind {
    /// Kebab-case (`contact`); for rows of the ERP the object behind `erp.` (`erp.customers`).
    pub name: String,
    /// What several are called; found by it too.
    pub plural: String,
    /// The Chinese name.
    pub label: String,
    /// What a record of the kind is, in a sentence.
    pub description: String,
    /// Its members in order. `id` is none of them.
    pub fields: Vec<Field>,
    /// Where the kind was declared.
    pub source: KindSource,
}

/// Where a kind was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindSource {
    /// Compiled in.
    Shipped,
    /// A file of the operator's. A shipped kind with further fields of the operator's stays shipped.
    Operator {
        /// The file's name.
        file: String,
    },
    /// Rows of an object of the ERP.
    Erp {
        /// The object's name.
        object: String,
    },
}

/// That a record refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The member, nested as `lines[2].product`.
    pub field: String,
    /// The kind of the record that is referred to.
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl RecordKind {
    /// Reads a record filed under `id`: members under snake_case names in the kind's order, without `id`. What is empty
    /// or null is left out, and a whole number may be written `80.0`. What has a default and is left out stays left out:
    /// [`RecordKind::present`] fills it in.
    ///
    /// # Errors
    /// Every fault of the record, nested ones included.
    pub fn read(&self, id: &str, body: serde_json::Value) -> Result<Record, Vec<FieldFault>> {
        match Value::deserialize(body) {
            Ok(Value::Record(body)) => self.checked(id, &body),
            _ => {
                let mut faults = id_faults(id);
                let message = format!("a {} is a JSON object", self.name);
                faults.push(fault("", &message, ""));
                Err(faults)
            }
        }
    }

    /// The same of members that were read already.
    pub(crate) fn checked(&self, id: &str, body: &Record) -> Result<Record, Vec<FieldFault>> {
        let mut faults = id_faults(id);
        let inner = body.get(ID).filter(|inner| **inner != Value::Null);
        if inner.is_some_and(|inner| inner.as_text() != Some(id)) {
            faults.push(fault(
                ID,
                "differs from the id in the address",
                "leave it out or make them equal",
            ));
        }
        match self.check(body) {
            Ok(mut record) if faults.is_empty() => {
                self.assign(id, &mut record);
                Ok(record)
            }
            Ok(_) => Err(faults),
            Err(others) => {
                faults.extend(others);
                Err(faults)
            }
        }
    }

    /// The same for what a guest gave: names may be in kebab-case too, and an `id` is passed over. Rows of the ERP are
    /// taken as they are, with members that nobody knows.
    ///
    /// # Errors
    /// Every fault of the record, nested ones included.
    pub fn check(&self, given: &Record) -> Result<Record, Vec<FieldFault>> {
        if let KindSource::Erp { .. } = self.source {
            return Ok(self.taken(given));
        }
        let mut given = given.clone();
        given.shift_remove(ID);
        let mut check = Check::of_record(&self.name);
        let mut record = check.record_members(&self.fields, &given);
        let mut faults = check.into_faults();
        if faults.is_empty() {
            faults = self.complete(&mut record);
        }
        if faults.is_empty() {
            Ok(record)
        } else {
            Err(faults)
        }
    }

    /// A member by its name in kebab-case or snake_case; for rows of the ERP by wire name too.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.answers_to(name))
    }

    /// What a record may be known by: members and their values as they are compared, those that are there.
    pub fn identities<'a>(&'a self, body: &'a Record) -> Vec<(String, String)> {
        let identified = self
            .fields
            .iter()
            .filter_map(|field| Some((field.snake_name(), field.identity?)));
        identified
            .filter_map(|(name, form)| {
                let normal = form.normal(&body.get(&name)?.to_text()?);
                (!normal.is_empty()).then_some((name, normal))
            })
            .collect()
    }

    /// All values that a record is found by: what it may be known by, what it belongs together with others by, what it is
    /// looked up by, and the ids of the records that it refers to.
    pub fn indexed(&self, body: &Record) -> Vec<(String, String)> {
        let mut indexed = self.identities(body);
        let grouped = self.fields.iter().flat_map(|field| {
            let forms = [field.group, field.rules.lookup].into_iter().flatten();
            forms.map(|form| (field.snake_name(), form))
        });
        let said = grouped.filter_map(|(name, form)| {
            let normal = form.normal(&body.get(&name)?.to_text()?);
            (!normal.is_empty()).then_some((name, normal))
        });
        let references = self.fields.iter().filter(|field| field.reference.is_some());
        let referred = references.filter_map(|field| {
            let name = field.snake_name();
            let id = body.get(&name)?.to_text()?;
            (!id.is_empty()).then_some((name, id))
        });
        for one in said.chain(referred) {
            if !indexed.contains(&one) {
                indexed.push(one);
            }
        }
        indexed
    }

    /// The records that a record refers to, from lists within it too.
    pub fn references(&self, body: &Record) -> Vec<Reference> {
        let mut references = Vec::new();
        collect_references("", &self.fields, body, &mut references);
        references
    }

    /// Whether a member that is left out has this value.
    pub fn is_usual(&self, member: &str, value: &str) -> bool {
        let usual = self
            .field(member)
            .and_then(|field| field.default.as_ref()?.to_text());
        usual.as_deref() == Some(value)
    }

    /// A record as someone looks at it: `id` first, then every member of the kind, in order, with the defaults of those
    /// that are left out. Of the others, a typed guest sees null; scripts, the command line and HTTP see an absent text,
    /// day or time as `""`, an absent truth value as false, an absent list as `[]` and an absent number as null.
    pub fn present(&self, id: &str, body: &Record, face: Face) -> Record {
        let mut shown = present_members(&self.fields, body, face);
        for (name, value) in body {
            if !shown.contains_key(name) {
                shown.insert(name.clone(), value.clone());
            }
        }
        shown.shift_insert(0, ID.to_owned(), Value::from(id));
        shown
    }

    /// A row of the ERP under the names of the members that are known.
    fn taken(&self, given: &Record) -> Record {
        taken(&self.fields, given)
    }
}

/// What the ERP shows under the names of the fields that are known, within lists too; the rest stays as it is.
fn taken(fields: &[Field], given: &Record) -> Record {
    let named = given.iter().filter(|(_, value)| !is_nothing(value));
    named
        .map(
            |(name, value)| match fields.iter().find(|field| field.answers_to(name)) {
                Some(field) => (field.snake_name(), taken_value(field, value)),
                None => (name.clone(), value.clone()),
            },
        )
        .collect()
}

fn taken_value(field: &Field, value: &Value) -> Value {
    let Value::List(items) = value else {
        return value.clone();
    };
    let item = |item: &Value| match item.as_record() {
        Some(record) if !field.fields.is_empty() => Value::from(taken(&field.fields, &flat(record))),
        _ => item.clone(),
    };
    Value::List(items.iter().map(item).collect())
}

/// An item without the difference between members that the catalogue knows and others.
fn flat(item: &Record) -> Record {
    let mut flat = item.clone();
    if let Some(Value::Record(others)) = flat.shift_remove(EXTRA) {
        for (name, value) in *others {
            flat.entry(name).or_insert(value);
        }
    }
    flat
}

/// Whether a text can be a record's id.
pub(crate) fn is_sound_id(id: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || letter.is_whitespace();
    !id.is_empty() && id.chars().count() <= LONGEST_ID && !id.chars().any(is_odd)
}

fn id_faults(id: &str) -> Vec<FieldFault> {
    match is_sound_id(id) {
        true => Vec::new(),
        false => vec![fault(ID, "is no id", "1 to 64 characters without spaces")],
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_empty() || matches!(value, Value::List(values) if values.is_empty())
}

fn present_members(fields: &[Field], body: &Record, face: Face) -> Record {
    let member = |field: &Field| {
        let name = field.snake_name();
        let value = match (body.get(&name), &field.default) {
            (Some(Value::List(items)), _) if field.kind == FieldType::List => {
                Value::List(items.iter().map(|item| present_item(field, item, face)).collect())
            }
            (Some(value), _) => value.clone(),
            (None, Some(default)) => default.clone(),
            (None, None) => absent(field, face),
        };
        (name, value)
    };
    fields.iter().map(member).collect()
}

fn present_item(field: &Field, item: &Value, face: Face) -> Value {
    match item.as_record() {
        Some(record) if !field.fields.is_empty() => {
            let mut shown = present_members(&field.fields, record, face);
            // A typed guest sees what its types name.
            if matches!(face, Face::Dynamic) {
                for (name, value) in record {
                    shown.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            Value::from(shown)
        }
        _ => item.clone(),
    }
}

fn absent(field: &Field, face: Face) -> Value {
    match (field.kind, face) {
        (FieldType::List, _) => Value::List(Vec::new()),
        (_, Face::Typed) | (FieldType::Int | FieldType::Decimal | FieldType::Object, _) => Value::Null,
        (FieldType::Bool, Face::Dynamic) => Value::Bool(false),
        (FieldType::String | FieldType::Date | FieldType::Time | FieldType::Datetime, Face::Dynamic) => {
            Value::from("")
        }
    }
}

fn collect_references(prefix: &str, fields: &[Field], body: &Record, references: &mut Vec<Reference>) {
    for field in fields {
        let name = field.snake_name();
        let Some(value) = body.get(&name) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if let (Some(kind), Some(id)) = (&field.reference, value.as_text()) {
            references.push(Reference {
                field: path,
                kind: kind.clone(),
                id: id.to_owned(),
            });
            continue;
        }
        for (index, item) in value.as_list().unwrap_or_default().iter().enumerate() {
            if let Some(item) = item.as_record() {
                collect_references(&format!("{path}[{index}]."), &field.fields, item, references);
            }
        }
    }
}

fn fault(field: &str, message: &str, hint: &str) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}
