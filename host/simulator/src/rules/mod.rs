//! The business rules of the objects that have some. Every other object keeps what it is given.

mod contacts;
mod contracts;
mod customers;
mod products;

use crate::ledger::Change;
use crate::world::{Draft, World};
use sunmao_catalogue::FieldType;

/// What is particular to one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Labels that stand for other labels.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// Columns that follow from others: wire name, label, type.
    pub(crate) derived: &'static [(&'static str, &'static str, FieldType)],
    /// The label of the number that the ERP proposes for new records, and how numbers begin.
    pub(crate) number: (&'static str, &'static str),
    /// Completes a draft before it is stored, or refuses it with the ERP's words.
    pub(crate) before_save: fn(&mut World, &mut Draft<'_>) -> Result<(), String>,
    /// Follows up on a stored record.
    pub(crate) after_save: fn(&mut World, i64, &Draft<'_>) -> Vec<Change>,
}

impl Rules {
    /// The rules of an object.
    pub(crate) fn of(object: &str) -> Rules {
        match object {
            "customers" => customers::RULES,
            "customer-contacts" => contacts::RULES,
            "contracts" => contracts::RULES,
            "products" => products::RULES,
            "contract-lines" => Rules {
                aliases: &[("产品ID值", "产品id"), ("客户ID值", "关联客户ID")],
                ..Rules::NONE
            },
            _ => Rules::NONE,
        }
    }

    const NONE: Rules = Rules {
        aliases: &[],
        derived: &[],
        number: ("", "BH"),
        before_save: |_, _| Ok(()),
        after_save: |_, _, _| Vec::new(),
    };
}
