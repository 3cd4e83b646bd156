//! Which operations an installation knows, found out without writing anything.

use futures::StreamExt;
use futures::stream;
use serde::Serialize;
use std::collections::HashSet;
use sunmao_catalogue::{Arguments, Catalogue, FieldType, Operation, Value};
use sunmao_erp_client::{ErpClient, Priority};

/// Calls under way at once; the budget holds them back further.
const AT_ONCE: usize = 4;

/// A key that no record has.
const NO_KEY: i64 = 0;

/// What was found out of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probed {
    pub name: String,
    pub id: u32,
    pub title: String,
    pub module: String,
    pub state: State,
    /// The ERP's words, where they matter.
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The installation answers it, or refuses it for a reason of its own.
    Known,
    /// It has no such path.
    Unknown,
    /// It writes or allocates, so it was not asked; or the answer does not tell.
    NotTold,
}

/// How many of a module's operations are in which state.
pub struct Module {
    pub name: String,
    pub known: usize,
    pub unknown: usize,
    pub unclear: usize,
}

/// Asks for every operation that only reads, one row of it. What writes is known where a page that reads lies on the same
/// path.
pub async fn probe(client: &ErpClient, catalogue: &Catalogue) -> Vec<Probed> {
    let client = client.with_priority(Priority::Bulk);
    let business = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business());
    let asked = business.map(|operation| {
        let client = &client;
        async move { (operation, ask(client, operation).await) }
    });
    let answered: Vec<(&Operation, Option<(State, String)>)> =
        stream::iter(asked).buffered(AT_ONCE).collect().await;
    let known_paths: HashSet<String> = answered
        .iter()
        .filter(|(_, told)| matches!(told, Some((State::Known, _))))
        .map(|(operation, _)| operation.path.to_lowercase())
        .collect();
    let probed = answered.into_iter().map(|(operation, told)| {
        let by_path = || match known_paths.contains(&operation.path.to_lowercase()) {
            true => (State::Known, String::new()),
            false => (State::NotTold, String::new()),
        };
        let (state, words) = told.unwrap_or_else(by_path);
        Probed {
            name: operation.name.clone(),
            id: operation.id,
            title: operation.title.clone(),
            module: operation.menu.first().cloned().unwrap_or_default(),
            state,
            words,
        }
    });
    probed.collect()
}

/// None for what must not be asked: writes, and pages that allocate a number.
async fn ask(client: &ErpClient, operation: &Operation) -> Option<(State, String)> {
    if !operation.is_read() || operation.mode.as_deref() == Some("new") {
        return None;
    }
    Some(match client.call(operation, &arguments(operation)).await {
        Ok(_) => (State::Known, String::new()),
        Err(error) if error.is_unknown_path() => (State::Unknown, error.fault().message),
        Err(error) if error.is_answer() => (State::Known, error.fault().message),
        Err(error) => (State::NotTold, error.fault().message),
    })
}

/// One row of a list; a record that is not there.
pub(in crate::commands) fn arguments(operation: &Operation) -> Arguments {
    let mut arguments = Arguments::default();
    for field in operation.params.iter().filter(|field| field.required) {
        let value = match field.kind {
            FieldType::Int | FieldType::Decimal => Value::Integer(NO_KEY),
            FieldType::List => Value::List(Vec::new()),
            FieldType::Bool => Value::Bool(false),
            FieldType::Datetime | FieldType::Date | FieldType::Time => Value::from("2000-01-01"),
            FieldType::String | FieldType::Object => Value::from("0"),
        };
        arguments.set(&field.wire, value);
    }
    if let Some(paging) = &operation.paging {
        arguments.set(&paging.size, Value::Integer(1));
        arguments.set(&paging.index, Value::Integer(1));
    } else if operation.params.iter().any(|field| field.wire == "ord") {
        arguments.set("ord", Value::Integer(NO_KEY));
    }
    arguments
}

/// The modules in the menu's order.
pub fn by_module(probed: &[Probed]) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    for one in probed {
        let position = modules.iter().position(|module| module.name == one.module);
        let position = position.unwrap_or_else(|| {
            modules.push(Module {
                name: one.module.clone(),
                known: 0,
                unknown: 0,
                unclear: 0,
            });
            modules.len() - 1
        });
        let module = &mut modules[position];
        match one.state {
            State::Known => module.known += 1,
            State::Unknown => module.unknown += 1,
            State::NotTold => module.unclear += 1,
        }
    }
    modules
}
