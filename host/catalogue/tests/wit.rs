//! The generated WIT: current, sound for every world, within the limits of components, and exactly what the shapes say.

#![cfg(test)]

use std::{collections::BTreeMap, path::PathBuf};
use sunmao_catalogue::{Catalogue, Kinds, RecordShape, Shape, automation_world, record_files, wit_files};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{Function, InterfaceId, ManglingAndAbi, Resolve, Type, TypeDefKind, WorldItem};

/// Folders that hold nothing but generated files.
const GENERATED: [&str; 2] = ["deps/zhibang-erp", "deps/sunmao-records"];

fn wit_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

/// The generated files by their path under `wit/`.
fn generated() -> BTreeMap<PathBuf, String> {
    let catalogue = Catalogue::shared();
    let mut files: BTreeMap<PathBuf, String> = wit_files(&catalogue)
        .into_iter()
        .map(|(path, text)| (PathBuf::from("deps/zhibang-erp").join(path), text))
        .collect();
    let kinds = Kinds::shipped(&catalogue).expect("sound kinds");
    let records = record_files(&kinds)
        .into_iter()
        .map(|(path, text)| (PathBuf::from("deps/sunmao-records").join(path), text));
    files.extend(records);
    files.insert(PathBuf::from("automation.wit"), automation_world(&catalogue));
    files
}

/// The hand-written files with the generated ones laid over them, as the WIT resolver reads them.
fn resolve() -> (Resolve, wit_parser::PackageId) {
    let folder = tempfile::tempdir().unwrap();
    for file in walkdir::WalkDir::new(wit_folder()) {
        let file = file.unwrap();
        let relative = file.path().strip_prefix(wit_folder()).unwrap();
        let is_generated = GENERATED.iter().any(|folder| relative.starts_with(folder))
            || relative.ends_with("automation.wit");
        if file.file_type().is_file() && !is_generated {
            write(
                &folder.path().join(relative),
                &std::fs::read_to_string(file.path()).unwrap(),
            );
        }
    }
    for (path, text) in generated() {
        write(&folder.path().join(path), &text);
    }
    let mut resolve = Resolve::default();
    match resolve.push_dir(folder.path()) {
        Ok((package, _)) => (resolve, package),
        Err(error) => panic!("{error:?}"),
    }
}

fn write(path: &std::path::Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn erp_interface(resolve: &Resolve, name: &str) -> InterfaceId {
    let (_, package) = resolve
        .packages
        .iter()
        .find(|(_, package)| package.name.namespace == "zhibang")
        .expect("the ERP package");
    *package
        .interfaces
        .get(name)
        .unwrap_or_else(|| panic!("interface {name}"))
}

#[test]
fn the_committed_files_are_current() {
    let rewrite = std::env::var_os("UPDATE").is_some();
    let generated = generated();
    let folders = GENERATED.map(|folder| std::fs::read_dir(wit_folder().join(folder)));
    for file in folders.into_iter().flatten().flatten() {
        let path = file.unwrap().path();
        let relative = path.strip_prefix(wit_folder()).unwrap();
        if !generated.contains_key(relative) {
            assert!(
                rewrite,
                "{} is left over; run `cargo xtask generate`",
                path.display()
            );
            std::fs::remove_file(&path).unwrap();
        }
    }
    for (relative, text) in generated {
        let path = wit_folder().join(&relative);
        if rewrite {
            write(&path, &text);
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "{} is stale; run `cargo xtask generate`",
            relative.display()
        );
    }
}

#[test]
fn every_world_becomes_a_valid_component() {
    let (resolve, package) = resolve();
    let worlds = resolve.packages[package].worlds.clone();
    let names: Vec<&str> = worlds.keys().map(String::as_str).collect();
    assert_eq!(names, ["automation"]);
    for (name, world) in worlds {
        let mut module = dummy_module(
            &resolve,
            world,
            ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync),
        );
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let encoder = ComponentEncoder::default()
            .module(&module)
            .unwrap()
            .validate(true);
        let component = { encoder }.encode();
        assert!(component.is_ok(), "{name}: {:?}", component.err());
    }
}

#[test]
fn an_automation_may_import_every_object() {
    let (resolve, package) = resolve();
    let world = &resolve.worlds[resolve.packages[package].worlds["automation"]];
    let imported: Vec<String> = world
        .imports
        .values()
        .filter_map(|item| match item {
            WorldItem::Interface { id, .. } => resolve.id_of(*id),
            _ => None,
        })
        .collect();
    for operation in Catalogue::shared()
        .operations()
        .iter()
        .filter(|one| one.is_business())
    {
        let name = format!("zhibang:erp/{}@0.1.0", operation.object);
        assert!(imported.contains(&name), "{name}");
    }
    for name in [
        "zhibang:erp/session@0.1.0",
        "sunmao:host/clock@0.1.0",
        "sunmao:host/links@0.1.0",
        "sunmao:host/records@0.1.0",
    ] {
        assert!(imported.iter().any(|one| one == name), "{name}");
    }
}

#[test]
fn every_business_operation_is_a_function_of_its_shapes() {
    let (resolve, _) = resolve();
    let catalogue = Catalogue::shared();
    let business: Vec<_> = catalogue
        .operations()
        .iter()
        .filter(|one| one.is_business())
        .collect();
    assert_eq!(business.len(), 215);
    for operation in business {
        let interface = &resolve.interfaces[erp_interface(&resolve, &operation.object)];
        let function = &interface.functions[&operation.verb];
        let documentation = function.docs.contents.as_deref().unwrap_or_default();
        assert!(documentation.contains(&operation.title), "{}", operation.name);
        assert!(
            documentation.contains(&format!("menu {}", operation.id)),
            "{}",
            operation.name
        );
        assert_signature(&resolve, function, operation);
    }
}

/// What a plugin's author is promised is what the host does.
#[test]
fn documentation_says_how_a_write_is_repeated_and_confirmed() {
    let (resolve, _) = resolve();
    for (name, parts) in [
        (
            "customers.create",
            &[
                "`customer-number`, if given, identifies",
                "`customers.list` first",
            ][..],
        ),
        ("products.create", &["`product-number`, if given, identifies"]),
        (
            "contracts.create",
            &[
                "`contract-number` identifies",
                "Not repeated once its outcome is unknown",
            ],
        ),
        (
            "contracts.save",
            &[
                "same `record-key`. Without `record-key`",
                "second record with the same `contract-number`",
            ],
        ),
        ("accounts.delete", &["`accounts.get` shows whether it is gone"]),
        (
            "quality-inspections.save",
            &["`quality-inspections.list` shows whether it took effect"],
        ),
        (
            "customers.save-company",
            &[
                "a new key comes from `customers.reserve`",
                "Read back with `customers.get`.",
            ],
        ),
    ] {
        let (object, verb) = name.split_once('.').unwrap();
        let interface = &resolve.interfaces[erp_interface(&resolve, object)];
        let documentation = interface.functions[verb]
            .docs
            .contents
            .as_deref()
            .unwrap_or_default();
        for part in parts {
            assert!(
                documentation.contains(part),
                "{name}: `{part}` is missing in: {documentation}"
            );
        }
    }
}

#[test]
fn documentation_says_where_codes_come_from_that_no_operation_lists() {
    let catalogue = Catalogue::shared();
    for (name, member) in [
        ("customers.save-company", "customer-area"),
        ("customers.save-person", "customer-area"),
        ("repairs.save", "service-request-key"),
    ] {
        let request = catalogue.find(name).unwrap().request_shape().unwrap();
        let member = request.members.iter().find(|one| one.name == member).unwrap();
        assert!(
            member.doc.contains("codes from the ERP's page `/sysa/"),
            "{}",
            member.doc
        );
    }
}

/// The key that is reserved and the number that the ERP proposes have types of their own.
#[test]
fn a_reserved_key_is_typed() {
    let catalogue = Catalogue::shared();
    let Shape::Record(response) = catalogue.find("customers.reserve").unwrap().response_shape() else {
        panic!("an answer is a record");
    };
    assert_eq!(
        stripped_record(&response),
        "reserve-response{record-key: option<s64>, customer-number: string, extra: list<field{name: string, value: string}>}"
    );
}

fn assert_signature(resolve: &Resolve, function: &Function, operation: &sunmao_catalogue::Operation) {
    let parameters: Vec<&Type> = function.params.iter().map(|parameter| &parameter.ty).collect();
    match operation.request_shape() {
        None => assert!(parameters.is_empty(), "{}", operation.name),
        Some(request) => {
            assert_eq!(parameters.len(), 1, "{}", operation.name);
            let found = shape_of(resolve, parameters[0]);
            assert_eq!(found, stripped(&Shape::Record(request)), "{}", operation.name);
        }
    }
    let Some(Type::Id(result)) = function.result else {
        panic!("{} has no result", operation.name);
    };
    let TypeDefKind::Result(result) = &resolve.types[result].kind else {
        panic!("{} returns no result", operation.name);
    };
    let ok = shape_of(resolve, &result.ok.unwrap());
    assert_eq!(ok, stripped(&operation.response_shape()), "{}", operation.name);
    assert!(
        shape_of(resolve, &result.err.unwrap()).starts_with("error{"),
        "{}",
        operation.name
    );
}

/// A type as text with everything that a component's type check looks at.
fn shape_of(resolve: &Resolve, kind: &Type) -> String {
    let id = match kind {
        Type::Bool => return "bool".to_owned(),
        Type::U32 => return "u32".to_owned(),
        Type::U64 => return "u64".to_owned(),
        Type::S32 => return "s32".to_owned(),
        Type::S64 => return "s64".to_owned(),
        Type::String => return "string".to_owned(),
        Type::Id(id) => id,
        other => panic!("unexpected type {other:?}"),
    };
    let definition = &resolve.types[*id];
    let name = definition.name.clone().unwrap_or_default();
    match &definition.kind {
        TypeDefKind::List(inner) => format!("list<{}>", shape_of(resolve, inner)),
        TypeDefKind::Option(inner) => format!("option<{}>", shape_of(resolve, inner)),
        TypeDefKind::Type(inner) => shape_of(resolve, inner),
        TypeDefKind::Enum(_) => name,
        TypeDefKind::Record(record) => {
            let members = record.fields.iter();
            let members = members.map(|field| format!("{}: {}", field.name, shape_of(resolve, &field.ty)));
            format!("{name}{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => panic!("unexpected type {other:?}"),
    }
}

/// A shape as text in the same form.
fn stripped(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "bool".to_owned(),
        Shape::Unsigned32 => "u32".to_owned(),
        Shape::Unsigned64 => "u64".to_owned(),
        Shape::Integer => "s64".to_owned(),
        Shape::Decimal | Shape::Date | Shape::Text => "string".to_owned(),
        Shape::List(inner) => format!("list<{}>", stripped(inner)),
        Shape::Optional(inner) => format!("option<{}>", stripped(inner)),
        Shape::Record(record) => stripped_record(record),
    }
}

fn stripped_record(record: &RecordShape) -> String {
    let members = record.members.iter();
    let members = members.map(|member| format!("{}: {}", member.name, stripped(&member.shape)));
    format!("{}{{{}}}", record.name, members.collect::<Vec<_>>().join(", "))
}

#[test]
fn the_error_and_the_session_are_what_the_host_serves() {
    let (resolve, _) = resolve();
    let session = &resolve.interfaces[erp_interface(&resolve, "session")];
    assert_eq!(session.functions.keys().collect::<Vec<_>>(), ["status"]);
    let types = &resolve.interfaces[erp_interface(&resolve, "types")];
    let error = shape_of(&resolve, &Type::Id(types.types["error"]));
    assert_eq!(
        error,
        "error{kind: kind, code: option<s32>, message: string, hint: string}"
    );
    let TypeDefKind::Enum(kinds) = &resolve.types[types.types["kind"]].kind else {
        panic!("kind is no enumeration");
    };
    let kinds: Vec<&str> = kinds.cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        kinds,
        sunmao_catalogue::Kind::ALL.map(sunmao_catalogue::Kind::name)
    );
}

/// A kind's interface declares its record, and nothing that could be called.
#[test]
fn every_kind_is_a_record_of_its_shape() {
    let (resolve, _) = resolve();
    let kinds = Kinds::shipped(&Catalogue::shared()).expect("sound kinds");
    let (_, package) = resolve
        .packages
        .iter()
        .find(|(_, package)| package.name.name == "records")
        .expect("the package of records");
    let names: Vec<&str> = kinds.own().map(|kind| kind.name.as_str()).collect();
    let declared: Vec<&str> = package.interfaces.keys().map(String::as_str).collect();
    assert_eq!(declared, names);
    for kind in kinds.own() {
        let interface = &resolve.interfaces[package.interfaces[&kind.name]];
        assert!(interface.functions.is_empty(), "{}", kind.name);
        let found = shape_of(&resolve, &Type::Id(interface.types[&kind.name]));
        assert_eq!(found, stripped(&Shape::Record(kind.shape())), "{}", kind.name);
        assert!(
            found.starts_with(&format!("{}{{id: string, ", kind.name)),
            "{found}"
        );
    }
}
