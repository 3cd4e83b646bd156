//! Guests written by hand: a core module in WebAssembly text, wrapped into a component for a world in WIT text.
#![allow(dead_code, reason = "each test uses its part")]

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The export that every automation has, in the core module's words.
pub const HANDLE: &str = "sunmao:plugin/event-handler@0.1.0#handle";
/// The export that every policy has.
pub const ADMIT: &str = "sunmao:plugin/admission@0.1.0#admit";

/// A component for `world`, which is WIT text inside `package test:guest;` and may use the packages of `wit/`.
pub fn component(world: &str, module: &str) -> Vec<u8> {
    component_with(&[], world, module)
}

/// A component that may use other packages beside ours.
pub fn component_with(packages: &[&str], world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve
        .push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"))
        .expect("the wit folder is sound");
    push(&mut resolve, packages);
    wrap(&mut resolve, world, module)
}

/// A component against other packages than ours.
pub fn foreign_component(packages: &[&str], world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    push(&mut resolve, packages);
    wrap(&mut resolve, world, module)
}

fn push(resolve: &mut Resolve, packages: &[&str]) {
    for package in packages {
        resolve.push_str("foreign.wit", package).expect("sound WIT");
    }
}

fn wrap(resolve: &mut Resolve, world: &str, module: &str) -> Vec<u8> {
    let text = format!("package test:guest; {world}");
    let package = resolve.push_str("guest.wit", &text).expect("sound WIT");
    let world = resolve.select_world(&[package], None).expect("one world");
    let mut module = wat::parse_str(module).expect("sound WebAssembly text");
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).expect("metadata");
    // What a world imports at two versions stays so.
    ComponentEncoder::default()
        .merge_imports_based_on_semver(false)
        .module(&module)
        .expect("module")
        .validate(true)
        .encode()
        .expect("component")
}

/// A component that imports nothing, with further instances in it that do nothing but have a memory of so many pages.
pub fn with_memories(mut component: Vec<u8>, pages: u32, count: u8) -> Vec<u8> {
    let module = wat::parse_str(format!("(module (memory {pages}))")).expect("sound WebAssembly text");
    // Each is made of the second module, from no arguments.
    let instances = std::iter::once(count).chain((0..count).flat_map(|_| [0, 1, 0]));
    for (section, content) in [(1, module), (2, instances.collect::<Vec<u8>>())] {
        let length = u8::try_from(content.len()).expect("a short section");
        assert!(length < 0x80, "a length of one byte");
        component.extend([section, length]);
        component.extend(content);
    }
    component
}

/// A core module that exports `handle` with the given body, beside what every component needs. The body sees the
/// event's flattened parameters and returns a pointer to the result; 1024 holds `ok`.
pub fn automation(imports: &str, body: &str) -> String {
    exporting(imports, HANDLE, "i64 i32 i32 i32 i32 i32 i32 i32", body)
}

/// A core module that exports `admit` with the given body. The body sees a pointer to the contact; 1024 holds `admit`.
pub fn policy(imports: &str, body: &str) -> String {
    exporting(imports, ADMIT, "i32", body)
}

fn exporting(imports: &str, export: &str, parameters: &str, body: &str) -> String {
    format!(
        r#"(module
            {imports}
            (memory (export "memory") 1)
            (global $next (mut i32) (i32.const 4096))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (block $enough
                    (br_if $enough (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
                    (drop (memory.grow (i32.add (i32.div_u (local.get 3) (i32.const 65536)) (i32.const 1)))))
                (local.get $at))
            (func (export "{export}") (param {parameters}) (result i32)
                {body}
                (i32.const 1024)))"#
    )
}
