//! The reference as Markdown: an index by module, and a file an object.

use super::example::{command_line, rhai_synopsis, shell_synopsis};
use super::facts::{self, Line, Side};
use crate::{Catalogue, Operation};
use indexmap::{IndexMap, IndexSet};

const GENERATED: &str =
    "<!-- Generated from the catalogue by `cargo xtask generate`; edits are overwritten. -->\n";

/// The files of `docs/reference`: each path relative to it, with its text. `README.md` is the index; an object's
/// operations are the headings of `<object>.md`.
pub fn reference_files(catalogue: &Catalogue) -> Vec<(String, String)> {
    let objects = catalogue
        .objects()
        .map(|(object, operations)| (file(object), object_page(catalogue, object, &operations)));
    std::iter::once(("README.md".to_owned(), index(catalogue)))
        .chain(objects)
        .collect()
}

fn file(object: &str) -> String {
    format!("{object}.md")
}

fn index(catalogue: &Catalogue) -> String {
    let mut modules: IndexMap<&str, Vec<(&str, Vec<&Operation>)>> = IndexMap::new();
    for operation in catalogue.operations() {
        modules.entry(module(operation)).or_default();
    }
    for (object, operations) in catalogue.objects() {
        let own = operations.first().map_or("", |operation| module(operation));
        modules.entry(own).or_default().push((object, operations));
    }
    let all: Vec<&Operation> = catalogue.operations().iter().collect();
    let mut page = format!(
        "{GENERATED}# Operations of the ERP\n\n{} of {} objects, in the modules of the vendor's menu. An operation is \
         called `object.verb` by plugins, scripts and `sunmao call`; `sunmao operations show object.verb` prints what \
         stands here. The same as requests and answers on the wire: [`openapi.json`](../openapi.json).\n",
        counts(&all),
        catalogue.objects().count(),
    );
    for (module, objects) in modules {
        let own: Vec<&Operation> = objects
            .iter()
            .flat_map(|(_, operations)| operations)
            .copied()
            .collect();
        page += &format!("\n## {module}\n\n{}.\n\n", counts(&own));
        page += "| object | menu | operations |\n| --- | --- | --- |\n";
        for (object, operations) in objects {
            let verbs: Vec<String> = operations
                .iter()
                .map(|operation| link(operation, &operation.verb))
                .collect();
            let menus: IndexSet<String> = operations
                .iter()
                .map(|operation| operation.menu.join(" / "))
                .collect();
            let menus: Vec<String> = menus.into_iter().collect();
            page += &format!(
                "| [`{object}`]({}) | {} | {} |\n",
                file(object),
                menus.join("<br>"),
                verbs.join(", ")
            );
        }
    }
    page
}

/// The vendor's name of the part of the ERP that an operation belongs to.
fn module(operation: &Operation) -> &str {
    operation.menu.first().map_or("", String::as_str)
}

fn counts(operations: &[&Operation]) -> String {
    let reads = operations.iter().filter(|operation| operation.is_read()).count();
    let unpublished = operations
        .iter()
        .filter(|operation| !operation.documented)
        .count();
    let all = operations.len();
    let noun = if all == 1 { "operation" } else { "operations" };
    let writes = all - reads;
    let mut text = format!("{all} {noun} ({reads} that read, {writes} that write");
    if unpublished > 0 {
        text += &format!("; the vendor does not publish the parameters of {unpublished}");
    }
    text + ")"
}

fn object_page(catalogue: &Catalogue, object: &str, operations: &[&Operation]) -> String {
    let mut page = format!(
        "{GENERATED}# {object}\n\n{}. [All objects](README.md)\n\n",
        counts(operations)
    );
    page += "| operation | title | effect | menu id |\n| --- | --- | --- | --- |\n";
    for operation in operations {
        page += &format!(
            "| {} | {} | {} | {} |\n",
            link(operation, &operation.verb),
            operation.title,
            operation.effect_name(),
            operation.id
        );
    }
    for operation in operations {
        page.push_str(&section(catalogue, operation));
    }
    page
}

fn section(catalogue: &Catalogue, operation: &Operation) -> String {
    let mut text = format!("\n## {}\n\n{}\n", operation.verb, operation.title);
    for paragraph in facts::description(operation) {
        text += &format!("\n{}\n", linked(catalogue, &paragraph));
    }
    text.push_str("\n| | |\n| --- | --- |\n");
    for (name, fact) in facts::wire(operation) {
        text += &format!("| {name} | {} |\n", cell(&fact));
    }
    if operation.is_business() {
        text += &format!(
            "\n```text\n{}\n{}\nzhibang:erp/{}  {}\n```\n",
            shell_synopsis(operation),
            rhai_synopsis(operation),
            operation.object,
            facts::wit_function(operation)
        );
    }
    text += &fields(
        catalogue,
        "Parameters",
        &facts::lines(&operation.params, Side::Request),
    );
    text += &format!("\n**Answer.** {}\n", linked(catalogue, facts::answer(operation)));
    text += &fields(
        catalogue,
        "Members of the answer",
        &facts::lines(&operation.fields, Side::Answer),
    );
    text.push_str("\n**Errors**\n\n");
    for (name, meaning) in facts::errors(operation) {
        text += &format!("- `{name}`: {meaning}\n");
    }
    if operation.is_business() {
        text += &format!("\n**Example**\n\n```sh\n{}\n```\n", command_line(operation));
    }
    text + &others(catalogue, operation)
}

fn others(catalogue: &Catalogue, operation: &Operation) -> String {
    let mut text = String::new();
    for (other, reasons) in facts::see_also(catalogue, operation) {
        // The object's other operations stand in the same file, in the table at its head.
        if !reasons.is_empty() {
            let reasons = reasons.join("; ");
            text += &format!("- {} {}: {reasons}\n", link(other, &other.name), other.title);
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("\n**See also**\n\n{text}")
    }
}

fn fields(catalogue: &Catalogue, title: &str, lines: &[Line<'_>]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n**{title}**\n\n| name | wire name | label | notes |\n| --- | --- | --- | --- |\n");
    for line in lines {
        text += &format!(
            "| `{}` | `{}` | {} | {} |\n",
            line.name,
            cell(&line.field.wire),
            cell(&line.field.label),
            linked(catalogue, &cell(&line.notes.join("; ")))
        );
    }
    text
}

/// A text with a link on every operation that it names between backticks.
fn linked(catalogue: &Catalogue, text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(position, part)| match position % 2 {
            0 => part.to_owned(),
            _ => match catalogue.find(part) {
                Some(operation) => link(operation, part),
                None => format!("`{part}`"),
            },
        })
        .collect()
}

fn link(operation: &Operation, text: &str) -> String {
    format!("[`{text}`]({}#{})", file(&operation.object), operation.verb)
}

/// A text as it may stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
