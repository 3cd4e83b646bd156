//! Which extensions serve now. Readers never wait: a swap replaces the whole map in one step, and calls in flight keep
//! the version they took.

use super::guarded::Guarded;
use crate::extension::{Extension, ExtensionKind, SharedExtension, Surface};
use crate::load_error::LoadError;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A kind and a name.
pub type ExtensionKey = (ExtensionKind, String);

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtensionState {
    /// What lies in the folder serves.
    Serving,
    /// What lies in the folder is broken; the version before it serves.
    ServingPrevious,
    /// What lies in the folder ran into its limits several times in a row and is left alone for a while.
    Paused,
    /// What lies in the folder is broken or lost its grants, and nothing serves.
    Failed,
}

/// A file as `sunmao plugin list` and HTTP show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExtensionStatus {
    /// Plugin or script.
    pub kind: ExtensionKind,
    /// The file's stem.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// Where it stands.
    pub state: ExtensionState,
    /// The version that serves.
    pub version: Option<String>,
    /// When it began to serve.
    pub since: Option<Timestamp>,
    /// What it can reach.
    pub surface: Surface,
    /// Why the file in the folder does not serve, or is paused.
    pub error: Option<LoadError>,
}

/// One name in the registry.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub file: PathBuf,
    pub serving: Option<(Arc<Guarded>, Timestamp)>,
    pub error: Option<LoadError>,
}

impl Slot {
    fn status(&self, key: &ExtensionKey) -> ExtensionStatus {
        let paused = self
            .serving
            .as_ref()
            .and_then(|(extension, _)| extension.paused());
        let state = match (&self.serving, &self.error) {
            (Some(_), None) if paused.is_some() => ExtensionState::Paused,
            (Some(_), None) => ExtensionState::Serving,
            (Some(_), Some(_)) => ExtensionState::ServingPrevious,
            (None, _) => ExtensionState::Failed,
        };
        ExtensionStatus {
            kind: key.0,
            name: key.1.clone(),
            file: self.file.clone(),
            state,
            version: self
                .serving
                .as_ref()
                .map(|(extension, _)| extension.identity().version.clone()),
            since: self.serving.as_ref().map(|(_, since)| *since),
            surface: self
                .serving
                .as_ref()
                .map(|(extension, _)| extension.surface().clone())
                .unwrap_or_default(),
            error: self.error.clone().or(paused),
        }
    }
}

/// The extensions by kind and name.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    slots: ArcSwap<BTreeMap<ExtensionKey, Slot>>,
}

impl Registry {
    /// The extension that serves under a name now.
    pub fn get(&self, kind: ExtensionKind, name: &str) -> Option<SharedExtension> {
        let slots = self.slots.load();
        let (extension, _) = slots.get(&(kind, name.to_owned()))?.serving.as_ref()?;
        Some(extension.clone())
    }

    /// Every extension that serves now.
    pub fn serving(&self) -> Vec<SharedExtension> {
        let slots = self.slots.load();
        slots
            .values()
            .filter_map(|slot| {
                let (extension, _) = slot.serving.as_ref()?;
                Some(extension.clone() as SharedExtension)
            })
            .collect()
    }

    /// Every file.
    pub fn status(&self) -> Vec<ExtensionStatus> {
        self.slots
            .load()
            .iter()
            .map(|(key, slot)| slot.status(key))
            .collect()
    }

    /// A new version serves from now on.
    pub fn serve(&self, key: ExtensionKey, file: PathBuf, extension: Guarded, now: Timestamp) {
        let extension = Arc::new(extension);
        self.change(|slots| {
            slots.insert(
                key.clone(),
                Slot {
                    file: file.clone(),
                    serving: Some((extension.clone(), now)),
                    error: None,
                },
            );
        });
    }

    /// A file is broken; what served goes on. Whether that is news.
    pub fn fail(&self, key: &ExtensionKey, file: PathBuf, error: &LoadError) -> bool {
        let known = self.slots.load();
        if known
            .get(key)
            .is_some_and(|slot| slot.error.as_ref() == Some(error))
        {
            return false;
        }
        self.change(|slots| {
            let slot = slots.entry(key.clone()).or_insert_with(|| Slot {
                file: file.clone(),
                serving: None,
                error: None,
            });
            slot.error = Some(error.clone());
        });
        true
    }

    /// A version may serve no longer, whatever lies in the folder. Whether it did until now.
    pub fn revoke(&self, key: &ExtensionKey, version: &str, error: LoadError) -> bool {
        let serves = |slots: &BTreeMap<ExtensionKey, Slot>| {
            let serving = slots.get(key).and_then(|slot| slot.serving.as_ref());
            serving.is_some_and(|(extension, _)| extension.identity().version == version)
        };
        if !serves(&self.slots.load()) {
            return false;
        }
        self.change(|slots| {
            if !serves(slots) {
                return;
            }
            if let Some(slot) = slots.get_mut(key) {
                slot.serving = None;
                slot.error = Some(error.clone());
            }
        });
        true
    }

    /// A file is gone.
    pub fn remove(&self, key: &ExtensionKey) {
        self.change(|slots| {
            slots.remove(key);
        });
    }

    fn change(&self, change: impl Fn(&mut BTreeMap<ExtensionKey, Slot>)) {
        self.slots.rcu(|slots| {
            let mut slots = BTreeMap::clone(slots);
            change(&mut slots);
            Arc::new(slots)
        });
    }
}
