//! Each write told once, told the same again, told something else, and told while its answer was lost.

use crate::cases::{Case, UNLINKED, Way, all};
use crate::erp::Erp;
use crate::stage::Stage;
use std::sync::atomic::Ordering;
use sunmao_catalogue::{Catalogue, Record};
use sunmao_simulator::{ChangeKind, Faults, LedgerEntry, Outcome};
use sunmao_store::{DeliveryRecord, DeliveryState};

/// The record that everything is about.
const ID: &str = "r-1";

/// Writes that cannot be run so, each with the reason.
const CANNOT: [(&str, &str); 0] = [];

/// A write on its way through its flow, and what was seen to go wrong with it.
struct Watched<'a> {
    stage: &'a Stage,
    case: &'a Case,
    wrong: Vec<String>,
}

/// What came of a record that was filed: how its delivery ended, and what reached the ERP.
struct Came {
    step: &'static str,
    ended: DeliveryRecord,
    writes: Vec<LedgerEntry>,
}

impl<'a> Watched<'a> {
    fn new(stage: &'a Stage, case: &'a Case) -> Self {
        Watched {
            stage,
            case,
            wrong: Vec::new(),
        }
    }

    fn erp(&self) -> &'a Erp {
        self.stage.erp(self.case)
    }

    async fn file(&self, step: &'static str, given: &Record, note: &str) -> Came {
        let ended = self.stage.file(self.case, ID, given, note).await;
        let writes = self.erp().writes();
        Came { step, ended, writes }
    }

    fn expect(&mut self, is_so: bool, what: &str, came: &Came) {
        if is_so {
            return;
        }
        let writes = came.writes.iter();
        let writes = writes.map(|entry| format!("{:?} {:?} {}", entry.names, entry.outcome, entry.message));
        self.wrong.push(format!(
            "{} ({:?}), {}: {what}; {:?} {:?} {:?}; {:?}",
            self.case.operation.name,
            self.case.way,
            came.step,
            came.ended.state,
            came.ended.outcome,
            came.ended.letter,
            writes.collect::<Vec<_>>()
        ));
    }

    fn is_done(&mut self, came: &Came) {
        self.expect(came.ended.state == DeliveryState::Done, "not done", came);
        self.expect(came.ended.letter.is_none(), "done, and a letter", came);
    }

    /// A person has to look, and is told at what.
    fn asks_a_person(&mut self, kind: &str, came: &Came) {
        let letter = came.ended.letter.as_ref();
        let is_asked = letter.is_some_and(|letter| letter.kind == kind && !letter.hint.is_empty());
        let is_dead = came.ended.state == DeliveryState::Dead;
        self.expect(is_dead && is_asked, "no person is asked", came);
    }

    fn writes(&mut self, count: usize, came: &Came) {
        let done = came.writes.iter().all(|entry| entry.outcome == Outcome::Done);
        let what = format!("not {count} writes that were done");
        self.expect(done && came.writes.len() == count, &what, came);
    }

    /// How many records the ERP has of the write's object.
    async fn count(&self) -> usize {
        self.erp().records(&self.case.operation.object).await.len()
    }

    /// What the write did to the number of records.
    async fn counts(&mut self, before: usize, came: &Came) {
        let after = self.count().await;
        let expected = match self.case.way {
            // What is added to a contract is a line of it.
            _ if self.case.operation.name == "products.add-to-contract" => before,
            Way::Deletes => before - 1,
            _ if self.case.creates() => before + 1,
            _ => before,
        };
        self.expect(
            after == expected,
            &format!("{before} records became {after}"),
            came,
        );
    }

    /// The link names the record that was written, and that says what was given.
    async fn is_linked(&mut self, words: &str, came: &Came) {
        if !self.case.is_linked() {
            return;
        }
        let object = &self.case.operation.object;
        let link = self.stage.link(self.case, ID).await;
        let key = link.map(|link| link.erp_key);
        self.expect(key.is_some(), "no link", came);
        let changes = came.writes.iter().flat_map(|entry| &entry.changes);
        let mut own = changes.filter(|change| change.object == *object && Some(change.ord) == key);
        self.expect(own.next().is_some(), "linked to another record", came);
        let records = self.erp().records(object).await;
        let record = records
            .iter()
            .find(|record| record["ord"].as_i64() == key && key.is_some());
        self.expect(
            record.is_some() != (self.case.way == Way::Deletes),
            "no such record",
            came,
        );
        let given = self.case.given(0, words).unwrap_or_default();
        let says = |text: &str| text.contains(&format!("（{words}）"));
        let was_given = serde_json::to_string(&given).is_ok_and(|given| says(&given));
        if self.case.way.has_content() && was_given {
            let is_said = record.is_some_and(|record| says(&record.to_string()));
            self.expect(is_said, "the record does not say what was given", came);
        }
    }

    /// Whether the write's object has an operation that changes what it made.
    fn can_change(&self) -> bool {
        let catalogue = Catalogue::shared();
        let object = &self.case.operation.object;
        let update = catalogue.find(&format!("{object}.update"));
        self.case.way != Way::Numbers || update.is_some_and(|one| one.dialect == self.case.operation.dialect)
    }

    /// Told once, told the same again, and told something else.
    async fn told(mut self) -> Vec<String> {
        let (Some(given), Some(changed)) = (self.case.given(0, "号"), self.case.given(0, "新")) else {
            return vec![format!("{}: no record takes it", self.case.operation.name)];
        };
        let before = self.count().await;
        let came = self.file("the first time", &given, "a").await;
        self.is_done(&came);
        self.writes(1, &came);
        self.counts(before, &came).await;
        self.is_linked("号", &came).await;

        let count = self.count().await;
        let came = self.file("the same again", &given, "a").await;
        self.is_done(&came);
        self.writes(0, &came);

        let came = self
            .file("in another record of the same content", &given, "b")
            .await;
        self.is_done(&came);
        self.writes(0, &came);
        if changed == given {
            return self.wrong;
        }
        let came = self.file("changed", &changed, "b").await;
        if !self.case.is_linked() {
            // Without a link what is changed is another one: one attempt, which the ERP may turn down.
            self.expect(came.writes.len() == 1, "not one attempt", &came);
            return self.wrong;
        }
        if self.can_change() {
            self.is_done(&came);
            self.writes(1, &came);
            self.is_linked("新", &came).await;
        } else {
            self.asks_a_person("refused", &came);
            self.writes(0, &came);
        }
        let after = self.count().await;
        self.expect(after == count, &format!("{count} records became {after}"), &came);
        self.wrong
    }

    /// Told while the ERP's answer is lost after it has done what it was told.
    async fn lost(mut self) -> Vec<String> {
        let Some(given) = self.case.given(0, "号") else {
            return vec![format!("{}: no record takes it", self.case.operation.name)];
        };
        let before = self.count().await;
        self.erp().losses.store(1, Ordering::SeqCst);
        let came = self.file("with the answer lost", &given, "a").await;
        let is_lost = self.erp().losses.load(Ordering::SeqCst) == 0;
        self.expect(is_lost, "no answer was lost", &came);
        self.counts(before, &came).await;
        let repeats = match self.case.way {
            // Under its key a write may go out again, as it was.
            Way::Commands | Way::Updates => {
                let mut arguments = came.writes.iter().map(|entry| &entry.arguments);
                let first = arguments.next();
                arguments.all(|own| Some(own) == first)
            }
            // A record that was found is one to merge with.
            Way::Saves => came.writes.iter().skip(1).all(|entry| {
                let changed = entry.changes.iter();
                let mut changed = changed.filter(|change| change.object == self.case.operation.object);
                changed.all(|change| change.kind == ChangeKind::Updated)
            }),
            _ => false,
        };
        let is_enough = came.writes.len() == 1 || repeats && came.writes.len() == 2;
        self.expect(is_enough, "not one attempt", &came);
        if self.can_be_found() {
            self.is_done(&came);
            self.is_linked("号", &came).await;
            let came = self.file("after the loss", &given, "b").await;
            self.is_done(&came);
            self.writes(0, &came);
        } else {
            self.asks_a_person("unconfirmed", &came);
            let ended = self.stage.retry(self.case, &came.ended, ID).await;
            let writes = self.erp().writes();
            let step = "let go once more by a person";
            let came = Came { step, ended, writes };
            self.asks_a_person("unconfirmed", &came);
            self.writes(0, &came);
        }
        self.wrong
    }

    /// Whether a record whose write nobody saw can be found: under its key, or by its number.
    fn can_be_found(&self) -> bool {
        let operation = &self.case.operation;
        match self.case.way {
            Way::Once => false,
            Way::Saves if self.case.is_linked() => {
                let catalogue = Catalogue::shared();
                let number = catalogue.object(&operation.object);
                let number = number.and_then(|object| object.number.as_deref());
                number.is_some_and(|number| operation.param(number).is_some())
            }
            Way::Saves => false,
            _ => true,
        }
    }
}

/// What is wrong with writes of which none may be, but for those that cannot be run.
fn judge(cases: &[Case], wrong: Vec<Vec<String>>) {
    let (mut unexpected, mut works) = (Vec::new(), Vec::new());
    for (case, wrong) in cases.iter().zip(wrong) {
        let name = &*case.operation.name;
        match CANNOT.iter().find(|(cannot, _)| *cannot == name) {
            None => unexpected.extend(wrong),
            Some((name, reason)) if wrong.is_empty() => works.push(format!("{name} ({reason})")),
            Some(_) => {}
        }
    }
    assert!(
        unexpected.is_empty(),
        "{} wrong:\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
    assert!(
        works.is_empty(),
        "these can be run after all: {}",
        works.join(", ")
    );
}

/// The catalogue's writes, each of which is run.
async fn cases() -> Vec<Case> {
    let cases = all().await;
    let is_write = |name: &str| cases.iter().any(|case| case.operation.name == name);
    let named = CANNOT.iter().map(|(name, _)| *name).chain(UNLINKED);
    for name in named {
        assert!(is_write(name), "{name} is no write");
    }
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_write_is_told_once_however_often_its_record_is_filed() {
    let cases = cases().await;
    let stage = Stage::set(&cases, &Faults::none()).await;
    let told = cases.iter().map(|case| Watched::new(&stage, case).told());
    let wrong = futures::future::join_all(told).await;
    stage.stop().await;
    judge(&cases, wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_answer_is_lost_is_found_or_a_person_is_asked() {
    let cases = cases().await;
    let stage = Stage::set(&cases, &Faults::none()).await;
    let lost = cases.iter().map(|case| Watched::new(&stage, case).lost());
    let wrong = futures::future::join_all(lost).await;
    stage.stop().await;
    judge(&cases, wrong);
}
