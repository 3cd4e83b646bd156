//! The WIT text: the ERP package, the record kinds, the automation world, and what one plugin asks for; all of it read from
//! the operations, the kinds and their shapes.

use crate::{Catalogue, KindSource, Kinds, Operation, SERVICES};
use semver::Version;
use std::collections::BTreeMap;
use wit_encoder::{Interface, Package, PackageName, World};

mod documentation;
mod interface;
mod plugin;
mod records;
mod roles;
mod types;

pub use plugin::plugin_wit;
pub use roles::POLICY as POLICY_SUFFIX;

/// Written here because the encoder leaves a world's documentation out.
const WORLD_DOCUMENTATION: &str =
    "/// Handles events with what the operator granted. What a component does not use, it does not import.";

const VERSION: Version = Version::new(0, 1, 0);

/// The files of the package `zhibang:erp`: each path relative to `wit/deps/zhibang-erp`, with its text. One interface a
/// business object, the types they share, and the state of the host's session.
pub fn wit_files(catalogue: &Catalogue) -> Vec<(String, String)> {
    let objects = objects(catalogue)
        .into_iter()
        .map(|(object, operations)| interface::object(object, &operations));
    [types::shared(), types::session()]
        .into_iter()
        .chain(objects)
        .map(erp_file)
        .collect()
}

/// The files of the package `sunmao:records`: each path relative to `wit/deps/sunmao-records`, with its text. One
/// interface a kind of the hub's; rows of the ERP are declared for the plugin that asks for them.
pub fn record_files(kinds: &Kinds) -> Vec<(String, String)> {
    let of_the_hub = kinds
        .iter()
        .filter(|kind| !matches!(kind.source, KindSource::Erp { .. }));
    std::iter::once(records::declaration())
        .chain(of_the_hub.map(|kind| records::file(kind)))
        .collect()
}

/// The text of `wit/automation.wit`: a world that may import every business object and every service.
pub fn automation_world(catalogue: &Catalogue) -> String {
    let mut world = World::new("automation");
    for service in SERVICES {
        world.named_interface_import(format!("sunmao:host/{}@{VERSION}", service.name));
    }
    for object in objects(catalogue).into_keys().chain(["session"]) {
        world.named_interface_import(format!("zhibang:erp/{object}@{VERSION}"));
    }
    world.named_interface_export("event-handler");
    let mut package = Package::new(plugin_package());
    package.world(world);
    generated(&format!("{WORLD_DOCUMENTATION}\n{}", undeclared(&package)))
}

/// A file of the package `zhibang:erp`: its name and its text.
fn erp_file(interface: Interface) -> (String, String) {
    let object = interface.name().raw_name().to_owned();
    let mut package = Package::new(PackageName::new("zhibang", "erp", Some(VERSION)));
    package.interface(interface);
    let text = if object == "types" {
        package.to_string()
    } else {
        undeclared(&package)
    };
    (format!("{object}.wit"), generated(&text))
}

fn plugin_package() -> PackageName {
    PackageName::new("sunmao", "plugin", Some(VERSION))
}

/// The business operations by object, in the order of the menu ids.
fn objects(catalogue: &Catalogue) -> BTreeMap<&str, Vec<&Operation>> {
    let mut objects: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    let business = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business());
    for operation in business {
        objects.entry(&operation.object).or_default().push(operation);
    }
    objects
}

/// A package's text without its declaration. One file of a package declares it: a comment before a declaration
/// documents the package, and only one may.
fn undeclared(package: &Package) -> String {
    let text = package.to_string();
    let declaration = format!("package {};\n\n", package.name());
    text.strip_prefix(&declaration).unwrap_or(&text).to_owned()
}

fn generated(text: &str) -> String {
    format!("// Generated from the catalogue by `cargo xtask generate`; edits are overwritten.\n{text}")
}
