//! What a reader of the WIT learns of an operation: title, menu id, effect, and how it may be repeated.

use crate::{Operation, prose};
use indexmap::IndexSet;

/// The menu paths of an object's operations.
pub(super) fn menus(operations: &[&Operation]) -> String {
    let paths: IndexSet<String> = operations
        .iter()
        .map(|operation| operation.menu.join(" / "))
        .collect();
    paths.into_iter().collect::<Vec<_>>().join("\n")
}

/// The doc comment of an operation's function.
pub(super) fn operation_documentation(operation: &Operation) -> String {
    let mut lines = vec![
        format!("{} (menu {})", operation.title, operation.id),
        prose::effect(operation),
    ];
    if !operation.documented {
        lines.push(
            "The vendor does not publish the parameters: they travel in `extra` by wire name.".to_owned(),
        );
    }
    lines.join("\n")
}
