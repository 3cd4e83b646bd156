//! A call as a row of the audit log, with secrets redacted.

use super::Caller;
use crate::accounts::Accounts;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Fault, Kind, Operation, Record, Value};
use sunmao_erp_client::SessionEvent;
use sunmao_store::AuditRow;

/// What is known of a finished call.
pub struct Outcome<'a> {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The checked arguments; none if they were unsound.
    pub arguments: Option<&'a Arguments>,
    /// How it ended.
    pub result: Result<&'a Answer, &'a Fault>,
}

/// Parameters that name the record a call is about, by wire name, the surest first.
const SUBJECTS: [&str; 6] = ["ord", "khid", "htbh", "ID", "id", "Ord"];

/// The row of a call.
pub fn row(caller: &Caller, operation: &Operation, outcome: &Outcome<'_>) -> AuditRow {
    let fault = outcome.result.err();
    AuditRow {
        at: outcome.at,
        actor: actor(&caller.actor, caller.permit.account.as_deref()),
        version: caller.version.to_string(),
        operation: operation.name.clone(),
        menu_id: Some(operation.id.to_string()),
        subject: caller
            .invocation
            .subject
            .as_deref()
            .map(str::to_owned)
            .or_else(|| outcome.arguments.and_then(subject)),
        outcome: word(operation, fault).to_owned(),
        error_kind: fault.map(|fault| fault.kind.name().to_owned()),
        message: fault.map(|fault| fault.message.clone()),
        duration_micros: i64::try_from(outcome.duration.as_micros()).unwrap_or(i64::MAX),
        arguments: outcome.arguments.map(|arguments| redacted(arguments).to_string()),
    }
}

/// The row of a sign-in or a sign-out, which the host does by itself.
pub fn of_session(account: &str, event: &SessionEvent) -> AuditRow {
    AuditRow {
        at: event.at,
        actor: actor("host", Some(account)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operation: event.operation.to_owned(),
        menu_id: Some(event.id.to_string()),
        subject: None,
        outcome: match &event.failure {
            None => "applied",
            Some((Kind::Session | Kind::Refused, _)) => "refused",
            Some(_) => "failed",
        }
        .to_owned(),
        error_kind: event.failure.as_ref().map(|(kind, _)| kind.name().to_owned()),
        message: event.failure.as_ref().map(|(_, words)| words.clone()),
        duration_micros: i64::try_from(event.duration.as_micros()).unwrap_or(i64::MAX),
        arguments: None,
    }
}

/// Who called; with the account where it is not the main one: `plugin hello @branch`.
fn actor(name: &str, account: Option<&str>) -> String {
    match account {
        None | Some(Accounts::MAIN) => name.to_owned(),
        Some(account) => format!("{name} @{account}"),
    }
}

/// The record a call is about, as far as its arguments tell.
pub fn subject(arguments: &Arguments) -> Option<String> {
    SUBJECTS
        .iter()
        .find_map(|name| arguments.get(name))
        .and_then(Value::to_text)
        .filter(|text| !text.is_empty())
}

fn word(operation: &Operation, fault: Option<&Fault>) -> &'static str {
    match fault.map(|fault| fault.kind) {
        None if operation.is_read() => "read",
        None => "applied",
        Some(Kind::Unconfirmed) => "unknown",
        Some(Kind::Refused | Kind::Invalid | Kind::NotGranted) => "refused",
        Some(_) => "failed",
    }
}

fn redacted(arguments: &Arguments) -> Json {
    Json::Object(
        arguments
            .iter()
            .map(|(name, value)| (name.to_owned(), redact(name, value)))
            .collect(),
    )
}

fn redact(name: &str, value: &Value) -> Json {
    if is_secret(name) && !value.is_empty() {
        return Json::String("***".to_owned());
    }
    match value {
        Value::Record(record) => redact_record(record),
        Value::List(values) => Json::Array(values.iter().map(|value| redact(name, value)).collect()),
        value => serde_json::to_value(value).unwrap_or_default(),
    }
}

fn redact_record(record: &Record) -> Json {
    record
        .iter()
        .map(|(name, value)| (name.clone(), redact(name, value)))
        .collect::<Map<_, _>>()
        .into()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // The vendor's own name for an account's new password, too short to look for inside of other names.
    name == "pw"
        || [
            "password", "passwd", "pwd", "token", "secret", "mima", "session", "密码",
        ]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Field};

    fn collect<'a>(fields: &'a [Field], passwords: &mut Vec<&'a Field>) {
        for field in fields {
            if field.label.contains("密码") {
                passwords.push(field);
            }
            collect(&field.fields, passwords);
        }
    }

    #[test]
    fn no_password_of_the_catalogue_gets_into_a_row() {
        let catalogue = Catalogue::shared();
        let mut passwords = Vec::new();
        for operation in catalogue.operations() {
            collect(&operation.params, &mut passwords);
        }
        assert!(passwords.len() > 3, "the catalogue has passwords");
        for field in passwords {
            let arguments = Value::from(Record::from_iter([(field.wire.clone(), Value::from("hunter2"))]));
            let row = redact("", &arguments).to_string();
            assert!(
                !row.contains("hunter2"),
                "{} ({}): {row}",
                field.wire,
                field.label
            );
        }
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        let arguments = Value::from(Record::from_iter([("name".to_owned(), Value::from("示例公司"))]));
        assert_eq!(redact("", &arguments).to_string(), r#"{"name":"示例公司"}"#);
    }
}
