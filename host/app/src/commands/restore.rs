//! `sunmao restore`: a copy in the store's place.

use super::backup::told;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;
use sunmao_store::Restored;

/// Put a copy of the store in the store's place, while no host runs; what was there is kept beside it
#[derive(Debug, Args)]
pub struct Restore {
    /// The copy, as `sunmao backup` made it
    file: PathBuf,
    /// Only look the copy through
    #[arg(long)]
    dry: bool,
    /// The store [default: [store] path of the configuration]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Restore {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.dry {
            let copied = sunmao_store::look_through(&self.file).await?;
            match context.style() {
                Style::Json => output::json(&copied),
                Style::Text => output::line(told(&copied)),
            }
            return Ok(());
        }
        let store = match self.store {
            Some(store) => store,
            None => context.configuration(Vec::new())?.store.path,
        };
        let restored = sunmao_store::restore(&self.file, &store, Timestamp::now()).await?;
        match context.style() {
            Style::Json => output::json(&restored),
            Style::Text => show(&restored),
        }
        Ok(())
    }
}

fn show(restored: &Restored) {
    output::line(told(&restored.copy));
    output::line(format!("It is {} now.", restored.store.display()));
    if let Some(kept) = &restored.kept {
        output::line(format!("What was there before is {}.", kept.display()));
    }
    output::line(
        "What was filed since the copy was made is not in it: file it again, as after an answer that was lost. Who follows \
         changes begins anew, at 0. `sunmao delivery list` shows what waits and will be handled again.",
    );
}
