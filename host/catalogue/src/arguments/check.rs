//! The walk over the arguments of one call: names to parameters, parameters to wire values, faults on the side.

use super::FieldFault;
use super::scalar::{self, Wrong};
use super::slots::{Given, Slots};
use crate::nearest::nearest_of;
use crate::{CustomFields, Field, FieldType, Operation, Record, Value};
use std::fmt;

/// Where parameters travel that the catalogue does not know.
const EXTRA: &str = "extra";

/// Collects the faults of one call or one record.
pub(crate) struct Check<'a> {
    subject: Subject<'a>,
    faults: Vec<FieldFault>,
}

/// What is checked. An operation's parameters are read as loosely as the vendor reads them and go under wire names; a
/// record's members are of their JSON type, go under snake_case names, and what is empty is not there.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Call {
        object: &'a str,
        /// The installation's own fields.
        own: &'a CustomFields,
    },
    Record {
        kind: &'a str,
    },
}

/// Whether names that nobody knows may be passed on.
#[derive(Clone, Copy, PartialEq)]
enum Unknown {
    Refused,
    PassedOn,
}

/// Where in the arguments a value stands; only spelled out when there is a fault to tell.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => formatter.write_str(name),
            Path::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Path::Item(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

impl<'k> Check<'k> {
    /// A check of the arguments of one call.
    pub(crate) fn of_call(operation: &'k Operation, own: &'k CustomFields) -> Self {
        let object = operation.object.as_str();
        Check {
            subject: Subject::Call { object, own },
            faults: Vec::new(),
        }
    }

    /// A check of one record of a kind.
    pub(crate) fn of_record(kind: &'k str) -> Self {
        Check {
            subject: Subject::Record { kind },
            faults: Vec::new(),
        }
    }

    /// The members of a record under snake_case names, in the kind's order.
    pub(crate) fn record_members(&mut self, fields: &[Field], given: &Record) -> Record {
        let values = self.members(Path::Root, fields, given, Unknown::Refused);
        values.into_iter().collect()
    }

    /// The arguments of an operation under wire names: parameters in the vendor's order, then the others as given.
    pub(crate) fn operation(&mut self, operation: &Operation, given: &Record) -> Vec<(String, Value)> {
        let unknown = if operation.documented {
            Unknown::Refused
        } else {
            Unknown::PassedOn
        };
        self.members(Path::Root, &operation.params, given, unknown)
    }

    /// What was found wrong, in the order in which it was met.
    pub(crate) fn into_faults(self) -> Vec<FieldFault> {
        self.faults
    }

    fn members(
        &mut self,
        path: Path<'_>,
        fields: &[Field],
        given: &Record,
        unknown: Unknown,
    ) -> Vec<(String, Value)> {
        let mut slots = Slots::new(fields);
        for (name, value) in given {
            if *value == Value::Null {
                continue;
            }
            let given = Given { name, value };
            match (slots.find(name), self.custom_wire(path, name)) {
                (Some(index), _) => self.place(path, &mut slots, index, given),
                (None, Some(name)) => self.pass_on(path, &mut slots, Given { name, value }),
                _ if name == EXTRA && self.is_call() => self.extra(path, &mut slots, value),
                _ if unknown == Unknown::PassedOn => self.pass_on(path, &mut slots, given),
                _ => self.unknown(path, fields, name),
            }
        }
        self.values(path, slots)
    }

    fn place<'a>(&mut self, path: Path<'_>, slots: &mut Slots<'a>, index: usize, given: Given<'a>) {
        let Some(earlier) = slots.known[index].replace(given) else {
            return;
        };
        slots.known[index] = Some(earlier);
        let message = format!("is given twice, also as `{}`", earlier.name);
        self.fault(Path::Member(&path, given.name), message, "keep one of them");
    }

    fn extra<'a>(&mut self, path: Path<'_>, slots: &mut Slots<'a>, extra: &'a Value) {
        let path_of_extra = Path::Member(&path, EXTRA);
        match extra {
            Value::Record(record) => {
                for (name, value) in record.iter() {
                    self.extra_field(path, slots, Given { name, value });
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Value::as_text);
                    let value = item.get("value").unwrap_or(&Value::Null);
                    match name {
                        Some(name) if !name.is_empty() => {
                            self.extra_field(path, slots, Given { name, value });
                        }
                        _ => self.fault(
                            Path::Item(&path_of_extra, index),
                            "is no record of a `name` and a `value`",
                            "",
                        ),
                    }
                }
            }
            _ => self.fault(
                path_of_extra,
                "is neither a record nor a list of `{name, value}`",
                "give the wire names and values of the further fields",
            ),
        }
    }

    /// What comes by `extra` under the name of a known parameter is that parameter.
    fn extra_field<'a>(&mut self, path: Path<'_>, slots: &mut Slots<'a>, given: Given<'a>) {
        if *given.value == Value::Null {
            return;
        }
        match slots.find(given.name) {
            Some(index) => self.place(path, slots, index, given),
            None => self.pass_on(path, slots, given),
        }
    }

    fn pass_on<'a>(&mut self, path: Path<'_>, slots: &mut Slots<'a>, given: Given<'a>) {
        if slots.others.iter().any(|other| other.name == given.name) {
            self.fault(
                Path::Member(&path, given.name),
                "is given twice",
                "keep one of them",
            );
        } else {
            slots.others.push(given);
        }
    }

    fn unknown(&mut self, path: Path<'_>, fields: &[Field], name: &str) {
        let near = nearest(fields, name);
        let (message, hint) = match (self.subject, near) {
            (Subject::Call { .. }, Some(field)) => (
                "is no parameter".to_owned(),
                format!(
                    "did you mean `{}`? The installation's own fields go into `extra`",
                    field.name
                ),
            ),
            (Subject::Call { .. }, None) => (
                "is no parameter".to_owned(),
                "the installation's own fields go into `extra`".to_owned(),
            ),
            (Subject::Record { kind }, Some(field)) => (
                format!("is no member of `{kind}`"),
                format!("did you mean `{}`?", field.snake_name()),
            ),
            (Subject::Record { kind }, None) => (
                format!("is no member of `{kind}`"),
                format!("`sunmao kinds show {kind}` lists those there are"),
            ),
        };
        self.fault(Path::Member(&path, name), message, hint);
    }

    /// The wire name of a field of the installation's own. Lines have none.
    fn custom_wire(&self, path: Path<'_>, name: &str) -> Option<&'k str> {
        match (self.subject, path) {
            (Subject::Call { object, own }, Path::Root) => own.wire(object, name),
            _ => None,
        }
    }

    fn is_call(&self) -> bool {
        matches!(self.subject, Subject::Call { .. })
    }

    /// The name that a checked value goes on under.
    fn outer_name(&self, field: &Field) -> String {
        match self.subject {
            Subject::Call { .. } => field.wire.clone(),
            Subject::Record { .. } => field.snake_name(),
        }
    }

    /// The name by which a person is told of a field that was not given.
    fn told_name(&self, field: &Field) -> String {
        match self.subject {
            Subject::Call { .. } => field.name.clone(),
            Subject::Record { .. } => field.snake_name(),
        }
    }

    fn values(&mut self, path: Path<'_>, slots: Slots<'_>) -> Vec<(String, Value)> {
        let mut values = Vec::with_capacity(slots.known.len() + slots.others.len());
        for (field, given) in slots.fields.iter().zip(&slots.known) {
            // What is computed is computed, whatever was filed.
            let given = given.filter(|_| field.rules.computed.is_none());
            let value =
                given.and_then(|given| self.value(Path::Member(&path, given.name), field, given.value));
            match value {
                Some(value) => values.push((self.outer_name(field), value)),
                None if field.required && given.is_none_or(|given| is_absent(field, given.value)) => {
                    let told = self.told_name(field);
                    let path = Path::Member(&path, given.map_or(&told, |given| given.name));
                    self.fault(path, format!("{} is required", field.label), "");
                }
                None => {}
            }
        }
        values.extend(
            slots
                .others
                .iter()
                .map(|given| (given.name.to_owned(), given.value.clone())),
        );
        values
    }

    /// The wire value of one parameter; none when it is absent or unsound.
    fn value(&mut self, path: Path<'_>, field: &Field, value: &Value) -> Option<Value> {
        if field.required && is_absent(field, value) || is_empty_list(value) {
            return None;
        }
        if !self.is_call() && value.is_empty() {
            return None;
        }
        match field.kind {
            FieldType::List => self.list(path, field, value),
            FieldType::Object => self.record(path, field, value),
            _ => match self.scalar(field, value) {
                Ok(value) => Some(value),
                Err(wrong) => {
                    self.fault(path, wrong.message, wrong.hint);
                    None
                }
            },
        }
    }

    fn scalar(&self, field: &Field, value: &Value) -> Result<Value, Wrong> {
        match self.subject {
            Subject::Call { .. } => scalar::wire_value(field, value),
            Subject::Record { .. } => scalar::member_value(field, value),
        }
    }

    fn list(&mut self, path: Path<'_>, field: &Field, value: &Value) -> Option<Value> {
        if let (true, Some(text)) = (field.json_text, value.as_text()) {
            return self.list_in_text(path, field, text);
        }
        let Some(items) = value.as_list() else {
            self.fault(path, "is no list", "give a list of records");
            return None;
        };
        let mut records = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            records.extend(self.record(Path::Item(&path, index), field, item));
        }
        Some(Value::List(records))
    }

    /// A list that comes as a text holding it: what it holds is checked, and the text goes out as it is.
    fn list_in_text(&mut self, path: Path<'_>, field: &Field, text: &str) -> Option<Value> {
        if text.trim().is_empty() {
            return None;
        }
        let held = serde_json::from_str(text)
            .ok()
            .filter(|held| matches!(held, Value::List(_)));
        let Some(held) = held else {
            self.fault(
                path,
                "is a text that holds no JSON list",
                "give a list of records",
            );
            return None;
        };
        self.list(path, field, &held)?;
        Some(Value::from(text))
    }

    /// One record inside the arguments. A list of `{name, value}` is how typed guests write a record whose members the
    /// vendor does not publish.
    fn record(&mut self, path: Path<'_>, field: &Field, value: &Value) -> Option<Value> {
        let unknown = if field.fields.is_empty() {
            Unknown::PassedOn
        } else {
            Unknown::Refused
        };
        let values = match value {
            Value::Record(record) => self.members(path, &field.fields, record, unknown),
            Value::List(_) if field.fields.is_empty() => {
                let mut slots = Slots::new(&field.fields);
                self.extra(path, &mut slots, value);
                self.values(path, slots)
            }
            _ => {
                self.fault(path, "is no record", "give the members by name");
                return None;
            }
        };
        Some(Value::from(values.into_iter().collect::<Record>()))
    }

    fn fault(&mut self, path: Path<'_>, message: impl Into<String>, hint: impl Into<String>) {
        self.faults.push(FieldFault {
            field: path.to_string(),
            message: message.into(),
            hint: hint.into(),
        });
    }
}

/// Whether a required field is still missing. Where several values are taken, empty ones are no value, as they are
/// dropped on the way to the wire.
fn is_absent(field: &Field, value: &Value) -> bool {
    value.is_empty() || is_empty_list(value) || field.multiple && scalar::has_no_part(value)
}

fn is_empty_list(value: &Value) -> bool {
    matches!(value, Value::List(items) if items.is_empty())
}

/// The field whose English name, wire name or label is nearest to what the caller wrote.
fn nearest<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    let names = fields.iter().flat_map(|field| {
        let names = [&field.name, &field.wire, &field.label];
        names.map(|name| (name.as_str(), field))
    });
    nearest_of(name, names)
}
