//! Arguments of a call: checked against the catalogue, all faults at once, and renamed to the wire.

use self::check::Check;
use crate::{CustomFields, Fault, Kind, Operation, Record, Value};
use std::fmt;

pub(crate) mod check;
pub(crate) mod scalar;
mod slots;

/// Checked arguments under wire names, in the vendor's order, ready for any dialect's encoder. Nested lists and objects
/// carry wire names too; `multiple` values are joined with commas; decimals are exact, and dates are written as the ERP
/// writes them itself (`2025-03-07`, `2025-03-07 10:00:00`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arguments {
    values: Vec<(String, Value)>,
}

/// One unsound argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The name as the caller wrote it, or the English name of what is missing; nested as `lines[2].price`.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)?;
        if !self.hint.is_empty() {
            write!(formatter, " ({})", self.hint)?;
        }
        Ok(())
    }
}

impl Arguments {
    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A value by wire name.
    pub fn get(&self, wire: &str) -> Option<&Value> {
        self.values
            .iter()
            .find(|(name, _)| name == wire)
            .map(|(_, value)| value)
    }

    /// Sets a value by wire name: the gateway puts a reserved key in this way.
    pub fn set(&mut self, wire: &str, value: Value) {
        match self.values.iter_mut().find(|(name, _)| name == wire) {
            Some((_, old)) => *old = value,
            None => self.values.push((wire.to_owned(), value)),
        }
    }
}

impl Operation {
    /// Checks what a caller gave, under English (kebab or snake) or wire names, and puts it under wire names. Null and
    /// absent are the same, and so are an empty list and absent. `extra` may be a list of `{name, value}` or a record.
    ///
    /// # Errors
    ///
    /// Every fault of the call, nested ones included, in the order in which they were met.
    pub fn check(&self, given: &Record) -> Result<Arguments, Vec<FieldFault>> {
        self.check_with(given, &CustomFields::default())
    }

    /// The same at an installation that added fields of its own, which may be given by their labels.
    ///
    /// # Errors
    /// As [`Operation::check`].
    pub fn check_with(&self, given: &Record, own: &CustomFields) -> Result<Arguments, Vec<FieldFault>> {
        let mut check = Check::of_call(self, own);
        let values = check.operation(self, given);
        let faults = check.into_faults();
        if faults.is_empty() {
            Ok(Arguments { values })
        } else {
            Err(faults)
        }
    }

    /// All faults of one call as the one fault that travels.
    pub fn invalid(&self, faults: &[FieldFault]) -> Fault {
        let listed: Vec<String> = faults.iter().map(FieldFault::to_string).collect();
        let noun = if faults.len() == 1 {
            "argument is"
        } else {
            "arguments are"
        };
        let message = format!(
            "{} (menu {}): {} {noun} unsound: {}",
            self.name,
            self.id,
            faults.len(),
            listed.join("; ")
        );
        Fault::new(Kind::Invalid, message).with_hint(format!("sunmao operations show {}", self.name))
    }
}
