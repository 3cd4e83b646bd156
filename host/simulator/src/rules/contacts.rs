//! Contacts: they belong to a customer that exists, and the customer's screen shows the main one.

use super::Rules;
use super::customers::{CONTACTS_OWN, main_contact};
use crate::ledger::Change;
use crate::view::{Shows, View};
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Record};

/// How many days ahead of a birthday the ERP reminds of it.
const BIRTHDAY_NOTICE: i64 = 7;

pub(super) const RULES: Rules = Rules {
    aliases: &[("联系人爱好", "爱好特长"), ("联系人备注", "备注")],
    derived: &[("company_name", "客户名称", FieldType::String)],
    owner: Some(("customers", "company")),
    views: &[
        View {
            parameter: "stype",
            code: "1",
            shows: Shows::Anniversary("生日", BIRTHDAY_NOTICE),
        },
        View {
            parameter: "remind",
            code: "7",
            shows: Shows::Anniversary("生日", BIRTHDAY_NOTICE),
        },
    ],
    screen: &["checktype"],
    before_save,
    after_save,
    ..Rules::NONE
};

fn before_save(world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    super::contracts::name_the_customer(world, draft, "company_name")
}

/// A change of the customer's main contact shows on the customer, whose postcode is that of the company.
fn after_save(world: &mut World, ord: i64, draft: &Draft<'_>) -> Vec<Change> {
    let customer = world
        .value(draft.object, ord, "company")
        .and_then(|customer| customer.as_integer());
    let (Some(customer), Some(customers)) = (customer, world.model.object("customers")) else {
        return Vec::new();
    };
    if main_contact(world, customer) != Some(ord) {
        return Vec::new();
    }
    let values: Record = draft
        .schema
        .columns
        .iter()
        .filter(|column| !CONTACTS_OWN.contains(&&*column.id) && &*column.id != "zip")
        .filter_map(|column| Some((column.id.to_string(), draft.given(&column.id)?.clone())))
        .collect();
    vec![world.store_named(customers, Some(customer), &values)]
}
