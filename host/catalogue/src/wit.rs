//! The WIT text of the ERP package and of the automation world, read from the operations and their shapes.

use crate::{Catalogue, Operation};
use semver::Version;
use std::collections::BTreeMap;
use wit_encoder::{Package, PackageName, World};

mod documentation;
mod interface;
mod types;

/// The services of the host that an automation may ask for.
const SERVICES: [&str; 7] = ["log", "state", "hub", "links", "events", "settings", "clock"];

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
        .map(|interface| {
            let object = interface.name().raw_name().to_owned();
            let mut package = Package::new(PackageName::new("zhibang", "erp", Some(VERSION)));
            package.interface(interface);
            let text = if object == "types" {
                package.to_string()
            } else {
                undeclared(&package)
            };
            (format!("{object}.wit"), generated(&text))
        })
        .collect()
}

/// The text of `wit/automation.wit`: a world that may import every business object and every service.
pub fn automation_world(catalogue: &Catalogue) -> String {
    let mut world = World::new("automation");
    for service in SERVICES {
        world.named_interface_import(format!("sunmao:host/{service}@{VERSION}"));
    }
    for object in objects(catalogue).into_keys().chain(["session"]) {
        world.named_interface_import(format!("zhibang:erp/{object}@{VERSION}"));
    }
    world.named_interface_export("event-handler");
    let mut package = Package::new(PackageName::new("sunmao", "plugin", Some(VERSION)));
    package.world(world);
    generated(&format!("{WORLD_DOCUMENTATION}\n{}", undeclared(&package)))
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
