//! `sunmao backup`: a copy of the store, also while the host works on it.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::backups;
use crate::output::{self, Style};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;
use sunmao_store::Copied;

/// Copy the store into a new file, also while the host runs, and look the copy through
#[derive(Debug, Args)]
pub struct Backup {
    /// The new file [default: one that is called by the time, in the folder of [store.backup]]
    file: Option<PathBuf>,
    /// The store [default: [store] path of the configuration]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Backup {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let configuration = context.configuration(Vec::new())?;
        let store = self.store.unwrap_or(configuration.store.path);
        let folder = configuration.store.backup.map(|backup| backup.folder);
        let file = match (self.file, folder) {
            (Some(file), _) => file,
            (None, Some(folder)) => backups::next_file(&folder, Timestamp::now()),
            (None, None) => {
                return Err(
                    Failure::new(Exit::Usage, "FILE", "copying the store", "no file is named").with_hint(
                        "name a new file, or a folder for copies: [store.backup] folder = \"backups\"",
                    ),
                );
            }
        };
        let copied = sunmao_store::back_up(&store, &file).await?;
        match context.style() {
            Style::Json => output::json(&copied),
            Style::Text => output::line(told(&copied)),
        }
        Ok(())
    }
}

/// What a copy holds, in a line.
pub fn told(copied: &Copied) -> String {
    format!(
        "{}: {}, {} records, {} deliveries that wait, last change {}; sound",
        copied.file.display(),
        output::bytes(copied.bytes),
        copied.records,
        copied.waiting,
        copied.last_change,
    )
}
