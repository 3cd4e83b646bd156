//! Calls for tests of business rules: what has to be done, what has to be refused and with which words, what is shown.

use crate::common::{Caller, rows};
use serde_json::{Map, Value as Json, json};
use sunmao_simulator::{LedgerEntry, Outcome};

impl Caller {
    /// Makes a call that has to succeed; the key of the record that it wrote first, else 0.
    pub async fn done(&self, name: &str, arguments: Json) -> i64 {
        let entry = self.entry(name, arguments).await;
        assert_eq!(entry.outcome, Outcome::Done, "{name}: {}", entry.message);
        entry.changes.first().map_or(0, |change| change.ord)
    }

    /// Makes a call that has to be refused, with these words in the refusal, and changes nothing.
    pub async fn refused(&self, name: &str, arguments: Json, words: &str) {
        let entry = self.entry(name, arguments).await;
        assert_eq!(entry.outcome, Outcome::Refused, "{name}");
        assert!(entry.message.contains(words), "{name}: {}", entry.message);
        assert!(entry.changes.is_empty(), "{name}: {:?}", entry.changes);
    }

    async fn entry(&self, name: &str, arguments: Json) -> LedgerEntry {
        self.call(name, arguments).await;
        self.simulator.ledger().pop().unwrap()
    }

    /// A record as the simulator keeps it, by wire name.
    pub async fn record(&self, object: &str, ord: i64) -> Map<String, Json> {
        let page = self.admin(&format!("records/{object}")).await;
        let records = page["records"].as_array().unwrap();
        let found = records.iter().find(|record| record["ord"] == ord);
        let found = found.unwrap_or_else(|| panic!("{object} {ord} in {records:?}"));
        found.as_object().unwrap().clone()
    }

    /// Asserts some values of a record, as text.
    pub async fn has(&self, object: &str, ord: i64, expected: &[(&str, &str)]) {
        let record = self.record(object, ord).await;
        for (name, value) in expected {
            assert_eq!(as_text(&record[*name]), *value, "{name} of {object} {ord}");
        }
    }

    /// The first row of a form list with these arguments, and how many there are in all.
    pub async fn first(&self, list: &str, arguments: Json) -> (Map<String, Json>, u64) {
        let answer = self.call(list, arguments).await;
        let first = rows(&answer).into_iter().next().unwrap_or_default();
        (first, crate::common::total(&answer))
    }

    /// A bill of this object, saved with this amount.
    pub async fn bill(&self, object: &str, amount: &str, mut others: Json) -> i64 {
        others["title"] = json!("示例单据");
        others["money1"] = json!(amount);
        self.done(&format!("{object}.save"), others).await
    }

    /// Approves a bill.
    pub async fn approve(&self, object: &str, ord: i64) {
        let arguments = json!({"ord": ord, "@__sp_result": 1});
        self.done(&format!("{object}.approve"), arguments).await;
    }
}

pub fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
