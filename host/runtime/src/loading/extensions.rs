//! The loader: keeps the registry in step with the folders and the settings.

use super::folder::{self, Content};
use super::registry::{ExtensionStatus, Registry};
use super::shelf::{Shelf, Trust};
use super::underway::UnderWay;
use super::watch::Watch;
use crate::asked::check_grants;
use crate::extension::{ExtensionKind, SharedExtension};
use crate::host::Host;
use crate::plugins::Engine;
use crate::settings::ExtensionsSettings;
use crate::supervision::supervised;
use arc_swap::ArcSwap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch as signal;
use tokio::task::JoinHandle;

/// The folders are looked at this often even when nothing was heard.
const INTERVAL: Duration = Duration::from_secs(2);
/// So long the start and new settings wait for what they make the host load; whatever takes longer serves when it is
/// loaded.
const PATIENCE: Duration = Duration::from_secs(10);

/// The extensions of a host, kept in step with their folders. Cheap to clone.
#[derive(Clone)]
pub struct Extensions {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub host: Arc<Host>,
    pub engine: Engine,
    pub settings: ArcSwap<ExtensionsSettings>,
    pub registry: Registry,
    plugins: Shelf,
    scripts: Shelf,
    under_way: UnderWay,
    /// Held while the automations are told of, so that a later list is never overtaken by an earlier one.
    announcing: std::sync::Mutex<()>,
    changes: signal::Sender<u64>,
    tasks: std::sync::Mutex<Vec<JoinHandle<()>>>,
}

impl Extensions {
    /// Loads what lies in the folders, then watches them. Broken files do not keep the others from serving.
    pub async fn start(host: Arc<Host>, engine: Engine, settings: ExtensionsSettings) -> Self {
        let inner = Arc::new(Inner {
            host,
            engine,
            plugins: Shelf::new(ExtensionKind::Plugin, settings.plugins_folder.clone()),
            scripts: Shelf::new(ExtensionKind::Script, settings.scripts_folder.clone()),
            settings: ArcSwap::from_pointee(settings),
            registry: Registry::default(),
            under_way: UnderWay::new(),
            announcing: std::sync::Mutex::new(()),
            changes: signal::Sender::new(0),
            tasks: std::sync::Mutex::default(),
        });
        inner.look_at_both(Trust::AtOnce).await;
        inner.rest().await;
        let kinds = [ExtensionKind::Plugin, ExtensionKind::Script];
        let tasks = kinds.map(|kind| tokio::spawn(keep_following(inner.clone(), kind)));
        inner.tasks().extend(tasks);
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

    /// How often a folder was looked at since the start: every two seconds, and when something was heard of it.
    pub fn looks(&self, kind: ExtensionKind) -> u64 {
        self.inner.shelf(kind).looks.load(Ordering::Relaxed)
    }

    /// Puts new settings in force; extensions whose grants, settings or limits changed are loaded anew. What serves and
    /// is no longer granted all it asks for stops at once. The folders stay those of the start.
    pub async fn reconfigure(&self, settings: ExtensionsSettings) {
        let present = self.inner.settings.load_full();
        self.inner.settings.store(Arc::new(ExtensionsSettings {
            plugins_folder: present.plugins_folder.clone(),
            scripts_folder: present.scripts_folder.clone(),
            ..settings
        }));
        for extension in self.inner.registry.serving() {
            self.inner.revoke_unless_granted(&extension);
        }
        self.inner.look_at_both(Trust::Settled).await;
        self.inner.rest().await;
    }

    /// Other kinds of records came into force: what could not be loaded is tried again.
    pub async fn kinds_changed(&self) {
        let inner = &self.inner;
        for kind in [ExtensionKind::Plugin, ExtensionKind::Script] {
            let shelf = inner.shelf(kind);
            let fails = |name: &str| inner.registry.get(kind, name).is_none();
            shelf.state.lock().await.try_all_again(fails, Instant::now());
            shelf.wake.notify_one();
        }
    }

    /// Stops following the folders. What serves goes on serving.
    pub fn stop(&self) {
        for task in self.inner.tasks().drain(..) {
            task.abort();
        }
        self.inner.under_way.end_all();
    }
}

/// Follows a folder, whatever happens to whoever looks at it.
async fn keep_following(inner: Arc<Inner>, kind: ExtensionKind) {
    let task = match kind {
        ExtensionKind::Plugin => "the follower of the plugins' folder",
        ExtensionKind::Script => "the follower of the scripts' folder",
    };
    supervised(&inner.host.vitals, task, || follow(inner.clone(), kind)).await;
}

/// Follows a folder: each time something is heard, and in intervals, looks at it and loads what has settled.
async fn follow(inner: Arc<Inner>, kind: ExtensionKind) {
    let shelf = inner.shelf(kind);
    let mut watch = Watch::new(&shelf.folder, shelf.wake.clone());
    let mut pause = None;
    loop {
        watch.keep();
        // Either way the folder is looked at.
        let _ = tokio::time::timeout(pause.unwrap_or(INTERVAL), shelf.wake.notified()).await;
        pause = inner.look(shelf, Trust::Settled).await;
    }
}

impl Inner {
    fn shelf(&self, kind: ExtensionKind) -> &Shelf {
        match kind {
            ExtensionKind::Plugin => &self.plugins,
            ExtensionKind::Script => &self.scripts,
        }
    }

    async fn look_at_both(self: &Arc<Self>, trust: Trust) {
        tokio::join!(self.look(&self.scripts, trust), self.look(&self.plugins, trust));
    }

    /// Waits, for a while, until what was begun is loaded.
    async fn rest(&self) {
        if !self.under_way.rest(PATIENCE).await {
            tracing::warn!("some extensions take long to load; they serve when they are loaded");
        }
    }

    /// Looks at a folder and begins to load what is due. Returns how long until the next change can have settled.
    async fn look(self: &Arc<Self>, shelf: &Shelf, trust: Trust) -> Option<Duration> {
        let mut state = shelf.state.lock().await;
        shelf.looks.fetch_add(1, Ordering::Relaxed);
        let content = match content(shelf).await {
            Ok(content) => content,
            // A folder that cannot be read for a moment (a share, a rights change) must not unload what serves.
            Err(error) => {
                if state.is_newly_unreadable(Some(error.clone())) {
                    let folder = shelf.folder.display();
                    tracing::error!(%folder, error, "folder cannot be read; everything goes on as it is");
                }
                return None;
            }
        };
        state.is_newly_unreadable(None);
        state.warn_of_unnamed(&content);
        let settings = self.settings.load_full();
        let written = |name: &str| {
            let permit = settings.permit(&self.host.catalogue, shelf.kind, name);
            permit.map(Arc::new)
        };
        let due = state.due(content.files, written, trust, Instant::now());
        for name in &due.gone {
            let key = (shelf.kind, name.clone());
            self.under_way.end(&key).await;
            self.registry.remove(&key);
            tracing::info!(extension = name, "removed");
            self.announce();
        }
        for (name, file, written) in due.work {
            let (inner, key) = (self.clone(), (shelf.kind, name));
            UnderWay::begin(self, |inner| &inner.under_way, key.clone(), async move {
                let kind = key.0;
                if let Some(name) = inner.load_and_swap(key, file, written).await {
                    let mut state = inner.shelf(kind).state.lock().await;
                    state.try_again(&name, Instant::now());
                }
            });
        }
        state.pause(Instant::now())
    }

    /// Takes an extension out of service that the present settings do not grant all it asks for. Grants that cannot be
    /// read say nothing about it.
    pub fn revoke_unless_granted(&self, extension: &SharedExtension) {
        let (identity, settings) = (extension.identity(), self.settings.load());
        let (catalogue, kind, name) = (&self.host.catalogue, identity.kind, &identity.name);
        let Ok(permit) = settings.permit(catalogue, kind, name) else {
            return;
        };
        let granted = check_grants(catalogue, &permit.grants, extension.surface(), kind, name);
        let Err(error) = granted else { return };
        let key = (kind, name.clone());
        if self.registry.revoke(&key, &identity.version, error.clone()) {
            tracing::error!(extension = name, %error, "taken out of service");
            self.announce();
        }
    }

    /// Tells the host who hears events now, and whoever listens that something changed.
    pub fn announce(&self) {
        let _turn = self.announcing.lock().unwrap_or_else(PoisonError::into_inner);
        let serving = self.registry.serving();
        let automations = serving
            .iter()
            .filter(|extension| extension.surface().roles.iter().any(|role| role == "automation"));
        self.host.automations.store(Arc::new(
            automations
                .map(|extension| extension.identity().to_string())
                .collect(),
        ));
        self.changes.send_modify(|count| *count += 1);
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lies in a folder, read off the threads that serve requests: it may be a share.
async fn content(shelf: &Shelf) -> Result<Content, String> {
    let (folder, kind) = (shelf.folder.clone(), shelf.kind);
    let looked = tokio::task::spawn_blocking(move || folder::look(&folder, kind)).await;
    match looked {
        Ok(content) => content.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
