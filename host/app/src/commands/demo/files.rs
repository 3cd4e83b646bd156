//! The demonstration's files: a configuration to edit, a store that begins anew each time, compiled plugins.

use super::missing;
use crate::exit::Exit;
use crate::failure::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sunmao_store::{Store, StoreError};
use tempfile::TempDir;

/// The configuration that is shipped; the demonstration runs on it.
const CONFIGURATION: &str = include_str!("../../../../../sunmao.toml.example");
const FOLDER: &str = "data/demo";
/// Held by the demonstration that works in the folder.
const LOCK: &str = "demo.lock";
const PHASE: &str = "preparing the demonstration";

/// Where everything lies.
#[derive(Clone)]
pub struct Files {
    pub configuration: PathBuf,
    pub store: PathBuf,
    pub cache_folder: PathBuf,
    /// Lets go of the folder when the demonstration ends, or dies.
    _lock: Arc<File>,
    /// Removed when the demonstration ends.
    _temporary: Option<Arc<TempDir>>,
}

impl Files {
    /// Makes the work folder ready and checks that plugin and policy are there.
    pub async fn prepare(fresh: bool, plugins_folder: &Path, scripts_folder: &Path) -> Result<Self, Failure> {
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
        let files = Files::in_folder(fresh)?;
        files.forget_store().await?;
        Ok(files)
    }

    fn in_folder(fresh: bool) -> Result<Self, Failure> {
        let temporary = if fresh {
            let folder = TempDir::with_prefix("sunmao-demo-").map_err(|error| unwritable(&error))?;
            Some(Arc::new(folder))
        } else {
            None
        };
        let folder = temporary
            .as_ref()
            .map_or_else(|| PathBuf::from(FOLDER), |folder| folder.path().to_path_buf());
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&error))?;
        let files = Files {
            _lock: Arc::new(lock(&folder.join(LOCK))?),
            configuration: folder.join("sunmao.toml"),
            store: folder.join("sunmao.sqlite"),
            cache_folder: folder.join("cache"),
            _temporary: temporary,
        };
        if !files.configuration.exists() {
            std::fs::write(&files.configuration, CONFIGURATION).map_err(|error| unwritable(&error))?;
        }
        Ok(files)
    }

    /// The simulated ERP begins anew each time, and links to the records of an earlier one would lead nowhere. A store
    /// that a host is working on stays.
    async fn forget_store(&self) -> Result<(), Failure> {
        if self.store.exists() {
            match Store::open(&self.store).await {
                Ok(store) => store.close().await?,
                Err(error @ StoreError::InUse { .. }) => return Err(error.into()),
                // Whatever else is wrong with it, it goes.
                Err(_) => {}
            }
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut file = self.store.clone().into_os_string();
            file.push(suffix);
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&error)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Takes the folder for this demonstration alone, and notes which process has it.
fn lock(path: &Path) -> Result<File, Failure> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| unwritable(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(taken(path)),
        Err(TryLockError::Error(error)) => return Err(unwritable(&error)),
    }
    file.set_len(0)
        .and_then(|()| write!(file, "{}", std::process::id()))
        .map_err(|error| unwritable(&error))?;
    Ok(file)
}

fn taken(lock: &Path) -> Failure {
    // Only for people, so an unreadable file is no error.
    let holder = match std::fs::read_to_string(lock) {
        Ok(id) if !id.trim().is_empty() => format!(" (process {})", id.trim()),
        _ => String::new(),
    };
    Failure::new(
        Exit::Failed,
        FOLDER,
        PHASE,
        format!("another demonstration{holder} works in it"),
    )
    .with_hint("go on with that one, end it with Ctrl-C, or run a second one beside it with --fresh")
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, FOLDER, PHASE, error.to_string())
        .with_hint("check that the folder may be written to, or use --fresh")
}
