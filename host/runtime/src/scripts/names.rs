//! Every name that a script uses, looked up before it runs: a name that nothing bears is reported with the one that
//! was probably meant.

use super::fault::ScriptFault;
use super::library::Library;
use super::operations;
use super::own::Own;
use super::walk::{Call, Mentions, Outer};
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, nearest};

/// The module of a script's own constants.
pub const GLOBAL: &str = "global";
/// What Rhai itself understands as calls. `curry` is how it writes a closure's captured variables.
const BUILT_IN: [&str; 7] = [
    "Fn",
    "call",
    "curry",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
];

/// Everything that a script mentions and nothing bears.
pub fn unknown(catalogue: &Catalogue, own: &Own<'_>, mentions: &Mentions) -> Vec<ScriptFault> {
    let calls = mentions.calls.iter();
    let calls = calls.filter_map(|call| unknown_call(catalogue, own, call));
    let variables = mentions.variables.iter();
    let variables = variables.filter_map(|variable| unknown_variable(own, variable));
    calls.chain(variables).collect()
}

fn unknown_call(catalogue: &Catalogue, own: &Own<'_>, call: &Call) -> Option<ScriptFault> {
    if call.module.is_empty() || call.module == GLOBAL {
        return unknown_function(own, call);
    }
    let library = Library::shared();
    let name = format!("{}::{}", call.module, call.name);
    if let Some(counts) = library.arities(&name) {
        return wrong_count(&name, counts, call);
    }
    if let Some(operation) = catalogue.find(&name).filter(|operation| !operation.is_business()) {
        let message = format!("{} belongs to the host alone", operations::script_name(operation));
        return Some(ScriptFault::unknown(call.position, message).with_nearest(Some("session::status")));
    }
    let fault = ScriptFault::unknown(call.position, format!("{name} does not exist"));
    Some(fault.with_nearest(library.nearest_call(&name)))
}

fn unknown_function(own: &Own<'_>, call: &Call) -> Option<ScriptFault> {
    let library = Library::shared();
    let name = call.name.as_str();
    if BUILT_IN.contains(&name) || library.has_function(name) {
        return None;
    }
    if let Some(counts) = own.functions.get(name) {
        return wrong_count(name, counts, call);
    }
    let candidates = library.functions().chain(own.functions.keys().copied());
    let fault = ScriptFault::unknown(call.position, format!("there is no function {name}"));
    Some(fault.with_nearest(nearest(name, candidates)))
}

fn wrong_count(name: &str, counts: &BTreeSet<usize>, call: &Call) -> Option<ScriptFault> {
    if counts.contains(&call.arguments) {
        return None;
    }
    let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
    let (counts, given) = (counts.join(" or "), call.arguments);
    let message = format!("{name} wants {counts} arguments and is given {given}");
    Some(ScriptFault::unknown(call.position, message))
}

fn unknown_variable(own: &Own<'_>, variable: &Outer) -> Option<ScriptFault> {
    let Outer {
        module,
        name,
        position,
    } = variable;
    // Bare names are local or constants; the strict compilation knows.
    if module.is_empty() {
        return None;
    }
    if module != GLOBAL {
        let message = format!("{module}::{name} is no function call; modules hold functions only");
        return Some(ScriptFault::unknown(*position, message));
    }
    if own.constants.contains(name.as_str()) {
        return None;
    }
    let message = format!("there is no constant {name} at the top of the script");
    let near = nearest(name, own.constants.iter().copied());
    Some(ScriptFault::unknown(*position, message).with_nearest(near))
}
