//! The hub's records as scripts see them: `records::get`, `stored`, `find` and `list`, and `filing::file`.

use super::{Context, Raised, add, ask, failure, members};
use crate::problem::Problem;
use crate::scripts::run::Run;
use crate::scripts::{record, value};
use crate::services::{self, Known};
use rhai::{Dynamic, INT, Map, Module};

pub(super) fn records() -> Module {
    let mut module = Module::new();
    add(
        &mut module,
        "get",
        |context: Context<'_>, kind: &str, id: &str| {
            ask(&context, |run| {
                let found = run.service("records", services::record(run.host(), run.caller(), kind, id))?;
                found.map_or(Ok(Dynamic::UNIT), |known| body(run, kind, &known))
            })
        },
    );
    add(
        &mut module,
        "stored",
        |context: Context<'_>, kind: &str, id: &str| {
            ask(&context, |run| {
                let found = run.service("records", services::record(run.host(), run.caller(), kind, id))?;
                found.map_or(Ok(Dynamic::UNIT), |known| stored(run, kind, &known))
            })
        },
    );
    add(
        &mut module,
        "find",
        |context: Context<'_>, kind: &str, member: &str, value: &str| {
            ask(&context, |run| {
                let work = services::find(run.host(), run.caller(), kind, member, value);
                all(run, kind, run.service("records", work)?)
            })
        },
    );
    add(
        &mut module,
        "list",
        |context: Context<'_>, kind: &str, members: Map, after: &str| {
            ask(&context, |run| {
                let members = members.into_iter();
                let members = members.map(|(name, value)| (name.to_string(), value.to_string()));
                let work = services::list(run.host(), run.caller(), kind, members.collect(), after);
                all(run, kind, run.service("records", work)?)
            })
        },
    );
    module
}

pub(super) fn filing() -> Module {
    let mut module = Module::new();
    add(
        &mut module,
        "file",
        |context: Context<'_>, kind: &str, id: &str, body: Map| file(&context, kind, id, body, None),
    );
    add(
        &mut module,
        "file",
        |context: Context<'_>, kind: &str, id: &str, body: Map, revision: INT| {
            file(&context, kind, id, body, Some(revision))
        },
    );
    module
}

fn file(
    context: &Context<'_>,
    kind: &str,
    id: &str,
    body: Map,
    revision: Option<INT>,
) -> Result<Dynamic, Raised> {
    // Decimals stay decimals: a record is no reader of floats.
    let body = value::from_script(&Dynamic::from(body))
        .and_then(|body| serde_json::to_string(&body).map_err(|error| error.to_string()));
    let body = body.map_err(|message| {
        let problem = Problem {
            message: format!("record: {message}"),
            hint: "give a map of plain values".to_owned(),
        };
        failure::thrown_problem(context, problem)
    })?;
    let filed = ask(context, |run| {
        let work = services::file(run.host(), run.caller(), kind, id, &body, revision);
        run.service("filing", work)
    })?;
    Ok(filed.map_or(Dynamic::UNIT, Dynamic::from))
}

fn all(run: &Run, kind: &str, found: Vec<Known>) -> Result<Dynamic, Problem> {
    let found = found.iter().map(|known| stored(run, kind, known));
    Ok(Dynamic::from(found.collect::<Result<Vec<Dynamic>, Problem>>()?))
}

/// A record with its id and its revision.
fn stored(run: &Run, kind: &str, known: &Known) -> Result<Dynamic, Problem> {
    Ok(members([
        ("id", known.id.clone().into()),
        ("revision", known.revision.into()),
        ("origin", known.origin.clone().into()),
        ("body", body(run, kind, known)?),
    ]))
}

/// The record itself, with its id.
fn body(run: &Run, kind: &str, known: &Known) -> Result<Dynamic, Problem> {
    let kinds = run.host().kinds.load();
    let of_kind = kinds
        .find(kind)
        .ok_or_else(|| services::unknown_kind(&kinds, kind))?;
    let body = crate::record::stored(of_kind, &known.body)
        .map_err(|why| services::unreadable(&format!("{kind}/{}", known.id), &why))?;
    Ok(record::to_script(
        of_kind,
        &crate::record::with_id(&known.id, &body),
    ))
}
