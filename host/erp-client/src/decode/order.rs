//! Columns of lists that name none, by the order that older installations are known to have.

use super::table::KEY_COLUMN;
use sunmao_catalogue::{Column, Operation, Table};

/// Names the columns of a list that names none itself. A single name of the installation's own speaks against the order:
/// such a list is read by its names alone.
pub(super) fn name_by_order(operation: &Operation, table: &mut Table) {
    let columns = &mut table.columns;
    // The key that rows carry beside their cells stands last, and has a name in any case.
    let has_key_beside = columns.len() > 1 && columns.last().is_some_and(|last| last.name == KEY_COLUMN);
    let cells = columns.len() - usize::from(has_key_beside);
    let mut own = columns[..cells].iter().enumerate();
    if !own.all(|(index, column)| is_nameless(index, column)) {
        return;
    }
    for (column, name) in columns[..cells].iter_mut().zip(&operation.observed_order) {
        let stands_beside = has_key_beside && name == KEY_COLUMN;
        if !name.is_empty() && !stands_beside {
            column.name.clone_from(name);
        }
    }
}

/// Whether a column has no name but its number.
fn is_nameless(index: usize, column: &Column) -> bool {
    let is_number = || column.name.strip_prefix("column-") == Some(&(index + 1).to_string());
    column.caption.is_empty() && (column.name.is_empty() || is_number())
}
