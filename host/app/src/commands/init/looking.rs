//! What the ERP says of the chosen integrations: whether the account may read what they read, and how much would come in
//! first. Nothing is written there.

use super::shipped::Integration;
use crate::commands::doctor::probe;
use crate::failure::Failure;
use crate::output;
use serde::Serialize;
use std::collections::BTreeMap;
use sunmao_catalogue::{Answer, Catalogue, Operation, Table, Value};
use sunmao_erp_client::ErpClient;

/// What nearly all operations call a record's key.
const KEY: &str = "ord";

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
    /// The ERP's words, where it refused; why it was not asked.
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
    /// It writes, or there is no record that it could show.
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
    let mut wanted: Vec<(&str, &Operation)> = Vec::new();
    for integration in chosen {
        let operations = integration
            .operations
            .iter()
            .filter_map(|name| catalogue.find(name));
        for operation in operations {
            if !wanted.iter().any(|(_, known)| known.name == operation.name) {
                wanted.push((&integration.name, operation));
            }
        }
    }
    // Lists first: a record is read by a key that its list has shown.
    wanted.sort_by_key(|(_, operation)| takes_key(operation));
    let (mut operations, mut keys) = (Vec::new(), BTreeMap::new());
    for (integration, operation) in wanted {
        let key = keys.get(&operation.object).copied();
        let (asked, table) = ask(client, integration, operation, key).await?;
        operations.push(asked);
        let key = table.and_then(|table| first_key(&catalogue, operation, &table));
        if let Some(key) = key {
            keys.entry(operation.object.clone()).or_insert(key);
        }
    }
    // Of two flows of one name the later one counts.
    let flows = chosen.iter().flat_map(|integration| &integration.flow);
    let flows: BTreeMap<&String, &toml::Value> = flows.collect();
    let flows = flows
        .into_iter()
        .map(|(name, table)| Forecast {
            flow: name.clone(),
            words: forecast(table, &operations),
        })
        .collect();
    Ok(Looked { operations, flows })
}

fn takes_key(operation: &Operation) -> bool {
    operation.params.iter().any(|field| field.wire == KEY) && operation.paging.is_none()
}

/// The key of a list's first row.
fn first_key(catalogue: &Catalogue, operation: &Operation, table: &Table) -> Option<i64> {
    let object = catalogue.object(&operation.object)?;
    let column = table.column(object.key.as_deref().unwrap_or(KEY))?;
    table.rows.first()?.get(column)?.as_integer()
}

async fn ask(
    client: &ErpClient,
    integration: &str,
    operation: &Operation,
    key: Option<i64>,
) -> Result<(Asked, Option<Table>), Failure> {
    let asked = |answer: Word, words: String, rows: Option<u64>| Asked {
        integration: integration.to_owned(),
        operation: operation.name.clone(),
        answer,
        words,
        rows,
    };
    if !operation.is_read() || operation.mode.as_deref() == Some("new") {
        return Ok((asked(Word::NotAsked, "it writes".to_owned(), None), None));
    }
    let mut arguments = probe::arguments(operation);
    match (takes_key(operation), key) {
        (true, Some(key)) => arguments.set(KEY, Value::Integer(key)),
        (true, None) => {
            let words = "no record to look at yet".to_owned();
            return Ok((asked(Word::NotAsked, words, None), None));
        }
        (false, _) => {}
    }
    let answer = match client.call(operation, &arguments).await {
        Ok(Answer::Table(table)) => {
            let answer = asked(Word::Allowed, String::new(), Some(table.page.total));
            return Ok((answer, Some(table)));
        }
        Ok(_) => asked(Word::Allowed, String::new(), None),
        Err(error) if error.is_unknown_path() => asked(Word::Unknown, error.fault().message, None),
        Err(error) if error.is_answer() => asked(Word::Refused, error.fault().message, None),
        Err(error) => return Err(error.into()),
    };
    Ok((answer, None))
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
                Word::NotAsked => "not asked",
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
