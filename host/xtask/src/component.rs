//! Core modules as components, and what components may call.

use anyhow::{Context, Result, bail};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, WorldItem};

/// A module that wit-bindgen's types travel in, as a component. Imports that the module does not use are left out.
pub fn wrap(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)
        .context("reading the component types; does the crate end with `sunmao_plugin::plugin!` or `export_automation!`?")?
        .validate(true)
        .encode()
        .context("encoding the component")
}

/// The functions a component imports, as `package/interface.function`. Anything that is not ours (WASI, say) is refused.
pub fn calls(component: &[u8]) -> Result<Vec<String>> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("a WIT package, not a component");
    };
    let mut calls = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        let name = resolve.name_world_key(key);
        if !name.starts_with("sunmao:") && !name.starts_with("zhibang:") {
            bail!("imports `{name}`, which the host does not have");
        }
        collect(&resolve, &name, item, &mut calls);
    }
    Ok(calls)
}

fn collect(resolve: &Resolve, name: &str, item: &WorldItem, calls: &mut Vec<String>) {
    let interface = name.split('@').next().unwrap_or(name);
    match item {
        WorldItem::Interface { id, .. } => {
            let functions = resolve.interfaces[*id].functions.keys();
            calls.extend(functions.map(|function| format!("{interface}.{function}")));
        }
        WorldItem::Function(_) => calls.push(name.to_owned()),
        WorldItem::Type { .. } => {}
    }
}

#[cfg(test)]
mod tests;
