//! What a script defines itself: functions, constants, and by them its roles.

use super::fault::ScriptFault;
use rhai::{AST, ASTFlags, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// The functions that make a role, with their parameters.
const ROLES: [(&str, &[&str], &str); 5] = [
    ("judge", &["record"], "policy"),
    ("map", &["record"], "mapping"),
    ("map", &["record", "known"], "mapping"),
    ("merge", &["change"], "merge"),
    ("handle", &["event"], "automation"),
];

/// A script's definitions.
pub struct Own<'a> {
    /// Functions with their numbers of parameters.
    pub functions: BTreeMap<&'a str, BTreeSet<usize>>,
    /// Constants at the top.
    pub constants: BTreeSet<&'a str>,
    ast: &'a AST,
}

impl<'a> Own<'a> {
    /// Reads the definitions.
    pub fn of(ast: &'a AST) -> Self {
        let mut functions: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for function in ast.iter_functions() {
            let counts = functions.entry(function.name).or_default();
            counts.insert(function.params.len());
        }
        let constants = ast.statements().iter().filter_map(|statement| match statement {
            Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => Some(variable.0.as_str()),
            _ => None,
        });
        Own {
            functions,
            constants: constants.collect(),
            ast,
        }
    }

    /// Whether the script defines a function with so many parameters.
    pub fn defines(&self, name: &str, parameters: usize) -> bool {
        self.functions
            .get(name)
            .is_some_and(|counts| counts.contains(&parameters))
    }

    /// The roles that the script plays.
    pub fn roles(&self) -> BTreeSet<&'static str> {
        let played = ROLES
            .iter()
            .filter(|(name, parameters, _)| self.defines(name, parameters.len()));
        played.map(|(_, _, role)| *role).collect()
    }

    /// What is wrong with the definitions: none that makes a role, one with other parameters, or statements that would
    /// run at every call, or never.
    pub fn faults(&self) -> Vec<ScriptFault> {
        let mut faults: Vec<ScriptFault> = self.misplaced().collect();
        faults.extend(ROLES.iter().filter_map(|(name, parameters, _)| {
            if !self.functions.contains_key(name) || self.is_sound(name) || !is_first(name, parameters) {
                return None;
            }
            let message = format!(
                "{name} takes other parameters: fn {name}({})",
                parameters.join(", ")
            );
            Some(ScriptFault::unsound(self.position_of(name), message))
        }));
        if faults.is_empty() && self.roles().is_empty() {
            let functions = ROLES.map(|(name, parameters, _)| format!("{name}({})", parameters.join(", ")));
            let hint = format!("define one of {}", functions.join(", "));
            faults.push(ScriptFault::unsound(Position::NONE, "plays no role").with_hint(hint));
        }
        faults
    }

    /// Whether the function of a role takes as many parameters as one of its forms.
    fn is_sound(&self, name: &str) -> bool {
        let mut forms = ROLES.iter().filter(|(own, ..)| *own == name);
        forms.any(|(_, parameters, _)| self.defines(name, parameters.len()))
    }

    fn misplaced(&self) -> impl Iterator<Item = ScriptFault> {
        let statements = self.ast.statements().iter();
        let misplaced = statements.filter(|statement| match statement {
            Stmt::Var(_, flags, _) => !flags.contains(ASTFlags::CONSTANT),
            Stmt::Noop(_) => false,
            _ => true,
        });
        let message = "only constants and functions may stand outside a function";
        misplaced.map(move |statement| ScriptFault::unsound(statement.position(), message))
    }

    fn position_of(&self, name: &str) -> Position {
        let mut functions = self.ast.shared_lib().iter_script_fn_info();
        let function = functions.find(|(_, _, own, ..)| *own == name);
        function.map_or(Position::NONE, |(.., function)| function.body.start_position())
    }
}

/// Whether these are the parameters that a function of a role is named with first.
fn is_first(name: &str, parameters: &[&str]) -> bool {
    let first = ROLES.iter().find(|(own, ..)| *own == name);
    first.is_some_and(|(_, own, _)| *own == parameters)
}
