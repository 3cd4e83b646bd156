//! Rounds of edits: some while both flows are held back, so that neither side hears of the other's; some while sweeps and
//! pushes are under way; then everything comes to rest.

use super::hands::{as_entered, enters, files, files_new, saves, spelt};
use super::model::{Edits, Field};
use super::people::{People, Turn, Who};
use super::rig::Rig;
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How much happens.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Customers that the ERP has at first.
    pub customers: usize,
    /// Contacts that the hub has first.
    pub contacts: usize,
    pub rounds: usize,
    /// Customers that are edited in each round while the flows are held back, and as many while they are not.
    pub edited: usize,
    /// Contacts, customers and pairs of both that are new in each round.
    pub new: usize,
}

/// What happened, for whoever reads the test's output.
#[derive(Debug, Default)]
pub struct Figures {
    pub hub_edits: usize,
    pub erp_edits: usize,
    pub races: usize,
    /// Forms that a colleague had to save again: the host had read the customer before and saved it after.
    pub saved_again: usize,
}

/// One side's part of a turn.
enum Act {
    File(Turn),
    Save(Turn),
}

/// A form of a colleague that was saved while the host was at work.
struct Saved {
    turn: Turn,
    form: String,
    is_race: bool,
}

/// Contacts that the hub has before anything else happens.
pub async fn begin(rig: &Rig, people: &mut People, size: Size) {
    for _ in 0..size.contacts {
        let mut person = people.new_person();
        person.admitted = true;
        person.verified = person.verifies();
        files_new(rig, &person).await;
        people.all.push(person);
    }
    rig.until_at_rest().await;
}

pub async fn round(rig: &mut Rig, people: &mut People, size: Size, figures: &mut Figures) {
    rig.tells_flows("pause").await;
    let mut touched = BTreeSet::new();
    let mut turns = Vec::new();
    for person in people.some(size.edited, &touched) {
        touched.insert(person);
        turns.push(people.turn(person));
    }
    held_back(rig, people, &turns, figures).await;
    let known = people.all.len();
    for _ in 0..size.new {
        new_ones(rig, people).await;
    }
    for turn in &turns {
        people.expect(turn);
    }
    rig.tells_flows("resume").await;
    let before = rig.last_sweep().await;
    rig.begin_hour();
    under_way(rig, people, size, (&turns, known), figures).await;
    rig.until_swept(&before).await;
}

/// Edits of which no flow hears yet, in any order.
async fn held_back(rig: &Rig, people: &mut People, turns: &[Turn], figures: &mut Figures) {
    let mut acts = Vec::new();
    for turn in turns {
        if !turn.edits.hub.is_empty() {
            acts.push(Act::File(turn.clone()));
        }
        if !turn.edits.erp.is_empty() {
            acts.push(Act::Save(turn.clone()));
        }
    }
    acts.shuffle(&mut people.random);
    for act in acts {
        match act {
            Act::File(turn) => {
                figures.hub_edits += turn.edits.hub.len();
                files(rig, people, &turn).await;
            }
            Act::Save(turn) => {
                figures.erp_edits += turn.edits.erp.len();
                let form = format!("f{}", people.number());
                saves(rig, &people.all[turn.person], &turn, &form).await;
                people.all[turn.person].form = form;
            }
        }
    }
}

/// A contact, a customer, and somebody who is both and whom neither side knows to be.
async fn new_ones(rig: &Rig, people: &mut People) {
    let mut contact = people.new_person();
    contact.admitted = true;
    contact.verified = contact.verifies();
    files_new(rig, &contact).await;

    let mut customer = people.new_person();
    let entered = as_entered(&customer, |phone| phone.to_owned());
    let key = enters(rig, &entered).await;
    customer.id = format!("erp-{key}");
    customer.key = Some(key);
    for (field, (shown, _)) in &mut customer.fields {
        if *field == Field::Score {
            shown.hub.clear();
        }
    }

    let (mut both, other) = (people.new_person(), people.new_person());
    both.admitted = people.random.random_bool(0.5);
    both.verified = both.admitted && both.verifies();
    let phone = both.shown(Field::Phone).hub.clone();
    let mut entered = as_entered(&other, |_| spelt(&phone));
    entered.remove(&Field::Score);
    let key = match people.random.random_bool(0.5) {
        true => {
            files_new(rig, &both).await;
            enters(rig, &entered).await
        }
        false => {
            let key = enters(rig, &entered).await;
            files_new(rig, &both).await;
            key
        }
    };
    both.meets(key, &entered);
    people.all.extend([contact, customer, both]);
}

/// Edits while sweeps and pushes are under way: of others, and of other fields of those that are on their way.
async fn under_way(
    rig: &Rig,
    people: &mut People,
    size: Size,
    (turns, known): (&[Turn], usize),
    figures: &mut Figures,
) {
    let mut touched: BTreeSet<usize> = turns.iter().map(|turn| turn.person).collect();
    // Of those who have not met yet, what is an edit and what is a difference depends on who is sooner.
    touched.extend(known..people.all.len());
    let mut again = Vec::new();
    for turn in turns {
        again.extend(beside(people, turn));
    }
    let (mut hub, mut erp) = (Vec::new(), Vec::new());
    for turn in again {
        match turn.edits.hub.is_empty() {
            true => erp.push((turn, false)),
            false => hub.push(turn),
        }
    }
    let mut races = Vec::new();
    for person in people.some(size.edited, &touched) {
        let who = [Who::Hub, Who::Erp, Who::Both, Who::BothTheSame][people.random.random_range(0..4)];
        // Whoever is raced for has to be somebody who would be carried.
        let who = match (who, people.all[person].admitted) {
            (Who::BothTheSame, false) => Who::Both,
            (who, _) => who,
        };
        let mut turn = people.turn_of(person, who, &BTreeSet::new());
        let mut changed = turn.edits.hub.keys().chain(&turn.carried);
        if who == Who::Both && changed.any(|field| field.is_name()) {
            // The colleague's form would bear the name that the hub is about to change.
            turn.edits.erp.clear();
            turn.url = None;
        }
        let is_race = who == Who::BothTheSame && turn.edits.hub.len() == turn.edits.erp.len();
        if is_race {
            turn.url = None;
            races.push(turn.clone());
        }
        if !turn.edits.erp.is_empty() {
            erp.push((turn.clone(), is_race));
        }
        if !turn.edits.hub.is_empty() {
            hub.push(turn);
        }
    }
    figures.races += races.len();
    figures.hub_edits += hub.iter().map(|turn| turn.edits.hub.len()).sum::<usize>();
    figures.erp_edits += erp.iter().map(|(turn, _)| turn.edits.erp.len()).sum::<usize>();
    let mut forms = Vec::new();
    for (turn, is_race) in erp {
        let form = format!("f{}", people.number());
        forms.push(Saved { turn, form, is_race });
    }
    let mark = rig.requests().await;
    let books = &*people;
    tokio::join!(
        async {
            for (position, turn) in hub.iter().enumerate() {
                if position == hub.len() / 2 {
                    rig.posts("flows/customer-pull/run", json!({})).await;
                }
                files(rig, books, turn).await;
            }
        },
        async {
            for saved in &forms {
                saves(rig, &books.all[saved.turn.person], &saved.turn, &saved.form).await;
            }
        }
    );
    rig.until_at_rest().await;
    note(people, &hub, &forms, &races);
    save_again(rig, people, mark, &forms, figures).await;
}

/// One side's edit of other fields than those of a turn that is under way.
fn beside(people: &mut People, turn: &Turn) -> Option<Turn> {
    if people.random.random_bool(0.5) {
        return None;
    }
    let hub_names = turn
        .edits
        .hub
        .keys()
        .chain(&turn.carried)
        .any(|field| field.is_name());
    let edited = turn.edits.hub.keys().chain(turn.edits.erp.keys());
    let mut taken: BTreeSet<Field> = edited.chain(&turn.carried).copied().collect();
    let who = match people.random.random_bool(0.5) {
        true => Who::Hub,
        false if hub_names => return None,
        false => Who::Erp,
    };
    if who == Who::Hub && !turn.edits.erp.is_empty() {
        taken.extend([Field::Company, Field::Person]);
    }
    Some(people.turn_of(turn.person, who, &taken))
}

/// Notes what has to come of edits that were made while records were under way.
fn note(people: &mut People, hub: &[Turn], forms: &[Saved], races: &[Turn]) {
    let is_race = |turn: &Turn| races.iter().any(|race| race.person == turn.person);
    for turn in hub.iter().filter(|turn| !is_race(turn)) {
        let mut turn = turn.clone();
        turn.edits.erp.clear();
        turn.url = None;
        people.expect(&turn);
    }
    for saved in forms {
        let person = &mut people.all[saved.turn.person];
        person.form.clone_from(&saved.form);
        if saved.is_race {
            continue;
        }
        if let Some(url) = &saved.turn.url {
            person.url.clone_from(url);
        }
        person.met(&Edits {
            erp: saved.turn.edits.erp.clone(),
            ..Edits::default()
        });
    }
    for race in races {
        let person = &mut people.all[race.person];
        if let Some(keeper) = &race.keeper {
            person.keeper.clone_from(keeper);
        }
        for (field, hub) in &race.edits.hub {
            person.raced(*field, hub, &race.edits.erp[field]);
        }
    }
}

/// The ERP takes whatever form is saved last. Where the host had read a customer before a colleague saved it, and saved it
/// after, the colleague's form is gone as it would be had two colleagues done so; whoever sees that saves it again. That
/// happens in the moment between the two, so that it is rare.
async fn save_again(rig: &Rig, people: &mut People, mark: u64, forms: &[Saved], figures: &mut Figures) {
    let ledger = rig.ledger(mark).await;
    let mut of_key: BTreeMap<i64, Vec<&sunmao_simulator::LedgerEntry>> = BTreeMap::new();
    for entry in &ledger {
        let key = entry
            .arguments
            .get("ord")
            .and_then(sunmao_catalogue::Value::as_integer);
        if let Some(key) = key {
            of_key.entry(key).or_default().push(entry);
        }
    }
    let mut lost = 0;
    for saved in forms {
        let Some(key) = people.all[saved.turn.person].key else {
            continue;
        };
        let entries = of_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        let form = |entry: &sunmao_simulator::LedgerEntry| {
            let is_save = entry.names.iter().any(|name| name == "customers.save-company");
            is_save.then(|| {
                entry
                    .arguments
                    .get("pym")
                    .and_then(sunmao_catalogue::Value::to_text)
            })
        };
        let own = |entry: &&&sunmao_simulator::LedgerEntry| form(entry) == Some(Some(saved.form.clone()));
        let Some(own) = entries.iter().find(own).map(|entry| entry.sequence) else {
            panic!("{saved_form} was never saved", saved_form = saved.form);
        };
        let over = entries
            .iter()
            .filter(|entry| entry.sequence > own)
            .find(|entry| form(entry).is_some_and(|form| form.as_deref() != Some(saved.form.as_str())));
        if over.is_none() {
            continue;
        }
        lost += 1;
        if saved.is_race {
            people.all[saved.turn.person].form.clear();
            continue;
        }
        saves(rig, &people.all[saved.turn.person], &saved.turn, &saved.form).await;
    }
    let few = forms.len() / 10 + 1;
    assert!(
        lost <= few,
        "{lost} of {} forms of colleagues were written over",
        forms.len()
    );
    figures.saved_again += lost;
}
