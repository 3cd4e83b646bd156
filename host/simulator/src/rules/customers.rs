//! Customers: a number that the ERP proposes, a salesperson, and a main contact that is saved with them.

use super::references::{Reference, STAFF_FILTERS};
use super::{Command, Rules, dealings, resolve};
use crate::ledger::Change;
use crate::view::{Shows, Standing, View};
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Record, Value};

/// The object's name.
const CUSTOMERS: &str = "customers";

/// The code of a customer that is a person.
const PERSON: i64 = 2;

/// Columns that a contact does not share with its customer, although both may have one of the name.
pub(super) const CONTACTS_OWN: [&str; 7] =
    ["ord", "intro", "pym", "company", "company_name", "addtime", "zt"];

/// How many days a customer counts as one of the newest.
const NEWEST: i64 = 7;

const fn standing(
    code: &'static str,
    begins: &'static [&'static str],
    ends: &'static [&'static str],
) -> View {
    View {
        parameter: "stype",
        code,
        shows: Shows::Standing(Standing { begins, ends }),
    }
}

pub(super) const RULES: Rules = Rules {
    aliases: &[
        ("客户价值评估", "价值评估"),
        ("客户id", "数据唯一标识"),
        ("领用时间", "添加时间"),
    ],
    derived: &[
        ("sort2", "客户属性", FieldType::Int),
        ("person", "主联系人", FieldType::Int),
        dealings::LAST,
        dealings::WORDS,
        dealings::TIMES,
        ("gxry", "共享人员", FieldType::String),
    ],
    references: &[Reference {
        name: "cateName",
        key: ("cateid", "销售人员ID"),
        target: ("accounts", "Name"),
        filters: STAFF_FILTERS,
    }],
    views: &[
        standing("1", &["take-back"], &["assign", "claim", "approve"]),
        standing("2", &["claim"], &["approve", "review", "take-back"]),
        standing("3", &["protect"], &["unprotect", "take-back"]),
        standing("4", &["share"], &[]),
        // There is one account, and nobody else who could share with it.
        standing("5", &[], &[]),
        View {
            parameter: "remind",
            code: "147",
            shows: Shows::Days("添加时间", -NEWEST, 0),
        },
    ],
    screen: &["datatype", "tjly", "checktype", "Ismode", "catetype"],
    number: ("客户编号", "KH"),
    before_save,
    after_save,
    carry_out,
    after_command,
    settle: |world| {
        world.fit(CUSTOMERS, |_, _| {
            let mut values = dealings::none();
            values.push(("gxry", Value::Null));
            values
        });
    },
    ..Rules::NONE
};

/// The operation on companies and the one on persons share a path; the query tells them apart. A person is the contact,
/// and so the screen for persons does not ask for one.
fn before_save(_world: &mut World, draft: &mut Draft<'_>) -> Result<(), String> {
    if let Some(kind) = draft.query.get("intsort").cloned() {
        draft.set("sort2", kind);
    }
    let is_person = draft.given("sort2").and_then(Value::as_integer) == Some(PERSON);
    if is_person
        && draft.given("person_name").is_none_or(Value::is_empty)
        && let Some(name) = draft.given("name").cloned()
    {
        draft.set("person_name", name);
    }
    Ok(())
}

/// The contact's values travel with the customer's and are kept as a contact, too.
fn after_save(world: &mut World, ord: i64, draft: &Draft<'_>) -> Vec<Change> {
    if !draft.is_new {
        rename(world, ord, draft);
    }
    let Some(contacts) = world.model.object("customer-contacts") else {
        return Vec::new();
    };
    let contact = main_contact(world, ord);
    let model = world.model.clone();
    let mut values: Record = model.schemas[contacts]
        .columns
        .iter()
        .filter(|column| !CONTACTS_OWN.contains(&&*column.id))
        .filter_map(|column| Some((column.id.to_string(), draft.given(&column.id)?.clone())))
        .collect();
    if values.get("person_name").is_none_or(Value::is_empty) {
        return Vec::new();
    }
    if let Some(pinyin) = draft.given("@personpym").cloned() {
        values.insert("pym".to_owned(), pinyin);
    }
    values.insert("company".to_owned(), Value::Integer(ord));
    if let Some(name) = world.value(draft.object, ord, "name").cloned() {
        values.insert("company_name".to_owned(), name);
    }
    let change = world.store_named(contacts, contact, &values);
    world.set(draft.object, ord, "person", Value::Integer(change.ord));
    vec![change]
}

/// The contact that is shown on a customer's screen.
pub(super) fn main_contact(world: &mut World, customer: i64) -> Option<i64> {
    let (customers, contacts) = (
        world.model.object("customers")?,
        world.model.object("customer-contacts")?,
    );
    let contact = world.value(customers, customer, "person")?.as_integer()?;
    world.exists(contacts, contact).then_some(contact)
}

/// Records that show the customer's name show the new one.
fn rename(world: &mut World, ord: i64, draft: &Draft<'_>) {
    let Some(name) = draft.given("name").cloned() else {
        return;
    };
    for (object, wire) in [
        ("customer-contacts", "company_name"),
        ("contracts", "CompanyName"),
    ] {
        let Some(object) = world.model.object(object) else {
            continue;
        };
        let schema = &world.model.schemas[object];
        let (Some(owner), Some(shown)) = (schema.named("company"), schema.named(wire)) else {
            continue;
        };
        let table = world.table(object);
        let own: Vec<i64> = table
            .newest_first()
            .filter(|(_, entry)| entry.values[owner].as_integer() == Some(ord))
            .map(|(own, _)| own)
            .collect();
        for own in own {
            table.follow(own, shown, name.clone());
        }
    }
}

/// A follow-up is noted, and a shared customer says with whom.
fn carry_out(world: &mut World, command: &Command<'_>) -> Result<Vec<Change>, String> {
    match command.verb() {
        "follow-up" => command.on_each(world, |world, ord| {
            dealings::follow_up(world, CUSTOMERS, ord, command);
        }),
        "share" => {
            let people = dealings::shared_with(world, command);
            command.on_each(world, |world, ord| {
                world.write(CUSTOMERS, ord, &[("gxry", people.clone())]);
            })
        }
        _ => Ok(Vec::new()),
    }
}

/// An assigned customer has the chosen salesperson; one that is open to everybody has none.
fn after_command(world: &mut World, verb: &str, ord: i64, arguments: &Record) {
    let argument = |name: &str| arguments.get(name).and_then(Value::as_integer);
    let chosen = match verb {
        "assign" if argument("member1") == Some(0) => argument("member2"),
        "assign" | "take-back" => None,
        _ => return,
    };
    let Some(customers) = world.model.object("customers") else {
        return;
    };
    let model = world.model.clone();
    let query = Record::default();
    let mut draft = Draft::new(customers, &model.schemas[customers], &query);
    draft.set("cateName", chosen.map_or(Value::Null, Value::Integer));
    resolve(world, &mut draft);
    for (column, value) in draft.values {
        let wire = model.schemas[customers].columns[column].id.clone();
        world.set(customers, ord, &wire, value);
    }
}
