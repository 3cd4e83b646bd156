//! What a member is beside its value: computed, given by the hub, a state with the states behind it, needed or fixed in
//! some of them. What follows from the record alone is held where it is checked; what rests on the record as it was, by
//! [`RecordKind::may_become`].

use crate::formula::{Formula, Unreckoned};
use crate::{Field, FieldFault, IdentityForm, Record, RecordKind, Value};
use indexmap::IndexMap;

/// What a member is beside its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberRules {
    /// What it is computed by, whatever is filed.
    pub computed: Option<Formula>,
    /// The hub gives this and the record's id where nobody files a value.
    pub assigned: Option<String>,
    /// Of a choice: the states behind each; one that is not named is the last.
    pub transitions: IndexMap<String, Vec<String>>,
    /// The states in which it does not change any more.
    pub fixed_in: Vec<String>,
    /// The states in which a record has to have it.
    pub required_in: Vec<String>,
    /// Records are looked up by it, compared in this form.
    pub lookup: Option<IdentityForm>,
}

impl RecordKind {
    /// The member that says how far a record has come.
    pub fn state(&self) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| !field.rules.transitions.is_empty())
    }

    /// Whether what a record may become rests on what it is.
    pub fn rests_on_its_state(&self) -> bool {
        self.state().is_some()
    }

    /// Puts in what the hub gives where nobody filed it.
    pub fn assign(&self, id: &str, record: &mut Record) {
        for field in &self.fields {
            let Some(prefix) = &field.rules.assigned else {
                continue;
            };
            let name = field.snake_name();
            if record.get(&name).is_none_or(Value::is_empty) {
                record.insert(name, Value::from(format!("{prefix}{id}")));
                self.in_order(record);
            }
        }
    }

    /// Computes what is computed, and says what the record's state asks for and is not there.
    ///
    /// # Errors
    /// Every fault.
    pub(crate) fn complete(&self, record: &mut Record) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if compute("", &self.fields, record, &mut faults) {
            self.in_order(record);
        }
        if let Some(state) = self.state_of(record) {
            lacking("", &self.fields, record, &state, &mut faults);
        }
        faults
    }

    /// Whether a record that is `kept` may become `next`, both checked: from state to state as declared, and nothing else
    /// where it is fixed in the state that it has and keeps.
    ///
    /// # Errors
    /// Every fault, each with what would be allowed.
    pub fn may_become(&self, kept: &Record, next: &Record) -> Result<(), Vec<FieldFault>> {
        let Some(field) = self.state() else { return Ok(()) };
        let (Some(before), Some(after)) = (self.state_of(kept), self.state_of(next)) else {
            return Ok(());
        };
        let mut faults = Vec::new();
        let behind = field.rules.transitions.get(&before).cloned().unwrap_or_default();
        if before != after && !behind.contains(&after) {
            faults.push(FieldFault {
                field: field.snake_name(),
                message: format!("cannot go from `{before}` to `{after}`"),
                hint: match behind.as_slice() {
                    [] => format!("`{before}` is its last state"),
                    behind => format!("behind `{before}` comes {}", listed(behind)),
                },
            });
            return Err(faults);
        }
        for field in &self.fields {
            let fixed = &field.rules.fixed_in;
            let is_fixed = fixed.contains(&before) && fixed.contains(&after);
            let name = field.snake_name();
            if is_fixed && !is_alike(field, kept.get(&name), next.get(&name)) {
                let open: Vec<String> = behind
                    .iter()
                    .filter(|state| !fixed.contains(state))
                    .cloned()
                    .collect();
                faults.push(FieldFault {
                    field: name,
                    message: format!("is fixed once {} is `{before}`", self.state_name()),
                    hint: match open.as_slice() {
                        [] => "leave it as it is; file another record for what is to be otherwise".to_owned(),
                        open => format!("set {} to {} with the change", self.state_name(), listed(open)),
                    },
                });
            }
        }
        match faults.is_empty() {
            true => Ok(()),
            false => Err(faults),
        }
    }

    fn state_name(&self) -> String {
        self.state().map(Field::snake_name).unwrap_or_default()
    }

    /// The state that a record is in, which is the default where it says nothing.
    fn state_of(&self, record: &Record) -> Option<String> {
        let field = self.state()?;
        let said = record.get(&field.snake_name()).filter(|value| !value.is_empty());
        said.or(field.default.as_ref()).and_then(Value::to_text)
    }

    /// Puts the members into the kind's order.
    fn in_order(&self, record: &mut Record) {
        in_order(&self.fields, record);
    }
}

fn in_order(fields: &[Field], record: &mut Record) {
    let place = |name: &str| fields.iter().position(|field| field.wire == name);
    record.sort_by(|one, _, other, _| place(one).cmp(&place(other)));
}

/// Computes the members of a record, those of its lists first; whether a member came or went.
fn compute(prefix: &str, fields: &[Field], record: &mut Record, faults: &mut Vec<FieldFault>) -> bool {
    for field in fields.iter().filter(|field| !field.fields.is_empty()) {
        let name = field.snake_name();
        let Some(Value::List(items)) = record.get_mut(&name) else {
            continue;
        };
        for (index, item) in items.iter_mut().enumerate() {
            if let Value::Record(item) = item
                && compute(&format!("{prefix}{name}[{index}]."), &field.fields, item, faults)
            {
                in_order(&field.fields, item);
            }
        }
    }
    let mut is_other = false;
    for field in fields {
        let Some(formula) = &field.rules.computed else {
            continue;
        };
        let name = field.snake_name();
        match formula.result(record) {
            Ok(Some(number)) => is_other |= record.insert(name, Value::Decimal(number)).is_none(),
            Ok(None) => drop(record.shift_remove(&name)),
            Err(why) => {
                let message = match why {
                    Unreckoned::TooLarge => "is too large to be reckoned exactly",
                    Unreckoned::ByZero => "would be divided by zero",
                };
                faults.push(FieldFault {
                    field: format!("{prefix}{name}"),
                    message: message.to_owned(),
                    hint: format!("it is {formula}"),
                });
            }
        }
    }
    is_other
}

/// What a state asks for and is not there.
fn lacking(prefix: &str, fields: &[Field], record: &Record, state: &str, faults: &mut Vec<FieldFault>) {
    for field in fields {
        let name = field.snake_name();
        let path = format!("{prefix}{name}");
        let value = record.get(&name).filter(|value| !value.is_empty());
        if value.is_none() && field.rules.required_in.iter().any(|own| own == state) {
            faults.push(FieldFault {
                field: path.clone(),
                message: format!("{} is required once the record is `{state}`", field.label),
                hint: String::new(),
            });
        }
        let items = value.and_then(Value::as_list).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let Some(item) = item.as_record() {
                lacking(&format!("{path}[{index}]."), &field.fields, item, state, faults);
            }
        }
    }
}

/// Whether two values are the same, but for what is computed of them.
fn is_alike(field: &Field, one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::List(one)), Some(Value::List(other))) => {
            let alike = |(one, other): (&Value, &Value)| match (one.as_record(), other.as_record()) {
                (Some(one), Some(other)) => {
                    let mut filed = field.fields.iter();
                    filed.all(|field| {
                        let name = field.snake_name();
                        field.rules.computed.is_some() || is_alike(field, one.get(&name), other.get(&name))
                    })
                }
                _ => one == other,
            };
            one.len() == other.len() && one.iter().zip(other).all(alike)
        }
        _ => one.filter(|value| !value.is_empty()) == other.filter(|value| !value.is_empty()),
    }
}

fn listed(states: &[String]) -> String {
    let states: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
    states.join(" or ")
}
