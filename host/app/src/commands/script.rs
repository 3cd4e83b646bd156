//! `sunmao script`: what serves in a running host, and whether files are sound.

use super::extensions;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::Target;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::{Path, PathBuf};
use sunmao_catalogue::Catalogue;
use sunmao_runtime::text::{self, TextFault};
use sunmao_runtime::{ExtensionKind, Surface, scripts};

/// List a running host's scripts, or check files
#[derive(Debug, Args)]
pub struct Script {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the scripts of a running host, with why a broken one does not serve
    List,
    /// Compile scripts and read what they can call, without running them
    Check {
        /// The scripts, such as scripts/admission.rhai
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Script {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.action {
            Action::List => {
                extensions::list(
                    &self.target.connect(context)?,
                    ExtensionKind::Script,
                    context.style(),
                )
                .await
            }
            Action::Check { files } => check(&files, context.style()),
        }
    }
}

/// Checks every file; the failure names everything that is wrong in any of them.
fn check(files: &[PathBuf], style: Style) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let mut unsound = 0;
    for file in files {
        match surface(file) {
            Ok(surface) => show(file, &surface, style),
            Err(own) => {
                unsound += 1;
                faults.extend(
                    own.into_iter()
                        .map(|fault| format!("{}: {fault}", file.display())),
                );
            }
        }
    }
    if unsound == 0 {
        return Ok(());
    }
    let message = format!("{unsound} of {} files would not be put into service", files.len());
    Err(Failure::new(Exit::Failed, "script check", "", message).with_faults(faults))
}

fn surface(file: &Path) -> Result<Surface, Vec<String>> {
    let content = std::fs::read(file).map_err(|error| vec![error.to_string()])?;
    let (content, _) =
        text::decode(&content).map_err(|fault| vec![format!("{fault} (hint: {})", TextFault::HINT)])?;
    scripts::check(&Catalogue::shared(), &content)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn show(file: &Path, surface: &Surface, style: Style) {
    if style == Style::Json {
        return output::json_line(&json!({ "file": file, "surface": surface }));
    }
    let list = |names: &[String]| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    output::line(format!("{} is sound", file.display()));
    output::line(format!("  roles       {}", list(&surface.roles)));
    output::line(format!("  operations  {}", list(&surface.operations)));
    output::line(format!("  services    {}", list(&surface.services)));
}
