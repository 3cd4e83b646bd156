//! What the reference says of an operation, before a page gives it its form. Names stand between backticks.

use crate::shape::ResponseForm;
use crate::{
    Catalogue, Dialect, Effect, Face, Field, FieldType, Kind, Operation, Repeat, ResultKind, Shape, prose,
};
use std::collections::BTreeMap;

/// A parameter or a member of an answer; the members of lists and records follow it.
pub(super) struct Line<'a> {
    /// The English name, under those around it: `lines[].price`.
    pub(super) name: String,
    pub(super) field: &'a Field,
    /// Type and limits, in a few words each.
    pub(super) notes: Vec<String>,
}

/// What a side of an operation is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Answer,
}

/// What the operation does and how it is repeated, in paragraphs.
pub(super) fn description(operation: &Operation) -> Vec<String> {
    let mut paragraphs = vec![prose::effect(operation)];
    if !operation.is_business() {
        paragraphs.push(
            "The host signs in and out by itself: nobody else may call this operation, and no grant allows it."
                .to_owned(),
        );
    }
    if !operation.documented {
        paragraphs.push(
            "The vendor does not publish the parameters. Every field that a caller names is passed on under its wire \
             name."
                .to_owned(),
        );
    }
    paragraphs
}

/// Where the operation stands and how it is spoken, by name.
pub(super) fn wire(operation: &Operation) -> Vec<(&'static str, String)> {
    let query: Vec<String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let facts = [
        (
            "menu",
            Some(format!("{}, id {}", operation.menu.join(" / "), operation.id)),
        ),
        ("dialect", Some(dialect(operation.dialect).to_owned())),
        ("path", Some(format!("POST {}", operation.path))),
        ("query", (!query.is_empty()).then(|| query.join("&"))),
        ("command", operation.cmdkey.clone()),
        ("legacy path", operation.legacy_path.clone()),
    ];
    facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name, fact?)))
        .collect()
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Form => "form: session, cmdkey and datas in the body",
        Dialect::Json => "json: a plain object, with the header ZBAPI-Token",
        Dialect::Helper => "helper: Token and Datas in the body",
    }
}

/// The operation as a function of its WIT interface.
pub(super) fn wit_function(operation: &Operation) -> String {
    let request = operation
        .request_shape()
        .map_or_else(String::new, |request| format!("request: {}", request.name));
    let answer = match operation.response_shape() {
        Shape::Record(record) => record.name.clone(),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{}: func({request}) -> result<{answer}, error>", operation.verb)
}

/// The parameters or the members of the answer, with everything inside them.
pub(super) fn lines(fields: &[Field], side: Side) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    collect("", fields, side, &mut lines);
    lines
}

fn collect<'a>(prefix: &str, fields: &'a [Field], side: Side, lines: &mut Vec<Line<'a>>) {
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let within = match field.kind {
            FieldType::List => format!("{name}[]."),
            _ => format!("{name}."),
        };
        let notes = notes(field, side);
        lines.push(Line { name, field, notes });
        collect(&within, &field.fields, side, lines);
    }
}

fn notes(field: &Field, side: Side) -> Vec<String> {
    let mut notes = vec![kind(field).to_owned()];
    if field.required && side == Side::Request {
        notes.push("required".to_owned());
    }
    if field.multiple {
        notes.push("several, comma-separated".to_owned());
    }
    notes.extend(prose::notes(field, usize::MAX));
    notes
}

fn kind(field: &Field) -> &'static str {
    match field.kind {
        FieldType::String => "text",
        FieldType::Int => "whole number",
        FieldType::Decimal => "decimal",
        FieldType::Datetime | FieldType::Date => "date",
        FieldType::Time => "time",
        FieldType::Bool => "truth value",
        FieldType::List => "list of records",
        FieldType::Object => "record",
    }
}

/// What a successful call answers, in words; the known members are told apart.
pub(super) fn answer(operation: &Operation) -> &'static str {
    if operation.result == ResultKind::Session {
        return "The session's token, which the host keeps, and the ERP's version.";
    }
    match operation.response_form(Face::Dynamic) {
        ResponseForm::Rows if operation.is_open() => {
            "`items`, the rows of a page as records, and `page` with `size`, `index`, `count` and `total`. The vendor does \
             not publish the columns: these were seen on installations, any of which may leave some out; what else one \
             shows is in `extra`, and `columns` holds the wire name and the caption of each of these."
        }
        ResponseForm::Rows => {
            "`items`, the rows of a page as records of these members, and `page` with `size`, `index`, `count` and \
             `total`."
        }
        ResponseForm::Table => {
            "`items`, the rows of a page as records, and `page` with `size`, `index`, `count` and `total`. The vendor \
             does not publish the columns: `columns` holds the wire name and the caption of each."
        }
        ResponseForm::Record => "A record of these members.",
        ResponseForm::Document if operation.fields.is_empty() => {
            "`key`, the record's `ord`; `caption`; `fields`, the values by wire name, with `labels` for those that are \
             codes and `columns` for their captions; `tables`, the lists inside. The vendor does not publish the \
             members."
        }
        ResponseForm::Document => {
            "`key`, the record's `ord`; `caption`; `fields`, the values by wire name, with `labels` for those that are \
             codes and `columns` for their captions; `tables`, the lists inside. Typed guests get these members."
        }
        ResponseForm::Ack => {
            "`message`, the ERP's own words; `key`, the record's `ord` where the ERP tells it; `data`, whatever else \
             the ERP tells."
        }
    }
}

/// The failures that a call can end with, by the name of their kind.
pub(super) fn errors(operation: &Operation) -> Vec<(&'static str, String)> {
    let applies = |kind: &Kind| match kind {
        _ if !operation.is_business() => matches!(kind, Kind::Session | Kind::Unavailable),
        Kind::Invalid => operation.request_shape().is_some(),
        Kind::Unconfirmed => !operation.is_read(),
        _ => true,
    };
    Kind::ALL
        .into_iter()
        .filter(applies)
        .map(|kind| {
            let more = match kind {
                Kind::Refused => format!(" {}", refusal(operation.dialect)),
                _ => String::new(),
            };
            (kind.name(), format!("{}{more}", kind.meaning()))
        })
        .collect()
}

/// How a refusal looks on the wire.
fn refusal(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Form => {
            "On the wire: a `header.status` other than 0, or a message that says so under status 0."
        }
        Dialect::Json => "On the wire: `Code` 300 with the words in `Msg`, under HTTP status 200.",
        Dialect::Helper => "On the wire: `code` 300 with the words in `msg`, under HTTP status 200.",
    }
}

/// Other operations that a caller of this one needs, each with the reason: what reserves a key, finds, reads back, lists
/// codes; then the other operations of the object.
pub(super) fn see_also<'a>(
    catalogue: &'a Catalogue,
    operation: &'a Operation,
) -> Vec<(&'a Operation, Vec<String>)> {
    let mut reasons: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut order = Vec::new();
    let mut note = |name: &str, reason: Option<String>| {
        let Some(other) = catalogue.find(name).filter(|other| other.id != operation.id) else {
            return;
        };
        let known = reasons.entry(other.id).or_insert_with(|| {
            order.push(other);
            Vec::new()
        });
        known.extend(reason);
    };
    if let Effect::Write(write) = &operation.effect {
        match &write.repeat {
            Repeat::ReservedKey {
                reserve: Some(reserve),
                ..
            } => note(reserve, Some("allocates the key".to_owned())),
            Repeat::UniqueNumber { find, .. } => {
                note(find, Some("finds the record by its number".to_owned()))
            }
            _ => {}
        }
        if let Some(read_back) = &write.read_back {
            note(read_back, Some("shows what was written".to_owned()));
        }
    }
    let every = lines(&operation.params, Side::Request).into_iter();
    for line in every.chain(lines(&operation.fields, Side::Answer)) {
        if let Some(lookup) = &line.field.lookup {
            note(lookup, Some(format!("lists the codes of `{}`", line.name)));
        }
    }
    for (_, siblings) in catalogue
        .objects()
        .filter(|(object, _)| *object == operation.object)
    {
        for sibling in siblings {
            note(&sibling.name, None);
        }
    }
    order
        .into_iter()
        .map(|other| (other, reasons.remove(&other.id).unwrap_or_default()))
        .collect()
}
