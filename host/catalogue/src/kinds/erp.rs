//! The kinds of the ERP's rows, given by its objects.

use crate::{Catalogue, ErpObject, Field, KindSource, RecordKind};

/// The kind of an object's rows: what its list shows, then what only the record itself shows. None where the ERP shows
/// none.
pub(super) fn kind(catalogue: &Catalogue, object: &ErpObject) -> Option<RecordKind> {
    let shown = [&object.list, &object.get];
    let mut operations = shown
        .into_iter()
        .flatten()
        .filter_map(|name| catalogue.find(name));
    let first = operations.next()?;
    let mut fields: Vec<Field> = Vec::new();
    for field in std::iter::once(first)
        .chain(operations)
        .flat_map(|operation| &operation.fields)
    {
        if !fields.iter().any(|known| known.name == field.name) {
            fields.push(field.clone());
        }
    }
    let name = format!("erp.{}", object.name);
    Some(RecordKind {
        plural: name.clone(),
        name,
        label: first.title.clone(),
        description: format!("A row of the ERP's `{}`.", object.name),
        fields,
        source: KindSource::Erp {
            object: object.name.clone(),
        },
    })
}
