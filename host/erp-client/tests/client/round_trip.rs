//! Any value that the catalogue allows arrives as it is, and comes back as it is, in every dialect and on every kind of
//! installation.

use crate::arbitrary_arguments::{KEYS, arguments, is_secret};
use crate::variants::{is_known, start};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::fmt;
use std::sync::{Arc, LazyLock};
use sunmao_catalogue::{
    Answer, Arguments, Catalogue, Effect, Field, FieldType, Kind, Operation, Record, Repeat, ResultKind,
    Value,
};
use sunmao_erp_client::{ErpClient, Error, Phase};
use sunmao_simulator::{LedgerEntry, Options, Outcome, Simulator, Variant};
use tokio::runtime::Runtime;

/// One simulator of each kind, for all cases.
struct Installations {
    runtime: Runtime,
    running: Vec<(Variant, Simulator, ErpClient)>,
}

/// For arguments of every kind, which delete records, too.
static CALLED: LazyLock<Installations> = LazyLock::new(Installations::start);

/// For saves, which need the records that they change.
static SAVED: LazyLock<Installations> = LazyLock::new(Installations::start);

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(Catalogue::shared);

impl Installations {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(async {
            let mut running = Vec::new();
            for variant in Variant::ALL {
                let options = Options {
                    variant,
                    ..Options::default()
                };
                let (simulator, client) = start(options).await;
                running.push((variant, simulator, client));
            }
            running
        });
        Installations { runtime, running }
    }
}

/// An operation, sound arguments for it, and for a save the operation that shows the record.
struct Call {
    operation: &'static Operation,
    read: Option<&'static Operation>,
    given: Record,
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {}",
            self.operation.name,
            serde_json::json!(self.given)
        )
    }
}

impl Call {
    fn arguments(&self) -> Result<Arguments, TestCaseError> {
        let checked = self.operation.check(&self.given);
        checked.map_err(|faults| TestCaseError::fail(self.operation.invalid(&faults).message))
    }
}

fn any_call() -> impl Strategy<Value = Call> {
    let operations = CATALOGUE.operations().iter();
    let business: Vec<&'static Operation> = operations.filter(|operation| operation.is_business()).collect();
    prop::sample::select(business).prop_flat_map(|operation| {
        arguments(operation).prop_map(move |given| Call {
            operation,
            read: None,
            given,
        })
    })
}

/// Whether path and query tell the operation: where no command travels, nothing else does.
fn is_alone(operation: &Operation) -> bool {
    let mut operations = CATALOGUE.operations().iter();
    !operations.any(|other| {
        other.id != operation.id
            && other.path.eq_ignore_ascii_case(&operation.path)
            && other.fixed_query == operation.fixed_query
    })
}

/// Whether an installation has the operation under its own name: there is no other form that might go out instead.
fn has_own_form(variant: Variant, operation: &Operation) -> bool {
    is_known(variant, operation, &CATALOGUE)
        && (variant != Variant::GatewayPlain || is_alone(operation))
        && (variant != Variant::Before3215 || CATALOGUE.other_form(operation).is_none())
}

/// What the simulator saw from here on.
async fn seen_after(simulator: &Simulator, sequence: u64) -> Vec<LedgerEntry> {
    let url = format!("{}/_simulator/ledger?after={sequence}", simulator.base_url());
    let mut page: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    serde_json::from_value(page["entries"].take()).unwrap()
}

async fn calls_so_far(simulator: &Simulator) -> u64 {
    let url = format!("{}/_simulator/status", simulator.base_url());
    let status: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    status["calls"].as_u64().unwrap()
}

/// Sends one call, and returns what the simulator understood of it.
async fn understood(
    simulator: &Simulator,
    client: &ErpClient,
    operation: &Operation,
    arguments: &Arguments,
) -> Result<LedgerEntry, String> {
    let before = calls_so_far(simulator).await;
    let answer = client.call(operation, arguments).await;
    if let Err(error) = &answer
        && !matches!(error.kind(), Kind::Refused | Kind::NotFound)
        // What the ERP made of it is another test's.
        && !is_of_reading_back(error)
    {
        return Err(error.to_string());
    }
    let seen = seen_after(simulator, before).await;
    // What finds no session was not looked at: the first call of a helper operation may call the token otherwise.
    let mut seen = seen.into_iter().filter(|entry| {
        let is_login = entry.names.contains(&"session.login".to_owned());
        // Not every installation knows the page that a write is read back with.
        let is_a_read = entry.outcome == Outcome::UnknownPath || entry.names.iter().any(|name| is_read(name));
        let is_read_back = !operation.is_read() && is_a_read;
        entry.outcome != Outcome::NoSession && !is_login && !is_read_back
    });
    let first = seen.next();
    // A write that does not read as it was sent goes out again, as it was.
    let is_again = |entry: &LedgerEntry| {
        first
            .as_ref()
            .is_some_and(|first| entry.arguments == first.arguments)
    };
    let other = seen.find(|entry| operation.is_read() || !is_again(entry));
    match (first, other) {
        (Some(entry), None) if entry.operations.contains(&operation.id) => Ok(entry),
        (first, second) => Err(format!("arrived as {first:?}, {second:?}")),
    }
}

fn is_of_reading_back(error: &Error) -> bool {
    matches!(error, Error::Call(failure) if failure.phase == Phase::ReadingBack)
}

fn is_read(name: &str) -> bool {
    CATALOGUE.find(name).is_some_and(Operation::is_read)
}

/// Holds what arrived against what was sent: the same names in the same order, the same lists, the same texts. Numbers
/// and truth values may arrive as text and digits.
fn compare(path: &str, sent: &Value, arrived: &Value) -> Result<(), String> {
    match (sent, arrived) {
        (Value::Record(sent), Value::Record(arrived)) => {
            let names = |record: &Record| record.keys().cloned().collect::<Vec<_>>();
            if names(sent) != names(arrived) {
                return Err(format!("{path}: {:?} became {:?}", names(sent), names(arrived)));
            }
            for ((name, sent), arrived) in sent.iter().zip(arrived.values()) {
                match is_secret(name) {
                    true => compare(path, &Value::from("***"), arrived)?,
                    false => compare(&format!("{path}.{name}"), sent, arrived)?,
                }
            }
            Ok(())
        }
        (Value::List(sent), Value::List(arrived)) if sent.len() == arrived.len() => {
            let mut pairs = sent.iter().zip(arrived).enumerate();
            pairs.try_for_each(|(index, (sent, arrived))| compare(&format!("{path}[{index}]"), sent, arrived))
        }
        (Value::Bool(sent), Value::Integer(arrived)) if i64::from(*sent) == *arrived => Ok(()),
        (sent, arrived) if sent.to_text().is_some() && sent.to_text() == arrived.to_text() => Ok(()),
        (sent, arrived) => Err(format!("{path}: {sent:?} became {arrived:?}")),
    }
}

fn as_record(arguments: &Arguments) -> Value {
    let values = arguments.iter();
    let sent = values.filter(|(_, value)| **value != Value::Null);
    Value::from(
        sent.map(|(name, value)| (name.to_owned(), value.clone()))
            .collect::<Record>(),
    )
}

/// So many cases, and little patience for making a failing one smaller: each step asks twelve installations.
fn configuration(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(configuration(128))]

    #[test]
    fn whatever_the_catalogue_allows_arrives_as_it_was_sent(call in any_call()) {
        let (operation, arguments) = (call.operation, call.arguments()?);
        let installations = &*CALLED;
        for (variant, simulator, client) in &installations.running {
            if !has_own_form(*variant, operation) {
                continue;
            }
            let understood = understood(simulator, client, operation, &arguments);
            let entry = installations.runtime.block_on(understood);
            let place = format!("{variant} {}", operation.name);
            let entry = entry.map_err(|fault| TestCaseError::fail(format!("{place}: {fault}")))?;
            prop_assert!(matches!(entry.outcome, Outcome::Done | Outcome::Refused), "{place}: {entry:?}");
            let compared = compare("", &as_record(&arguments), &entry.arguments);
            prop_assert_eq!(compared, Ok(()), "{}", place);
        }
    }
}

/// A save under a key, and the operation that shows the record of a key.
fn saves() -> Vec<(&'static Operation, &'static Operation)> {
    let catalogue: &'static Catalogue = &CATALOGUE;
    let shown_by = |operation: &'static Operation| {
        let Effect::Write(write) = &operation.effect else {
            return None;
        };
        let is_save = matches!(operation.verb.split('-').next(), Some("save" | "update"));
        let takes_key = matches!(&write.repeat, Repeat::ReservedKey { parameter, .. } if parameter == "ord");
        let read = catalogue.find(write.read_back.as_deref()?)?;
        let shows_one = matches!(read.result, ResultKind::Bill | ResultKind::Record);
        (is_save && takes_key && shows_one).then_some((operation, read))
    };
    catalogue.operations().iter().filter_map(shown_by).collect()
}

fn any_save() -> impl Strategy<Value = Call> {
    let saves = prop::sample::select(saves());
    (saves, KEYS, KEYS).prop_flat_map(|((save, read), key, customer)| {
        arguments(save).prop_map(move |mut given| {
            // The key is that of a record, and so is the customer's whom the record belongs to.
            for (wire, key) in [("ord", key), ("company", customer)] {
                let field = save.params.iter().find(|field| field.wire == wire);
                given.extend(field.map(|field| (field.name.clone(), Value::from(key))));
            }
            Call {
                operation: save,
                read: Some(read),
                given,
            }
        })
    })
}

/// What an answer shows, under names and captions.
fn shown(answer: Answer) -> Vec<(String, Value)> {
    match answer {
        Answer::Document(document) => document
            .fields
            .into_iter()
            .flat_map(|field| [(field.name, field.value), (field.caption, field.text.into())])
            .collect(),
        Answer::Record(record) => record.into_iter().collect(),
        answer => panic!("{answer:?} is no record"),
    }
}

/// What the ERP computes from a contract's lines, whatever was sent.
const COMPUTED: [&str; 3] = ["contract-total", "concession-total", "total-after-concession"];

/// The parameters of a save that the read shows as they were written, with the names they are shown under: all of them
/// on a screen, and of a record what is published. Keys of other records are shown as what those are called.
fn compared(save: &'static Operation, read: &'static Operation) -> Vec<(&'static Field, [&'static str; 2])> {
    let is_nested = |field: &Field| matches!(field.kind, FieldType::List | FieldType::Object);
    let is_plain = |field: &Field| {
        !is_nested(field)
            && field.lookup.is_none()
            && !is_secret(&field.wire)
            && !COMPUTED.contains(&&*field.name)
    };
    let plain = save.params.iter().filter(|field| is_plain(field));
    plain
        .filter_map(|field| {
            if read.result == ResultKind::Bill || read.fields.is_empty() {
                return Some((field, [&*field.wire, &*field.label]));
            }
            let mut published = read.fields.iter().filter(|shown| !is_nested(shown));
            let published = published.find(|shown| shown.label == field.label)?;
            Some((field, [&*published.wire, &*field.label]))
        })
        .collect()
}

/// Whether a shown value is the written one: the same text, number or time, or the label of the same code.
fn is_same(variant: Variant, field: &Field, written: &Value, shown: &Value) -> bool {
    let text = |value: &Value| {
        let text = value.to_text().unwrap_or_default();
        match variant {
            // Raw control characters come in between.
            Variant::LooseText => text.chars().filter(|c| !c.is_control()).collect(),
            _ => text,
        }
    };
    let number = |value: &Value| text(value).replace(',', "").parse::<Decimal>().ok();
    let label = field.values.iter().find(|known| known.code == text(written));
    let is_number = number(written).is_some() && number(written) == number(shown);
    let is_moment = field.kind == FieldType::Datetime && field.shows(written, shown) == Some(true);
    text(written) == text(shown)
        || is_number
        || is_moment
        || label.is_some_and(|label| label.label == text(shown))
}

/// Saves and reads the record of a key.
async fn saved(client: &ErpClient, call: &Call, arguments: &Arguments) -> Result<Answer, Error> {
    let mut key = Arguments::default();
    key.set("ord", arguments.get("ord").cloned().unwrap_or_default());
    client.call(call.operation, arguments).await?;
    client.call(call.read.unwrap(), &key).await
}

proptest! {
    #![proptest_config(configuration(96))]

    #[test]
    fn whatever_was_saved_is_shown_as_it_was_written(call in any_save()) {
        let arguments = call.arguments()?;
        let installations = &*SAVED;
        let mut held = 0;
        for (variant, _, client) in &installations.running {
            let is_known = |operation| has_own_form(*variant, operation);
            // Bare records have no captions, and by its name alone a field may mean something else.
            let is_bare = *variant == Variant::GatewayPlain;
            if is_bare || !is_known(call.operation) || !call.read.is_some_and(is_known) {
                continue;
            }
            let place = format!("{variant} {}", call.operation.name);
            let answer = match installations.runtime.block_on(saved(client, &call, &arguments)) {
                // The ERP has rules of its own, on numbers, sums and what fits together.
                Err(error) if error.kind() == Kind::Refused => {
                    return Err(TestCaseError::reject("against the ERP's rules"));
                }
                answer => answer.map_err(|error| TestCaseError::fail(format!("{place}: {error}")))?,
            };
            let shown = shown(answer);
            for (field, names) in compared(call.operation, call.read.unwrap()) {
                let Some(written) = arguments.get(&field.wire).filter(|written| !written.is_empty()) else {
                    continue;
                };
                let is_its = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name));
                let under_its_names: Vec<_> = shown.iter().filter(|(name, _)| is_its(name)).collect();
                let found = under_its_names.iter().any(|(_, shown)| is_same(*variant, field, written, shown));
                prop_assert!(found, "{place}: {} = {written:?} is shown as {under_its_names:?}", field.wire);
                held += 1;
            }
        }
        prop_assert!(held > 0, "{call:?}: nothing was compared");
    }
}
