//! What the ERP says of the chosen integrations: whether the account may read what they read, and how much would come in
//! first. Nothing is written there.

use super::shipped::Integration;
use crate::commands::doctor::probe;
use crate::failure::Failure;
use crate::output;
use serde::Serialize;
use sunmao_catalogue::{Answer, Catalogue, Kind, Operation};
use sunmao_erp_client::ErpClient;

/// What was found out.
#[derive(Debug, Serialize)]
pub struct Looked {
    pub operations: Vec<Asked>,
    /// What the first hour would bring.
    pub flows: Vec<Forecast>,
}

/// One operation that the integrations call.
#[derive(Debug, Serialize)]
pub struct Asked {
    pub integration: String,
    pub operation: String,
    pub answer: Word,
    /// The ERP's words, where it refused.
    pub words: String,
    #[serde(skip)]
    rows: Option<u64>,
}

/// How the ERP answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It answered.
    Allowed,
    /// It said no.
    Refused,
    /// It has no such operation.
    Unknown,
    /// It writes, so that it was not asked.
    NotAsked,
}

/// What a flow would do first.
#[derive(Debug, Serialize)]
pub struct Forecast {
    pub flow: String,
    pub words: String,
}

/// Asks for each operation that only reads, one row of it.
///
/// # Errors
/// The ERP cannot be reached, or takes no login.
pub async fn look(client: &ErpClient, chosen: &[&Integration]) -> Result<Looked, Failure> {
    let catalogue = Catalogue::shared();
    let mut operations: Vec<Asked> = Vec::new();
    for integration in chosen {
        for name in &integration.operations {
            let is_known = operations.iter().any(|asked| asked.operation == *name);
            let Some(operation) = catalogue.find(name).filter(|_| !is_known) else {
                continue;
            };
            operations.push(ask(client, &integration.name, operation).await?);
        }
    }
    let flows = chosen.iter().flat_map(|integration| &integration.flow);
    let flows = flows
        .map(|(name, table)| Forecast {
            flow: name.clone(),
            words: forecast(table, &operations),
        })
        .collect();
    Ok(Looked { operations, flows })
}

async fn ask(client: &ErpClient, integration: &str, operation: &Operation) -> Result<Asked, Failure> {
    let asked = |answer: Word, words: String, rows: Option<u64>| Asked {
        integration: integration.to_owned(),
        operation: operation.name.clone(),
        answer,
        words,
        rows,
    };
    if !operation.is_read() || operation.mode.as_deref() == Some("new") {
        return Ok(asked(Word::NotAsked, String::new(), None));
    }
    match client.call(operation, &probe::arguments(operation)).await {
        Ok(Answer::Table(table)) => Ok(asked(Word::Allowed, String::new(), Some(table.page.total))),
        Ok(_) => Ok(asked(Word::Allowed, String::new(), None)),
        Err(error) if error.is_unknown_path() => Ok(asked(Word::Unknown, error.fault().message, None)),
        // There is no record of the key that was asked for.
        Err(error) if error.kind() == Kind::NotFound => Ok(asked(Word::Allowed, String::new(), None)),
        Err(error) if error.is_answer() => Ok(asked(Word::Refused, error.fault().message, None)),
        Err(error) => Err(error.into()),
    }
}

fn forecast(table: &toml::Value, operations: &[Asked]) -> String {
    let word = |key: &str| table.get(key).and_then(toml::Value::as_str);
    let target = word("into").or(word("write")).unwrap_or("an automation");
    match (word("sweep"), word("on")) {
        (Some(list), _) => {
            let found = operations.iter().find(|asked| asked.operation == list);
            match found.and_then(|asked| asked.rows) {
                Some(rows) => format!("{rows} rows of {list} would come in as {target}"),
                None => format!("what {list} lists would come in as {target}"),
            }
        }
        (None, Some(event)) => format!("nothing before {event}: then {target}"),
        (None, None) => format!("{target}, by its schedule"),
    }
}

impl Looked {
    pub fn show(&self) {
        let rows = self.operations.iter().map(|asked| {
            let word = match asked.answer {
                Word::Allowed => "may",
                Word::Refused => "REFUSED",
                Word::Unknown => "UNKNOWN",
                Word::NotAsked => "writes; not asked",
            };
            let words = asked.words.clone();
            vec![
                asked.operation.clone(),
                asked.integration.clone(),
                word.to_owned(),
                words,
            ]
        });
        output::line(output::table(["operation", "integration", "account", ""], rows));
        output::line("\nWhat the first hour would do:");
        for forecast in &self.flows {
            output::line(format!("  {}: {}", forecast.flow, forecast.words));
        }
    }
}
