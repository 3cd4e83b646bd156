//! `sunmao audit`: who did what in the ERP, whether the log is whole, and its rows in a file.

mod export;
mod tail;
mod verify;

use crate::context::Context;
use crate::failure::Failure;
use crate::remote::Target;
use clap::{Args, Subcommand};

/// Look at a running host's audit log
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the last calls
    Tail(tail::Tail),
    /// Hold every row against the chain that binds them: none was changed, taken out or put in
    Verify(verify::Verify),
    /// Write calls into a file: CSV, XLSX or NDJSON
    Export(export::Export),
}

impl Audit {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        match self.action {
            Action::Tail(tail) => tail.run(&remote, context.style()).await,
            Action::Verify(verify) => verify.run(&remote, context.style()).await,
            Action::Export(export) => export.run(context, &remote).await,
        }
    }
}
