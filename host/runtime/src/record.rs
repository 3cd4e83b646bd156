//! Records on their way between the store, the ERP and whoever looks at them.

use sunmao_catalogue::{Answer, Face, Field, Operation, Record, RecordKind, Value};
use sunmao_store::{NewRecord, RecordName};

/// The member that holds a record's id wherever a guest sees it.
pub(crate) const ID: &str = "id";

/// A checked record as the store keeps it.
pub fn new_record(kind: &RecordKind, id: &str, body: &Record) -> NewRecord {
    NewRecord {
        name: RecordName::new(&kind.name, id),
        identities: kind.indexed(body),
        // A record of plain values has a JSON form.
        body: Some(serde_json::to_string(body).unwrap_or_default()),
        fingerprint: None,
    }
}

/// A stored body, as the kind has it now.
///
/// # Errors
/// Every fault, in words: it is no JSON object, or the kind has become another since.
pub(crate) fn stored(kind: &RecordKind, body: &str) -> Result<Record, String> {
    let record: Record = serde_json::from_str(body).map_err(|error| error.to_string())?;
    kind.check(&record).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        faults.join("; ")
    })
}

/// A body as guests see it: with its id first.
pub(crate) fn with_id(id: &str, body: &Record) -> Record {
    let mut shown = body.clone();
    shown.shift_insert(0, ID.to_owned(), Value::from(id));
    shown
}

/// The name of a record and nothing of it; nothing at all without a name.
pub(crate) fn with_id_alone(id: String) -> Record {
    let named = (!id.is_empty()).then(|| (ID.to_owned(), Value::from(id)));
    named.into_iter().collect()
}

/// What a read of one record shows, under the names of the object's rows.
pub(crate) fn row(kind: &RecordKind, operation: &Operation, answer: Answer) -> Record {
    let shown = operation.present(answer, Face::Dynamic);
    let Value::Record(mut shown) = shown else {
        return Record::default();
    };
    // A document has its fields in a member; a record is its fields.
    let fields = match shown.get_mut("fields") {
        Some(Value::Record(fields)) => std::mem::take(&mut **fields),
        _ => *shown,
    };
    kind.check(&fields).unwrap_or(fields)
}

/// Puts other values in the place of references, in lists within the record too. `other` is asked with the kind and the
/// value; where it knows nothing, the value stays.
pub(crate) fn replace_references(
    fields: &[Field],
    body: &mut Record,
    other: &impl Fn(&str, &str) -> Option<String>,
) {
    for field in fields {
        let Some(value) = body.get_mut(&field.snake_name()) else {
            continue;
        };
        match (&field.reference, value) {
            (Some(kind), value) => {
                let known = value.to_text().and_then(|text| other(kind, &text));
                if let Some(known) = known {
                    *value = Value::from(known);
                }
            }
            (None, Value::List(items)) => {
                for item in items {
                    if let Value::Record(item) = item {
                        replace_references(&field.fields, item, other);
                    }
                }
            }
            _ => {}
        }
    }
}
