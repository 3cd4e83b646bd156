//! Asking the ERP's own lists, whose filters match within the text at best: what comes back is compared here.

use super::wanted::Wanted;
use super::{Hit, MOST_READ, Search};
use std::collections::BTreeSet;
use sunmao_catalogue::{Answer, Fault, Field, Lookup, Operation, Record, Table, Value};

/// Rows of a page, and pages, that are looked through: an installation may not know the filter.
const PAGE_SIZE: u32 = 100;
const PAGES: u32 = 20;

/// What one lookup says.
enum Said {
    /// These rows bear the value.
    Hits(BTreeSet<Hit>),
    /// Its rows do not show the value: these came back.
    Unshown(BTreeSet<Hit>),
    /// The installation does not answer it as the catalogue has it, or it wants to know more than a number.
    Nothing,
}

impl Search<'_> {
    /// The first of the lookups whose rows show the value tells; where none does, whatever came back may be it.
    pub(super) async fn in_the_erp(&self, wanted: &Wanted) -> Result<BTreeSet<Hit>, Fault> {
        let mut candidates = BTreeSet::new();
        for lookup in &wanted.lookups {
            match self.ask(wanted, lookup).await? {
                Said::Hits(hits) => return Ok(hits),
                Said::Unshown(hits) => candidates.extend(hits),
                Said::Nothing => {}
            }
        }
        Ok(candidates)
    }

    async fn ask(&self, wanted: &Wanted, lookup: &Lookup) -> Result<Said, Fault> {
        let Some(operation) = self.host.catalogue.find(&lookup.operation) else {
            return Ok(Said::Nothing);
        };
        let filter = operation.params.iter().find(|field| field.wire == lookup.filter);
        let Some(filter) = filter else {
            return Ok(Said::Nothing);
        };
        let wants_more =
            |field: &&Field| field.required && field.wire != filter.wire && !is_paging(operation, field);
        if operation.params.iter().any(|field| wants_more(&field)) {
            return Ok(Said::Nothing);
        }
        let (mut hits, mut shows) = (BTreeSet::new(), false);
        for spelling in wanted.spellings(&lookup.filter, filter.matches_substring) {
            let argument = (filter.wire.clone(), Value::from(spelling));
            let said = self.walk(wanted, lookup, operation, argument).await?;
            match said {
                Said::Hits(found) => {
                    hits.extend(found);
                    shows = true;
                }
                Said::Unshown(found) => hits.extend(found),
                Said::Nothing => {}
            }
        }
        Ok(match shows {
            true => Said::Hits(hits.into_iter().filter(|hit| hit.was_shown).collect()),
            // Each has to be read; a list that was not narrowed by what was asked says nothing.
            false if hits.len() <= MOST_READ => Said::Unshown(hits),
            false => Said::Nothing,
        })
    }

    async fn walk(
        &self,
        wanted: &Wanted,
        lookup: &Lookup,
        operation: &Operation,
        argument: (String, Value),
    ) -> Result<Said, Fault> {
        let (mut hits, mut shows) = (BTreeSet::new(), false);
        for index in 1..=PAGES {
            let mut arguments = Record::from_iter([argument.clone()]);
            if let Some(paging) = &operation.paging {
                let size = paging.maximum.unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
                arguments.insert(paging.size.clone(), Value::Integer(size.into()));
                arguments.insert(paging.index.clone(), Value::Integer(index.into()));
            }
            let answer = self.host.gateway.call(self.caller, operation, &arguments).await?;
            let Answer::Table(table) = answer else {
                return Ok(Said::Nothing);
            };
            let Some(key) = self.key_column(&table, lookup) else {
                break;
            };
            let column = value_column(&table, operation, wanted, lookup);
            shows |= column.is_some();
            for row in &table.rows {
                let was_shown = match column.and_then(|column| row.get(column)) {
                    Some(value) if wanted.is(value) => true,
                    Some(_) => continue,
                    None => false,
                };
                if let Some(key) = row.get(key).and_then(Value::as_integer) {
                    hits.insert(Hit { key, was_shown });
                }
            }
            if operation.paging.is_none() || index >= table.page.count {
                break;
            }
        }
        Ok(if shows {
            Said::Hits(hits)
        } else {
            Said::Unshown(hits)
        })
    }

    fn key_column(&self, table: &Table, lookup: &Lookup) -> Option<usize> {
        let object = self.sink.object.as_ref();
        let own = table.column(&lookup.key);
        // Only the object's own lists call its key as its records do.
        let is_own = object.is_some_and(|object| object.list.as_deref() == Some(lookup.operation.as_str()));
        let names = object
            .filter(|_| is_own)
            .into_iter()
            .flat_map(|object| object.key_names());
        own.or_else(|| names.into_iter().find_map(|name| table.column(name)))
    }
}

fn is_paging(operation: &Operation, field: &Field) -> bool {
    let paging = operation.paging.as_ref();
    paging.is_some_and(|paging| field.wire == paging.size || field.wire == paging.index)
}

/// The column with the value: as the catalogue calls it, by any name that installations give it, or by its label.
fn value_column(table: &Table, operation: &Operation, wanted: &Wanted, lookup: &Lookup) -> Option<usize> {
    if let Some(column) = table.column(&lookup.column) {
        return Some(column);
    }
    let field = operation.fields.iter().find(|field| field.wire == lookup.column);
    let aliased = field.and_then(|field| {
        let mut columns = table.columns.iter();
        columns.position(|column| field.is_named(&column.name) || column.caption == field.label)
    });
    aliased.or_else(|| table.column(&wanted.label))
}
