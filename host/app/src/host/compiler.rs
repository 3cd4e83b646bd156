//! The program that compiles plugins: this one, in a process of its own.

use crate::exit::Exit;
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use sunmao_runtime::plugins::{CompileBounds, Compiler};

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
