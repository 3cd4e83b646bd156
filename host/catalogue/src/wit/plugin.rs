//! The WIT of one plugin, trimmed to what its manifest asks for: guests in JavaScript and Python import all they were
//! built with.

use super::{VERSION, erp_file, generated, interface, plugin_package, records, roles, types};
use crate::joint::{Joint, Side};
use crate::{Operation, PluginParts, RecordKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wit_encoder::{Package, World};

const HOST: &str = include_str!("../../../../wit/deps/sunmao-host/host.wit");
const EVENT_HANDLER: &str = include_str!("../../../../wit/event-handler.wit");
const MERGE: &str = include_str!("../../../../wit/merge.wit");
/// The world that a plugin is built for.
const WORLD: &str = "plugin";

/// The files of a plugin's `wit/`: each path with its text.
pub fn plugin_wit(parts: &PluginParts<'_>) -> Vec<(String, String)> {
    let mut files = vec![("plugin.wit".to_owned(), generated(&package(parts).to_string()))];
    if parts.handles {
        files.push(("event-handler.wit".to_owned(), EVENT_HANDLER.to_owned()));
    }
    if parts.merges {
        files.push(("merge.wit".to_owned(), MERGE.to_owned()));
    }
    files.push(("deps/sunmao-host/host.wit".to_owned(), HOST.to_owned()));
    let kinds = kinds_of(parts);
    if !kinds.is_empty() {
        let texts =
            std::iter::once(records::declaration()).chain(kinds.values().map(|kind| records::file(kind)));
        files.extend(within("deps/sunmao-records", texts));
    }
    files.extend(within("deps/zhibang-erp", erp(parts, &kinds)));
    files
}

fn within(
    folder: &'static str,
    files: impl IntoIterator<Item = (String, String)>,
) -> impl Iterator<Item = (String, String)> {
    files
        .into_iter()
        .map(move |(name, text)| (format!("{folder}/{name}"), text))
}

fn package(parts: &PluginParts<'_>) -> Package {
    let mut world = World::new(WORLD);
    for service in &parts.services {
        world.named_interface_import(format!("sunmao:host/{}@{VERSION}", service.name));
    }
    let objects: BTreeSet<&str> = parts
        .operations
        .iter()
        .map(|called| called.object.as_str())
        .collect();
    for object in objects {
        world.named_interface_import(format!("zhibang:erp/{object}@{VERSION}"));
    }
    let mut package = Package::new(plugin_package());
    for joint in &parts.joints {
        package.interface(roles::mapping(joint));
        world.named_interface_export(joint.interface());
    }
    for kind in &parts.policies {
        package.interface(roles::policy(kind));
        world.named_interface_export(roles::policy_interface(kind));
    }
    if parts.merges {
        world.named_interface_export("merge");
    }
    if parts.handles {
        world.named_interface_export("event-handler");
    }
    package.world(world);
    package
}

/// The kinds that travel, by interface.
fn kinds_of(parts: &PluginParts<'_>) -> BTreeMap<String, Arc<RecordKind>> {
    let sides = parts.joints.iter().flat_map(|joint| [&joint.from, &joint.to]);
    let mapped = sides.filter_map(|side| match side {
        Side::Kind(kind) => Some(kind),
        Side::Operation(_) => None,
    });
    mapped
        .chain(&parts.policies)
        .map(|kind| (records::interface_name(kind), kind.clone()))
        .collect()
}

/// What is called, with its functions, and what is only filled in, as types alone.
fn erp(parts: &PluginParts<'_>, kinds: &BTreeMap<String, Arc<RecordKind>>) -> Vec<(String, String)> {
    let mut objects: BTreeMap<&str, (Vec<&Operation>, Vec<&Operation>)> = BTreeMap::new();
    for operation in &parts.operations {
        objects.entry(&operation.object).or_default().0.push(operation);
    }
    for operation in parts.joints.iter().filter_map(arguments) {
        let part = objects.entry(&operation.object).or_default();
        if !part.1.contains(&operation) {
            part.1.push(operation);
        }
    }
    let shares = kinds.values().any(|kind| interface::shares(&kind.shape()));
    if objects.is_empty() && !shares {
        return Vec::new();
    }
    let objects = objects
        .into_iter()
        .map(|(object, (called, filled))| interface::part_of_object(object, &called, &filled));
    let types = match parts.operations.is_empty() {
        true => types::of_records(),
        false => types::shared(),
    };
    std::iter::once(types).chain(objects).map(erp_file).collect()
}

fn arguments(joint: &Joint) -> Option<&Operation> {
    match &joint.to {
        Side::Operation(operation) => Some(operation),
        Side::Kind(_) => None,
    }
}
