//! What a component can reach, read from its type before anything of it runs.

use super::roles::{PureRoles, Role};
use super::typecheck;
use crate::Surface;
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Kinds, Operation, SERVICES, Service};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};

/// The version of every package we serve; older minors join here when there are any.
const VERSION: &str = "0.1.";

/// One imported ERP function that exists and has our types.
#[derive(Debug, Clone)]
pub struct ImportedOperation {
    /// The instance's import name, with version.
    pub interface: String,
    /// The function's name in it.
    pub function: String,
    /// Our operation.
    pub id: u32,
}

/// A component's imports and exports, resolved against the catalogue and the record kinds.
#[derive(Debug, Default)]
pub struct Imports {
    /// ERP operations.
    pub operations: Vec<ImportedOperation>,
    /// Import names of `zhibang:erp/session`, which is served by the host itself.
    pub sessions: Vec<String>,
    /// What it maps, judges and settles.
    pub roles: PureRoles,
    /// Whether it handles events.
    pub handles: bool,
    /// What the operator and the grants see.
    pub surface: Surface,
}

/// Reads a component's imports and exports. All faults are reported: unknown names with the nearest known one, and types
/// that differ from ours.
pub fn inspect(
    engine: &Engine,
    component: &Component,
    catalogue: &Catalogue,
    kinds: &Kinds,
) -> Result<Imports, Vec<String>> {
    let kind = component.component_type();
    let mut imports = Imports::default();
    let mut faults = Vec::new();
    let mut services = BTreeSet::new();
    for (name, item) in kind.imports(engine) {
        match (parse(name), item.ty) {
            (Some(("zhibang:erp", "types", _)) | Some(("sunmao:host", "types", _)), _) => {}
            // Types alone, which are compared where they are used.
            (Some(("sunmao:records", _, version)), ComponentItem::ComponentInstance(instance))
                if version.starts_with(VERSION) && functions(engine, &instance).next().is_none() => {}
            (Some((package, _, version)), _) if is_ours(package) && !version.starts_with(VERSION) => {
                faults.push(format!(
                    "imports {name}, this host serves {package}@{VERSION}0; rebuild the plugin"
                ));
            }
            (Some(("zhibang:erp", "session", _)), ComponentItem::ComponentInstance(instance)) => {
                if session(engine, &instance, &mut faults) {
                    imports.sessions.push(name.to_owned());
                }
            }
            (Some(("zhibang:erp", object, _)), ComponentItem::ComponentInstance(instance)) => {
                operations(
                    engine,
                    catalogue,
                    name,
                    object,
                    &instance,
                    &mut imports,
                    &mut faults,
                );
            }
            (Some(("sunmao:host", service, _)), ComponentItem::ComponentInstance(_))
                if Service::find(service).is_some() =>
            {
                services.insert(service.to_owned());
            }
            _ => faults.push(unknown_import(name)),
        }
    }
    for (name, item) in kind.exports(engine) {
        if let (Some(("sunmao:plugin", interface, _)), ComponentItem::ComponentInstance(instance)) =
            (parse(name), item.ty)
        {
            let kinds = (catalogue, kinds);
            if let Err(fault) = role(
                engine,
                component,
                kinds,
                (name, interface),
                &instance,
                &mut imports,
            ) {
                faults.push(fault);
            }
        }
    }
    if imports.surface.roles.is_empty() && faults.is_empty() {
        faults.push("exports no mapping, policy, merge or automation; see wit/plugin.wit".to_owned());
    }
    imports.surface.services = services.into_iter().collect();
    imports.surface.operations.sort();
    // A component may import one object at several versions.
    imports.surface.operations.dedup();
    imports.surface.roles.sort();
    imports.surface.roles.dedup();
    faults.extend(impure(&imports));
    if faults.is_empty() {
        Ok(imports)
    } else {
        Err(faults)
    }
}

/// Splits `zhibang:erp/customers@0.1.0`.
fn parse(name: &str) -> Option<(&str, &str, &str)> {
    let (path, version) = name.split_once('@')?;
    let (package, interface) = path.split_once('/')?;
    Some((package, interface, version))
}

fn is_ours(package: &str) -> bool {
    matches!(
        package,
        "zhibang:erp" | "sunmao:host" | "sunmao:plugin" | "sunmao:records"
    )
}

fn functions<'a>(
    engine: &'a Engine,
    instance: &'a ComponentInstance,
) -> impl Iterator<Item = (&'a str, ComponentFunc)> + 'a {
    instance.exports(engine).filter_map(|(name, item)| match item.ty {
        ComponentItem::ComponentFunc(function) => Some((name, function)),
        _ => None,
    })
}

/// One exported interface: which role it is, and whether its types are ours.
fn role(
    engine: &Engine,
    component: &Component,
    (catalogue, kinds): (&Catalogue, &Kinds),
    (name, interface): (&str, &str),
    instance: &ComponentInstance,
    imports: &mut Imports,
) -> Result<(), String> {
    let Some(role) = Role::of(interface, catalogue, kinds) else {
        return Err(format!(
            "exports {name}, which joins nothing that this host knows: a mapping is called after a record kind or an \
             object of the ERP, and a kind or an operation; see `sunmao kinds list`"
        ));
    };
    let listed = role.listed();
    let (_, function) = functions(engine, instance)
        .find(|(own, _)| *own == role.function())
        .ok_or_else(|| format!("exports {name} without its function `{}`", role.function()))?;
    imports
        .roles
        .add(component, name, &role, &function)
        .map_err(|difference| {
            format!(
                "exports {interface} with other types than this host's: {difference}; build it again with the wit/ that \
                 `sunmao plugin wit` writes"
            )
        })?;
    imports.handles |= matches!(role, Role::Automation);
    imports.surface.roles.push(listed);
    Ok(())
}

/// What decides runs in bulk, again and again, for records of which nothing may come; so it decides from what it is
/// given and touches nothing, which its imports prove.
fn impure(imports: &Imports) -> Option<String> {
    if imports.roles.is_empty() {
        return None;
    }
    let surface = &imports.surface;
    let role = surface.roles.iter().find(|role| *role != "automation")?;
    let is_pure = |name: &str| Service::find(name).is_some_and(|service| service.pure);
    let services = surface.services.iter().map(String::as_str);
    let services = services.filter(|service| !is_pure(service));
    let operations = surface.operations.iter().map(String::as_str);
    let session = imports.sessions.iter().map(|_| "session.status").take(1);
    let touched: Vec<&str> = operations.chain(session).chain(services).collect();
    if touched.is_empty() {
        return None;
    }
    let pure = SERVICES.iter().filter(|service| service.pure);
    Some(format!(
        "plays the role {role}, which may import {} only, and imports {}; move what calls them into an automation of \
         its own",
        pure.map(|service| service.name).collect::<Vec<_>>().join(", "),
        touched.join(", ")
    ))
}

fn session(engine: &Engine, instance: &ComponentInstance, faults: &mut Vec<String>) -> bool {
    let before = faults.len();
    for (name, kind) in functions(engine, instance) {
        if name != "status" {
            faults.push(format!(
                "imports session.{name}: login and logout belong to the host; use session.status"
            ));
        } else if let Some(difference) = typecheck::session_difference(&kind) {
            faults.push(other_types("session.status", &difference));
        }
    }
    faults.len() == before
}

fn operations(
    engine: &Engine,
    catalogue: &Catalogue,
    interface: &str,
    object: &str,
    instance: &ComponentInstance,
    imports: &mut Imports,
    faults: &mut Vec<String>,
) {
    for (function, kind) in functions(engine, instance) {
        let name = format!("{object}.{function}");
        let Some(operation) = catalogue.find(&name).filter(|operation| operation.is_business()) else {
            let nearest = catalogue
                .nearest(&name)
                .map(|nearest| format!("; the nearest known is {nearest}"));
            faults.push(format!(
                "imports the unknown operation {name}{}",
                nearest.unwrap_or_default()
            ));
            continue;
        };
        if let Some(fault) = different(operation, &kind) {
            faults.push(fault);
            continue;
        }
        imports.operations.push(ImportedOperation {
            interface: interface.to_owned(),
            function: function.to_owned(),
            id: operation.id,
        });
        imports.surface.operations.push(name);
    }
}

fn different(operation: &Operation, kind: &ComponentFunc) -> Option<String> {
    let difference = typecheck::difference(operation, kind)?;
    Some(other_types(&operation.name, &difference))
}

fn other_types(name: &str, difference: &str) -> String {
    format!(
        "imports {name} with other types than this host's: {difference}; rebuild it against this host's wit/"
    )
}

fn unknown_import(name: &str) -> String {
    if name.starts_with("wasi:") {
        return format!("imports {name}: plugins get no files, sockets, environment or clock of their own");
    }
    format!("imports {name}, which this host does not offer; a plugin may import zhibang:erp and sunmao:host")
}
