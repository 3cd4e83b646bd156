//! Views of a list: the selections that the staff know by name, such as the customers under protection.

use crate::table::Entry;

/// What a list shows when one of its parameters has one of its codes. Codes without a view show everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// The parameter's wire name.
    pub(crate) parameter: &'static str,
    pub(crate) code: &'static str,
    pub(crate) shows: Shows,
}

/// Which records a view shows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shows {
    /// Those that stand where an operation has put them and no other has taken them away since.
    Standing(Standing),
    /// Those whose code, by the column's label, is one of these.
    Codes(&'static str, &'static [&'static str]),
    /// Those whose date, by label, is so many days before or behind today.
    Days(&'static str, i64, i64),
    /// Those whose date, by label, returns within so many days.
    Anniversary(&'static str, i64),
}

/// Verbs of operations that put a record into a standing, and those that end it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) begins: &'static [&'static str],
    pub(crate) ends: &'static [&'static str],
}

impl Standing {
    /// Whether a record has the standing, by what was done to it.
    pub(crate) fn holds(&self, entry: &Entry) -> bool {
        let begins = |verb: &str| self.begins.contains(&verb);
        let last = entry
            .steps
            .iter()
            .rev()
            .find(|verb| begins(verb) || self.ends.contains(&verb.as_str()));
        last.is_some_and(|verb| begins(verb))
    }
}
