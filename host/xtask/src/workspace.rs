//! Where the working tree and its build output are.

use crate::cargo;
use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;
use std::path::{Path, PathBuf};

/// The working tree that this run belongs to.
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Cargo's target folder, which `CARGO_TARGET_DIR` may have moved.
    pub target: PathBuf,
}

impl Workspace {
    /// Asked at run time, as two working trees may share a target folder and with it this program.
    pub fn find() -> Result<Self> {
        let start = std::env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let metadata = MetadataCommand::new()
            .cargo_path(cargo::program())
            .manifest_path(Path::new(&start).join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("reading the workspace")?;
        Ok(Workspace {
            root: metadata.workspace_root.into(),
            target: metadata.target_directory.into(),
        })
    }

    /// The target folder of the guests: another target platform, and perhaps another compiler.
    pub fn guests_target(&self) -> PathBuf {
        self.target.join("guests-build")
    }

    /// The guest workspaces that this working tree has.
    pub fn guests(&self) -> impl Iterator<Item = GuestWorkspace> {
        [("plugins", "plugins/dist"), ("tests/guests", "tests/dist")]
            .map(|(folder, dist)| GuestWorkspace {
                folder: self.root.join(folder),
                dist: self.root.join(dist),
            })
            .into_iter()
            .filter(|guests| guests.folder.join("Cargo.toml").is_file())
    }
}

/// A workspace of crates that become components.
pub struct GuestWorkspace {
    /// The folder of its manifest.
    pub folder: PathBuf,
    /// Where its components go.
    pub dist: PathBuf,
}
