//! The hands on either side: whoever files contacts, and the colleague who fills in the ERP's forms.

use super::model::{Field, Person};
use super::people::{People, Turn};
use super::rig::Rig;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

pub fn as_entered(person: &Person, phone: impl Fn(&str) -> String) -> BTreeMap<Field, String> {
    let entered = person.fields.iter().map(|(field, (shown, _))| match field {
        Field::Phone => (*field, phone(&shown.erp)),
        _ => (*field, shown.erp.clone()),
    });
    entered.collect()
}

/// A phone as a colleague may write it.
pub fn spelt(phone: &str) -> String {
    format!("+86 {} {} {}", &phone[..3], &phone[3..7], &phone[7..])
}

/// A colleague enters a customer; its key.
pub async fn enters(rig: &Rig, fields: &BTreeMap<Field, String>) -> i64 {
    rig.colleague.saves(None, &members(fields)).await
}

/// A form's fields, by the names that the ERP's operation has for them.
fn members(fields: &BTreeMap<Field, String>) -> Vec<(&str, &str)> {
    let named = fields.iter().map(|(field, value)| {
        let name = match field {
            Field::Company => "customer-name",
            Field::Person => "contact-name",
            _ => field.erp(),
        };
        (name, value.as_str())
    });
    named.collect()
}

/// A colleague saves the customer's form: the names stand in it, whether they were changed or not.
pub async fn saves(rig: &Rig, person: &Person, turn: &Turn, form: &str) {
    let mut fields = turn.edits.erp.clone();
    for field in [Field::Company, Field::Person] {
        let present = || person.shown(field).erp.clone();
        fields.entry(field).or_insert_with(present);
    }
    let mut members = members(&fields);
    members.extend([("customer-category", person.category.as_str()), ("pym", form)]);
    members.extend(turn.url.as_deref().map(|url| ("url", url)));
    rig.colleague.saves(person.key, &members).await;
}

/// Files a contact that is new.
pub async fn files_new(rig: &Rig, person: &Person) {
    let mut members: Vec<(&str, Json)> = person
        .fields
        .iter()
        .map(|(field, (shown, _))| (field.hub(), member(*field, &shown.hub)))
        .collect();
    members.extend([
        ("type", json!("customer")),
        ("has_order", json!(person.admitted)),
        ("phone_verified", json!(person.verified)),
    ]);
    rig.files(&person.id, &members).await;
}

/// Files what the hub's part of a turn is.
pub async fn files(rig: &Rig, people: &People, turn: &Turn) {
    let person = &people.all[turn.person];
    let edits = turn.edits.hub.iter();
    let mut members: Vec<(&str, Json)> = edits
        .map(|(field, value)| (field.hub(), member(*field, value)))
        .collect();
    if turn.admits && !person.admitted {
        members.push(("has_order", json!(true)));
        members.push(("phone_verified", json!(person.verifies())));
    }
    members.extend(turn.keeper.iter().map(|keeper| ("owner", json!(keeper))));
    rig.files(&person.id, &members).await;
}

fn member(field: Field, value: &str) -> Json {
    match (field, value.parse::<i64>()) {
        (Field::Score, Ok(score)) => json!(score),
        _ => json!(value),
    }
}
