//! Reading a script before it runs: does it compile, what does it call, which roles does it play.

use super::fault::{self, ScriptFault};
use super::library::Library;
use super::names::{self, GLOBAL};
use super::own::Own;
use super::walk::{self, Mentions};
use crate::extension::Surface;
use crate::load_error::LoadError;
use rhai::{AST, Engine, Module, ParseErrorType, Position, Scope, Shared};
use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Service};

/// What a script can reach, read without running it.
///
/// # Errors
/// It does not compile, calls what does not exist, or defines no role; every fault is listed.
pub fn surface(catalogue: &Catalogue, name: &str, source: &str) -> Result<Surface, LoadError> {
    check(catalogue, source).map_err(|faults| fault::load_error(name, &faults))
}

/// Like [`surface`], with each fault for itself.
///
/// # Errors
/// Everything that is wrong: all unknown names at once, or the first thing that does not compile.
pub fn check(catalogue: &Catalogue, source: &str) -> Result<Surface, Vec<ScriptFault>> {
    compile(catalogue, source).map(|checked| checked.surface)
}

/// A script that may run, as far as its text tells.
pub struct Checked {
    /// What runs.
    pub ast: AST,
    /// What it can reach.
    pub surface: Surface,
    /// The modules it calls.
    pub modules: Vec<(String, Shared<Module>)>,
    /// It names its constants as `global::…`, which Rhai fills by running the text outside the functions.
    pub reads_globals: bool,
}

impl Checked {
    /// Whether the script defines a function with so many parameters.
    pub fn defines(&self, name: &str, parameters: usize) -> bool {
        self.ast.shared_lib().get_script_fn(name, parameters).is_some()
    }
}

/// Compiles twice: first as it stands, to name every unknown thing it mentions; then strictly, with its constants in
/// place of their names, so that a misspelt variable is found before the script runs.
pub fn compile(catalogue: &Catalogue, source: &str) -> Result<Checked, Vec<ScriptFault>> {
    let mut engine = Library::shared().engine();
    let draft = engine.compile(source).map_err(|error| vec![error.into()])?;
    let own = Own::of(&draft);
    let mentions = walk::mentions(&draft);
    sound(
        own.faults()
            .into_iter()
            .chain(names::unknown(catalogue, &own, &mentions)),
    )?;
    let ast = strictly(&mut engine, &draft, &own, source)?;
    sound(unread_constants(&own, &ast))?;
    let mut outer = mentions.variables.iter();
    Ok(Checked {
        ast,
        surface: asked_for(catalogue, &mentions, own.roles()),
        modules: modules(&mentions),
        reads_globals: outer.any(|variable| variable.module == GLOBAL),
    })
}

/// All faults at once, in the order of the text.
fn sound(faults: impl Iterator<Item = ScriptFault>) -> Result<(), Vec<ScriptFault>> {
    let mut faults: Vec<ScriptFault> = faults.collect();
    faults.sort_by_key(|fault| (fault.line, fault.column));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn strictly(engine: &mut Engine, draft: &AST, own: &Own<'_>, source: &str) -> Result<AST, Vec<ScriptFault>> {
    for (name, module) in Library::shared().modules() {
        engine.register_static_module(name, module.clone());
    }
    engine.set_strict_variables(true);
    let mut constants = Scope::new();
    for (name, _, value) in draft.iter_literal_variables(true, false) {
        constants.push_constant_dynamic(name, value);
    }
    let compiled = engine.compile_with_scope(&constants, source);
    compiled.map_err(|error| {
        vec![match error.err_type() {
            ParseErrorType::VariableUndefined(name) if own.constants.contains(name.as_str()) => {
                unread_constant(error.position(), name)
            }
            _ => error.into(),
        }]
    })
}

/// A list or map that is looked into by a name known only at run time stays a variable, and a function has none but
/// its own.
fn unread_constants(own: &Own<'_>, ast: &AST) -> impl Iterator<Item = ScriptFault> {
    let variables = walk::mentions(ast).variables.into_iter();
    let unread = variables
        .filter(|variable| variable.module.is_empty() && own.constants.contains(variable.name.as_str()));
    unread.map(|variable| unread_constant(variable.position, &variable.name))
}

fn unread_constant(position: Position, name: &str) -> ScriptFault {
    let message = format!("{name} is a constant at the top of the script");
    ScriptFault::unsound(position, message).with_hint(format!("write global::{name} here"))
}

fn asked_for(catalogue: &Catalogue, mentions: &Mentions, roles: BTreeSet<&'static str>) -> Surface {
    let mut operations = BTreeSet::new();
    let mut services = BTreeSet::new();
    for call in &mentions.calls {
        if Service::find(&call.module).is_some() {
            services.insert(call.module.clone());
        } else if let Some(operation) = catalogue.find(&format!("{}::{}", call.module, call.name)) {
            operations.insert(operation.name.clone());
        }
    }
    Surface {
        operations: operations.into_iter().collect(),
        services: services.into_iter().collect(),
        roles: roles.into_iter().map(str::to_owned).collect(),
    }
}

fn modules(mentions: &Mentions) -> Vec<(String, Shared<Module>)> {
    let wanted = |name: &str| mentions.calls.iter().any(|call| call.module == name);
    let modules = Library::shared().modules().filter(|(name, _)| wanted(name));
    modules
        .map(|(name, module)| (name.to_owned(), module.clone()))
        .collect()
}
