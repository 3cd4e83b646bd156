//! Every write with what its flow needs to carry it, and the records that its ERP takes it for.

use crate::arguments::{Facts, Wanted, arguments, is_key, own_key};
use crate::erp::Erp;
use sunmao_catalogue::{Catalogue, Effect, Operation, Record, Repeat};
use sunmao_erp_client::ErpClient;
use sunmao_simulator::Options;

/// Records that an ERP starts with.
const SIZE: usize = 16;

/// Records of an ERP that tests write about.
pub const MOST: usize = 3;

/// Writes that a record has to have had before another takes it.
const FIRST: [(&str, &str); 2] = [
    ("cash-advances.repay", "cash-advances.pay-out"),
    ("expense-requests.approve", "expense-requests.submit"),
];

/// A helper tells no key of what it saved, and its list wants to know more than a number: no link can be made.
pub const UNLINKED: [&str; 1] = ["quality-inspections.save"];

/// What a write does to its record, and so what comes of it when it is told the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It saves a record under a key that was reserved for it.
    Reserves,
    /// It makes a record whose key the answer tells, and saves it under that key.
    Saves,
    /// It changes a record that is there.
    Updates,
    /// It does something with a record that is there, and a repetition does the same.
    Commands,
    /// It takes a record away.
    Deletes,
    /// It makes a record under a number that nobody else has.
    Numbers,
    /// Whoever tells it twice has it twice.
    Once,
}

impl Way {
    fn of(operation: &Operation) -> Way {
        let Effect::Write(write) = &operation.effect else {
            panic!("{} does not write", operation.name);
        };
        let verb = operation.verb.split('-').next().unwrap_or_default();
        let needs_key = own_key(operation).is_some_and(|key| key.required);
        match (&write.repeat, verb) {
            (Repeat::ReservedKey { reserve: Some(_), .. }, _) => Way::Reserves,
            (Repeat::ReservedKey { .. }, "save") if !needs_key => Way::Saves,
            (Repeat::ReservedKey { .. }, "save" | "update") => Way::Updates,
            (Repeat::ReservedKey { .. }, "delete") => Way::Deletes,
            (Repeat::ReservedKey { .. }, _) => Way::Commands,
            (Repeat::UniqueNumber { .. }, _) => Way::Numbers,
            (Repeat::Never, _) => Way::Once,
        }
    }

    /// Whether the ERP, and not the record, says which key it has.
    pub fn names_its_key(self) -> bool {
        matches!(self, Way::Reserves | Way::Saves | Way::Numbers)
    }

    /// Whether its records say something that people change.
    pub fn has_content(self) -> bool {
        !matches!(self, Way::Commands | Way::Deletes)
    }
}

/// One write.
#[derive(Clone)]
pub struct Case {
    pub operation: Operation,
    pub way: Way,
    facts: Facts,
    /// The keys of records that the ERP takes it for.
    keys: Vec<i64>,
}

/// All writes, each with what it is given.
pub async fn all() -> Vec<Case> {
    let catalogue = Catalogue::shared();
    let writes = catalogue.operations().iter();
    let writes = writes.filter(|one| !one.is_read() && one.is_business());
    futures::future::join_all(writes.map(Case::of)).await
}

impl Case {
    async fn of(operation: &Operation) -> Case {
        let way = Way::of(operation);
        let mut case = Case {
            operation: operation.clone(),
            way,
            facts: Facts::default(),
            keys: (1..=SIZE as i64).collect(),
        };
        let (erp, colleague) = Erp::start(&operation.name, case.options()).await;
        let records = erp.records(&operation.object).await.into_iter();
        let records = records.filter_map(|record| Some((record["ord"].as_i64()?, record)));
        case.facts.records = records.collect();
        let customers = erp.records("customers").await;
        customers[0]["name"]
            .as_str()
            .expect("a name")
            .clone_into(&mut case.facts.customer);
        if case.is_about_one() {
            case.keys = case.keys_that_are_taken(&colleague).await;
        }
        case.keys.truncate(MOST);
        case
    }

    /// Its ERP, the same every time.
    pub fn options(&self) -> Options {
        Options {
            size: SIZE,
            seed: self.operation.id.into(),
            ..Options::default()
        }
    }

    /// What was approved already takes no approval: a colleague tries all.
    async fn keys_that_are_taken(&self, colleague: &ErpClient) -> Vec<i64> {
        let mut taken = Vec::new();
        for key in &self.keys {
            self.prepare_one(colleague, *key).await;
            let wanted = Wanted {
                key: *key,
                round: *key,
                words: "",
            };
            let given = arguments(&self.operation, self.way, wanted, &self.facts);
            let Ok(given) = self.operation.check(&given) else {
                continue;
            };
            if colleague.call(&self.operation, &given).await.is_ok() {
                taken.push(*key);
            }
            if taken.len() == MOST {
                break;
            }
        }
        taken
    }

    /// A colleague does first what has to come first.
    pub async fn prepare(&self, colleague: &ErpClient) {
        for key in self.keys.iter().filter(|_| self.is_about_one()) {
            self.prepare_one(colleague, *key).await;
        }
    }

    async fn prepare_one(&self, colleague: &ErpClient, key: i64) {
        let first = FIRST.iter().find(|(name, _)| *name == self.operation.name);
        let Some((_, first)) = first else {
            return;
        };
        let catalogue = Catalogue::shared();
        let first = catalogue.find(first).expect("an operation");
        let wanted = Wanted {
            key,
            round: key,
            words: "",
        };
        let given = arguments(first, Way::of(first), wanted, &self.facts);
        let given = first.check(&given).expect("sound arguments");
        // Some records were through it already, or never will be.
        let _ = colleague.call(first, &given).await;
    }

    /// The kind of the records, the flow, the account and the link alike.
    pub fn name(&self) -> String {
        format!("of-{}", self.operation.name.replace('.', "-"))
    }

    /// Whether a record of the hub stays tied to what was written.
    pub fn is_linked(&self) -> bool {
        self.way != Way::Once && !UNLINKED.contains(&&*self.operation.name)
    }

    /// Whether it makes a record.
    pub fn creates(&self) -> bool {
        self.way.names_its_key() || self.operation.verb.starts_with("create")
    }

    /// Whether it names a record that is there.
    fn is_about_one(&self) -> bool {
        let key =
            own_key(&self.operation).or_else(|| self.operation.params.iter().find(|field| is_key(field)));
        !self.creates() && key.is_some()
    }

    /// What is written of a record; none where the ERP takes the write for no such.
    pub fn given(&self, round: usize, words: &str) -> Option<Record> {
        let wanted = Wanted {
            key: *self.keys.get(round)?,
            round: round as i64,
            words,
        };
        Some(arguments(&self.operation, self.way, wanted, &self.facts))
    }
}
