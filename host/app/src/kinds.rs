//! The operator's kinds of records: read at the start and by commands, and followed while a host runs.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::parts::{Parts, Refused};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, CatalogueError, Kinds};
use sunmao_runtime::{FlowError, KindsFolder, RefusedKinds, supervised};
use sunmao_store::Store;

const FILES: &str = "mend or remove these files; `sunmao kinds show contact` shows what a sound one declares";
const RECORDS: &str =
    "declare the kinds so that these records fit, or file the records anew with the old declaration first";

/// The shipped kinds with those of the operator's folder.
///
/// # Errors
/// The folder cannot be read, or files in it are unsound; each is named.
pub fn read(folder: &Path) -> Result<Kinds, Failure> {
    let read = KindsFolder::new(folder).read(&Catalogue::shared());
    read.map_err(|faults| unsound(&faults, FILES))
}

/// The kinds that a host starts with.
///
/// # Errors
/// As [`read`], and where stored records do not fit.
pub async fn at_start(folder: &KindsFolder, store: &Store) -> Result<Kinds, Failure> {
    let catalogue = Catalogue::shared();
    let kinds = read(folder.path())?;
    let faults = folder.unsound_records(&catalogue, &kinds, store).await?;
    if faults.is_empty() {
        folder.identify(&catalogue, &kinds, store).await?;
        Ok(kinds)
    } else {
        Err(unsound(&faults, RECORDS))
    }
}

/// Follows the folder until the host stops. The flows are made anew with the kinds that come into force, and the
/// configuration is read again: a flow in it may have waited for a kind.
pub async fn follow(parts: Arc<Parts>) {
    let accept = || {
        let configuration = parts.configuration.load();
        let accepted = parts.flows.reconfigure(&configuration.flow, configuration.limits);
        accepted.map_err(|errors| errors.iter().map(of_flow).collect::<Vec<_>>())?;
        parts.kinds_changed.send_modify(|count| *count += 1);
        Ok(())
    };
    let task = "the follower of the kinds' folder";
    let following = supervised(&parts.host.vitals, task, || {
        parts.kinds.follow(&parts.host, &accept)
    });
    tokio::select! {
        () = following => {}
        () = parts.stopping.cancelled() => {}
    }
}

impl From<&RefusedKinds> for Refused {
    fn from(refused: &RefusedKinds) -> Self {
        Refused {
            at: refused.at,
            failure: unsound(&refused.faults, FILES),
        }
    }
}

fn of_flow(error: &FlowError) -> CatalogueError {
    CatalogueError {
        file: "sunmao.toml".to_owned(),
        message: error.to_string(),
    }
}

/// The faults of files as one failure.
fn unsound(faults: &[CatalogueError], hint: &str) -> Failure {
    let files: BTreeSet<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let told = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.file, fault.message));
    Failure::new(
        Exit::Configuration,
        files.join(", "),
        "reading the kinds of records",
        "they do not come into force",
    )
    .with_faults(told.collect())
    .with_hint(hint)
}
