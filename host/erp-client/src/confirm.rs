//! A write that may be repeated, until it is known what became of it: sent, read back, compared, and sent again where
//! nobody saw its outcome. The ERP's word alone is not enough: it also says yes and stores nothing.

use crate::Error;
use crate::calling::{Call, Errand, Line};
use crate::failure::Report;
use sunmao_catalogue::{
    Ack, Answer, Arguments, Effect, Field, FieldType, Kind, Operation, Repeat, ResultKind, Value,
};
use tokio::time::Instant;

/// How often a write goes out whose outcome nobody saw.
const MOST: u32 = 3;

/// The parameter that reads take the record's key as.
const KEY: &str = "ord";

/// A write whose effect can be seen.
struct Visible<'a> {
    read_back: &'a Operation,
    key: i64,
    is_removal: bool,
}

/// What the record says of the write.
enum Seen {
    /// It took effect.
    Applied,
    /// It did not, and why that is known.
    Missing(String),
    /// The record cannot be read, or says nothing of what was written.
    Unknown,
}

impl Line {
    /// Calls an operation; a write under its record's key is seen to have taken effect, as far as the record shows it.
    pub(crate) async fn confirmed(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let Some(visible) = self.visible(call) else {
            return self.call(call).await;
        };
        let mut sent = 0;
        loop {
            sent += 1;
            let outcome = self.call(call).await;
            let doubt = match &outcome {
                Ok(_) => None,
                Err(error) if error.kind() == Kind::Unconfirmed => Some(error.clone()),
                Err(_) => return outcome,
            };
            match (self.look(call, &visible).await, doubt) {
                (Seen::Applied | Seen::Unknown, None) => return outcome,
                (Seen::Applied, Some(_)) => return Ok(Answer::Ack(seen_later(visible.key))),
                (Seen::Unknown, Some(error)) => return Err(error),
                (Seen::Missing(why), _) if sent >= MOST || Instant::now() >= call.deadline => {
                    return Err(call.report.not_shown(visible.read_back, visible.key, &why));
                }
                (Seen::Missing(why), _) => {
                    tracing::warn!(
                        operation = call.operation.name,
                        why,
                        "sent again: the ERP does not show it"
                    );
                }
            }
        }
    }

    fn visible(&self, call: &Call<'_>) -> Option<Visible<'_>> {
        let Effect::Write(write) = &call.operation.effect else {
            return None;
        };
        let Repeat::ReservedKey { parameter, .. } = &write.repeat else {
            return None;
        };
        let read_back = self.catalogue.find(write.read_back.as_deref()?)?;
        let shows_one = matches!(read_back.result, ResultKind::Bill | ResultKind::Record);
        let verb = call.operation.verb.split('-').next().unwrap_or_default();
        let is_removal = verb == "delete";
        let changes_fields = matches!(verb, "save" | "create" | "update");
        let takes_key = parameter == KEY && read_back.params.iter().any(|field| field.wire == KEY);
        // Several keys in one call are text.
        let key = match call.arguments.get(parameter)? {
            Value::Integer(key) => *key,
            value => value.to_text()?.parse().ok()?,
        };
        (shows_one && takes_key && (changes_fields || is_removal)).then_some(Visible {
            read_back,
            key,
            is_removal,
        })
    }

    async fn look(&self, call: &Call<'_>, visible: &Visible<'_>) -> Seen {
        let mut arguments = Arguments::default();
        arguments.set(KEY, Value::Integer(visible.key));
        let left = call.deadline.saturating_duration_since(Instant::now());
        let read = Call {
            operation: visible.read_back,
            arguments: &arguments,
            report: &Report::of(visible.read_back, left),
            errand: Errand::Aside,
            ..*call
        };
        let shown = match self.repeated(&read).await {
            Ok(shown) => shown,
            Err(failed) if failed.is_missing_record() => {
                return match visible.is_removal {
                    true => Seen::Applied,
                    false => Seen::Missing(format!("it has no record {}", visible.key)),
                };
            }
            Err(_) => return Seen::Unknown,
        };
        if visible.is_removal {
            return Seen::Missing(format!("record {} is still there", visible.key));
        }
        compare(call, visible, &shown)
    }
}

/// Compares what was sent with what is shown. Plain text that is required tells: the ERP keeps it as it is. Other fields it
/// may compute, round or rename, so they only tell where nothing else does, and only all together.
fn compare(call: &Call<'_>, visible: &Visible<'_>, shown: &Answer) -> Seen {
    let mut told = None;
    let (mut alike, mut unlike) = (0, None);
    for field in &call.operation.params {
        let Some(written) = call.arguments.get(&field.wire).filter(|_| field.wire != KEY) else {
            continue;
        };
        let Some((value, same)) = shown_of(field, visible.read_back, shown)
            .and_then(|value| Some((value, field.shows(written, value)?)))
        else {
            continue;
        };
        let text = |value: &Value| value.to_text().unwrap_or_default();
        let difference = || {
            let (written, shown) = (text(written), text(value));
            format!("{} was written as {written:?} and reads {shown:?}", field.name)
        };
        match (field.required && field.kind == FieldType::String, same) {
            (true, false) => return Seen::Missing(difference()),
            (true, true) => told = Some(Seen::Applied),
            (false, true) => alike += 1,
            (false, false) => unlike = unlike.or_else(|| Some(difference())),
        }
    }
    match (told, alike, unlike) {
        (Some(told), ..) => told,
        (None, 0, Some(difference)) => Seen::Missing(difference),
        (None, 0, None) => Seen::Unknown,
        (None, _, _) => Seen::Applied,
    }
}

/// What an answer shows of a field. One wire name means different things on different pages, so the label has to be the same
/// as well, or the name that the catalogue gives to both.
fn shown_of<'a>(field: &Field, read_back: &Operation, shown: &'a Answer) -> Option<&'a Value> {
    match shown {
        Answer::Document(document) => {
            let mut fields = document.fields.iter();
            let same = fields
                .find(|other| other.name.eq_ignore_ascii_case(&field.wire) && other.caption == field.label);
            same.map(|other| &other.value)
        }
        Answer::Record(record) => {
            let other = read_back.fields.iter().find(|other| other.name == field.name)?;
            let mut members = record.iter();
            members
                .find(|(name, _)| other.is_named(name))
                .map(|(_, value)| value)
        }
        Answer::Table(_) | Answer::Ack(_) => None,
    }
}

fn seen_later(key: i64) -> Ack {
    Ack {
        message: "the answer was lost; the record shows what was written".to_owned(),
        key: Some(key),
        ..Ack::default()
    }
}
