//! The fields that an installation added itself, found by looking at one of its records.

use crate::access;
use crate::commands::Context;
use crate::custom_fields;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::shutdown::Shutdown;
use serde::Serialize;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Field, Operation, Value};
use sunmao_erp_client::ErpClient;

/// A field that the catalogue does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomField {
    /// Its name on the wire.
    pub wire: String,
    /// Its label, where the ERP tells one.
    pub label: String,
    /// What it holds in the record that was looked at.
    pub example: String,
}

/// The record's key in lists and as the parameter of what shows one.
const KEY: &str = "ord";

/// Looks at the newest record of the operation's object, as its list and its detail page show it.
///
/// # Errors
/// The ERP cannot be reached, or refuses both.
pub async fn discover(
    context: &Context,
    catalogue: &Catalogue,
    operation: &Operation,
    account: Option<&str>,
) -> Result<Vec<CustomField>, Failure> {
    let configuration = context.configuration(Vec::new())?;
    let client = access::client(&context.environment, &configuration, account)?;
    let shutdown = Shutdown::listen()?;
    let found = tokio::select! {
        found = look(&client, catalogue, operation) => found,
        () = shutdown.requested() => {
            let subject = format!("{} (menu {})", operation.name, operation.id);
            Err(Failure::new(Exit::Failed, subject, "waiting for the ERP", "interrupted"))
        }
    };
    if let Err(error) = client.logout().await {
        tracing::warn!(%error, "not signed out");
    }
    found
}

async fn look(
    client: &ErpClient,
    catalogue: &Catalogue,
    operation: &Operation,
) -> Result<Vec<CustomField>, Failure> {
    let find = |verb: &str| catalogue.find(&format!("{}.{verb}", operation.object));
    let (list, get) = (find("list"), find("get"));
    let known = known_names(catalogue, &operation.object);
    let mut found = Vec::new();
    let mut key = None;
    let mut failure = None;
    if let Some(list) = list {
        match client.call(list, &first_row(list)).await {
            Ok(answer) => {
                key = newest(&answer);
                collect(answer, &known, &mut found);
            }
            Err(error) => failure = Some(Failure::from(error)),
        }
    }
    let shown = get.filter(|get| get.params.iter().any(|field| field.wire == KEY));
    if let (Some(get), Some(key)) = (shown, key) {
        let mut arguments = Arguments::default();
        arguments.set(KEY, Value::Integer(key));
        match client.call(get, &arguments).await {
            Ok(answer) => collect(answer, &known, &mut found),
            Err(error) => failure = Some(Failure::from(error)),
        }
    }
    match failure {
        Some(failure) if found.is_empty() => Err(failure),
        _ if list.is_none() => Err(Failure::new(
            Exit::Usage,
            format!("{} (menu {})", operation.name, operation.id),
            "looking for the installation's own fields",
            format!("{} has no list to take a record from", operation.object),
        )),
        _ => Ok(found),
    }
}

/// Whatever any operation of the object calls a field, by wire name and by label, in small letters.
fn known_names(catalogue: &Catalogue, object: &str) -> Vec<String> {
    fn names(fields: &[Field], found: &mut Vec<String>) {
        for field in fields {
            found.extend([field.wire.to_lowercase(), field.label.clone()]);
            names(&field.fields, found);
        }
    }
    let mut found = vec![KEY.to_owned()];
    let operations = catalogue.operations().iter();
    for operation in operations.filter(|operation| operation.object == object) {
        names(&operation.params, &mut found);
        names(&operation.fields, &mut found);
    }
    found
}

fn first_row(list: &Operation) -> Arguments {
    let mut arguments = Arguments::default();
    if let Some(paging) = &list.paging {
        arguments.set(&paging.size, Value::Integer(1));
        arguments.set(&paging.index, Value::Integer(1));
    }
    arguments
}

fn newest(answer: &Answer) -> Option<i64> {
    let Answer::Table(table) = answer else {
        return None;
    };
    let key = table.column(KEY)?;
    table.rows.first()?.get(key)?.as_integer()
}

fn collect(answer: Answer, known: &[String], found: &mut Vec<CustomField>) {
    let fields: Vec<(String, String, Value)> = match answer {
        Answer::Table(table) => {
            let row = table.rows.into_iter().next().unwrap_or_default();
            let cells = row.into_iter().chain(std::iter::repeat(Value::Null));
            let named = table.columns.into_iter().zip(cells);
            named
                .map(|(column, cell)| (column.name, column.caption, cell))
                .collect()
        }
        Answer::Document(document) => {
            let fields = document.fields.into_iter();
            fields
                .map(|field| (field.name, field.caption, field.value))
                .collect()
        }
        Answer::Record(record) => record
            .into_iter()
            .map(|(name, value)| (name, String::new(), value))
            .collect(),
        Answer::Ack(_) => Vec::new(),
    };
    for (wire, label, value) in fields {
        let is_known = known.contains(&wire.to_lowercase()) || (!label.is_empty() && known.contains(&label));
        if is_known || wire.is_empty() || found.iter().any(|earlier| earlier.wire == wire) {
            continue;
        }
        found.push(CustomField {
            label: if label.is_empty() { wire.clone() } else { label },
            example: value.to_text().unwrap_or_default(),
            wire,
        });
    }
}

/// Adds what was found to the account's overlay in the working folder.
///
/// # Errors
/// The overlay cannot be read or written.
pub fn keep(
    operation: &Operation,
    found: &[CustomField],
    account: &str,
    style: Style,
) -> Result<(), Failure> {
    let mut fields = custom_fields::read(account)?;
    for field in found {
        fields.insert(&operation.object, &field.wire, &field.label);
    }
    custom_fields::write(account, &fields)?;
    if style == Style::Text {
        output::line(format!("\nkept in {}", custom_fields::file_of(account)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Column, Table};

    #[test]
    fn only_what_no_page_of_the_object_knows_is_an_own_field() {
        let known = known_names(&Catalogue::shared(), "customers");
        let column = |name: &str, caption: &str| Column {
            name: name.to_owned(),
            caption: caption.to_owned(),
        };
        let table = Table {
            columns: vec![
                column("ord", "数据唯一标识"),
                column("NAME", "客户名称"),
                column("zdy1", "会员等级"),
                column("zdy2", ""),
            ],
            rows: vec![vec![7.into(), "榫卯".into(), "金".into()]],
            ..Table::default()
        };
        let mut found = Vec::new();
        collect(Answer::Table(table.clone()), &known, &mut found);
        collect(Answer::Table(table), &known, &mut found);
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|field| (field.wire.as_str(), field.label.as_str(), field.example.as_str()))
            .collect();
        assert_eq!(found, [("zdy1", "会员等级", "金"), ("zdy2", "zdy2", "")]);
    }
}
