//! The folder of the operator's kinds of records, `[hub] kinds_folder`: read at the start, and followed while the host runs.
//! A sound change is in force a moment later; an unsound one leaves what was in force and says why.

mod files;
mod identities;
mod soundness;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use crate::host::Host;
use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use soundness::{unsound_at_start, unsound_records};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Catalogue, CatalogueError, Kinds};
use sunmao_store::{Store, StoreError};
use tokio::time::MissedTickBehavior;

/// How often the folder is looked at. It is small, and nobody waits for it in a hurry.
const INTERVAL: Duration = Duration::from_millis(500);

/// The folder of the operator's kinds.
#[derive(Debug)]
pub struct KindsFolder {
    folder: PathBuf,
    refused: ArcSwapOption<RefusedKinds>,
}

/// What lies in the folder and did not come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedKinds {
    /// When it was read.
    pub at: Timestamp,
    /// What is wrong, with the files.
    pub faults: Vec<CatalogueError>,
}

/// What a look at the folder found: its files with their texts, or why they cannot be read.
type Seen = Result<Vec<(String, String)>, Vec<CatalogueError>>;

impl KindsFolder {
    /// A folder, which may not be there: then it holds no kinds.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        KindsFolder {
            folder: folder.into(),
            refused: ArcSwapOption::empty(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The shipped kinds with those of the folder.
    ///
    /// # Errors
    /// Every file that cannot be read, or every fault of those that can.
    pub fn read(&self, catalogue: &Catalogue) -> Result<Kinds, Vec<CatalogueError>> {
        Kinds::with_files(catalogue, &files::read(&self.folder)?)
    }

    /// Which stored records the folder's kinds would make unsound, as faults of their files: a host does not start with
    /// them.
    ///
    /// # Errors
    /// The store cannot be read, or the shipped kinds are unsound.
    pub async fn unsound_records(
        &self,
        catalogue: &Catalogue,
        kinds: &Kinds,
        store: &Store,
    ) -> Result<Vec<CatalogueError>, StoreError> {
        let shipped = Kinds::shipped(catalogue).unwrap_or_default();
        unsound_at_start(store, &shipped, kinds).await
    }

    /// Has stored records found by what the folder's kinds identify them by: its files may have changed since the last start.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub async fn identify(
        &self,
        catalogue: &Catalogue,
        kinds: &Kinds,
        store: &Store,
    ) -> Result<(), StoreError> {
        let shipped = Kinds::shipped(catalogue).unwrap_or_default();
        identities::identify(store, &shipped, kinds).await
    }

    /// What lies in the folder and did not come into force; none while it is sound.
    pub fn refused(&self) -> Option<Arc<RefusedKinds>> {
        self.refused.load_full()
    }

    /// Follows the folder until the task is dropped. `accept` is called when new kinds have just come into force, for
    /// whoever was made with the old ones; where it refuses, the old ones are put back.
    pub async fn follow(&self, host: &Host, accept: impl Fn() -> Result<(), Vec<CatalogueError>>) {
        let mut looks = Looks::default();
        let mut ticks = tokio::time::interval(INTERVAL);
        // Two looks in a row after a slow change would see the same half of a file that someone is still writing.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Some(seen) = looks.settled(self.look().await) {
                self.act(host, seen, &accept).await;
            }
        }
    }

    async fn look(&self) -> Option<Seen> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || files::read(&folder))
            .await
            .ok()
    }

    async fn act(&self, host: &Host, seen: Seen, accept: impl Fn() -> Result<(), Vec<CatalogueError>>) {
        let folder = self.folder.display();
        let faults = match apply(host, seen, accept).await {
            Ok(Applied::AsBefore) => None,
            Ok(Applied::Changed) => {
                tracing::info!(%folder, "the changed kinds of records are in force");
                None
            }
            Err(faults) => {
                for fault in &faults {
                    tracing::error!(%folder, file = fault.file, "the old kinds of records stay in force: {}", fault.message);
                }
                Some(faults)
            }
        };
        self.refused
            .store(faults.map(|faults| Arc::new(refused(&host.clock, faults))));
    }
}

fn refused(clock: &Clock, faults: Vec<CatalogueError>) -> RefusedKinds {
    RefusedKinds {
        at: clock.now(),
        faults,
    }
}

enum Applied {
    AsBefore,
    Changed,
}

/// Puts what was seen into force.
async fn apply(
    host: &Host,
    seen: Seen,
    accept: impl Fn() -> Result<(), Vec<CatalogueError>>,
) -> Result<Applied, Vec<CatalogueError>> {
    let new = Kinds::with_files(&host.catalogue, &seen?)?;
    let old = host.kinds.load_full();
    if new == *old {
        return Ok(Applied::AsBefore);
    }
    let unsound = unsound_records(&host.store, &old, &new).await;
    let unsound = unsound.map_err(|error| {
        vec![CatalogueError {
            file: "the store".to_owned(),
            message: format!("it cannot be asked whether its records stay sound: {error}; write a file of the folder anew to try again"),
        }]
    })?;
    if !unsound.is_empty() {
        return Err(unsound);
    }
    let new = Arc::new(new);
    host.kinds.store(new.clone());
    if let Err(faults) = accept() {
        host.kinds.store(old);
        return Err(faults);
    }
    let identified = identities::identify(&host.store, &old, &new).await;
    identified.map_err(|error| {
        vec![CatalogueError {
            file: "the store".to_owned(),
            message: format!("the kinds are in force, but not every record is found by what identifies it now: {error}; start the host anew"),
        }]
    })?;
    Ok(Applied::Changed)
}

/// Tells a folder that someone is still writing to from one that has settled.
#[derive(Default)]
struct Looks {
    last: Option<Seen>,
    /// What was last acted upon.
    settled: Option<Seen>,
}

impl Looks {
    /// What is to be acted upon: what two successive looks saw alike, and was not acted upon yet.
    fn settled(&mut self, seen: Option<Seen>) -> Option<Seen> {
        let is_steady = seen.is_some() && seen == self.last;
        self.last = seen;
        if !is_steady || self.last == self.settled {
            return None;
        }
        self.settled.clone_from(&self.last);
        self.settled.clone()
    }
}
