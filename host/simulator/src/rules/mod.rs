//! The business rules of the objects that have some. Every other object keeps what it is given.

mod contacts;
mod contract_lines;
mod contracts;
mod customers;
mod products;
mod references;

pub(crate) use references::{Reference, resolve};

use crate::ledger::Change;
use crate::view::View;
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Record};

/// What is particular to one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Labels that stand for other labels.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// Columns that follow from others: wire name, label, type.
    pub(crate) derived: &'static [(&'static str, &'static str, FieldType)],
    /// Columns that name a record of another object.
    pub(crate) references: &'static [Reference],
    /// The object whose records these ones belong to, and the column with the key. A list's parameter that means no
    /// column here means one there.
    pub(crate) owner: Option<(&'static str, &'static str)>,
    /// Selections that the staff know by name.
    pub(crate) views: &'static [View],
    /// Parameters of lists that change the screen around the rows, or say where the caller came from.
    pub(crate) screen: &'static [&'static str],
    /// The label of the number that the ERP proposes for new records, and how numbers begin.
    pub(crate) number: (&'static str, &'static str),
    /// Completes a draft before it is stored, or refuses it with the ERP's words.
    pub(crate) before_save: fn(&mut World, &mut Draft<'_>) -> Result<(), String>,
    /// Follows up on a stored record.
    pub(crate) after_save: fn(&mut World, i64, &Draft<'_>) -> Vec<Change>,
    /// Follows up on a command, by its verb, the record's key and its arguments.
    pub(crate) after_command: fn(&mut World, &str, i64, &Record),
}

impl Rules {
    /// The rules of an object.
    pub(crate) fn of(object: &str) -> Rules {
        match object {
            "customers" => customers::RULES,
            "customer-contacts" => contacts::RULES,
            "contracts" => contracts::RULES,
            "contract-lines" => contract_lines::RULES,
            "products" => products::RULES,
            _ => Rules::NONE,
        }
    }

    const NONE: Rules = Rules {
        aliases: &[],
        derived: &[],
        references: &[],
        owner: None,
        views: &[],
        screen: &[],
        number: ("", "BH"),
        before_save: |_, _| Ok(()),
        after_save: |_, _, _| Vec::new(),
        after_command: |_, _, _, _| {},
    };
}
