//! Guests written by hand: a core module in WebAssembly text, wrapped into a component for a world in WIT text.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::Path;
use sunmao_catalogue::{Catalogue, Kinds, PluginManifest, plugin_wit};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// The export that every automation has, in the core module's words.
pub const HANDLE: &str = "sunmao:plugin/event-handler@0.1.0#handle";
/// The export that a policy of contacts has.
pub const JUDGE: &str = "sunmao:plugin/contact-policy@0.1.0#judge";
/// The export that every merge has.
pub const RULE: &str = "sunmao:plugin/merge@0.1.0#rule";

/// What the hand-written guests play, as a plugin's folder says it.
pub const MANIFEST: &str = r#"
name = "guest"
language = "text"
roles = [
    { role = "policy", kind = "contact" },
    { role = "mapping", from = "contact", to = "customers.save-company" },
    { role = "mapping", from = "customers", to = "contact" },
]
"#;

/// The generated files of a manifest's `wit/`, by path.
pub fn wit_of(manifest: &str, kinds: &Kinds) -> Vec<(String, String)> {
    let catalogue = Catalogue::shared();
    let manifest = PluginManifest::read(manifest).expect("a manifest");
    plugin_wit(&manifest.resolve(&catalogue, kinds).expect("known names"))
}

/// A component that exports all that a folder's `wit/` asks for, and traps whatever it is asked.
pub fn trapping(files: &[(String, String)]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("folder");
    lay(folder.path(), files);
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder.path()).expect("sound WIT");
    let world = resolve.packages[package].worlds["plugin"];
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let encoder = ComponentEncoder::default().module(&module).expect("module");
    { encoder }.encode().expect("component")
}

fn lay(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        std::fs::write(path, text).expect("file");
    }
}

/// The packages of `wit/`, with the roles of [`MANIFEST`] among them.
fn ours() -> Resolve {
    let folder = tempfile::tempdir().expect("folder");
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"));
    let files = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("file"));
    let files: Vec<(String, String)> = files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("below");
            let text = std::fs::read_to_string(entry.path()).expect("text");
            (path.display().to_string(), text)
        })
        .collect();
    lay(folder.path(), &files);
    let kinds = Kinds::shipped(&Catalogue::shared()).expect("sound kinds");
    let own = wit_of(MANIFEST, &kinds);
    let is_new = |path: &str| path == "plugin.wit" || path.starts_with("deps/sunmao-records");
    let own: Vec<_> = own.into_iter().filter(|(path, _)| is_new(path)).collect();
    lay(folder.path(), &own);
    let mut resolve = Resolve::default();
    resolve.push_dir(folder.path()).expect("the wit folder is sound");
    resolve
}

/// A component for `world`, which is WIT text inside `package test:guest;` and may use the packages of `wit/`.
pub fn component(world: &str, module: &str) -> Vec<u8> {
    component_with(&[], world, module)
}

/// A component that may use other packages beside ours.
pub fn component_with(packages: &[&str], world: &str, module: &str) -> Vec<u8> {
    let mut resolve = ours();
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

/// A core module that exports `judge` with the given body. The body sees a pointer to the contact; 1024 holds `admit`.
pub fn policy(imports: &str, body: &str) -> String {
    exporting(imports, JUDGE, "i32", body)
}

/// A core module that exports `rule` with the given body. The body sees a pointer to the change; 1024 holds `undecided`.
pub fn merge(body: &str) -> String {
    exporting("", RULE, "i32", body)
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
