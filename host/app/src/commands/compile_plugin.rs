//! `sunmao compile-plugin`: what a host starts for each new plugin, so that compiling it cannot bring the host down. It
//! reads the plugin from standard input and leaves the code in the cache.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use clap::Args;
use std::path::PathBuf;
use sunmao_runtime::plugins::{self, CompileBounds};

/// Compile a plugin from standard input into the code cache
#[derive(Debug, Args)]
pub struct CompilePlugin {
    /// Where compiled plugins are kept
    #[arg(long, value_name = "FOLDER")]
    cache_folder: PathBuf,
    /// Most memory, in MiB
    #[arg(long)]
    megabytes: u64,
    /// Most time, in seconds
    #[arg(long)]
    seconds: u64,
}

impl CompilePlugin {
    /// Compiles; a host reads the exit code and, where the plugin is unsound, what stands on standard output.
    pub fn run(self) -> Result<(), Failure> {
        let bounds = CompileBounds {
            megabytes: self.megabytes,
            seconds: self.seconds,
        };
        let compiled = plugins::compile_here(&self.cache_folder, bounds, std::io::stdin().lock());
        compiled.map_err(|message| {
            output::line(&message);
            Failure::new(Exit::Failed, "standard input", "compiling", message)
        })
    }
}
