//! What a plugin's folder asks for, and the WIT that follows from it: sound for every kind and every write, trimmed to what
//! is asked, and the same for the same names.

#![cfg(test)]

use std::collections::BTreeMap;
use sunmao_catalogue::{Catalogue, Joint, Kinds, Operation, PluginManifest, plugin_wit};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldItem, WorldKey};

const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [
  { name = "visitor", label = "来访人", type = "text", required = true },
  { name = "map", label = "路线", type = "text" },
  { name = "from", label = "来自", type = "choice", default = "road", choices = { road = "路过", web = "网站" } },
  { name = "products", label = "产品", type = "list", fields = [
    { name = "product", label = "产品", type = "text", required = true },
    { name = "quantity", label = "数量", type = "decimal" },
  ] },
]
"#;

fn kinds() -> Kinds {
    let files = [("showroom-visit.toml".to_owned(), VISIT.to_owned())];
    Kinds::with_files(&Catalogue::shared(), &files).expect("sound kinds")
}

fn manifest(rest: &str) -> PluginManifest {
    PluginManifest::read(&format!("name = \"p\"\nlanguage = \"rust\"\n{rest}")).expect("a manifest")
}

fn mapping(from: &str, to: &str) -> String {
    format!("[[roles]]\nrole = \"mapping\"\nfrom = \"{from}\"\nto = \"{to}\"\n")
}

fn files(rest: &str) -> BTreeMap<String, String> {
    let (catalogue, kinds) = (Catalogue::shared(), kinds());
    let parts = manifest(rest).resolve(&catalogue, &kinds);
    plugin_wit(&parts.expect("known names")).into_iter().collect()
}

fn faults(rest: &str) -> Vec<String> {
    let (catalogue, kinds) = (Catalogue::shared(), kinds());
    manifest(rest).resolve(&catalogue, &kinds).expect_err("faults")
}

/// The files as a tool reads them, made into a component that does nothing.
fn sound(files: &BTreeMap<String, String>) -> Resolve {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(folder.path())
        .unwrap_or_else(|error| panic!("{error:?}"));
    let world = resolve.packages[package].worlds["plugin"];
    let abi = ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, abi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .validate(true);
    let component = { encoder }.encode();
    assert!(component.is_ok(), "{:?}", component.err());
    resolve
}

fn exports(resolve: &Resolve) -> Vec<String> {
    let (_, world) = resolve
        .worlds
        .iter()
        .find(|(_, world)| world.name == "plugin")
        .expect("a world");
    let named = |key: &WorldKey| resolve.name_world_key(key);
    world.exports.keys().map(named).collect()
}

fn writes(catalogue: &Catalogue) -> impl Iterator<Item = &Operation> {
    let operations = catalogue.operations().iter();
    operations.filter(|operation| operation.is_business() && !operation.is_read())
}

#[test]
fn any_write_can_be_mapped_to_from_any_kind() {
    let catalogue = Catalogue::shared();
    let roles: String = writes(&catalogue)
        .filter(|operation| operation.request_shape().is_some())
        .map(|operation| mapping("showroom-visit", &operation.name))
        .collect();
    let resolve = sound(&files(&roles));
    assert!(exports(&resolve).len() > 90);
}

#[test]
fn rows_of_every_object_can_be_mapped_to_a_kind_and_judged() {
    let kinds = kinds();
    let objects = kinds.iter().filter_map(|kind| kind.name.strip_prefix("erp."));
    let roles: String = objects
        .map(|object| {
            format!(
                "{}[[roles]]\nrole = \"policy\"\nkind = \"{object}\"\n",
                mapping(object, "contact")
            )
        })
        .collect();
    let resolve = sound(&files(&roles));
    assert!(exports(&resolve).contains(&"sunmao:plugin/customers-policy@0.1.0".to_owned()));
    assert!(exports(&resolve).contains(&"sunmao:plugin/customers-to-contact@0.1.0".to_owned()));
}

/// A name is of one joint: whoever reads it back finds the same two sides.
#[test]
fn no_two_joints_have_one_name() {
    let (catalogue, kinds) = (Catalogue::shared(), kinds());
    let names: Vec<&str> = kinds
        .iter()
        .map(|kind| kind.name.strip_prefix("erp.").unwrap_or(&kind.name))
        .collect();
    let operations = writes(&catalogue).map(|operation| operation.name.as_str());
    let sinks: Vec<&str> = operations.chain(names.iter().copied()).collect();
    let mut seen = BTreeMap::new();
    for from in &names {
        for to in &sinks {
            let Some(joint) = Joint::of_names(from, to, &catalogue, &kinds) else {
                continue;
            };
            let interface = joint.interface();
            assert!(joint.is_called(&interface), "{interface}");
            assert!(!joint.is_called(&format!("{interface}-again")), "{interface}");
            let is_another = |other: &&String| **other != interface && joint.is_called(other);
            assert_eq!(seen.keys().rev().take(20).find(is_another), None, "{interface}");
            let earlier = seen.insert(interface.clone(), (*from, *to));
            assert_eq!(earlier, None, "{interface}: {from} to {to}");
            if *from == "contact" || *to == "contact" {
                let found = Joint::find(&interface, &catalogue, &kinds).expect("a joint");
                assert_eq!(found.sides(), joint.sides());
            }
        }
    }
}

trait Names {
    fn sides(&self) -> (String, String);
}

impl Names for Joint {
    fn sides(&self) -> (String, String) {
        (self.from.name(), self.to.name())
    }
}

#[test]
fn an_operators_kind_has_its_own_types() {
    let files = files(&mapping("showroom-visit", "repairs.save"));
    let visit = &files["deps/sunmao-records/showroom-visit.wit"];
    for line in [
        "visitor: string,",
        "%map: option<string>,",
        "%from: string,",
        "products: list<showroom-visit-products>,",
        "quantity: option<string>,",
    ] {
        assert!(visit.contains(line), "{line}: {visit}");
    }
    assert!(
        files["plugin.wit"]
            .contains("%map: func(showroom-visit: showroom-visit) -> result<save-request, list<fault>>")
    );
    let resolve = sound(&files);
    assert_eq!(
        exports(&resolve),
        ["sunmao:plugin/showroom-visit-to-repairs-save@0.1.0"]
    );
}

/// What is only filled in is not there to be called: a guest in JavaScript imports all that its world has.
#[test]
fn a_mapping_is_given_types_alone() {
    let files = files(&mapping("contact", "customers.save-company"));
    let customers = &files["deps/zhibang-erp/customers.wit"];
    assert!(customers.contains("record save-company-request"));
    assert!(!customers.contains("func("), "{customers}");
    assert!(!files["deps/zhibang-erp/types.wit"].contains("error"));
    let resolve = sound(&files);
    let (_, world) = resolve
        .worlds
        .iter()
        .find(|(_, world)| world.name == "plugin")
        .expect("a world");
    for item in world.imports.values() {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        assert!(resolve.interfaces[*id].functions.is_empty());
    }
}

#[test]
fn an_automation_is_given_what_it_calls_and_uses() {
    let files = files(
        "operations = [\"customers.list\"]\nservices = [\"state\"]\n[[roles]]\nrole = \"automation\"\n",
    );
    let customers = &files["deps/zhibang-erp/customers.wit"];
    assert_eq!(customers.matches("func(").count(), 1);
    assert!(!files.contains_key("deps/zhibang-erp/contracts.wit"));
    let resolve = sound(&files);
    assert_eq!(exports(&resolve), ["sunmao:plugin/event-handler@0.1.0"]);
}

#[test]
fn a_merge_needs_no_kind() {
    let resolve = sound(&files("[[roles]]\nrole = \"merge\"\n"));
    assert_eq!(exports(&resolve), ["sunmao:plugin/merge@0.1.0"]);
}

#[test]
fn what_is_unknown_is_told_at_once_with_the_nearest() {
    let roles = format!(
        "operations = [\"customers.lst\"]\nservices = [\"hub\"]\n{}[[roles]]\nrole = \"policy\"\nkind = \"showroom-visits2\"\n",
        mapping("contatc", "customers.save-compny")
    );
    let faults = faults(&roles);
    assert_eq!(faults.len(), 5, "{faults:?}");
    for (fault, nearest) in faults.iter().zip([
        "contact",
        "customers.save-company",
        "showroom-visit",
        "customers.list",
        "records",
    ]) {
        assert!(fault.contains(nearest), "{fault}");
    }
}

#[test]
fn what_decides_may_call_nothing() {
    let faults = faults(&format!(
        "operations = [\"customers.list\"]\nservices = [\"log\", \"records\"]\n{}",
        mapping("contact", "customers.save-company")
    ));
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].contains("may not use customers.list, records"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_manifest_says_nothing_else() {
    let unknown = PluginManifest::read("name = \"p\"\nlanguage = \"rust\"\nroles = []\nrole = 1\n");
    assert!(unknown.expect_err("unknown key").contains("role"));
    let (catalogue, kinds) = (Catalogue::shared(), kinds());
    let none = manifest("roles = []")
        .resolve(&catalogue, &kinds)
        .expect_err("no role");
    assert!(none[0].contains("`roles` is empty"), "{}", none[0]);
}
