//! Edits on both sides in any order, merged both ways: no edit of one side alone is lost, and both come to rest.

use super::{WRITE, contact};
use crate::merge::{
    Agreed, Direction, Disputed, Left, Sides, Snapshot, Target, Verdict, Vocabulary, compare,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use sunmao_catalogue::{Record, RecordKind, Value};

/// Names of the same field on the two sides.
const FIELDS: [(&str, &str); 4] = [
    ("phone", "mobile"),
    ("email", "email"),
    ("address", "customer-address"),
    ("notes", "remarks"),
];

static CONTACT: LazyLock<Arc<RecordKind>> = LazyLock::new(contact);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Happening {
    Hub(usize, u8),
    Erp(usize, u8),
    Push,
    Pull,
}

fn happening() -> impl Strategy<Value = Happening> {
    let edit = (0..FIELDS.len(), 0..5_u8);
    prop_oneof![
        3 => edit.clone().prop_map(|(field, value)| Happening::Hub(field, value)),
        3 => edit.prop_map(|(field, value)| Happening::Erp(field, value)),
        1 => Just(Happening::Push),
        1 => Just(Happening::Pull),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Hub,
    Erp,
    Value,
    Nobody,
}

fn rules() -> impl Strategy<Value = [Rule; 4]> {
    let rule = prop::sample::select(vec![Rule::Hub, Rule::Erp, Rule::Value, Rule::Nobody]);
    prop::array::uniform4(rule)
}

/// Both sides, and what their link keeps.
#[derive(Debug, Clone, Default)]
struct World {
    hub: Record,
    /// By the write's names; a page shows all of its fields.
    erp: Record,
    agreed: Agreed,
    rules: Vec<Rule>,
    writes: usize,
    conflicts: BTreeSet<usize>,
}

fn text(value: u8) -> Value {
    match value {
        0 => Value::Null,
        value => Value::from(format!("1380013800{value}")),
    }
}

/// As a mapping does it.
fn to_erp(hub: &Record) -> Record {
    let known = FIELDS
        .iter()
        .filter_map(|(own, other)| Some((*other, hub.get(*own)?)));
    known
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

fn to_hub(erp: &Record) -> Record {
    let known = FIELDS
        .iter()
        .filter_map(|(own, other)| Some((*own, erp.get(*other)?)));
    let there = known.filter(|(_, value)| !value.is_empty());
    there
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

impl World {
    fn new(rules: [Rule; 4]) -> World {
        let blank = FIELDS
            .iter()
            .map(|(_, name)| ((*name).to_owned(), Value::from("")));
        World {
            rules: rules.to_vec(),
            erp: blank.collect(),
            ..World::default()
        }
    }

    fn after(mut self, happening: Happening) -> World {
        match happening {
            Happening::Hub(field, 0) => drop(self.hub.shift_remove(FIELDS[field].0)),
            Happening::Hub(field, value) => drop(self.hub.insert(FIELDS[field].0.to_owned(), text(value))),
            Happening::Erp(field, 0) => drop(self.erp.insert(FIELDS[field].1.to_owned(), "".into())),
            Happening::Erp(field, value) => drop(self.erp.insert(FIELDS[field].1.to_owned(), text(value))),
            Happening::Push => self.push(),
            Happening::Pull => self.pull(),
        }
        self
    }

    fn verdicts(&self, disputed: &[Disputed]) -> Vec<Verdict> {
        let verdicts = disputed
            .iter()
            .map(|disputed| match self.rules[position(&disputed.field)] {
                Rule::Hub => Verdict::Hub,
                Rule::Erp => Verdict::Erp,
                // The same for the same dispute, and news to both sides.
                Rule::Value => Verdict::Value(format!("9{}", disputed.base.to_text().unwrap()).into()),
                Rule::Nobody => Verdict::Undecided,
            });
        verdicts.collect()
    }

    fn push(&mut self) {
        let vocabulary = WRITE.vocabulary();
        for seen in self.agreed.unseen(Direction::Push) {
            self.agreed
                .met_for_push(vocabulary, &to_erp(&seen.hub), &seen.erp);
        }
        let (hub, erp, base) = (to_erp(&self.hub), self.erp.clone(), self.agreed.clone());
        let sides = Sides {
            base: &base.erp,
            shown: &base.shown,
            hub: &hub,
            erp: &erp,
        };
        let compared = compare(vocabulary, sides);
        let verdicts = self.verdicts(compared.disputed());
        let merged = compared.decide(verdicts);
        let changes = merged.for_erp();
        self.writes += usize::from(!changes.is_empty());
        self.conflicts = undecided(&merged.undecided());
        self.erp.extend(changes);
        self.agreed.pushed(&merged, &self.erp);
        self.looked(Direction::Push, merged.left(Target::Erp));
    }

    fn pull(&mut self) {
        let vocabulary = Vocabulary::Members(&CONTACT.fields);
        for seen in self.agreed.unseen(Direction::Pull) {
            self.agreed
                .met_for_pull(vocabulary, &seen.hub, &to_hub(&seen.erp));
        }
        let (nothing, erp, hub) = (Record::default(), to_hub(&self.erp), self.hub.clone());
        let base = self.agreed.hub.clone();
        let sides = Sides {
            base: &base,
            shown: &nothing,
            hub: &hub,
            erp: &erp,
        };
        let compared = compare(vocabulary, sides);
        let verdicts = self.verdicts(compared.disputed());
        let merged = compared.decide(verdicts);
        self.writes += usize::from(!merged.for_hub().is_empty());
        self.conflicts = undecided(&merged.undecided());
        self.hub = merged.body(&hub);
        self.agreed.pulled(&merged);
        self.looked(Direction::Pull, merged.left(Target::Hub));
    }

    fn looked(&mut self, by: Direction, left: Left) {
        // A record that was read leaves out what is empty.
        let row = self.erp.iter().filter(|(_, value)| !value.is_empty());
        let snapshot = Snapshot {
            by,
            hub: self.hub.clone(),
            erp: row.map(|(name, value)| (name.clone(), value.clone())).collect(),
            made: false,
        };
        self.agreed.looked(snapshot, left);
    }

    /// What either side has in a field; empty and absent are the same.
    fn both(&self, field: usize) -> (String, String) {
        let of = |record: &Record, name: &str| record.get(name).and_then(Value::to_text).unwrap_or_default();
        (of(&self.hub, FIELDS[field].0), of(&self.erp, FIELDS[field].1))
    }

    fn seen(&self) -> Vec<(String, String)> {
        (0..FIELDS.len()).map(|field| self.both(field)).collect()
    }
}

fn undecided(disputed: &[Disputed]) -> BTreeSet<usize> {
    disputed
        .iter()
        .map(|disputed| position(&disputed.field))
        .collect()
}

fn position(field: &str) -> usize {
    let known = FIELDS
        .iter()
        .position(|(own, other)| *own == field || *other == field);
    known.unwrap()
}

/// Both orders of the two flows.
fn flows() -> impl Strategy<Value = [Happening; 2]> {
    prop::sample::select(vec![
        [Happening::Push, Happening::Pull],
        [Happening::Pull, Happening::Push],
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn an_edit_of_one_side_alone_survives_and_both_come_to_rest(
        rules in rules(),
        before in prop::collection::vec(happening(), 0..14),
        edits in prop::collection::btree_map(0..FIELDS.len(), (any::<bool>(), 0..5_u8), 0..4),
        flows in flows(),
    ) {
        // Whatever was before, both flows have looked since.
        let begun = before.into_iter().chain(flows).chain(flows).fold(World::new(rules), World::after);
        let (mut world, mut expected) = (begun.clone(), BTreeMap::new());
        for (field, (of_hub, value)) in edits {
            let edit = if of_hub { Happening::Hub(field, value) } else { Happening::Erp(field, value) };
            world = world.after(edit);
            let (hub, erp) = begun.both(field);
            if hub == erp {
                expected.insert(field, text(value).to_text().unwrap());
            }
        }
        let mut ended = flows.into_iter().fold(world, World::after);
        for (field, value) in expected {
            prop_assert_eq!(ended.both(field), (value.clone(), value), "{}", FIELDS[field].0);
        }
        // What no rule decides is kept on each side; everything else is alike.
        for (field, (hub, erp)) in ended.seen().into_iter().enumerate() {
            prop_assert_eq!(hub != erp, ended.conflicts.contains(&field), "{}: {} {}", FIELDS[field].0, hub, erp);
        }
        ended.writes = 0;
        let rested = flows.into_iter().chain(flows).fold(ended.clone(), World::after);
        prop_assert_eq!(rested.writes, 0);
        prop_assert_eq!(rested.seen(), ended.seen());
    }

    #[test]
    fn which_flow_comes_first_makes_no_difference(
        rules in rules(), before in prop::collection::vec(happening(), 0..14),
    ) {
        let world = before.into_iter().fold(World::new(rules), World::after);
        let rest = |order: [Happening; 3]| order.into_iter().fold(world.clone(), World::after);
        let pushed = rest([Happening::Push, Happening::Pull, Happening::Push]);
        let pulled = rest([Happening::Pull, Happening::Push, Happening::Pull]);
        prop_assert_eq!(pushed.seen(), pulled.seen());
        prop_assert_eq!(pushed.conflicts, pulled.conflicts);
    }

    #[test]
    fn merging_what_was_merged_writes_nothing(rules in rules(), before in prop::collection::vec(happening(), 0..14)) {
        let mut world = before.into_iter().fold(World::new(rules), World::after).after(Happening::Push);
        world.writes = 0;
        let again = world.clone().after(Happening::Push);
        prop_assert_eq!(again.writes, 0);
        prop_assert_eq!(again.seen(), world.seen());
    }

    #[test]
    fn only_what_both_changed_is_disputed(hub in 1..5_u8, erp in 1..5_u8, base in 1..5_u8) {
        let of = |value: u8| Record::from_iter([("mobile".to_owned(), text(value))]);
        let (agreed, hub_record, erp_record, nothing) = (of(base), of(hub), of(erp), Record::default());
        let sides = Sides { base: &agreed, shown: &nothing, hub: &hub_record, erp: &erp_record };
        let compared = compare(WRITE.vocabulary(), sides);
        let both_changed = hub != base && erp != base && hub != erp;
        prop_assert_eq!(compared.disputed().len(), usize::from(both_changed));
    }
}
