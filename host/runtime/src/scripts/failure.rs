//! What goes wrong in a script, both ways: the host's faults as maps that a script can catch, and Rhai's errors as the
//! runtime's.

use super::run::{self, Interruption};
use crate::extension::{ExtensionError, Identity};
use crate::limits::{Exceeded, Limits};
use crate::problem::Problem;
use rhai::{Dynamic, EvalAltResult, Map, NativeCallContext, Position};
use sunmao_catalogue::{Fault, Kind};

/// The `kind` of what a service of the host threw; the other kinds are the ERP's.
const PROBLEM: &str = "problem";

/// An ERP call's fault, for a script to catch.
pub fn thrown_fault(context: &NativeCallContext<'_>, fault: &Fault) -> Box<EvalAltResult> {
    let code = fault.code.map_or(Dynamic::UNIT, |code| i64::from(code).into());
    throw(context, fault.kind.name(), &fault.message, &fault.hint, code)
}

/// A service's problem, for a script to catch.
pub fn thrown_problem(context: &NativeCallContext<'_>, problem: Problem) -> Box<EvalAltResult> {
    throw(context, PROBLEM, &problem.message, &problem.hint, Dynamic::UNIT)
}

fn throw(
    context: &NativeCallContext<'_>,
    kind: &str,
    message: &str,
    hint: &str,
    code: Dynamic,
) -> Box<EvalAltResult> {
    let thrown = Map::from_iter([
        ("kind".into(), kind.into()),
        ("message".into(), message.into()),
        ("hint".into(), hint.into()),
        ("code".into(), code),
    ]);
    Box::new(EvalAltResult::ErrorRuntime(
        thrown.into(),
        context.call_position(),
    ))
}

/// Who failed, where and under which limits: all that an error needs beside what happened.
pub struct Failing<'a> {
    /// The script.
    pub identity: &'a Identity,
    /// The function that was called.
    pub phase: &'static str,
    /// The limits it ran under.
    pub limits: &'a Limits,
}

impl Failing<'_> {
    /// Something other than Rhai went wrong: a thread, a value of the wrong shape.
    pub fn broken(&self, message: String, retry: bool) -> ExtensionError {
        ExtensionError::Broken {
            extension: self.identity.to_string(),
            version: self.identity.version.clone(),
            phase: self.phase,
            message: format!("{}.rhai: {message}", self.identity.name),
            retry,
        }
    }

    /// It was stopped, or never begun, because whoever asked for it has gone.
    pub fn abandoned(&self) -> ExtensionError {
        self.broken("stopped, nobody waits for it any more".to_owned(), true)
    }

    /// What Rhai says. `refuses` tells whether throwing is this function's way to refuse the data.
    pub fn error(&self, error: EvalAltResult, refuses: bool) -> ExtensionError {
        let (mut error, position) = innermost(error);
        match &error {
            EvalAltResult::ErrorTooManyOperations(_) => {
                self.over(format!("{} operations", self.limits.script_operations))
            }
            EvalAltResult::ErrorStackOverflow(_) => {
                self.over(format!("call depth of {}", run::call_depth(self.limits)))
            }
            EvalAltResult::ErrorDataTooLarge(what, _) if what.contains("string") => self.over(format!(
                "longest string of {} bytes",
                self.limits.script_string_bytes
            )),
            EvalAltResult::ErrorDataTooLarge(..) => self.over(format!(
                "{} items in an array or map",
                self.limits.script_collection_items
            )),
            EvalAltResult::ErrorTerminated(token, _) => match token.clone().try_cast() {
                Some(Interruption::Abandoned) => self.abandoned(),
                Some(Interruption::Exceeded(exceeded)) => self.exceeded(exceeded),
                None => self.broken(at(position, &error.to_string()), false),
            },
            EvalAltResult::ErrorRuntime(thrown, _) => self.thrown(thrown, position, refuses),
            _ => {
                error.clear_position();
                self.broken(at(position, &error.to_string()), false)
            }
        }
    }

    /// It ran into a limit of the invocation.
    pub fn exceeded(&self, exceeded: Exceeded) -> ExtensionError {
        self.over(exceeded.limit(self.limits))
    }

    fn over(&self, limit: String) -> ExtensionError {
        ExtensionError::OverLimit {
            extension: self.identity.to_string(),
            version: self.identity.version.clone(),
            phase: self.phase,
            limit,
        }
    }

    fn thrown(&self, thrown: &Dynamic, position: Position, refuses: bool) -> ExtensionError {
        let extension = self.identity.to_string();
        if let Some(fault) = fault(thrown) {
            return ExtensionError::Call { extension, fault };
        }
        let is_problem = text(thrown, "kind").as_deref() == Some(PROBLEM);
        if refuses && !is_problem {
            return ExtensionError::Data {
                extension,
                faults: refusals(thrown),
            };
        }
        let retry = member(thrown, "retry").is_some_and(|retry| retry.as_bool() == Ok(true));
        self.broken(at(position, &said(thrown)), retry)
    }
}

/// The error inside all the functions it went through, and where it began.
fn innermost(mut error: EvalAltResult) -> (EvalAltResult, Position) {
    let mut position = error.position();
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => {
                error = *inner;
                if !error.position().is_none() {
                    position = error.position();
                }
            }
            other => return (other, position),
        }
    }
}

fn at(position: Position, message: &str) -> String {
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: {message}"),
        _ => message.to_owned(),
    }
}

/// A fault of the ERP that was thrown by a call, or again by the script.
fn fault(thrown: &Dynamic) -> Option<Fault> {
    let name = text(thrown, "kind")?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
    let code = member(thrown, "code").and_then(|code| i32::try_from(code.as_int().ok()?).ok());
    let fault =
        Fault::new(kind, text(thrown, "message")?).with_hint(text(thrown, "hint").unwrap_or_default());
    Some(match code {
        Some(code) => fault.with_code(code),
        None => fault,
    })
}

/// A refusal as lines: a text, a map of `field` and `message`, or an array of either.
fn refusals(thrown: &Dynamic) -> Vec<String> {
    match thrown.as_array_ref() {
        Ok(several) => several.iter().map(said).collect(),
        Err(_) => vec![said(thrown)],
    }
}

/// What a thrown value says: a map's `field`, `message` and `hint`, or the value itself.
fn said(thrown: &Dynamic) -> String {
    let Some(message) = text(thrown, "message") else {
        return match thrown.is_unit() {
            true => "thrown without a reason".to_owned(),
            false => thrown.to_string(),
        };
    };
    let field = text(thrown, "field")
        .map(|field| format!("{field}: "))
        .unwrap_or_default();
    let hint = text(thrown, "hint")
        .filter(|hint| !hint.is_empty())
        .map(|hint| format!(" ({hint})"));
    format!("{field}{message}{}", hint.unwrap_or_default())
}

fn member(value: &Dynamic, name: &str) -> Option<Dynamic> {
    value.as_map_ref().ok()?.get(name).cloned()
}

fn text(value: &Dynamic, name: &str) -> Option<String> {
    member(value, name)?.into_string().ok()
}
