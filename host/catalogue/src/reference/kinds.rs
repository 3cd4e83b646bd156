//! The reference of the kinds of records: a page of text each, and all shipped ones as one page of Markdown.

use crate::{Field, FieldType, KindSource, Kinds, RecordKind, prose};
use std::fmt::Write as _;

/// The page of a kind, for a terminal.
pub fn kind_page(kind: &RecordKind) -> String {
    let mut page = format!("{}  {}\n\n{}\n", kind.name, kind.label, kind.description);
    let _ = writeln!(
        page,
        "Declared {}. Several are called `{}`.\n",
        source(kind),
        kind.plural
    );
    page += "MEMBERS\n";
    if kind.fields.is_empty() {
        page += "  nobody publishes them: rows come with the names that the ERP gives\n";
    }
    lines(&kind.fields, 1, &mut page);
    page
}

/// `docs/kinds.md`: the shipped kinds.
pub fn kinds_reference(kinds: &Kinds) -> String {
    let mut page = "<!-- Generated from the catalogue by `cargo xtask generate`; edits are overwritten. -->\n\
                    # Kinds of records\n\n\
                    What the hub keeps under `kind/id`. `sunmao kinds show KIND` prints what stands here, with what an \
                    installation added. Members have these names in JSON and in scripts; in WIT they have `-` for `_`. \
                    A record also has an `id`, 1 to 64 characters without spaces. A member that is left out, null or \
                    empty is not there.\n"
        .to_owned();
    for kind in kinds.own() {
        let _ = write!(
            page,
            "\n## `{}` {}\n\n{}\n\n| member | label | type | notes |\n| --- | --- | --- | --- |\n",
            kind.name, kind.label, kind.description
        );
        rows("", &kind.fields, &mut page);
    }
    page
}

/// The word for a member's type, as files of kinds have it.
pub fn member_type(field: &Field) -> &'static str {
    match field.kind {
        FieldType::String if field.reference.is_some() => "reference",
        FieldType::String if !field.values.is_empty() => "choice",
        FieldType::String => "text",
        FieldType::Int => "integer",
        FieldType::Decimal => "decimal",
        FieldType::Datetime | FieldType::Date => "date",
        FieldType::Time => "time",
        FieldType::Bool => "boolean",
        FieldType::List => "list",
        FieldType::Object => "record",
    }
}

fn source(kind: &RecordKind) -> String {
    match &kind.source {
        KindSource::Shipped => "by Sunmao".to_owned(),
        KindSource::Operator { file } => format!("in {file}"),
        KindSource::Erp { object } => format!("by the ERP's `{object}`"),
    }
}

fn notes(field: &Field) -> String {
    let told = [
        (field.required, "required"),
        (field.personal, "personal: in no log or audit row"),
    ];
    let told = told.into_iter().filter(|(is_so, _)| *is_so);
    let notes: Vec<String> = told
        .map(|(_, words)| words.to_owned())
        .chain(prose::notes(field, usize::MAX))
        .collect();
    notes.join("; ")
}

fn lines(fields: &[Field], depth: usize, page: &mut String) {
    let indent = "  ".repeat(depth);
    for field in fields {
        let _ = writeln!(
            page,
            "{indent}{}  {}, {}",
            field.snake_name(),
            field.label,
            member_type(field)
        );
        let notes = notes(field);
        if !notes.is_empty() {
            let wrapped = textwrap::Options::new(100);
            let inner = format!("{indent}    ");
            let wrapped = wrapped.initial_indent(&inner).subsequent_indent(&inner);
            let _ = writeln!(page, "{}", textwrap::fill(&notes, wrapped));
        }
        lines(&field.fields, depth + 1, page);
    }
}

fn rows(prefix: &str, fields: &[Field], page: &mut String) {
    for field in fields {
        let name = format!("{prefix}{}", field.snake_name());
        let notes = notes(field).replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{name}` | {} | {} | {notes} |",
            field.label,
            member_type(field)
        );
        rows(&format!("{name}[]."), &field.fields, page);
    }
}
