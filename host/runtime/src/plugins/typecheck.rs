//! Whether the types a component imports are the types we serve. Linking would accept whatever a guest declares, so
//! that a plugin built against another WIT would read its neighbours' fields.

use sunmao_catalogue::{Kind, Operation, RecordShape, Shape};
use wasmtime::component::types::{ComponentFunc, Type};

/// The cases of `session.state`, in their order.
const SESSION_STATES: [&str; 2] = ["signed-out", "signed-in"];

/// What differs between a component's idea of an operation and ours; none when they are equal.
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
    let response = operation.response_shape();
    result_difference(function, |kind| shape_difference(&response, kind))
}

/// What differs between a component's idea of `session.status` and ours.
pub fn session_difference(function: &ComponentFunc) -> Option<String> {
    if function.params().next().is_some() {
        return Some("it takes no parameters".to_owned());
    }
    result_difference(function, |kind| {
        (!is_session_status(kind)).then(|| "not `zhibang:erp/session.session-status`".to_owned())
    })
}

/// Every function of the ERP returns `result<…, error>`.
fn result_difference(
    function: &ComponentFunc,
    response_difference: impl FnOnce(&Type) -> Option<String>,
) -> Option<String> {
    let results: Vec<Type> = function.results().collect();
    let [Type::Result(result)] = results.as_slice() else {
        return Some("the result is not `result<…, error>`".to_owned());
    };
    let Some(response) = result.ok() else {
        return Some("the result carries no response".to_owned());
    };
    if let Some(difference) = response_difference(&response) {
        return Some(format!("response: {difference}"));
    }
    match result.err() {
        Some(kind) if is_error(&kind) => None,
        _ => Some("the error is not `zhibang:erp/types.error`".to_owned()),
    }
}

fn is_session_status(kind: &Type) -> bool {
    let Type::Record(record) = kind else { return false };
    let fields: Vec<_> = record.fields().collect();
    let [state, since, application_version] = fields.as_slice() else {
        return false;
    };
    let names = [state.name, since.name, application_version.name];
    let state_matches = match &state.ty {
        Type::Enum(states) => states.names().eq(SESSION_STATES),
        _ => false,
    };
    let is_optional_text = |kind: &Type| match kind {
        Type::Option(inner) => inner.ty() == Type::String,
        _ => false,
    };
    names == ["state", "since", "application-version"]
        && state_matches
        && is_optional_text(&since.ty)
        && is_optional_text(&application_version.ty)
}

/// Whether a type is the record `error` of `zhibang:erp/types`.
fn is_error(kind: &Type) -> bool {
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

/// What differs between a type of ours and a component's.
pub(super) fn shape_difference(shape: &Shape, kind: &Type) -> Option<String> {
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
