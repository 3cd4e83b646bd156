//! Operations as JSON: what `sunmao operations` and `GET /v1/operations` show.

use serde_json::{Map, Value, json};
use sunmao_catalogue::{Catalogue, Effect, EnumValue, Field, Operation, Repeat};

/// Every operation in a few words, by menu id.
pub fn all(catalogue: &Catalogue) -> Vec<Value> {
    catalogue.operations().iter().map(brief).collect()
}

/// One operation in a few words.
pub fn brief(operation: &Operation) -> Value {
    json!({
        "id": operation.id,
        "name": operation.name,
        "effect": operation.effect_name(),
        "title": operation.title,
        "module": operation.menu.first(),
        "menu": operation.menu,
        "dialect": operation.dialect,
        "result": operation.result,
        "documented": operation.documented,
    })
}

/// Everything that is known of one operation.
pub fn full(operation: &Operation) -> Value {
    let mut value = brief(operation);
    value["path"] = json!(operation.path);
    value["legacy_path"] = json!(operation.legacy_path);
    value["fixed_query"] = operation
        .fixed_query
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect::<Map<_, _>>()
        .into();
    value["cmdkey"] = json!(operation.cmdkey);
    value["paging"] = json!(operation.paging);
    value["repeat"] = repeat(operation);
    value["parameters"] = operation.params.iter().map(field).collect();
    value["fields"] = operation.fields.iter().map(field).collect();
    value
}

/// How a write may be repeated and how it is read back; null for a read.
fn repeat(operation: &Operation) -> Value {
    let Effect::Write(write) = &operation.effect else {
        return Value::Null;
    };
    let mut value = match &write.repeat {
        Repeat::ReservedKey { parameter, reserve } => {
            json!({"by": "reserved-key", "parameter": parameter, "reserve": reserve})
        }
        Repeat::UniqueNumber {
            parameter,
            find,
            filter,
        } => {
            json!({"by": "unique-number", "parameter": parameter, "find": find, "filter": filter})
        }
        Repeat::Never => json!({"by": "never"}),
    };
    value["read_back"] = json!(write.read_back);
    value["judged"] = json!(write.judged);
    value
}

fn field(field: &Field) -> Value {
    let mut value = json!({
        "name": field.name,
        "wire": field.wire,
        "label": field.label,
        "type": field.kind,
    });
    let facts = [
        ("required", field.required.then(|| json!(true))),
        (
            "required_by_policy",
            field.required_by_policy.then(|| json!(true)),
        ),
        ("max_length", field.max_length.map(|length| json!(length))),
        ("minimum", field.minimum.map(|minimum| json!(minimum))),
        ("multiple", field.multiple.then(|| json!(true))),
        ("matches_substring", field.matches_substring.then(|| json!(true))),
        ("unique", field.unique.then(|| json!(true))),
        ("lookup", field.lookup.as_ref().map(|lookup| json!(lookup))),
        ("lookup_page", field.lookup_page.as_ref().map(|page| json!(page))),
        (
            "values",
            (!field.values.is_empty()).then(|| values(&field.values)),
        ),
        ("values_are_sample", field.values_are_sample.then(|| json!(true))),
        ("observed", field.observed.then(|| json!(true))),
        (
            "aliases",
            (!field.aliases.is_empty()).then(|| json!(field.aliases)),
        ),
        ("json_text", field.json_text.then(|| json!(true))),
        (
            "fields",
            (!field.fields.is_empty()).then(|| field.fields.iter().map(self::field).collect()),
        ),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            value[name] = fact;
        }
    }
    value
}

fn values(values: &[EnumValue]) -> Value {
    values
        .iter()
        .map(|value| (value.code.clone(), json!(value.label)))
        .collect::<Map<_, _>>()
        .into()
}
