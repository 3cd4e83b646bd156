//! What a request asks for: its operations, and the form in which two requests that ask the same are equal.

use super::fixture::Body;
use super::json;
use crate::codec;
use crate::ledger::is_secret;
use crate::routes::{Choice, Routes, choose};
use crate::variant::Variant;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sunmao_catalogue::{Catalogue, Dialect, Operation, Record, Value};

/// A request as HTTP brings it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Body,
}

/// What the catalogue knows of a request.
#[derive(Debug, Default)]
pub(super) struct Understood<'a> {
    pub(super) dialect: Option<Dialect>,
    /// The operations that it stands for.
    pub(super) operations: Vec<&'a Operation>,
}

impl Body {
    /// A body by its bytes, and whether raw control characters stood inside its strings.
    pub(super) fn of(bytes: &[u8]) -> (Body, bool) {
        let text = String::from_utf8_lossy(bytes);
        match json::read(&text) {
            _ if text.trim().is_empty() => (Body::Nothing, false),
            Some((value, raw)) => (Body::Json(value), raw),
            None => (Body::Text(text.into_owned()), false),
        }
    }

    pub(super) fn text(&self, with_raw_controls: bool) -> String {
        match self {
            Body::Nothing => String::new(),
            Body::Json(value) => json::write(value, with_raw_controls),
            Body::Text(text) => text.clone(),
        }
    }
}

impl Asked {
    /// Reads a query as `name=value&…`.
    pub(super) fn query(uri: &axum::http::Uri) -> Vec<(String, String)> {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        query.map(|query| query.0).unwrap_or_default()
    }

    /// What the catalogue knows of it.
    pub(super) fn understood<'a>(&self, catalogue: &'a Catalogue, routes: &Routes) -> Understood<'a> {
        let Some((dialect, positions)) = routes.on_path(catalogue, &self.path) else {
            return Understood::default();
        };
        let cmdkey = match &self.body {
            Body::Json(body) => body["cmdkey"].as_str().filter(|cmdkey| !cmdkey.is_empty()),
            _ => None,
        };
        let query: Record = self
            .query
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        let chosen = match choose(catalogue, positions, cmdkey, &query) {
            Choice::Operations(chosen) => chosen,
            Choice::Skeleton(list) => vec![list],
            Choice::None => Vec::new(),
        };
        Understood {
            dialect: Some(dialect),
            operations: chosen
                .into_iter()
                .map(|position| &catalogue.operations()[position])
                .collect(),
        }
    }

    /// The form in which requests that ask the same are equal: secrets do not count, nor do letter case of the path, the
    /// order of names, or whether a number comes as text.
    pub(super) fn canonical(&self, dialect: Option<Dialect>) -> Json {
        let query: BTreeMap<String, &str> = self
            .query
            .iter()
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, value)| (name.to_lowercase(), value.as_str()))
            .collect();
        let text = self.body.text(false);
        let decoded =
            dialect.and_then(|dialect| codec::decode(Variant::Standard, dialect, None, text.as_bytes()).ok());
        let body = match (decoded, &self.body) {
            (Some(decoded), _) => {
                let arguments: Vec<Json> = decoded.arguments.iter().map(record).collect();
                json!({"command": decoded.cmdkey, "arguments": arguments})
            }
            (None, Body::Json(body)) => {
                let body = serde_json::from_value(body.clone()).unwrap_or_default();
                value(&body)
            }
            (None, _) => json!(text),
        };
        json!({
            "method": self.method, "path": self.path.to_lowercase(), "query": query, "body": body,
        })
    }
}

fn record(record: &Record) -> Json {
    let members: BTreeMap<&String, Json> = record
        .iter()
        .filter(|(name, _)| !is_secret(name))
        .map(|(name, member)| (name, value(member)))
        .collect();
    json!(members)
}

fn value(given: &Value) -> Json {
    match given {
        Value::Record(members) => record(members),
        Value::List(values) => values.iter().map(value).collect(),
        scalar => json!(scalar.to_text()),
    }
}
