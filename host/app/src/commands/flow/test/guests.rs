//! The guests that are tested: where their files lie, which are meant, and how they are loaded without a host that serves.

use super::PHASE;
use crate::commands::extensions;
use crate::configuration::Configuration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::compiler::compiler;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Kinds, nearest};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_runtime::plugins::{self, Engine, Plugin};
use sunmao_runtime::scripts::Script;
use sunmao_runtime::text::{self, TextFault};
use sunmao_runtime::{
    Clock, ExtensionKind, FlowSettings, Gateway, Grants, Host, Limits, LoadError, Permit, SharedExtension,
};
use sunmao_store::Store;
use tempfile::TempDir;

/// Where guests and their fixtures lie.
pub struct Folders {
    pub scripts: PathBuf,
    pub plugins: PathBuf,
    pub fixtures: PathBuf,
}

impl Folders {
    /// Those of a folder that holds them all, else the configuration's.
    pub fn of(folder: Option<&Path>, configuration: &Configuration) -> Self {
        match folder {
            Some(folder) => Folders {
                scripts: folder.join("scripts"),
                plugins: folder.join("plugins"),
                fixtures: folder.join("fixtures"),
            },
            None => Folders {
                scripts: configuration.extensions.scripts_folder.clone(),
                plugins: configuration.extensions.plugins_folder.clone(),
                fixtures: configuration.extensions.fixtures_folder.clone(),
            },
        }
    }

    /// Every guest with a file, by name. Of a script and a plugin of one name the fixtures are the script's.
    fn guests(&self) -> BTreeMap<String, Guest> {
        let plugins = files(&self.plugins, "wasm").map(|file| (ExtensionKind::Plugin, file));
        let scripts = files(&self.scripts, "rhai").map(|file| (ExtensionKind::Script, file));
        let guests = plugins.chain(scripts).map(|(kind, file)| {
            let name = extensions::name(&file);
            (name.clone(), Guest { kind, name, file })
        });
        guests.collect()
    }
}

fn files(folder: &Path, ending: &'static str) -> impl Iterator<Item = PathBuf> {
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = found.map(|entry| entry.path());
    files.filter(move |file| file.extension().is_some_and(|own| own == ending))
}

/// A script or a plugin.
#[derive(Debug, Clone)]
pub struct Guest {
    pub kind: ExtensionKind,
    pub name: String,
    pub file: PathBuf,
}

/// The guests that are meant: those that are named, those of a flow that is named, else all.
///
/// # Errors
/// There is no such flow and no such guest, or fixtures of a guest that is not there.
pub fn wanted(
    names: &[String],
    configuration: &Configuration,
    folders: &Folders,
) -> Result<Vec<Guest>, Failure> {
    let guests = folders.guests();
    if names.is_empty() {
        let lost: Vec<String> = files(&folders.fixtures, "json")
            .filter(|file| !guests.contains_key(&extensions::name(file)))
            .map(|file| file.display().to_string())
            .collect();
        return match (lost.is_empty(), guests.is_empty()) {
            (false, _) => Err(Failure::new(
                Exit::Failed,
                lost.join(", "),
                PHASE,
                "fixtures of a script or plugin that is not there",
            )
            .with_hint("fixtures/NAME.json is of scripts/NAME.rhai or plugins/NAME.wasm")),
            (true, true) => {
                let folder = folders.scripts.display().to_string();
                Err(
                    Failure::new(Exit::Usage, folder, PHASE, "there are no scripts and no plugins")
                        .with_hint("name another folder: --folder integrations/products"),
                )
            }
            (true, false) => Ok(guests.into_values().collect()),
        };
    }
    let mut wanted: BTreeMap<String, Guest> = BTreeMap::new();
    for name in names {
        let steps = configuration.flow.get(name).map(steps).unwrap_or_default();
        let own = guests.get(name).cloned();
        let of_flow = steps.iter().filter_map(|step| guests.get(step).cloned());
        let found: Vec<Guest> = own.into_iter().chain(of_flow).collect();
        if found.is_empty() {
            let known = guests.keys().chain(configuration.flow.keys());
            let hint = match nearest(name, known.map(String::as_str)) {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => format!("guests lie in {}", folders.scripts.display()),
            };
            let message = "is no flow, no script and no plugin here";
            return Err(Failure::new(Exit::Usage, name, PHASE, message).with_hint(hint));
        }
        wanted.extend(found.into_iter().map(|guest| (guest.name.clone(), guest)));
    }
    Ok(wanted.into_values().collect())
}

/// The names of a flow's guests.
fn steps(flow: &FlowSettings) -> Vec<String> {
    let steps = [&flow.policy, &flow.mapping, &flow.merge, &flow.handle];
    let named = steps.into_iter().flatten();
    named.map(|file| extensions::name(Path::new(file))).collect()
}

/// What loads guests: a host that reaches nothing, since mappings, policies and merges ask nobody.
pub struct Loader {
    host: Arc<Host>,
    engine: Engine,
    configuration: Configuration,
    /// What the host keeps, thrown away with it.
    _folder: TempDir,
}

impl Loader {
    /// # Errors
    /// There is no room for a temporary folder, or no engine for plugins.
    pub async fn new(kinds: Kinds, configuration: &Configuration) -> Result<Self, Failure> {
        let failed = |error: String| Failure::new(Exit::Failed, "", PHASE, error);
        let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
        let cache = folder.path().join("cache");
        std::fs::create_dir_all(&cache).map_err(|error| failed(error.to_string()))?;
        let engine = plugins::engine(Some(&cache)).map_err(|error| failed(error.to_string()))?;
        let engine = engine.with_compiler(compiler(&cache, configuration.compile_bounds())?);
        let store = Store::open(&folder.path().join("sunmao.sqlite")).await?;
        let nowhere = "http://127.0.0.1/"
            .parse()
            .map_err(|_| failed("no address".to_owned()))?;
        let client = ErpClient::new(Settings::new(
            nowhere,
            "nobody",
            "nothing".to_owned().into(),
            "SUNMAO01",
        ))?;
        let clock = Clock::system();
        let gateway = Gateway::new(client, store.clone(), clock.clone());
        let host = Arc::new(Host::new(Catalogue::shared(), kinds, gateway, store, clock));
        Ok(Loader {
            host,
            engine,
            configuration: configuration.clone(),
            _folder: folder,
        })
    }

    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Loads a guest as a host would, with its settings and its limits.
    ///
    /// # Errors
    /// It would not be put into service.
    pub async fn load(&self, guest: &Guest) -> Result<SharedExtension, Failure> {
        let content = extensions::content(&guest.file)?;
        let loaded = self.loaded(guest, content).await;
        loaded.map_err(|error| extensions::broken(&guest.file, error))
    }

    async fn loaded(&self, guest: &Guest, content: Vec<u8>) -> Result<SharedExtension, LoadError> {
        let permit = Arc::new(self.permit(guest));
        match guest.kind {
            ExtensionKind::Script => {
                let (source, _) = text::decode(&content).map_err(|fault| {
                    LoadError::new(&guest.name, "read", fault.to_string()).with_hint(TextFault::HINT)
                })?;
                Ok(Arc::new(Script::load(
                    self.host.clone(),
                    permit,
                    &guest.name,
                    &source,
                )?))
            }
            ExtensionKind::Plugin => {
                self.engine.compile_apart(&guest.name, &content).await?;
                let (engine, host) = (self.engine.clone(), self.host.clone());
                let plugin = Plugin::load(&engine, host, permit, &guest.name, &content)?;
                Ok(Arc::new(plugin))
            }
        }
    }

    /// It may all that there is, since nothing that it could do so is asked of it.
    fn permit(&self, guest: &Guest) -> Permit {
        let written = match guest.kind {
            ExtensionKind::Script => self.configuration.script.get(&guest.name),
            ExtensionKind::Plugin => self.configuration.plugin.get(&guest.name),
        };
        Permit {
            grants: Grants::everything(&self.host.catalogue),
            settings: written
                .map(|written| written.settings.clone())
                .unwrap_or_default(),
            limits: Limits {
                ..self.configuration.limits
            },
            ..Permit::default()
        }
    }
}
