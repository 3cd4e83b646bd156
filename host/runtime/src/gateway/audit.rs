//! A call as a row of the audit log, with secrets redacted.

use super::Caller;
use crate::accounts::Accounts;
use crate::actor::Actor;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::time::Duration;
use sunmao_catalogue::{Arguments, Fault, Field, Kind, Operation, Value};
use sunmao_erp_client::{Outgoing, SessionEvent};
use sunmao_store::{AuditEnd, AuditRow};

/// The outcome of a call that the host did not let out.
const DENIED: &str = "denied";

/// The row of a call before it goes out.
pub fn row(caller: &Caller, operation: &Operation, arguments: Option<&Arguments>, at: Timestamp) -> AuditRow {
    AuditRow {
        at,
        actor: actor(&caller.actor, caller.permit.account.as_deref()),
        version: caller.version.to_string(),
        operation: operation.name.clone(),
        menu_id: Some(operation.id.to_string()),
        subject: caller
            .invocation
            .subject
            .as_deref()
            .map(str::to_owned)
            .or_else(|| operation.subject(arguments?)),
        outcome: AuditRow::OPEN.to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 0,
        requests: 0,
        arguments: arguments.map(|arguments| redacted(operation, arguments).to_string()),
    }
}

/// How a call ended.
pub fn end(
    operation: &Operation,
    fault: Option<&Fault>,
    outgoing: &Outgoing<'_>,
    duration: Duration,
) -> AuditEnd {
    AuditEnd {
        outcome: word(operation, fault).to_owned(),
        error_kind: fault.map(|fault| fault.kind.name().to_owned()),
        message: fault.map(|fault| fault.message.clone()),
        duration_micros: micros(duration),
        requests: outgoing.requests().into(),
    }
}

/// The row of a call that has ended.
pub fn ended(row: AuditRow, end: AuditEnd) -> AuditRow {
    AuditRow {
        outcome: end.outcome,
        error_kind: end.error_kind,
        message: end.message,
        duration_micros: end.duration_micros,
        requests: end.requests,
        ..row
    }
}

/// The row of a call that the host did not let out.
pub fn denied(row: AuditRow, fault: &Fault) -> AuditRow {
    AuditRow {
        outcome: DENIED.to_owned(),
        error_kind: Some(fault.kind.name().to_owned()),
        message: Some(fault.message.clone()),
        ..row
    }
}

/// Whether there is something to note. What found no turn, no session, or an ERP that is left alone is no call: nothing
/// was tried, and it comes again.
pub fn is_call(fault: Option<&Fault>, outgoing: &Outgoing<'_>) -> bool {
    let is_put_off =
        fault.is_some_and(|fault| matches!(fault.kind, Kind::OverBudget | Kind::Unavailable | Kind::Session));
    !(is_put_off && outgoing.is_untried())
}

/// The row that stands for sign-ins and sign-outs that came faster than they could be noted.
pub fn of_lost_sessions(account: &str, missed: u64, now: Timestamp) -> AuditRow {
    AuditRow {
        at: now,
        actor: actor(&Actor::Host, Some(account)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operation: "session.login".to_owned(),
        menu_id: None,
        subject: None,
        outcome: AuditRow::LOST.to_owned(),
        error_kind: None,
        message: Some(format!(
            "{missed} rows of sign-ins and sign-outs are lost: they came too fast"
        )),
        duration_micros: 0,
        requests: 0,
        arguments: None,
    }
}

/// The row of a sign-in or a sign-out, which the host does by itself.
pub fn of_session(account: &str, event: &SessionEvent) -> AuditRow {
    AuditRow {
        at: event.at,
        actor: actor(&Actor::Host, Some(account)),
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
        duration_micros: micros(event.duration),
        requests: event.requests.into(),
        arguments: None,
    }
}

/// A duration as the log keeps it.
pub fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Who called; with the account where it is not the main one: `plugin hello @branch`.
fn actor(actor: &Actor, account: Option<&str>) -> String {
    match account {
        None | Some(Accounts::MAIN) => actor.to_string(),
        Some(account) => format!("{actor} @{account}"),
    }
}

fn word(operation: &Operation, fault: Option<&Fault>) -> &'static str {
    match fault.map(|fault| fault.kind) {
        None if operation.is_read() => "read",
        None => "applied",
        Some(Kind::Unconfirmed) => "unknown",
        Some(Kind::Refused) => "refused",
        Some(Kind::Invalid | Kind::NotGranted) => DENIED,
        Some(_) => "failed",
    }
}

fn redacted(operation: &Operation, arguments: &Arguments) -> Json {
    redact_members(&operation.params, arguments.iter())
}

fn redact_members<'a>(fields: &[Field], members: impl Iterator<Item = (&'a str, &'a Value)>) -> Json {
    members
        .map(|(name, value)| {
            let field = fields.iter().find(|field| field.wire == name);
            (name.to_owned(), redact(field, name, value))
        })
        .collect::<Map<_, _>>()
        .into()
}

/// A value without what is secret and what says something of a person.
fn redact(field: Option<&Field>, name: &str, value: &Value) -> Json {
    if !value.is_empty() && (is_secret(name) || field.is_some_and(|field| field.personal)) {
        return Json::String("***".to_owned());
    }
    match value {
        Value::Record(record) => {
            let fields = field.map_or(&[][..], |field| &field.fields);
            redact_members(fields, record.iter().map(|(name, value)| (name.as_str(), value)))
        }
        Value::List(values) => Json::Array(values.iter().map(|value| redact(field, name, value)).collect()),
        value => serde_json::to_value(value).unwrap_or_default(),
    }
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
    use sunmao_catalogue::{Catalogue, Record};

    fn collect<'a>(fields: &'a [Field], passwords: &mut Vec<&'a Field>) {
        for field in fields {
            if field.label.contains("密码") {
                passwords.push(field);
            }
            collect(&field.fields, passwords);
        }
    }

    fn arguments(members: &[(&str, Value)]) -> Arguments {
        let mut arguments = Arguments::default();
        for (name, value) in members {
            arguments.set(name, value.clone());
        }
        arguments
    }

    fn record(members: &[(&str, &str)]) -> Value {
        let members = members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        Value::from(members.collect::<Record>())
    }

    #[test]
    fn no_password_of_the_catalogue_gets_into_a_row() {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find("customers.list").unwrap();
        let mut passwords = Vec::new();
        for operation in catalogue.operations() {
            collect(&operation.params, &mut passwords);
        }
        assert!(passwords.len() > 3, "the catalogue has passwords");
        for field in passwords {
            let arguments = arguments(&[("lines", record(&[(&field.wire, "hunter2")]))]);
            let row = redacted(operation, &arguments).to_string();
            assert!(
                !row.contains("hunter2"),
                "{} ({}): {row}",
                field.wire,
                field.label
            );
        }
    }

    #[test]
    fn what_says_something_of_a_person_gets_into_no_row_and_the_rest_stays_readable() {
        let catalogue = Catalogue::shared();
        let company = catalogue.find("customers.save-company").unwrap();
        let arguments = arguments(&[
            ("name", "示例公司".into()),
            ("khid", "WX1".into()),
            ("person_name", "李明".into()),
            ("mobile", "13800000000".into()),
            ("weixinAcc", "wx_1".into()),
            ("email", "".into()),
        ]);
        assert_eq!(
            redacted(company, &arguments).to_string(),
            r#"{"name":"示例公司","khid":"WX1","person_name":"***","mobile":"***","weixinAcc":"***","email":""}"#
        );
        let lists = catalogue.operations().iter().flat_map(|operation| {
            let lists = operation.params.iter().filter(|field| !field.fields.is_empty());
            lists.map(move |list| (operation, list))
        });
        let mut seen = 0;
        for (operation, list) in lists {
            for field in list.fields.iter().filter(|field| field.personal) {
                let line = Value::List(vec![record(&[(&field.wire, "李明")])]);
                let mut given = Arguments::default();
                given.set(&list.wire, line);
                let row = redacted(operation, &given).to_string();
                assert!(!row.contains("李明"), "{} {}: {row}", operation.name, field.wire);
                seen += 1;
            }
        }
        assert!(seen > 0, "lines say something of people too");
    }

    #[test]
    fn a_row_names_the_record_by_its_key_or_its_number() {
        let catalogue = Catalogue::shared();
        let subject = |operation: &str, members: &[(&str, Value)]| {
            let operation = catalogue.find(operation).unwrap();
            operation.subject(&arguments(members))
        };
        let number = |text: &str| Value::from(text);
        for (operation, members, expected) in [
            (
                "customers.save-company",
                vec![("khid", number("WX1")), ("ord", 7.into())],
                Some("7"),
            ),
            (
                "customers.save-company",
                vec![("khid", number("WX1")), ("ord", number(""))],
                Some("WX1"),
            ),
            ("contracts.list", vec![("htbh", number("HT-1"))], Some("HT-1")),
            ("contracts.create", vec![("HTId", number("HT-1"))], Some("HT-1")),
            (
                "production-bills-of-materials.save",
                vec![("ID", 3.into())],
                Some("3"),
            ),
            ("contract-lines.delete", vec![("id", number("5"))], Some("5")),
            (
                "repairs.save",
                vec![("SerialNumber", number("WX-9"))],
                Some("WX-9"),
            ),
            ("customers.list", vec![("name", number("榫卯"))], None),
        ] {
            assert_eq!(subject(operation, &members).as_deref(), expected, "{operation}");
        }
    }
}
