//! The generated reference: complete, current, linked, and with examples that work.

#![cfg(test)]

mod manual;
mod markdown;
mod openapi;

use std::path::{Path, PathBuf};

/// The root of the working tree.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Fails where a committed file is not what is generated.
pub(crate) fn assert_current(path: &str, text: &str) {
    let committed = std::fs::read_to_string(root().join(path)).unwrap_or_default();
    assert!(committed == text, "{path} is stale; run `cargo xtask generate`");
}
