//! `sunmao operations`: what the ERP can be asked.

mod live;

use super::find;
use crate::api::operations::{OperationDetails, OperationSummary};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use clap::{Args, Subcommand};
use serde::Serialize;
use sunmao_catalogue::{Catalogue, Operation, manual_page};
use sunmao_runtime::Accounts;

/// List the ERP's operations, or show one as a manual page
#[derive(Debug, Args)]
pub struct Operations {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all operations, or those whose name, title or menu contains a text
    List {
        /// A part of the name, the Chinese title or the menu
        filter: Option<String>,
    },
    /// Show an operation with its parameters, its answer, its errors and an example
    Show {
        /// The name, such as customers.list, or the menu id
        name: String,
        /// Also ask the ERP, reading one record, for the fields that the installation added itself
        #[arg(long)]
        live: bool,
        /// Keep what --live found in custom-fields.toml (of another account: custom-fields.NAME.toml), which commands read from the working folder
        #[arg(long, requires = "live")]
        save: bool,
        /// The account to ask, as in [erp.NAME] of the configuration
        #[arg(long, value_name = "NAME", requires = "live")]
        erp: Option<String>,
    },
}

impl Operations {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let catalogue = Catalogue::shared();
        match self.action {
            Action::List { filter } => list(&catalogue, filter.as_deref(), context.style()),
            Action::Show {
                name,
                live,
                save,
                erp,
            } => {
                let operation = find::operation(&catalogue, &name)?;
                let found = match live {
                    true => Some(live::discover(context, &catalogue, operation, erp.as_deref()).await?),
                    false => None,
                };
                show(&catalogue, operation, found.as_deref(), context.style());
                if let (true, Some(found)) = (save, &found) {
                    let account = erp.as_deref().unwrap_or(Accounts::MAIN);
                    live::keep(operation, found, account, context.style())?;
                }
            }
        }
        Ok(())
    }
}

fn list(catalogue: &Catalogue, filter: Option<&str>, style: Style) {
    let wanted = |operation: &&Operation| filter.is_none_or(|filter| mentions(operation, filter));
    let operations: Vec<&Operation> = catalogue.operations().iter().filter(wanted).collect();
    if style == Style::Json {
        return output::json(
            &operations
                .into_iter()
                .map(OperationSummary::from)
                .collect::<Vec<_>>(),
        );
    }
    let rows = operations.iter().map(|operation| {
        vec![
            operation.id.to_string(),
            operation.name.clone(),
            operation.effect_name().to_owned(),
            operation.title.clone(),
            operation.menu.join(" / "),
        ]
    });
    output::line(output::table(["id", "name", "effect", "title", "menu"], rows));
    output::line(format!("{} operations", operations.len()));
}

fn mentions(operation: &Operation, filter: &str) -> bool {
    operation.name.contains(filter)
        || operation.title.contains(filter)
        || operation.menu.iter().any(|entry| entry.contains(filter))
}

/// An operation, with what the installation itself shows of it where that was asked for.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    details: OperationDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<&'a [live::CustomField]>,
}

fn show(catalogue: &Catalogue, operation: &Operation, found: Option<&[live::CustomField]>, style: Style) {
    if style == Style::Json {
        let details = OperationDetails::from(operation);
        return output::json(&Shown { details, live: found });
    }
    output::line(manual_page(catalogue, operation).trim_end());
    if let Some(found) = found {
        output::line("\nFIELDS OF THIS INSTALLATION");
        if found.is_empty() {
            output::line("       none beyond those above");
        }
        for field in found {
            let example = match field.example.is_empty() {
                true => String::new(),
                false => format!("  such as {}", field.example),
            };
            output::line(format!("       {}  {}{example}", field.wire, field.label));
        }
    }
}
