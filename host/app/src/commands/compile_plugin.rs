//! `sunmao compile-plugin`: what a host starts for each new plugin, so that compiling it cannot bring the host down. It
//! reads the plugin from standard input and leaves the code in the cache.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use clap::Args;
use std::path::{Path, PathBuf};
use sunmao_runtime::plugins::{self, CompileBounds, Compiler};

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

/// The compiler of plugins for a host or a command: this same program.
///
/// # Errors
/// The program does not know its own file.
pub fn compiler(cache_folder: &Path, bounds: CompileBounds) -> Result<Compiler, Failure> {
    // The link leads to the program that runs, also after its file was replaced by a newer one.
    let own = PathBuf::from("/proc/self/exe");
    let program = match own.exists() {
        true => own,
        false => std::env::current_exe().map_err(|error| {
            Failure::new(
                Exit::Failed,
                "",
                "starting the plugin compiler",
                error.to_string(),
            )
        })?,
    };
    Ok(Compiler::new(program, cache_folder, bounds))
}
