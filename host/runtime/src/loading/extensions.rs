//! The loader: keeps the registry in step with the folders and the settings.

use super::LoadError;
use super::folder::{self, Fingerprint, Found};
use super::registry::{ExtensionKey, ExtensionStatus, Registry};
use super::watch;
use crate::extension::{ExtensionKind, Permit, SharedExtension};
use crate::host::Host;
use crate::plugins::Plugin;
use crate::scripts::Script;
use crate::settings::ExtensionsSettings;
use arc_swap::ArcSwap;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch as signal};
use tokio::task::JoinHandle;
use wasmtime::Engine;

/// A file is whole when two looks this far apart see the same.
const SETTLE: Duration = Duration::from_millis(15);
/// The folders are looked at this often even when nothing was heard.
const INTERVAL: Duration = Duration::from_secs(2);
/// Files compiled at once.
const AT_ONCE: usize = 4;

/// The extensions of a host, kept in step with their folders. Cheap to clone.
#[derive(Clone)]
pub struct Extensions {
    inner: Arc<Inner>,
}

struct Inner {
    host: Arc<Host>,
    engine: Engine,
    settings: ArcSwap<ExtensionsSettings>,
    registry: Registry,
    /// What was last loaded (or failed to load) of each file; its lock also keeps two scans apart.
    seen: Mutex<BTreeMap<ExtensionKey, Seen>>,
    wake: Arc<Notify>,
    changes: signal::Sender<u64>,
    task: std::sync::Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Seen {
    fingerprint: Fingerprint,
    permit: Arc<Permit>,
}

enum Settled {
    Yes,
    NotYet,
}

impl Extensions {
    /// Loads what lies in the folders, then watches them. Broken files do not keep the others from serving.
    pub async fn start(host: Arc<Host>, engine: Engine, settings: ExtensionsSettings) -> Self {
        let inner = Arc::new(Inner {
            host,
            engine,
            settings: ArcSwap::from_pointee(settings),
            registry: Registry::default(),
            seen: Mutex::new(BTreeMap::new()),
            wake: Arc::new(Notify::new()),
            changes: signal::Sender::new(0),
            task: std::sync::Mutex::new(None),
        });
        inner.scan(None).await;
        let task = tokio::spawn(follow(inner.clone()));
        if let Ok(mut slot) = inner.task.lock() {
            *slot = Some(task);
        }
        Extensions { inner }
    }

    /// The extension that serves under a name now.
    pub fn get(&self, kind: ExtensionKind, name: &str) -> Option<SharedExtension> {
        self.inner.registry.get(kind, name)
    }

    /// Every extension that serves now.
    pub fn serving(&self) -> Vec<SharedExtension> {
        self.inner.registry.serving()
    }

    /// Every file, broken ones too.
    pub fn status(&self) -> Vec<ExtensionStatus> {
        self.inner.registry.status()
    }

    /// Rises whenever the registry has changed.
    pub fn changes(&self) -> signal::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Puts new settings in force; extensions whose grants, settings or limits changed are loaded anew.
    pub async fn reconfigure(&self, settings: ExtensionsSettings) {
        self.inner.settings.store(Arc::new(settings));
        self.inner.scan(None).await;
    }

    /// Stops following the folders. What serves goes on serving.
    pub fn stop(&self) {
        if let Some(task) = self.inner.task.lock().ok().and_then(|mut task| task.take()) {
            task.abort();
        }
    }
}

/// Follows the folders: each time something is heard, and in intervals, looks twice and loads what has settled.
async fn follow(inner: Arc<Inner>) {
    let settings = inner.settings.load_full();
    let folders = [
        settings.plugins_folder.as_path(),
        settings.scripts_folder.as_path(),
    ];
    let _watcher = watch::watch(&folders, inner.wake.clone());
    let mut unsettled = BTreeMap::new();
    loop {
        let pause = if unsettled.is_empty() { INTERVAL } else { SETTLE };
        // Either way the folders are looked at.
        let _ = tokio::time::timeout(pause, inner.wake.notified()).await;
        if !unsettled.is_empty() {
            tokio::time::sleep(SETTLE).await;
        }
        unsettled = inner.scan(Some(unsettled)).await;
    }
}

impl Inner {
    /// Looks at both folders and loads what changed. `before` is what an earlier look saw of files that had changed:
    /// one that looks the same again has settled. Without it, everything counts as settled (start, new settings).
    async fn scan(
        self: &Arc<Self>,
        before: Option<BTreeMap<ExtensionKey, Fingerprint>>,
    ) -> BTreeMap<ExtensionKey, Fingerprint> {
        let mut seen = self.seen.lock().await;
        let settings = self.settings.load_full();
        let mut unsettled = BTreeMap::new();
        let mut work = Vec::new();
        let Some(found) = found(&settings) else {
            return unsettled;
        };
        let gone: Vec<ExtensionKey> = seen
            .keys()
            .filter(|key| !found.contains_key(*key))
            .cloned()
            .collect();
        for key in &gone {
            seen.remove(key);
            self.registry.remove(key);
            tracing::info!(extension = key.1, "removed");
        }
        for (key, file) in found {
            let permit = settings.permit(&self.host.catalogue, key.0, &key.1).map(Arc::new);
            let known = seen.get(&key);
            let same_file = known.is_some_and(|known| known.fingerprint == file.fingerprint);
            let same_permit =
                matches!((&permit, known), (Ok(permit), Some(known)) if **permit == *known.permit);
            if same_file && same_permit {
                continue;
            }
            match settled(&before, &key, &file, same_file) {
                Settled::NotYet => {
                    unsettled.insert(key, file.fingerprint);
                }
                Settled::Yes => {
                    let remembered = Seen {
                        fingerprint: file.fingerprint,
                        permit: permit.clone().unwrap_or_default(),
                    };
                    seen.insert(key.clone(), remembered);
                    work.push((key, file, permit));
                }
            }
        }
        let changed = !work.is_empty() || !gone.is_empty();
        let load = |(key, file, permit)| self.clone().load_and_swap(key, file, permit);
        futures::stream::iter(work)
            .map(load)
            .buffer_unordered(AT_ONCE)
            .collect::<()>()
            .await;
        if changed {
            self.announce_automations();
            self.changes.send_modify(|count| *count += 1);
        }
        unsettled
    }

    /// Tells the host who hears events now.
    fn announce_automations(&self) {
        let serving = self.registry.serving();
        let automations = serving
            .iter()
            .filter(|extension| extension.surface().roles.iter().any(|role| role == "automation"));
        self.host.automations.store(Arc::new(
            automations
                .map(|extension| extension.identity().to_string())
                .collect(),
        ));
    }

    async fn load_and_swap(
        self: Arc<Self>,
        key: ExtensionKey,
        file: Found,
        permit: Result<Arc<Permit>, LoadError>,
    ) {
        let loaded = match permit {
            Ok(permit) => self.load(&key, &file, permit).await,
            Err(error) => Err(error),
        };
        if folder::fingerprint(&file.path) != Some(file.fingerprint) {
            tracing::debug!(
                extension = key.1,
                "changed while it was read; the next look takes it"
            );
            return;
        }
        match loaded {
            Ok(extension) => {
                let version = extension.identity().version.clone();
                self.registry
                    .serve(key.clone(), file.path, extension, self.host.clock.now());
                tracing::info!(extension = key.1, version, "serving");
            }
            Err(error) => {
                tracing::error!(extension = key.1, %error, "not put into service; what served before goes on");
                self.registry.fail(key, file.path, error);
            }
        }
    }

    /// Reads, compiles, links and self-tests a file, off the threads that serve requests.
    async fn load(
        &self,
        key: &ExtensionKey,
        file: &Found,
        permit: Arc<Permit>,
    ) -> Result<SharedExtension, LoadError> {
        let (kind, name) = (key.0, key.1.clone());
        let content = tokio::fs::read(&file.path)
            .await
            .map_err(|error| LoadError::new(&name, "read", error.to_string()))?;
        let (host, engine) = (self.host.clone(), self.engine.clone());
        let subject = name.clone();
        let compiled = tokio::task::spawn_blocking(move || match kind {
            ExtensionKind::Plugin => Plugin::load(&engine, host, permit, &name, &content)
                .map(|plugin| Loaded::Plugin(Arc::new(plugin))),
            ExtensionKind::Script => {
                let source = String::from_utf8(content)
                    .map_err(|error| LoadError::new(&name, "read", format!("not UTF-8: {error}")))?;
                Script::load(host, permit, &name, &source).map(|script| Loaded::Script(Arc::new(script)))
            }
        });
        let compiled = compiled
            .await
            .map_err(|error| LoadError::new(&subject, "compile", error.to_string()))??;
        match compiled {
            Loaded::Plugin(plugin) => {
                plugin.self_test().await?;
                Ok(plugin)
            }
            Loaded::Script(script) => Ok(script),
        }
    }
}

enum Loaded {
    Plugin(Arc<Plugin>),
    Script(Arc<Script>),
}

fn found(settings: &ExtensionsSettings) -> Option<BTreeMap<ExtensionKey, Found>> {
    let mut found = BTreeMap::new();
    let folders = [
        (&settings.plugins_folder, ExtensionKind::Plugin),
        (&settings.scripts_folder, ExtensionKind::Script),
    ];
    for (folder, kind) in folders {
        match folder::scan(folder, kind) {
            Ok(files) => found.extend(files),
            // A folder that cannot be read for a moment (a share, a rights change) must not unload what serves.
            Err(error) => {
                tracing::error!(folder = %folder.display(), %error, "folder cannot be read; everything goes on as it is");
                return None;
            }
        }
    }
    Some(found)
}

fn settled(
    before: &Option<BTreeMap<ExtensionKey, Fingerprint>>,
    key: &ExtensionKey,
    file: &Found,
    same_file: bool,
) -> Settled {
    match before {
        None => Settled::Yes,
        Some(_) if same_file => Settled::Yes,
        Some(before) if before.get(key) == Some(&file.fingerprint) => Settled::Yes,
        Some(_) => Settled::NotYet,
    }
}
