//! `sunmao plugin`: what serves in a running host, and what a file can reach.

use super::extensions;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::host::compiler::compiler;
use crate::kinds;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};
use sunmao_catalogue::{Catalogue, Kinds};
use sunmao_runtime::{ExtensionKind, Surface, plugins};

mod folder;
mod new;

use new::NewRole;

/// Begin a plugin, inspect one, or list a running host's
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
    /// Make a Rust plugin's folder here, in the workspace of plugins
    New {
        /// Its name, such as verified-first
        name: String,
        /// What it plays: automation, merge, policy:KIND or mapping:FROM:TO
        #[arg(long, default_value = "automation")]
        role: NewRole,
    },
    /// Write a plugin folder's wit/ from its sunmao-plugin.toml
    Wit {
        /// The folder
        #[arg(default_value = ".")]
        folder: PathBuf,
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
            Action::New { name, role } => begin(&name, &role, context),
            Action::Wit { folder } => write_wit(&folder, context),
        }
    }
}

fn known_kinds(context: &Context) -> Result<Kinds, Failure> {
    kinds::read(&context.configuration(Vec::new())?.hub.kinds_folder)
}

fn begin(name: &str, role: &NewRole, context: &Context) -> Result<(), Failure> {
    let folder = new::new(Path::new("."), name, role, &known_kinds(context)?)?;
    let folder = folder.display().to_string();
    match context.style() {
        Style::Json => output::json(&Begun { folder }),
        Style::Text => {
            output::line(format!("made {folder}"));
            output::line(
                "`cargo xtask guests` builds it; `sunmao plugin wit` follows its sunmao-plugin.toml",
            );
        }
    }
    Ok(())
}

fn write_wit(path: &Path, context: &Context) -> Result<(), Failure> {
    let manifest = folder::manifest(path)?;
    let files = folder::write_wit(path, &manifest, &known_kinds(context)?)?;
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    match context.style() {
        Style::Json => output::json(&Written { files }),
        Style::Text => files
            .iter()
            .for_each(|file| output::line(format!("wrote {file}"))),
    }
    Ok(())
}

/// A folder that was made.
#[derive(Serialize)]
struct Begun {
    folder: String,
}

/// Files that were written.
#[derive(Serialize)]
struct Written {
    files: Vec<String>,
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
    let kinds = known_kinds(context)?;
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
