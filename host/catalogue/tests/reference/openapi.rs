//! The OpenAPI document: current, sound as a document, complete, and with examples that its own schemas take.

use crate::assert_current;
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use sunmao_catalogue::{Catalogue, Dialect, Field, Operation, openapi, openapi_text};

fn document() -> Json {
    openapi(&Catalogue::shared())
}

/// The `POST` of every path.
fn posts(document: &Json) -> BTreeMap<&str, &Json> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .map(|(path, item)| (path.as_str(), &item["post"]))
        .collect()
}

/// Every object inside a value, the value itself included.
fn walk<'a>(value: &'a Json, visit: &mut impl FnMut(&'a serde_json::Map<String, Json>)) {
    match value {
        Json::Object(members) => {
            visit(members);
            members.values().for_each(|member| walk(member, visit));
        }
        Json::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

/// The component of a request as a schema that can be checked against. It uses shared components only, whose names have
/// no dot.
fn validator(document: &Json, component: &str) -> Validator {
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let shared = schemas
        .iter()
        .filter(|(name, _)| !name.contains('.') || *name == component);
    let shared: serde_json::Map<_, _> = shared
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let schema = json!({
        "$ref": format!("#/components/schemas/{component}"),
        "components": {"schemas": shared},
    });
    jsonschema::draft202012::new(&schema).expect("a sound schema")
}

#[test]
fn the_committed_document_is_current() {
    assert_current("docs/openapi.json", &openapi_text(&Catalogue::shared()));
}

#[test]
fn the_same_catalogue_gives_the_same_text() {
    let again = Catalogue::load().expect("the tables");
    assert_eq!(openapi_text(&Catalogue::shared()), openapi_text(&again));
}

#[test]
fn every_operation_is_on_its_path_once() {
    let document = document();
    let posts = posts(&document);
    let mut found = BTreeMap::new();
    for (path, post) in &posts {
        for facts in post["x-sunmao-operations"].as_array().expect("operations") {
            let name = facts["operationId"].as_str().expect("a name");
            assert!(
                found.insert(name, (*path, facts)).is_none(),
                "{name} stands twice"
            );
        }
    }
    let catalogue = Catalogue::shared();
    assert_eq!(found.len(), catalogue.operations().len());
    for operation in catalogue.operations() {
        let (path, facts) = found[operation.name.as_str()];
        assert!(path.eq_ignore_ascii_case(&operation.path), "{}", operation.name);
        assert_eq!(facts["menuId"], operation.id);
        assert_eq!(facts["cmdkey"], json!(operation.cmdkey));
        for name in ["request", "response"] {
            let pointer = facts[name].as_str().expect("a reference").trim_start_matches('#');
            assert_eq!(
                document.pointer(pointer).expect("a component")["title"],
                operation.name
            );
        }
    }
}

#[test]
fn paths_and_identities_are_distinct() {
    let document = document();
    let posts = posts(&document);
    let identities: BTreeSet<&str> = posts
        .values()
        .filter_map(|post| post["operationId"].as_str())
        .collect();
    assert_eq!(identities.len(), posts.len());
    let lower: BTreeSet<String> = posts.keys().map(|path| path.to_ascii_lowercase()).collect();
    assert_eq!(lower.len(), posts.len());
    for path in posts.keys() {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/_.-".contains(letter);
        assert!(path.starts_with('/') && path.chars().all(is_plain), "{path}");
    }
}

#[test]
fn every_reference_resolves() {
    let document = document();
    let mut followed = 0;
    walk(&document, &mut |members| {
        let Some(target) = members.get("$ref").and_then(Json::as_str) else {
            return;
        };
        let pointer = target.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{target}");
        followed += 1;
    });
    assert!(followed > 1000, "{followed}");
}

#[test]
fn every_component_is_a_sound_schema_that_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, &mut |members| {
        let target = members.get("$ref").and_then(Json::as_str);
        used.extend(target.and_then(|target| target.strip_prefix("#/components/schemas/")));
    });
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
        assert!(used.contains(name.as_str()), "{name} is not used");
    }
}

#[test]
fn every_parameter_is_in_the_request() {
    let document = document();
    for operation in Catalogue::shared().operations() {
        let request = &document["components"]["schemas"][format!("{}.request", operation.name)];
        for field in &operation.params {
            let schema = parameter(operation, request, &field.wire);
            assert_says(operation, field, schema.unwrap_or(&Json::Null));
        }
    }
}

/// What a request says of a parameter.
fn parameter<'a>(operation: &Operation, request: &'a Json, wire: &str) -> Option<&'a Json> {
    match operation.dialect {
        Dialect::Form => {
            let pairs = request["properties"]["datas"]["items"]["anyOf"].as_array()?;
            let pair = pairs
                .iter()
                .find(|pair| pair["properties"]["id"]["const"] == wire)?;
            Some(&pair["properties"]["val"])
        }
        Dialect::Json => request["properties"].get(wire),
        Dialect::Helper => {
            let datas = &request["properties"]["Datas"];
            let record = datas.get("anyOf").map_or(datas, |forms| &forms[1]);
            record["properties"].get(wire)
        }
    }
}

fn assert_says(operation: &Operation, field: &Field, schema: &Json) {
    let place = format!("{} {}: {schema}", operation.name, field.wire);
    assert_eq!(schema["title"], field.name, "{place}");
    let description = schema["description"].as_str();
    assert!(
        description.is_some_and(|words| words.starts_with(&field.label)),
        "{place}"
    );
    if let Some(length) = field.max_length
        && schema.get("enum").is_none()
    {
        assert_eq!(schema["maxLength"], length, "{place}");
    }
}

#[test]
fn examples_are_what_the_schemas_take() {
    let document = document();
    let mut count = 0;
    for (path, post) in posts(&document) {
        let content = &post["requestBody"]["content"]["application/json"];
        for (name, example) in content["examples"].as_object().expect("examples") {
            let validator = validator(&document, &format!("{name}.request"));
            let faults: Vec<String> = validator
                .iter_errors(&example["value"])
                .map(|fault| fault.to_string())
                .collect();
            assert!(faults.is_empty(), "{path} {name}: {faults:?}");
            count += 1;
        }
    }
    assert_eq!(count, Catalogue::shared().operations().len());
}

#[test]
fn what_is_missing_too_long_or_no_code_is_not_taken() {
    let document = document();
    let takes = |name: &str, body: Json| validator(&document, &format!("{name}.request")).is_valid(&body);
    let save = |datas: Json| json!({"session": "S", "cmdkey": "__sys_dosave", "datas": datas});
    let person = |name: &str| json!([{"id": "name", "val": name}, {"id": "sort1", "val": 1}, {"id": "zdy1", "val": "x"}]);
    assert!(takes("customers.save-person", save(person("李明"))));
    assert!(!takes("customers.save-person", save(person(&"明".repeat(101)))));
    assert!(!takes(
        "customers.save-person",
        save(json!([{"id": "name", "val": "李明"}]))
    ));
    assert!(!takes(
        "customers.save-person",
        save(json!([{"id": "nmae", "val": "李明"}]))
    ));
    assert!(!takes("customers.get", save(json!([]))));
    let review = |codes: Json| takes("contracts.create", codes);
    assert!(!review(json!({"Title": "合同"})));
    assert!(takes(
        "announcements.save",
        save(json!([{"id": "anything", "val": "x"}]))
    ));
}

#[test]
fn tokens_are_where_the_dialect_has_them() {
    let document = document();
    for operation in Catalogue::shared()
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let request = &document["components"]["schemas"][format!("{}.request", operation.name)];
        let post = posts(&document)
            .into_iter()
            .find(|(path, _)| path.eq_ignore_ascii_case(&operation.path))
            .map(|(_, post)| post)
            .expect("a path");
        let required = request["required"].as_array().cloned().unwrap_or_default();
        let name = &operation.name;
        match operation.dialect {
            Dialect::Form => assert!(required.contains(&json!("session")), "{name}"),
            Dialect::Helper => assert!(required.contains(&json!("Token")), "{name}"),
            Dialect::Json => assert_eq!(post["security"], json!([{"ZBAPI-Token": []}]), "{name}"),
        }
        assert_eq!(
            post.get("security").is_some(),
            operation.dialect == Dialect::Json,
            "{name}"
        );
    }
}
