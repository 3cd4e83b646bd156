//! The kinds of the ERP's rows, given by its objects.

use crate::{Catalogue, Effect, ErpObject, Field, IdentityForm, KindSource, Operation, RecordKind, Repeat};

/// The kind of an object's rows: what its list shows, then what only the record itself shows, then what its writes take,
/// since of most screens the vendor publishes no members. None where the ERP shows none.
pub(super) fn kind(catalogue: &Catalogue, object: &ErpObject) -> Option<RecordKind> {
    let shown = [&object.list, &object.get];
    let mut operations = shown
        .into_iter()
        .flatten()
        .filter_map(|name| catalogue.find(name));
    let first = operations.next()?;
    let columns = std::iter::once(first)
        .chain(operations)
        .flat_map(|operation| &operation.fields);
    let parameters = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.object == object.name && writes_content(operation))
        .flat_map(|operation| &operation.params);
    let mut fields: Vec<Field> = Vec::new();
    for field in columns.chain(parameters) {
        if !fields
            .iter()
            .any(|known| known.name == field.name || known.wire == field.wire)
        {
            fields.push(row_field(object, field));
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

/// Whether an operation writes a record's content under its key or its number; the others approve, delete, move.
fn writes_content(operation: &Operation) -> bool {
    matches!(&operation.effect, Effect::Write(write) if write.repeat != Repeat::Never)
}

/// A row may lack any member, whatever a write asks for. Its number and what identifies it are looked up.
fn row_field(object: &ErpObject, field: &Field) -> Field {
    let mut identity = object.identity.iter();
    let declared = identity
        .find(|(wire, _)| *wire == field.wire)
        .map(|(_, form)| *form);
    let is_number = object.number.as_ref() == Some(&field.wire);
    Field {
        required: false,
        identity: declared.or(is_number.then_some(IdentityForm::Number)),
        ..field.clone()
    }
}
