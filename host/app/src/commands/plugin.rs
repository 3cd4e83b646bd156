//! `sunmao plugin`: what serves in a running host, and what a file can reach.

use super::extensions;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::compiler::compiler;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use sunmao_catalogue::Catalogue;
use sunmao_runtime::{ExtensionKind, Surface, plugins};

/// List a running host's plugins, or inspect a file
#[derive(Debug, Args)]
pub struct Plugin {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the plugins of a running host, with why a broken one does not serve
    List,
    /// Read from a file what it can call and which roles it plays, without running it
    Inspect {
        /// The component, such as plugins/dist/wechat-customer.wasm
        file: PathBuf,
    },
}

impl Plugin {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.action {
            Action::List => {
                extensions::list(
                    &self.target.connect(context)?,
                    ExtensionKind::Plugin,
                    context.style(),
                )
                .await
            }
            Action::Inspect { file } => inspect(&file, context).await,
        }
    }
}

/// Compiles the file as a host would: apart and within the same bounds, in a cache that is thrown away.
async fn inspect(file: &Path, context: &Context) -> Result<(), Failure> {
    let name = extensions::name(file);
    let content = extensions::content(file)?;
    let no_engine = |error: String| Failure::new(Exit::Failed, "", "starting the plugin engine", error);
    let cache = tempfile::tempdir().map_err(|error| no_engine(error.to_string()))?;
    let bounds = context.configuration(Vec::new())?.compile_bounds();
    let engine = plugins::engine(Some(cache.path())).map_err(|error| no_engine(error.to_string()))?;
    let engine = engine.with_compiler(compiler(cache.path(), bounds)?);
    let compiled = engine.compile_apart(&name, &content).await;
    compiled.map_err(|error| extensions::broken(file, error))?;
    let kinds = crate::kinds::read(&context.configuration(Vec::new())?.hub.kinds_folder)?;
    let surface = plugins::surface(&engine, &Catalogue::shared(), &kinds, &name, &content)
        .map_err(|error| extensions::broken(file, error))?;
    match context.style() {
        Style::Json => output::json(&surface),
        Style::Text => show(&name, &surface),
    }
    Ok(())
}

fn show(name: &str, surface: &Surface) {
    output::line(format!("{name} plays {}", surface.roles.join(", ")));
    output::line(format!(
        "{} ERP operations it can call:",
        surface.operations.len()
    ));
    for operation in &surface.operations {
        output::line(format!("  {operation}"));
    }
    output::line(format!(
        "{} services of the host it can use:",
        surface.services.len()
    ));
    for service in &surface.services {
        output::line(format!("  {service}"));
    }
}
