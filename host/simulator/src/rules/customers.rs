//! Customers: a number that the ERP proposes, and a main contact that is saved with them.

use super::Rules;
use crate::ledger::Change;
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Record, Value};

pub(super) const RULES: Rules = Rules {
    aliases: &[("客户价值评估", "价值评估"), ("客户id", "数据唯一标识")],
    derived: &[
        ("sort2", "客户属性", FieldType::Int),
        ("person", "主联系人", FieldType::Int),
    ],
    number: ("客户编号", "KH"),
    before_save,
    after_save,
};

/// The operation on companies and the one on persons share a path; the query tells them apart.
fn before_save(_world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    if let Some(kind) = draft.query.get("intsort").cloned() {
        draft.set("sort2", kind);
    }
    Ok(())
}

/// The contact's values travel with the customer's and are kept as a contact, too.
fn after_save(world: &mut World, ord: i64, draft: &Draft<'_>) -> Vec<Change> {
    let Some(contacts) = world.model.object("customer-contacts") else {
        return Vec::new();
    };
    let contact = world
        .value(draft.object, ord, "person")
        .and_then(|value| value.as_integer());
    let contact = contact.filter(|contact| world.exists(contacts, *contact));
    let model = world.model.clone();
    let mut values: Record = model.schemas[contacts]
        .columns
        .iter()
        .filter(|column| !["ord", "intro", "pym"].contains(&&*column.id))
        .filter_map(|column| Some((column.id.to_string(), draft.given(&column.id)?.clone())))
        .collect();
    if values.get("person_name").is_none_or(Value::is_empty) {
        return Vec::new();
    }
    values.insert("company".to_owned(), Value::Integer(ord));
    if let Some(name) = world.value(draft.object, ord, "name").cloned() {
        values.insert("company_name".to_owned(), name);
    }
    let change = world.store_named(contacts, contact, &values);
    world.set(draft.object, ord, "person", Value::Integer(change.ord));
    vec![change]
}
