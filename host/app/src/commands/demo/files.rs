//! The demonstration's files: a configuration to edit, a store that begins anew each time, compiled plugins.

use super::missing;
use crate::exit::Exit;
use crate::failure::Failure;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The configuration that is shipped; the demonstration runs on it.
const CONFIGURATION: &str = include_str!("../../../../../sunmao.toml.example");
const FOLDER: &str = "data/demo";

/// Where everything lies.
#[derive(Clone)]
pub struct Files {
    pub configuration: PathBuf,
    pub store: PathBuf,
    pub cache_folder: PathBuf,
    /// Removed when the demonstration ends.
    _temporary: Option<Arc<TempDir>>,
}

impl Files {
    /// Makes the work folder ready and checks that plugin and policy are there.
    pub fn prepare(fresh: bool, plugins_folder: &Path, scripts_folder: &Path) -> Result<Self, Failure> {
        let plugin = plugins_folder.join("wechat-customer.wasm");
        if !plugin.is_file() {
            return Err(missing(
                &plugin,
                "build the plugins first: `cargo xtask guests`; or name their folder with --plugins-folder",
            ));
        }
        let script = scripts_folder.join("admission.rhai");
        if !script.is_file() {
            return Err(missing(
                &script,
                "run it in the project's folder, or name the scripts' folder with --scripts-folder",
            ));
        }
        Files::in_folder(fresh).map_err(|error| {
            Failure::new(
                Exit::Failed,
                FOLDER,
                "preparing the demonstration",
                error.to_string(),
            )
            .with_hint("check that the folder may be written to, or use --fresh")
        })
    }

    fn in_folder(fresh: bool) -> io::Result<Self> {
        let temporary = if fresh {
            Some(Arc::new(TempDir::with_prefix("sunmao-demo-")?))
        } else {
            None
        };
        let folder = temporary
            .as_ref()
            .map_or_else(|| PathBuf::from(FOLDER), |folder| folder.path().to_path_buf());
        let files = Files {
            configuration: folder.join("sunmao.toml"),
            store: folder.join("sunmao.sqlite"),
            cache_folder: folder.join("cache"),
            _temporary: temporary,
        };
        std::fs::create_dir_all(&folder)?;
        if !files.configuration.exists() {
            std::fs::write(&files.configuration, CONFIGURATION)?;
        }
        files.forget_store()?;
        Ok(files)
    }

    /// The simulated ERP begins anew each time, and links to the records of an earlier one would lead nowhere.
    fn forget_store(&self) -> io::Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            let mut file = self.store.clone().into_os_string();
            file.push(suffix);
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
