//! `sunmao operations`: what the ERP can be asked.

use super::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::{describe, find};
use clap::{Args, Subcommand};
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Effect, Field, Operation, Repeat, Write};

/// List the ERP's operations, or show one with its parameters
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
    /// Show an operation with its parameters and the columns of its answer
    Show {
        /// The name, such as customers.list, or the menu id
        name: String,
    },
}

impl Operations {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let catalogue = Catalogue::shared();
        match self.action {
            Action::List { filter } => list(&catalogue, filter.as_deref(), context.style()),
            Action::Show { name } => show(find::operation(&catalogue, &name)?, context.style()),
        }
        Ok(())
    }
}

fn list(catalogue: &Catalogue, filter: Option<&str>, style: Style) {
    let wanted = |operation: &&Operation| filter.is_none_or(|filter| mentions(operation, filter));
    let operations: Vec<&Operation> = catalogue.operations().iter().filter(wanted).collect();
    if style == Style::Json {
        return output::json(&operations.into_iter().map(describe::brief).collect::<Vec<_>>());
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

fn show(operation: &Operation, style: Style) {
    if style == Style::Json {
        return output::json(&describe::full(operation));
    }
    output::line(format!(
        "{}  {}  (menu {})",
        operation.name, operation.title, operation.id
    ));
    output::line(format!("  menu       {}", operation.menu.join(" / ")));
    output::line(format!("  effect     {}", effect(operation)));
    output::line(format!("  path       {}", operation.path));
    fields("parameters", &operation.params);
    if !operation.documented {
        output::line(
            "  The vendor does not publish the parameters: any other field is passed on under its wire name.",
        );
    }
    fields("columns of the answer", &operation.fields);
}

fn effect(operation: &Operation) -> String {
    let Effect::Write(write) = &operation.effect else {
        return "read".to_owned();
    };
    let judged = if write.judged {
        " (our judgement; the vendor does not say)"
    } else {
        ""
    };
    format!("write; {}{judged}", repetition(write))
}

fn repetition(write: &Write) -> String {
    match &write.repeat {
        Repeat::ReservedKey {
            parameter,
            reserve: Some(reserve),
        } => {
            format!("repeatable with a key from {reserve} in `{parameter}`")
        }
        Repeat::ReservedKey {
            parameter,
            reserve: None,
        } => format!("repeatable with the record's key in `{parameter}`"),
        Repeat::UniqueNumber { parameter, find, .. } => {
            format!("identified by its number in `{parameter}`, found again by {find}")
        }
        Repeat::Never => "one attempt, never repeated by itself".to_owned(),
    }
}

fn fields(title: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    let mut rows = Vec::new();
    collect("", fields, &mut rows);
    output::line(format!("\n{title}:"));
    output::line(output::table(["name", "wire", "label", "type", "notes"], rows));
}

fn collect(prefix: &str, fields: &[Field], rows: &mut Vec<Vec<String>>) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let kind = format!("{:?}", field.kind).to_lowercase();
        rows.push(vec![
            name.clone(),
            field.wire.clone(),
            field.label.clone(),
            kind,
            notes(field),
        ]);
        collect(&format!("{name}."), &field.fields, rows);
    }
}

fn notes(field: &Field) -> String {
    let required = match (field.required, field.required_by_policy) {
        (true, _) => Some("required".to_owned()),
        (false, true) => Some("may be required by the installation".to_owned()),
        (false, false) => None,
    };
    let notes = [
        required,
        field
            .max_length
            .map(|length| format!("at most {length} characters")),
        field.minimum.map(|minimum| format!("at least {minimum}")),
        field.multiple.then(|| "several, comma-separated".to_owned()),
        field.unique.then(|| "no two records with the same".to_owned()),
        field.lookup.as_ref().map(|lookup| format!("codes from {lookup}")),
        field
            .lookup_page
            .as_ref()
            .map(|page| format!("codes from the ERP's own page {page}")),
        (!field.values.is_empty()).then(|| codes(field)),
    ];
    notes.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn codes(field: &Field) -> String {
    let lead = if field.values_are_sample {
        "for example "
    } else {
        ""
    };
    // A code that stands twice with the same label is shown once.
    let codes: BTreeSet<String> = field
        .values
        .iter()
        .map(|value| format!("{} {}", value.code, value.label))
        .collect();
    format!("{lead}{}", codes.into_iter().collect::<Vec<_>>().join(", "))
}
