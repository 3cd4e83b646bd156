//! `sunmao kinds`: what records the hub keeps.

use crate::api::kinds::{KindDetails, KindSummary};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kinds;
use crate::output::{self, Style};
use clap::{Args, Subcommand};
use sunmao_catalogue::{Kinds as Known, RecordKind, kind_page};

/// List the kinds of records, or show one with its members
#[derive(Debug, Args)]
pub struct Kinds {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the shipped kinds and those of [hub] kinds_folder
    List {
        /// Also list the kinds of the ERP's rows, such as erp.customers
        #[arg(long)]
        erp: bool,
    },
    /// Show a kind with its members, their limits, and what identifies a record
    Show {
        /// The name or the plural, such as contact
        name: String,
    },
}

impl Kinds {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let configuration = context.configuration(Vec::new())?;
        let known = kinds::read(&configuration.hub.kinds_folder)?;
        match self.action {
            Action::List { erp: true } => list(known.iter().map(|kind| &**kind), context.style()),
            Action::List { erp: false } => list(known.own().map(|kind| &**kind), context.style()),
            Action::Show { name } => show(find(&known, &name)?, context.style()),
        }
        Ok(())
    }
}

fn find<'a>(known: &'a Known, name: &str) -> Result<&'a RecordKind, Failure> {
    known.find(name).map(|kind| &**kind).ok_or_else(|| {
        let hint = match known.nearest(name) {
            Some(near) => format!("did you mean {near}?"),
            None => "`sunmao kinds list` shows them all".to_owned(),
        };
        Failure::new(Exit::Usage, name, "", "no such kind of record").with_hint(hint)
    })
}

fn list<'a>(known: impl Iterator<Item = &'a RecordKind>, style: Style) {
    let known: Vec<&RecordKind> = known.collect();
    let entries: Vec<KindSummary> = known.iter().map(|kind| KindSummary::from(*kind)).collect();
    if style == Style::Json {
        return output::json(&entries);
    }
    let rows = entries.iter().zip(&known).map(|(entry, kind)| {
        vec![
            entry.name.clone(),
            entry.label.clone(),
            kind.fields.len().to_string(),
            entry.source.clone(),
            entry.description.clone(),
        ]
    });
    output::line(output::table(
        ["kind", "label", "members", "declared", "what it is"],
        rows,
    ));
    output::line(format!("{} kinds", entries.len()));
}

fn show(kind: &RecordKind, style: Style) {
    match style {
        Style::Json => output::json(&KindDetails::from(kind)),
        Style::Text => output::line(kind_page(kind).trim_end()),
    }
}
