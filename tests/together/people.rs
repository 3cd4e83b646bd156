//! Everybody whom either side knows, and what people on both sides come up with: all of it out of one seed.

use super::model::{Edits, Field, Person, Shown, Standing, in_the_hub};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Who edits a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Hub,
    Erp,
    /// Both, other fields each.
    Both,
    /// Both, the same field to different values.
    BothTheSame,
    /// Both, the same field to the same value.
    BothAlike,
}

impl Who {
    const ALL: [Who; 5] = [Who::Hub, Who::Erp, Who::Both, Who::BothTheSame, Who::BothAlike];
}

/// What becomes of one customer before either side hears of the other.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    pub person: usize,
    pub edits: Edits,
    /// The contact is admitted from now on.
    pub admits: bool,
    /// What was withheld until then.
    pub carried: BTreeSet<Field>,
    pub keeper: Option<String>,
    pub url: Option<String>,
}

pub struct People {
    pub all: Vec<Person>,
    pub random: StdRng,
    names: u64,
}

impl People {
    /// Whom the ERP knows at the beginning, and the hub from it.
    pub fn of(customers: &BTreeMap<i64, Json>, seed: u64) -> People {
        let all = customers.iter().map(|(key, record)| {
            let fields = Field::ALL.map(|field| {
                let erp = text(&record[field.erp()]);
                let hub = match field {
                    Field::Score => String::new(),
                    Field::Source => in_the_hub(&erp).unwrap_or("manual").to_owned(),
                    _ => erp.clone(),
                };
                (field, (Shown::new(hub, erp), Standing::Settled))
            });
            Person {
                id: format!("erp-{key}"),
                key: Some(*key),
                in_erp: true,
                fields: BTreeMap::from(fields),
                url: text(&record["url"]),
                form: text(&record["pym"]),
                category: text(&record["sort1"]),
                ..Person::default()
            }
        });
        People {
            all: all.collect(),
            random: StdRng::seed_from_u64(seed),
            names: 0,
        }
    }

    /// A number that stands in no other value.
    pub fn number(&mut self) -> u64 {
        self.names += 1;
        self.names
    }

    /// A new value of a field, as the hub would write it.
    pub fn value(&mut self, field: Field) -> String {
        let number = self.number();
        match field {
            _ if field.may_be_empty() && self.random.random_bool(0.1) => String::new(),
            Field::Company => format!("改木{number}号有限公司"),
            Field::Person => format!("王{number}"),
            Field::Phone => format!("177{number:08}"),
            Field::Wechat => format!("wxid_{number}"),
            Field::Email => format!("e{number}@x.cn"),
            Field::Address => format!("东街{number}号"),
            Field::Notes => format!("记{number}"),
            Field::Summary => format!("谈{number}"),
            Field::Source => self.one_of(&["wechat", "manual", "import"]),
            Field::Score => self.random.random_range(0..=100).to_string(),
        }
    }

    /// The same as the ERP would.
    pub fn value_in_the_erp(&mut self, field: Field) -> String {
        match field {
            Field::Score => self.one_of(&["175", "289", "176", "177", "290"]),
            _ => field.in_the_erp(&self.value(field)),
        }
    }

    fn one_of(&mut self, words: &[&str]) -> String {
        words
            .choose(&mut self.random)
            .copied()
            .unwrap_or_default()
            .to_owned()
    }

    /// A contact that the hub has first, and a customer that the ERP has first.
    pub fn new_person(&mut self) -> Person {
        let number = self.number();
        let fields = Field::ALL.map(|field| {
            let hub = self.value(field);
            (
                field,
                (Shown::new(&hub, field.in_the_erp(&hub)), Standing::Settled),
            )
        });
        Person {
            id: format!("c-{number:05}"),
            in_erp: true,
            fields: BTreeMap::from(fields),
            category: "1".to_owned(),
            ..Person::default()
        }
    }

    /// So many who are in the ERP, none twice, and none of these.
    pub fn some(&mut self, count: usize, but: &BTreeSet<usize>) -> Vec<usize> {
        let mut there: Vec<usize> = (0..self.all.len())
            .filter(|person| self.all[*person].key.is_some() && !but.contains(person))
            .collect();
        there.shuffle(&mut self.random);
        there.truncate(count);
        there
    }

    /// What people do to a customer before either side hears of the other.
    pub fn turn(&mut self, person: usize) -> Turn {
        let who = *Who::ALL.choose(&mut self.random).unwrap_or(&Who::Hub);
        self.turn_of(person, who, &BTreeSet::new())
    }

    /// The same where it is known who edits, and which fields are not free.
    pub fn turn_of(&mut self, person: usize, who: Who, taken: &BTreeSet<Field>) -> Turn {
        let mut free = self.free(person, taken);
        let mut turn = Turn {
            person,
            ..Turn::default()
        };
        let (hub, erp) = (self.random.random_range(1..=3), self.random.random_range(1..=3));
        match who {
            Who::Hub => self.edit_hub(&mut turn, free.drain(..hub.min(free.len()))),
            Who::Erp => self.edit_erp(&mut turn, free.drain(..erp.min(free.len()))),
            Who::Both => {
                self.edit_hub(&mut turn, free.drain(..hub.min(free.len())));
                self.edit_erp(&mut turn, free.drain(..erp.min(free.len())));
            }
            Who::BothTheSame => {
                self.edit_hub(&mut turn, free.drain(..1.min(free.len())));
                let same: Vec<Field> = turn.edits.hub.keys().copied().collect();
                self.edit_erp(&mut turn, same.into_iter());
            }
            Who::BothAlike => {
                self.edit_hub(&mut turn, free.drain(..1.min(free.len())));
                for (field, hub) in &turn.edits.hub {
                    turn.edits.erp.insert(*field, field.in_the_erp(hub));
                }
                self.drop_idle(&mut turn);
            }
        }
        if !turn.edits.hub.is_empty() {
            let withheld = who == Who::Hub && self.random.random_bool(0.2);
            turn.admits = self.all[person].admitted || !withheld;
            turn.carried = self.all[person].withheld().collect();
            turn.keeper = self
                .random
                .random_bool(0.3)
                .then(|| format!("同事{}", self.names));
        }
        if !turn.edits.erp.is_empty() && self.random.random_bool(0.3) {
            turn.url = Some(format!("https://u{}.example.com", self.names));
        }
        turn
    }

    fn free(&mut self, person: usize, taken: &BTreeSet<Field>) -> Vec<Field> {
        let person = &self.all[person];
        let is_free = |field: &Field| person.is_settled(*field) && !taken.contains(field);
        let mut free: Vec<Field> = Field::ALL.into_iter().filter(is_free).collect();
        free.shuffle(&mut self.random);
        free
    }

    fn edit_hub(&mut self, turn: &mut Turn, fields: impl Iterator<Item = Field>) {
        for field in fields {
            let value = self.value(field);
            turn.edits.hub.insert(field, value);
        }
        self.drop_idle(turn);
    }

    fn edit_erp(&mut self, turn: &mut Turn, fields: impl Iterator<Item = Field>) {
        for field in fields {
            let value = self.value_in_the_erp(field);
            turn.edits.erp.insert(field, value);
        }
        self.drop_idle(turn);
    }

    /// To write what is there already is no edit.
    fn drop_idle(&self, turn: &mut Turn) {
        let person = &self.all[turn.person];
        turn.edits
            .hub
            .retain(|field, value| person.shown(*field).hub != *value);
        turn.edits
            .erp
            .retain(|field, value| person.shown(*field).erp != *value);
    }

    /// Notes what has to come of a turn.
    pub fn expect(&mut self, turn: &Turn) {
        let verifies = turn.admits && !self.all[turn.person].admitted && self.all[turn.person].verifies();
        let person = &mut self.all[turn.person];
        person.admitted |= turn.admits;
        person.verified |= verifies;
        if let Some(keeper) = &turn.keeper {
            person.keeper.clone_from(keeper);
        }
        if let Some(url) = &turn.url {
            person.url.clone_from(url);
        }
        person.met(&turn.edits);
    }
}

impl Person {
    fn withheld(&self) -> impl Iterator<Item = Field> {
        let fields = self.fields.iter();
        fields
            .filter(|(_, (_, standing))| *standing == Standing::Withheld)
            .map(|(field, _)| *field)
    }

    /// Whether the phone is proved when the contact is admitted: of every other one.
    pub fn verifies(&self) -> bool {
        self.id.bytes().map(u64::from).sum::<u64>() % 2 == 0
    }
}

/// A value as text.
pub fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}
