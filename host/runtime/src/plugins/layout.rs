//! How a record lies in a component: its members in the component's own order, and where each is found in a record of
//! ours. Read once, from our shape and the component's type, when the component is loaded.

use super::convert::{self, ShapeMismatch};
use sunmao_catalogue::{Record, RecordShape, Shape, Value};
use wasmtime::component::Val;
use wasmtime::component::types::Type;

/// The member that takes what has none of its own.
const EXTRA: &str = "extra";

/// A record as a component has it.
#[derive(Debug, Clone)]
pub struct Layout {
    members: Vec<Slot>,
    /// Members of ours that the component does not know.
    lacks: Vec<String>,
    /// The place of `extra`, which takes what has no member of its own.
    extra: Option<usize>,
}

#[derive(Debug, Clone)]
struct Slot {
    /// The member's name in the component.
    name: String,
    /// Its name in our records.
    key: String,
    form: Form,
    /// What a record without it has.
    absent: Value,
}

#[derive(Debug, Clone)]
enum Form {
    /// Nothing of a component's own lies inside.
    Plain(Shape),
    Optional(Box<Form>),
    List(Box<Form>),
    Record(Layout),
}

/// What decides about the members of a record.
pub trait Members {
    /// The member's key in our records.
    fn key(&self, name: &str) -> String;
    /// What a record without it has.
    fn absent(&self, name: &str) -> Value;
    /// Whether a component may have been built without it.
    fn may_lack(&self, name: &str, shape: &Shape) -> bool;
}

impl Layout {
    /// How a record of our shape lies in a component's type.
    ///
    /// # Errors
    /// What differs.
    pub fn read(shape: &RecordShape, kind: &Type, members: &dyn Members) -> Result<Layout, String> {
        let Type::Record(record) = kind else {
            return Err(format!("`{}` is not a record", shape.name));
        };
        let mut slots = Vec::with_capacity(shape.members.len());
        for field in record.fields() {
            let ours = shape.members.iter().find(|member| member.name == field.name);
            let Some(ours) = ours else {
                return Err(format!(
                    "`{}` has `{}`, which ours has not",
                    shape.name, field.name
                ));
            };
            let form = Form::read(&ours.shape, &field.ty, members)
                .map_err(|difference| format!("`{}.{}`: {difference}", shape.name, ours.name))?;
            slots.push(Slot {
                name: ours.name.clone(),
                key: members.key(&ours.name),
                form,
                absent: members.absent(&ours.name),
            });
        }
        let is_known = |name: &str| slots.iter().any(|slot| slot.name == name);
        let lacked = shape.members.iter().filter(|member| !is_known(&member.name));
        let mut lacks = Vec::new();
        for member in lacked {
            if !members.may_lack(&member.name, &member.shape) {
                return Err(format!("`{}` lacks `{}`", shape.name, member.name));
            }
            lacks.push(members.key(&member.name));
        }
        Ok(Layout {
            extra: slots.iter().position(|slot| slot.name == EXTRA),
            members: slots,
            lacks,
        })
    }

    /// Keys of the members that the component does not know.
    pub fn lacks(&self) -> &[String] {
        &self.lacks
    }

    /// A record of ours as the component takes it. What has no member there, or a value of another type than announced,
    /// goes to `extra`, if there is one.
    ///
    /// # Errors
    /// A value does not fit, and there is no `extra`.
    pub fn lower(&self, record: &Record) -> Result<Val, ShapeMismatch> {
        let mut lowered = Val::Bool(false);
        self.lower_into(record, &mut lowered)?;
        Ok(lowered)
    }

    /// The same in the place of another value: of one that was made by this layout the names and the room of texts are used
    /// again, which is half of what it costs to make one.
    ///
    /// # Errors
    /// As above; then nothing of use is in the place.
    pub fn lower_into(&self, record: &Record, into: &mut Val) -> Result<(), ShapeMismatch> {
        let mut members = self.members_of(std::mem::replace(into, Val::Bool(false)));
        let (mut found, mut unfit) = (0, Vec::new());
        for (slot, (_, member)) in self.members.iter().zip(&mut members) {
            let value = record.get(&slot.key);
            found += usize::from(value.is_some());
            let value = value.filter(|value| !value.is_empty()).unwrap_or(&slot.absent);
            match slot.form.lower_into(value, member) {
                Err(_) if self.extra.is_some() && matches!(slot.form, Form::Optional(_)) => {
                    unfit.extend(pair(&slot.key, value));
                    *member = Val::Option(None);
                }
                lowered => lowered.map_err(|error| convert::nested(&slot.name, error))?,
            }
        }
        if let Some((_, extra)) = self.extra.and_then(|at| members.get_mut(at))
            && let Val::List(pairs) = extra
        {
            pairs.extend(unfit);
            if found < record.len() {
                pairs.extend(self.unknown(record));
            }
        }
        *into = Val::Record(members);
        Ok(())
    }

    /// The members of a value in this layout, or such as it has none yet.
    fn members_of(&self, value: Val) -> Vec<(String, Val)> {
        match value {
            Val::Record(members) if members.len() == self.members.len() => members,
            _ => {
                let slots = self.members.iter();
                slots.map(|slot| (slot.name.clone(), Val::Bool(false))).collect()
            }
        }
    }

    /// What of a record has no member in the component.
    fn unknown<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = Val> + 'a {
        let is_known = |key: &str| self.members.iter().any(|slot| slot.key == key);
        record
            .iter()
            .filter(move |(key, _)| !is_known(key))
            .filter_map(|(key, value)| pair(key, value))
    }

    /// A component's record as ours; what is absent is left out, and what lies in `extra` is a member like any other.
    ///
    /// # Errors
    /// A value is of another type than the component's own.
    pub fn lift(&self, value: Val) -> Result<Record, ShapeMismatch> {
        let Val::Record(members) = value else {
            return Err(convert::mismatch("", "a record"));
        };
        let mut record = Record::with_capacity_and_hasher(members.len(), Default::default());
        for (at, ((name, value), slot)) in members.into_iter().zip(&self.members).enumerate() {
            let lifted = slot.form.lift(value);
            match lifted.map_err(|error| convert::nested(&slot.name, error))? {
                Value::Null => {}
                Value::List(pairs) if self.extra == Some(at) => flatten(pairs, &mut record),
                Value::List(values) if values.is_empty() => {}
                value => {
                    // The engine has made each name anew: mostly it is the key.
                    let key = match name == slot.key {
                        true => name,
                        false => slot.key.clone(),
                    };
                    record.insert(key, value);
                }
            }
        }
        Ok(record)
    }
}

/// A name and a value as text, where the value is a scalar.
fn pair(name: &str, value: &Value) -> Option<Val> {
    let text = |text: String| Val::String(text);
    Some(Val::Record(vec![
        ("name".to_owned(), text(name.to_owned())),
        ("value".to_owned(), text(value.to_text()?)),
    ]))
}

/// Names and values as members; a member of its own comes first.
fn flatten(pairs: Vec<Value>, record: &mut Record) {
    for pair in pairs {
        let Value::Record(mut pair) = pair else { continue };
        let mut take = |name: &str| pair.get_mut(name).map(std::mem::take);
        if let (Some(Value::Text(name)), Some(value)) = (take("name"), take("value")) {
            record.entry(name.into_string()).or_insert(value);
        }
    }
}

impl Form {
    fn read(shape: &Shape, kind: &Type, members: &dyn Members) -> Result<Form, String> {
        Ok(match (shape, kind) {
            (Shape::Record(shape), kind) => Form::Record(Layout::read(shape, kind, &Inside(members))?),
            (Shape::Optional(inner), Type::Option(option)) => {
                Form::Optional(Box::new(Form::read(inner, &option.ty(), members)?))
            }
            (Shape::List(inner), Type::List(list)) => {
                Form::List(Box::new(Form::read(inner, &list.ty(), members)?))
            }
            (shape, kind) => match super::typecheck::shape_difference(shape, kind) {
                None => Form::Plain(shape.clone()),
                Some(difference) => return Err(difference),
            },
        })
    }

    fn lower(&self, value: &Value) -> Result<Val, ShapeMismatch> {
        Ok(match (self, value) {
            (Form::Optional(_), value) if value.is_empty() => Val::Option(None),
            (Form::Optional(inner), value) => Val::Option(Some(Box::new(inner.lower(value)?))),
            (Form::List(inner), Value::List(values)) => {
                let values = values.iter().map(|value| inner.lower(value));
                Val::List(values.collect::<Result<_, _>>()?)
            }
            (Form::List(_), Value::Null) => Val::List(Vec::new()),
            (Form::List(_), _) => return Err(convert::mismatch("", "a list")),
            (Form::Record(layout), Value::Record(record)) => layout.lower(record)?,
            (Form::Record(_), _) => return Err(convert::mismatch("", "a record")),
            (Form::Plain(shape), Value::Null) => nothing(shape),
            (Form::Plain(Shape::Integer), value) => {
                let number = value.as_integer();
                Val::S64(number.ok_or_else(|| convert::mismatch("", "a whole number"))?)
            }
            (Form::Plain(shape), value) => convert::response(shape, value.clone())?,
        })
    }

    fn lower_into(&self, value: &Value, into: &mut Val) -> Result<(), ShapeMismatch> {
        match (self, &mut *into, value) {
            (Form::Optional(inner), Val::Option(Some(kept)), value) if !value.is_empty() => {
                return inner.lower_into(value, kept);
            }
            (Form::Record(layout), into, Value::Record(record)) => return layout.lower_into(record, into),
            (
                Form::Plain(Shape::Decimal | Shape::Date | Shape::Text),
                Val::String(kept),
                Value::Text(text),
            ) => {
                kept.clear();
                kept.push_str(text);
            }
            _ => *into = self.lower(value)?,
        }
        Ok(())
    }

    fn lift(&self, value: Val) -> Result<Value, ShapeMismatch> {
        Ok(match (self, value) {
            (Form::Optional(_), Val::Option(None)) => Value::Null,
            (Form::Optional(inner), Val::Option(Some(value))) => inner.lift(*value)?,
            (Form::List(inner), Val::List(values)) => {
                let values = values.into_iter().map(|value| inner.lift(value));
                Value::List(values.collect::<Result<_, _>>()?)
            }
            (Form::Record(layout), value) => Value::from(layout.lift(value)?),
            (Form::Plain(_), Val::String(value)) => Value::from(value),
            (Form::Plain(shape), value) => convert::lift(shape, &value)?,
            (Form::Optional(_) | Form::List(_), _) => return Err(convert::mismatch("", "another type")),
        })
    }
}

/// What stands for a member that must be there and is not.
fn nothing(shape: &Shape) -> Val {
    match shape {
        Shape::Bool => Val::Bool(false),
        Shape::Integer => Val::S64(0),
        Shape::Unsigned32 => Val::U32(0),
        Shape::Unsigned64 => Val::U64(0),
        _ => Val::String(String::new()),
    }
}

/// Records inside of records: their names follow the same rule, and nothing is known of single members.
struct Inside<'a>(&'a dyn Members);

impl Members for Inside<'_> {
    fn key(&self, name: &str) -> String {
        self.0.key(name)
    }

    fn absent(&self, _name: &str) -> Value {
        Value::Null
    }

    fn may_lack(&self, _name: &str, shape: &Shape) -> bool {
        matches!(shape, Shape::Optional(_) | Shape::List(_))
    }
}
