//! One path with its one `POST`, for all operations that share it.

use super::{JSON, reference, request, request_name, response_name};
use crate::{Dialect, Operation, prose};
use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value as Json, json};

/// The published path and what can be posted to it.
pub(super) fn item(operations: &[&Operation]) -> (String, Json) {
    let path = operations
        .first()
        .map_or_else(String::new, |operation| operation.path.clone());
    let mut post = json!({
        "operationId": identity(operations),
        "summary": titles(operations),
        "description": description(operations),
        "tags": tags(operations),
        "x-sunmao-operations": operations.iter().map(|operation| facts(operation)).collect::<Vec<_>>(),
        "security": security(operations),
        "parameters": parameters(operations),
        "requestBody": {
            "required": true,
            "content": {JSON: {"schema": any_of(operations, request_name), "examples": examples(operations)}},
        },
        "responses": responses(operations),
    });
    if let Some(post) = post.as_object_mut() {
        post.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
    }
    (path, json!({"post": post}))
}

/// The operation's name; where several share the path, a name made of the path.
fn identity(operations: &[&Operation]) -> String {
    match operations {
        [operation] => operation.name.clone(),
        several => {
            let path = several.first().map_or("", |operation| operation.path.as_str());
            path.trim_start_matches('/')
                .replace('/', ".")
                .to_ascii_lowercase()
        }
    }
}

fn titles(operations: &[&Operation]) -> String {
    let titles: Vec<&str> = operations
        .iter()
        .map(|operation| operation.title.as_str())
        .collect();
    titles.join("; ")
}

fn tags<'a>(operations: &[&'a Operation]) -> Vec<&'a str> {
    let objects: IndexSet<&str> = operations
        .iter()
        .map(|operation| operation.object.as_str())
        .collect();
    objects.into_iter().collect()
}

fn description(operations: &[&Operation]) -> String {
    let several = operations.len() > 1;
    let lines: Vec<String> = operations
        .iter()
        .map(|operation| {
            let effect = prose::effect(operation);
            match several {
                true => format!(
                    "- `{}` {} (menu {}), {}: {effect}",
                    operation.name,
                    operation.title,
                    operation.id,
                    told_by(operation)
                ),
                false => format!("{} (menu {}). {effect}", operation.title, operation.id),
            }
        })
        .collect();
    lines.join("\n")
}

/// What tells an operation apart from the others on its path.
fn told_by(operation: &Operation) -> String {
    let command = match &operation.cmdkey {
        Some(command) => format!("with `cmdkey` `{command}`"),
        None => "without `cmdkey`".to_owned(),
    };
    let query: Vec<String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| format!("`{name}={value}`"))
        .collect();
    match query.is_empty() {
        true => command,
        false => format!("{command}, query {}", query.join(", ")),
    }
}

fn facts(operation: &Operation) -> Json {
    let query: Map<String, Json> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    json!({
        "operationId": operation.name,
        "menuId": operation.id,
        "menu": operation.menu,
        "title": operation.title,
        "dialect": operation.dialect,
        "effect": operation.effect_name(),
        "documented": operation.documented,
        "legacyPath": operation.legacy_path,
        "cmdkey": operation.cmdkey,
        "query": query,
        "request": format!("#/components/schemas/{}", request_name(operation)),
        "response": format!("#/components/schemas/{}", response_name(operation)),
    })
}

/// The header of the dialect `json`; the other dialects carry the token in the body.
fn security(operations: &[&Operation]) -> Vec<Json> {
    let has_header = operations
        .iter()
        .any(|operation| operation.dialect == Dialect::Json);
    has_header
        .then(|| json!({"ZBAPI-Token": []}))
        .into_iter()
        .collect()
}

/// The fixed query values of all operations on the path. One that every operation has, has to be given.
fn parameters(operations: &[&Operation]) -> Vec<Json> {
    let mut names: IndexMap<&str, IndexMap<&str, Vec<&str>>> = IndexMap::new();
    for operation in operations {
        for (name, value) in &operation.fixed_query {
            let users = names.entry(name).or_default().entry(value).or_default();
            users.push(&operation.name);
        }
    }
    let parameter = |(name, values): (&str, IndexMap<&str, Vec<&str>>)| {
        let users: usize = values.values().map(Vec::len).sum();
        let told: Vec<String> = values
            .iter()
            .map(|(value, users)| format!("`{value}` for `{}`", users.join("`, `")))
            .collect();
        json!({
            "name": name,
            "in": "query",
            "required": users == operations.len(),
            "description": told.join("; "),
            "schema": {"enum": values.keys().collect::<Vec<_>>()},
        })
    };
    names.into_iter().map(parameter).collect()
}

fn examples(operations: &[&Operation]) -> Map<String, Json> {
    operations
        .iter()
        .map(|operation| {
            let example = json!({"summary": operation.title, "value": request::example(operation)});
            (operation.name.clone(), example)
        })
        .collect()
}

fn responses(operations: &[&Operation]) -> Json {
    let failure = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    json!({
        "200": {
            "description": "Carried out or refused: the body says which.",
            "content": {JSON: {"schema": any_of(operations, response_name)}},
        },
        "404": failure("UnknownPath"),
        "413": failure("TooLarge"),
        "500": failure("ServerError"),
        "502": failure("ServerError"),
    })
}

/// The component of each operation; the operations of a path are told apart by the query, too, so that a body may be
/// one of several.
fn any_of(operations: &[&Operation], name: fn(&Operation) -> String) -> Json {
    match operations {
        [operation] => reference(&name(operation)),
        several => {
            let forms: Vec<Json> = several
                .iter()
                .map(|operation| reference(&name(operation)))
                .collect();
            json!({"anyOf": forms})
        }
    }
}
