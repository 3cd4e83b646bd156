//! What a machine can hold of the invariants in `host/README.md`.

#![cfg(test)]

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

const LONGEST_FILE: usize = 400;

/// What a crate's `[dependencies]` must not name. Dev-dependencies are free: a client is tested against the simulator.
const FORBIDDEN: [(&str, &[&str]); 8] = [
    (
        "catalogue",
        &["tokio", "reqwest", "axum", "wasmtime", "sqlx", "rhai"],
    ),
    (
        "erp-client",
        &[
            "wasmtime",
            "rhai",
            "sqlx",
            "axum",
            "sunmao-store",
            "sunmao-runtime",
            "sunmao-simulator",
        ],
    ),
    (
        "simulator",
        &["sunmao-erp-client", "sunmao-runtime", "sunmao-store", "wasmtime"],
    ),
    (
        "store",
        &[
            "sunmao-catalogue",
            "sunmao-erp-client",
            "sunmao-runtime",
            "sunmao-simulator",
            "wasmtime",
            "rhai",
            "reqwest",
        ],
    ),
    (
        "sheets",
        &[
            "tokio",
            "reqwest",
            "axum",
            "sqlx",
            "sunmao-store",
            "sunmao-runtime",
        ],
    ),
    (
        "documents",
        &[
            "tokio",
            "reqwest",
            "axum",
            "sqlx",
            "sunmao-store",
            "sunmao-runtime",
        ],
    ),
    (
        "runtime",
        &["sqlx", "axum", "clap", "reqwest", "sunmao-simulator"],
    ),
    ("app", &["sqlx", "wasmtime", "rhai"]),
];

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut sources = Vec::new();
    for part in ["host", "plugins", "tests"] {
        let entries = WalkDir::new(root.join(part))
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target");
        for entry in entries {
            let path = entry.expect("a readable tree").into_path();
            if path.extension().is_some_and(|suffix| suffix == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8 source");
                sources.push((shown(&root, &path), text));
            }
        }
    }
    assert!(sources.len() > 100, "only {} sources found", sources.len());
    sources
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[test]
fn every_file_says_what_lives_there() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(
        silent.is_empty(),
        "files that do not open with a `//!` sentence: {silent:#?}"
    );
}

#[test]
fn no_file_outgrows_one_idea() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LONGEST_FILE)
        .map(|(path, text)| format!("{path}: {}", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "files over {LONGEST_FILE} lines: {long:#?}");
}

#[test]
fn no_crate_knows_what_it_must_not() {
    for (name, forbidden) in FORBIDDEN {
        let path = root().join("host").join(name).join("Cargo.toml");
        let manifest: toml::Table = std::fs::read_to_string(&path)
            .expect("a manifest")
            .parse()
            .expect("sound TOML");
        let dependencies = manifest["dependencies"].as_table().expect("dependencies");
        let known: Vec<&&str> = forbidden
            .iter()
            .filter(|name| dependencies.contains_key(**name))
            .collect();
        assert!(
            known.is_empty(),
            "host/{name} depends on {known:?}; see host/README.md"
        );
    }
}

#[test]
fn only_the_store_speaks_sql() {
    let speakers: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| {
            !path.starts_with("host/store") && !path.ends_with("tidy.rs") && text.contains("sqlx::")
        })
        .map(|(path, _)| path)
        .collect();
    assert!(speakers.is_empty(), "SQL outside of host/store: {speakers:?}");
}

#[test]
fn the_map_names_every_crate() {
    let map = std::fs::read_to_string(root().join("host/README.md")).expect("the map");
    for entry in std::fs::read_dir(root().join("host")).expect("host/") {
        let entry = entry.expect("an entry");
        if entry.path().join("Cargo.toml").is_file() {
            let name = entry.file_name().into_string().expect("a UTF-8 name");
            assert!(
                map.contains(&format!("| `{name}` |")),
                "host/README.md does not explain host/{name}"
            );
        }
    }
}

#[test]
fn the_main_function_stays_small() {
    let main = std::fs::read_to_string(root().join("host/app/src/main.rs")).expect("main.rs");
    assert!(
        main.lines().count() < 40,
        "main.rs has {} lines",
        main.lines().count()
    );
}
