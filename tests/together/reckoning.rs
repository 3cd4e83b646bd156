//! What both sides show at the end, held against what they have to.

use super::model::{Field, Person, Shown, Standing};
use super::people::{People, text};
use super::rig::Rig;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Differences that are shown of a test that has failed.
const SHOWN: usize = 20;

/// Both sides agree by the owner rules, nothing is lost, nobody is there twice, and every conflict is listed once.
pub async fn reckon(rig: &Rig, people: &mut People) -> usize {
    let (customers, contacts) = (rig.customers().await, rig.contacts().await);
    let mut faults = Vec::new();
    for person in &mut people.all {
        faults.extend(check(person, &customers, &contacts));
    }
    let keys: BTreeSet<i64> = people.all.iter().filter_map(|person| person.key).collect();
    let strangers = customers.iter().filter(|(key, _)| !keys.contains(key));
    faults.extend(strangers.map(|(key, record)| {
        format!(
            "customer {key} is one too many: {} {}",
            text(&record["khid"]),
            text(&record["mobile"])
        )
    }));
    let ids: BTreeSet<&str> = people.all.iter().map(|person| person.id.as_str()).collect();
    let strangers = contacts.keys().filter(|id| !ids.contains(id.as_str()));
    faults.extend(strangers.map(|id| format!("contact {id} is one too many: {}", contacts[id]["body"])));
    let expected = conflicts_of(people);
    let mut listed = BTreeMap::new();
    let conflicts = rig.conflicts().await;
    for conflict in &conflicts {
        let field = Field::of_conflict(conflict["field"].as_str().unwrap_or_default());
        let name = format!(
            "{} {field:?}: hub {:?}, ERP {:?}",
            text(&conflict["record"]),
            text(&conflict["hub"]),
            text(&conflict["erp"])
        );
        listed.entry(name).and_modify(|times| *times += 1).or_insert(1);
    }
    for name in expected.iter().filter(|name| !listed.contains_key(*name)) {
        faults.push(format!("no conflict is listed: {name}"));
    }
    for (name, times) in &listed {
        if *times != 1 || !expected.contains(name) {
            faults.push(format!(
                "a conflict is listed {times} times, not as expected: {name}"
            ));
        }
    }
    let first: Vec<&String> = faults.iter().take(SHOWN).collect();
    assert!(
        faults.is_empty(),
        "{} faults, among them {first:#?}",
        faults.len()
    );
    expected.len()
}

fn conflicts_of(people: &People) -> BTreeSet<String> {
    let mut conflicts = BTreeSet::new();
    for person in &people.all {
        for (field, (shown, standing)) in &person.fields {
            if *standing == Standing::Conflict {
                conflicts.insert(format!(
                    "contact/{} {:?}: hub {:?}, ERP {:?}",
                    person.id,
                    Some(field),
                    shown.hub,
                    shown.erp
                ));
            }
        }
    }
    conflicts
}

fn check(
    person: &mut Person,
    customers: &BTreeMap<i64, Json>,
    contacts: &BTreeMap<String, Json>,
) -> Vec<String> {
    let Some(contact) = contacts.get(&person.id) else {
        return vec![format!("no contact {}", person.id)];
    };
    let linked = contact["links"][0]["erp_key"].as_i64();
    if person.in_erp && person.key.is_none() {
        person.key = linked;
    }
    if linked != person.key {
        return vec![format!(
            "{} is linked to {linked:?}, not {:?}",
            person.id, person.key
        )];
    }
    let Some(customer) = person.key.and_then(|key| customers.get(&key)) else {
        return vec![format!("{} is no customer: {contact}", person.id)];
    };
    let mut faults = Vec::new();
    for (field, (expected, standing)) in &mut person.fields {
        let shown = Shown::new(in_the_hub(*field, &contact["body"]), text(&customer[field.erp()]));
        if let Standing::Either(ends) = standing
            && ends.contains(&shown)
        {
            let is_apart = shown.hub != shown.erp && field.in_the_erp(&shown.hub) != shown.erp;
            let is_open = is_apart && ends.len() > 2;
            *standing = if is_open {
                Standing::Conflict
            } else {
                Standing::Settled
            };
            *expected = shown;
            continue;
        }
        if shown != *expected {
            faults.push(format!(
                "{} (customer {:?}) {field:?}: {shown:?}, not {expected:?} ({standing:?})",
                person.id, person.key
            ));
        }
    }
    let own = [
        (
            "the keeper",
            text(&contact["body"]["owner"]),
            person.keeper.clone(),
        ),
        ("the page", text(&customer["url"]), person.url.clone()),
        ("the category", text(&customer["sort1"]), person.category.clone()),
    ];
    for (what, shown, expected) in own {
        if shown != expected {
            faults.push(format!("{} {what}: {shown:?}, not {expected:?}", person.id));
        }
    }
    faults
}

/// What a contact says; one that names no source came by WeChat.
fn in_the_hub(field: Field, body: &Json) -> String {
    match (field, text(&body[field.hub()])) {
        (Field::Source, said) if said.is_empty() => "wechat".to_owned(),
        (_, said) => said,
    }
}

/// In a quiet time nothing is written on either side, and no conflict comes or goes.
pub async fn stays_quiet(rig: &mut Rig, hours: usize) {
    let (mark, contacts, conflicts) = (rig.requests().await, revisions(rig).await, rig.conflicts().await);
    for _ in 0..hours {
        rig.hour().await;
    }
    let ledger = rig.ledger(mark).await;
    let writes: Vec<_> = ledger.iter().filter(|entry| !entry.changes.is_empty()).collect();
    let first: Vec<_> = writes
        .iter()
        .take(SHOWN)
        .map(|entry| (&entry.names, &entry.arguments))
        .collect();
    assert!(
        writes.is_empty(),
        "{} writes in a quiet time: {first:#?}",
        writes.len()
    );
    let swept = ledger
        .iter()
        .any(|entry| entry.names.iter().any(|name| name == "customers.list"));
    assert!(swept, "the sweeps looked");
    assert_eq!(revisions(rig).await, contacts, "no contact changed");
    assert_eq!(rig.conflicts().await, conflicts);
}

async fn revisions(rig: &Rig) -> BTreeMap<String, i64> {
    let contacts = rig.contacts().await.into_iter();
    contacts
        .map(|(id, contact)| (id, contact["revision"].as_i64().expect("a revision")))
        .collect()
}
