//! The ERP's own books, read and written beside its API: what there is of an object, what was asked and what it changed, and
//! what the staff enter where the API has no operation for it. Nothing here is of the host.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use sunmao_simulator::LedgerEntry;

/// The device that a test's colleague signs in with.
pub const COLLEAGUE: &str = "colleague1";

/// The books of one simulated ERP.
pub struct Books {
    http: reqwest::Client,
    url: String,
    /// Whether faults may slip records in, which are nobody's.
    minds_faults: bool,
}

impl Books {
    pub fn of(base_url: &str) -> Books {
        Books {
            http: reqwest::Client::new(),
            url: format!("{base_url}/_simulator"),
            minds_faults: false,
        }
    }

    /// The same for whoever lets faults happen.
    pub fn minding_faults(self) -> Books {
        Books {
            minds_faults: true,
            ..self
        }
    }

    /// The records of an object by key.
    pub async fn all(&self, object: &str) -> BTreeMap<i64, Json> {
        let page = self.reads(&format!("records/{object}")).await;
        let records = page["records"].as_array().expect("records").iter();
        records.map(|record| (key(record), record.clone())).collect()
    }

    /// The records of an object that say this in a column, without those that a fault slipped in.
    pub async fn that_say(&self, object: &str, wire: &str, said: &str) -> Vec<Json> {
        let slipped_in = self.slipped_in(object).await;
        let all = self.all(object).await.into_iter();
        let told = all.filter(|(key, record)| text(&record[wire]) == said && !slipped_in.contains(key));
        told.map(|(_, record)| record).collect()
    }

    /// The keys of records that appeared while somebody read a list.
    pub async fn slipped_in(&self, object: &str) -> BTreeSet<i64> {
        if !self.minds_faults {
            return BTreeSet::new();
        }
        let ledger = self.ledger(0).await.into_iter();
        let odd = ledger.filter(|entry| entry.fault.as_deref() == Some("row-inserted"));
        let changes = odd.flat_map(|entry| entry.changes);
        changes
            .filter(|change| change.object == object)
            .map(|change| change.ord)
            .collect()
    }

    /// The one record of an object that says this in a column.
    pub async fn only(&self, object: &str, wire: &str, said: &str) -> Json {
        let mut found = self.that_say(object, wire, said).await;
        assert_eq!(found.len(), 1, "{object} with {wire} {said}: {found:?}");
        found.remove(0)
    }

    /// What was asked behind a number, and what it changed.
    pub async fn ledger(&self, after: u64) -> Vec<LedgerEntry> {
        let mut page = self.reads(&format!("ledger?after={after}")).await;
        serde_json::from_value(page["entries"].take()).expect("entries")
    }

    /// The staff enter a record, or values of one that is there; its key.
    pub async fn enter(&self, object: &str, values: &Json) -> i64 {
        let said = self.tells(&format!("records/{object}"), values).await;
        said["ord"].as_i64().expect("a key")
    }

    /// The staff delete a record.
    pub async fn delete(&self, object: &str, key: i64) {
        let url = format!("{}/records/{object}/{key}", self.url);
        let answer = self.http.delete(url).send().await.expect("an answer");
        assert!(
            answer.status().is_success(),
            "{object} {key}: {}",
            answer.status()
        );
    }

    /// The ERP's clock goes ahead: `7d`, `1h`.
    pub async fn advance(&self, by: &str) {
        self.tells("clock", &json!({ "advance": by })).await;
    }

    async fn reads(&self, path: &str) -> Json {
        let answer = self.http.get(format!("{}/{path}", self.url)).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    async fn tells(&self, path: &str, body: &Json) -> Json {
        let request = self.http.post(format!("{}/{path}", self.url)).json(body);
        let answer = request.send().await.expect("an answer");
        let (status, words) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{path} {body}: {status} {words}");
        serde_json::from_str(&words).expect("JSON")
    }
}

/// A record's key.
pub fn key(record: &Json) -> i64 {
    record["ord"].as_i64().expect("a key")
}

/// A value as text.
pub fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// A number, however it is written; nothing is zero.
pub fn number(value: &Json) -> Decimal {
    let text = text(value).replace(',', "");
    if text.is_empty() {
        return Decimal::ZERO;
    }
    text.parse().unwrap_or_else(|_| panic!("{value} is no number"))
}
