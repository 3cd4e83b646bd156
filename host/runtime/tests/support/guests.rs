//! Guests written by hand: a core module in WebAssembly text, wrapped into a component for a world in WIT text.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The export that every automation has, in the core module's words.
pub const HANDLE: &str = "sunmao:plugin/event-handler@0.1.0#handle";

/// A component for `world`, which is WIT text inside `package test:guest;` and may use the packages of `wit/`.
pub fn component(world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve
        .push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"))
        .expect("the wit folder is sound");
    wrap(&mut resolve, world, module)
}

/// A component against other packages than ours.
pub fn foreign_component(packages: &[&str], world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    for package in packages {
        resolve.push_str("foreign.wit", package).expect("sound WIT");
    }
    wrap(&mut resolve, world, module)
}

fn wrap(resolve: &mut Resolve, world: &str, module: &str) -> Vec<u8> {
    let text = format!("package test:guest; {world}");
    let package = resolve.push_str("guest.wit", &text).expect("sound WIT");
    let world = resolve.select_world(&[package], None).expect("one world");
    let mut module = wat::parse_str(module).expect("sound WebAssembly text");
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).expect("metadata");
    ComponentEncoder::default()
        .module(&module)
        .expect("module")
        .validate(true)
        .encode()
        .expect("component")
}

/// A core module that exports `handle` with the given body, beside what every component needs. The body sees the
/// event's flattened parameters and returns a pointer to the result; 1024 holds `ok`.
pub fn automation(imports: &str, body: &str) -> String {
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
            (func (export "{HANDLE}") (param i64 i32 i32 i32 i32 i32 i32 i32) (result i32)
                {body}
                (i32.const 1024)))"#
    )
}
