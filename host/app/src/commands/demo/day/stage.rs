//! The host of the day: the shipped integrations as `sunmao init` writes them, in a folder that goes when the day is over.

use super::super::any_port;
use super::super::colleague::Colleague;
use super::office::Office;
use crate::access;
use crate::commands::init::{shipped, writing};
use crate::configuration::{Flag, Sources};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::Running;
use std::path::Path;
use sunmao_runtime::Webhooks;
use tempfile::TempDir;

/// What the day shows; what they need comes along.
const INTEGRATIONS: [&str; 4] = ["quotations", "contract-from-quotation", "money", "repairs"];

/// A host that serves, and a colleague who is signed in to the ERP beside it.
pub struct Stage {
    pub running: Running,
    pub colleague: Colleague,
    _folder: TempDir,
}

impl Stage {
    /// # Errors
    /// The folder cannot be written, or the host does not start.
    pub async fn set(office: &Office, plugins_folder: &Path) -> Result<Stage, Failure> {
        let folder = TempDir::with_prefix("sunmao-day-").map_err(|error| unwritable(&error.to_string()))?;
        furnish(folder.path()).map_err(|error| unwritable(&format!("{error:#?}")))?;
        let variables = office.variables().into_iter();
        let environment = Environment::of(variables.map(|(name, value)| (name.to_owned(), value)).collect())?;
        let file = folder.path().join("sunmao.toml");
        let sources = Sources::new(Some(&file), &environment, flags(folder.path(), plugins_folder))?;
        let configuration = sources.read()?;
        let accounts = access::accounts(&environment, &configuration)?;
        let staff = access::accounts(&environment, &configuration)?;
        let staff = staff.get(None).cloned();
        let colleague = staff.map(Colleague::new);
        let colleague = colleague.ok_or_else(|| unwritable("it has no account"))?;
        let running = Running::start(configuration, accounts, Webhooks::new(), office.clock()).await?;
        Ok(Stage {
            running,
            colleague,
            _folder: folder,
        })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// # Errors
    /// The store could not write what was still held back.
    pub async fn strike(self) -> Result<(), Failure> {
        self.colleague.leave().await;
        self.running.stop().await
    }
}

/// Writes the tables and scripts of the integrations.
fn furnish(folder: &Path) -> Result<(), Failure> {
    let known = shipped::all()?;
    let chosen = shipped::with_needs(&known, &INTEGRATIONS.map(str::to_owned))?;
    let write = |file: &str, text: &str| {
        let file = folder.join(file);
        std::fs::write(file, text).map_err(|error| unwritable(&error.to_string()))
    };
    std::fs::create_dir_all(folder.join("scripts")).map_err(|error| unwritable(&error.to_string()))?;
    for integration in &chosen {
        for (name, text) in integration.scripts()? {
            write(&format!("scripts/{name}"), text)?;
        }
    }
    write("sunmao.toml", &writing::configuration(&chosen, "standard"))
}

fn flags(folder: &Path, plugins_folder: &Path) -> Vec<Flag> {
    let within = |name: &str| Some(folder.join(name).display().to_string());
    let flags = [
        Flag::given("--listen", "server.listen", Some(any_port())),
        Flag::given("--store", "store.path", within("sunmao.sqlite")),
        Flag::given("--cache-folder", "extensions.cache_folder", within("cache")),
        Flag::given("--scripts-folder", "extensions.scripts_folder", within("scripts")),
        Flag::given("the day", "hub.kinds_folder", within("kinds")),
        // Nobody else works in this ERP.
        Flag::given("the day", "erp.requests_per_second", Some(1_000)),
        Flag::given(
            "--plugins-folder",
            "extensions.plugins_folder",
            Some(plugins_folder.display().to_string()),
        ),
    ];
    flags.into_iter().flatten().collect()
}

fn unwritable(words: &str) -> Failure {
    Failure::new(Exit::Failed, "", "preparing the demonstration's day", words)
}
