//! What was given, put beside the fields that it means.

use crate::{Field, Value};

/// A given value and the name it was given under.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
}

/// What was given for each field, and what else was given.
pub(super) struct Slots<'a> {
    pub(super) fields: &'a [Field],
    pub(super) known: Vec<Option<Given<'a>>>,
    pub(super) others: Vec<Given<'a>>,
    /// Callers mostly name fields in the catalogue's order, so a search goes on where the last one ended.
    next: usize,
}

impl<'a> Slots<'a> {
    pub(super) fn new(fields: &'a [Field]) -> Self {
        Slots {
            fields,
            known: vec![None; fields.len()],
            others: Vec::new(),
            next: 0,
        }
    }

    /// The position of the field that `name` means. English names come before wire names: typed guests know no others.
    pub(super) fn find(&mut self, name: &str) -> Option<usize> {
        let index = self
            .search(|field| field.has_english_name(name))
            .or_else(|| self.search(|field| field.wire == name))?;
        self.next = index + 1;
        Some(index)
    }

    fn search(&self, matches: impl Fn(&Field) -> bool) -> Option<usize> {
        let (before, after) = self.fields.split_at(self.next.min(self.fields.len()));
        let later = after.iter().position(&matches).map(|index| index + before.len());
        later.or_else(|| before.iter().position(&matches))
    }
}
