//! What would be written, for whoever only looks.

use super::Writing;
use crate::flows::carry::{Previewed, Stop};
use crate::flows::preview::{Difference, differences};
use sunmao_catalogue::{Operation, Record, Value};
use sunmao_store::NewConflict;

impl Writing<'_> {
    /// A record would be made of this.
    pub(super) fn would_create(&self) -> Stop {
        let operation = &self.sink.operation;
        would(
            operation,
            None,
            differences(&Record::default(), &self.mapped),
            Vec::new(),
        )
    }

    /// These fields would be other than they are.
    pub(super) fn would_change(
        &self,
        operation: &Operation,
        key: i64,
        present: &Record,
        changes: &Record,
        conflicts: &[NewConflict],
    ) -> Stop {
        let changes = changes.iter().map(|(name, then)| Difference {
            field: name.clone(),
            now: present.get(name).cloned().unwrap_or_default(),
            then: then.clone(),
        });
        let undecided = conflicts.iter().map(|conflict| conflict.field.clone());
        would(operation, Some(key), changes.collect(), undecided.collect())
    }

    /// This would go out, whatever the record is: nothing shows it beforehand.
    pub(super) fn would_send(&self, operation: &Operation, arguments: &Record) -> Stop {
        let key = self
            .sink
            .changes()
            .map(|(_, key)| key)
            .or_else(|| self.sink.acts_by());
        let key = key.and_then(|key| arguments.get(key)).and_then(Value::as_integer);
        would(
            operation,
            key,
            differences(&Record::default(), arguments),
            Vec::new(),
        )
    }
}

fn would(
    operation: &Operation,
    erp_key: Option<i64>,
    changes: Vec<Difference>,
    undecided: Vec<String>,
) -> Stop {
    Stop::Previewed(Box::new(Previewed {
        operation: operation.name.clone(),
        erp_key,
        changes,
        undecided,
    }))
}
