//! Whether the types a component imports are the types we serve. Linking would accept whatever a guest declares, so
//! that a plugin built against another WIT would read its neighbours' fields.

use sunmao_catalogue::{Kind, Operation, RecordShape, Shape};
use wasmtime::component::types::{ComponentFunc, Type};

/// What differs between a component's idea of a function and ours; none when they are equal.
pub fn difference(operation: &Operation, function: &ComponentFunc) -> Option<String> {
    let parameters: Vec<Type> = function.params().map(|(_, kind)| kind).collect();
    let request = operation.request_shape();
    match (&request, parameters.as_slice()) {
        (None, []) => {}
        (Some(shape), [kind]) => {
            if let Some(difference) = record_difference(shape, kind) {
                return Some(format!("request: {difference}"));
            }
        }
        (expected, found) => {
            return Some(format!(
                "{} parameters instead of {}",
                found.len(),
                usize::from(expected.is_some())
            ));
        }
    }
    let results: Vec<Type> = function.results().collect();
    let [Type::Result(result)] = results.as_slice() else {
        return Some("the result is not `result<…, error>`".to_owned());
    };
    let response = operation.response_shape();
    match result.ok() {
        Some(kind) => {
            if let Some(difference) = shape_difference(&response, &kind) {
                return Some(format!("response: {difference}"));
            }
        }
        None => return Some("the result carries no response".to_owned()),
    }
    match result.err() {
        Some(kind) if is_error(&kind) => None,
        _ => Some("the error is not `zhibang:erp/types.error`".to_owned()),
    }
}

/// Whether a type is the record `error` of `zhibang:erp/types`.
pub fn is_error(kind: &Type) -> bool {
    let Type::Record(record) = kind else { return false };
    let fields: Vec<_> = record.fields().collect();
    let [error_kind, code, message, hint] = fields.as_slice() else {
        return false;
    };
    let names = [error_kind.name, code.name, message.name, hint.name];
    let kinds_match = match &error_kind.ty {
        Type::Enum(kinds) => kinds.names().eq(Kind::ALL.iter().map(|kind| kind.name())),
        _ => false,
    };
    let code_matches = match &code.ty {
        Type::Option(inner) => inner.ty() == Type::S32,
        _ => false,
    };
    names == ["kind", "code", "message", "hint"]
        && kinds_match
        && code_matches
        && message.ty == Type::String
        && hint.ty == Type::String
}

fn record_difference(shape: &RecordShape, kind: &Type) -> Option<String> {
    let Type::Record(record) = kind else {
        return Some(format!("`{}` is not a record", shape.name));
    };
    let mut fields = record.fields();
    for member in &shape.members {
        let Some(field) = fields.next() else {
            return Some(format!("`{}` lacks `{}`", shape.name, member.name));
        };
        if field.name != member.name {
            return Some(format!(
                "`{}` has `{}` where ours has `{}`",
                shape.name, field.name, member.name
            ));
        }
        if let Some(difference) = shape_difference(&member.shape, &field.ty) {
            return Some(format!("`{}.{}`: {difference}", shape.name, member.name));
        }
    }
    fields
        .next()
        .map(|field| format!("`{}` has `{}`, which ours has not", shape.name, field.name))
}

fn shape_difference(shape: &Shape, kind: &Type) -> Option<String> {
    match (shape, kind) {
        (Shape::Bool, Type::Bool)
        | (Shape::Unsigned32, Type::U32)
        | (Shape::Unsigned64, Type::U64)
        | (Shape::Integer, Type::S64)
        | (Shape::Decimal | Shape::Date | Shape::Text, Type::String) => None,
        (Shape::List(inner), Type::List(list)) => shape_difference(inner, &list.ty()),
        (Shape::Optional(inner), Type::Option(option)) => shape_difference(inner, &option.ty()),
        (Shape::Record(shape), kind) => record_difference(shape, kind),
        (shape, _) => Some(format!("not {}", super::convert::expectation(shape))),
    }
}
