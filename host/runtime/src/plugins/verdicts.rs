//! What is known of files that were compiled before, by content: that they compile, or that they brought the compiler
//! down. It lies beside the code cache and is as safe to delete.

use super::compiling::CompileBounds;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// What came of compiling a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its code was left in the cache.
    Compiles,
    /// It took more than it may, or the compiler crashed.
    BroughtDown {
        /// What happened.
        reason: String,
        /// What it was given.
        bounds: CompileBounds,
    },
}

/// The verdicts of a cache folder.
#[derive(Debug)]
pub struct Verdicts {
    folder: PathBuf,
}

impl Verdicts {
    /// The verdicts beside the code cache in `cache_folder`.
    pub fn new(cache_folder: &Path) -> Self {
        Verdicts {
            folder: cache_folder.join("verdicts"),
        }
    }

    /// A file's content, for this compiler with its settings: another one may judge otherwise.
    pub fn key(engine: &wasmtime::Engine, content: &[u8]) -> String {
        let mut compiler = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut compiler);
        format!("{}-{:016x}", blake3::hash(content).to_hex(), compiler.finish())
    }

    /// What is known; what cannot be read counts as nothing.
    pub fn read(&self, key: &str) -> Option<Verdict> {
        let text = std::fs::read(self.folder.join(key)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Remembers it. Where that fails the file is compiled once more at the next start.
    pub fn write(&self, key: &str, verdict: &Verdict) {
        let kept = serde_json::to_vec(verdict)
            .map_err(std::io::Error::from)
            .and_then(|text| {
                std::fs::create_dir_all(&self.folder)?;
                std::fs::write(self.folder.join(key), text)
            });
        if let Err(error) = kept {
            let folder = self.folder.display();
            tracing::warn!(%folder, %error, "what came of compiling a plugin is not remembered");
        }
    }
}
