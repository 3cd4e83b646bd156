//! A write at the moment it goes out: its intent and its audit row are on disk first, and an earlier intent decides whether
//! it goes out at all.

use super::book::{Book, Note};
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use sunmao_catalogue::{Ack, Answer, Arguments, Fault, Kind, Operation, Record, Repeat, Write};
use sunmao_erp_client::{Before, BeforeSending, HeldBack};
use sunmao_store::{
    AuditEnd, AuditRow, Begun, Intent, IntentId, IntentOutcome, NewIntent, Opened, StoreError,
};

/// Why a write that another attempt has begun stays back.
const OVERTAKEN: &str = "nothing was sent: the next attempt sees how this one ended";

/// Begins the intent and the audit row of a write right before it goes out: what finds no turn has neither.
pub struct Opening {
    book: Arc<Book>,
    intent: NewIntent,
    /// The intent, where an earlier attempt began it.
    known: Option<IntentId>,
    row: AuditRow,
    slot: Arc<Slot>,
}

#[derive(Default)]
struct Slot {
    opened: OnceLock<Opened>,
    /// Nobody waits for the write any more.
    is_given_up: AtomicBool,
}

impl Opening {
    pub fn new(book: &Arc<Book>, intent: NewIntent, known: Option<IntentId>, row: AuditRow) -> Self {
        Opening {
            book: book.clone(),
            intent,
            known,
            row,
            slot: Arc::default(),
        }
    }

    /// What is on disk, once it is.
    pub fn opened(&self) -> Option<Opened> {
        self.slot.opened.get().copied()
    }

    /// The same for someone who gives the write up: what is still on its way to the disk is ended there.
    pub fn give_up(&self) -> Option<Opened> {
        self.slot.is_given_up.store(true, Ordering::SeqCst);
        self.opened()
    }
}

#[async_trait]
impl BeforeSending for Opening {
    async fn about_to_send(&self) -> Result<(), HeldBack> {
        let (book, slot) = (self.book.clone(), self.slot.clone());
        let (intent, known, row) = (self.intent.clone(), self.known, self.row.clone());
        // A task of its own: whoever goes away meanwhile must not leave a row behind that nobody ends.
        let opening = tokio::spawn(async move {
            let opened = open(&book, intent, known, row).await?;
            let _ = slot.opened.set(opened);
            if slot.is_given_up.load(Ordering::SeqCst) {
                book.keep(unsent(opened)).await;
            }
            Ok(())
        });
        opening.await.unwrap_or_else(|error| {
            Err(HeldBack {
                words: format!("the intent could not be stored, so nothing was sent: {error}"),
                hint: OVERTAKEN,
            })
        })
    }
}

async fn open(
    book: &Book,
    intent: NewIntent,
    known: Option<IntentId>,
    row: AuditRow,
) -> Result<Opened, HeldBack> {
    let not_stored = |error: StoreError| HeldBack {
        words: format!("the intent could not be stored, so nothing was sent: {error}"),
        hint: error.hint(),
    };
    let (intents, now) = (&book.store().intents, book.now());
    if let Some(id) = known {
        let reopened = intents.reopen(
            id,
            &intent.payload_hash,
            &intent.payload,
            intent.reserved_key,
            row,
            now,
        );
        return reopened.await.map_err(not_stored);
    }
    match intents.begin(intent, row, now).await.map_err(not_stored)? {
        Begun::Fresh(opened) => Ok(opened),
        Begun::Known(_) => Err(HeldBack {
            words: "another attempt at this write began at the same time".to_owned(),
            hint: OVERTAKEN,
        }),
    }
}

/// The end of a write that was given up before it went out.
fn unsent(opened: Opened) -> Note {
    Note::Finish {
        opened,
        outcome: IntentOutcome::Refused,
        end: AuditEnd {
            outcome: "failed".to_owned(),
            error_kind: Some(Kind::Unavailable.name().to_owned()),
            message: Some("given up before it went out".to_owned()),
            duration_micros: 0,
            requests: 0,
        },
    }
}

/// Whether a write goes out that was begun before.
pub enum Repetition {
    /// It was applied: nothing goes out.
    Done(Answer),
    /// It does.
    Again,
    /// Only where it is not found by its number.
    IfAbsent,
    /// A person has to look.
    Forbidden(Fault),
}

/// What an earlier intent of the same write says about doing it again. Content that has changed since is another
/// write: under the record's key it updates the record, without one it must not pass for the earlier. A caller who has read
/// the record and still wants to write knows better than an intent: somebody changed the record since.
pub fn repetition(
    operation: &Operation,
    write: &Write,
    known: &Intent,
    hash: &str,
    before: Before<'_>,
) -> Repetition {
    let is_keyed = matches!(write.repeat, Repeat::ReservedKey { .. }) && known.write.reserved_key.is_some();
    let is_numbered = matches!(write.repeat, Repeat::UniqueNumber { .. });
    let is_same = known.write.payload_hash == hash;
    let happened = match known.outcome {
        _ if is_keyed && matches!(before, Before::Read(_)) => return Repetition::Again,
        IntentOutcome::Applied if is_same => {
            return Repetition::Done(Answer::Ack(Ack {
                message: "applied by an earlier attempt".to_owned(),
                key: known.write.reserved_key,
                ..Ack::default()
            }));
        }
        IntentOutcome::Refused => return Repetition::Again,
        _ if is_keyed => return Repetition::Again,
        IntentOutcome::Open | IntentOutcome::Unknown if is_numbered && is_same => {
            return Repetition::IfAbsent;
        }
        IntentOutcome::Applied => "was applied with other content",
        IntentOutcome::Open | IntentOutcome::Unknown => "went out and nobody saw its outcome",
    };
    Repetition::Forbidden(
        Fault::new(
            Kind::Unconfirmed,
            format!("{}: an earlier attempt {happened}", operation.name),
        )
        .with_hint(
            "look in the ERP whether it took effect; then: sunmao delivery drop, or sunmao dead retry --had-no-effect",
        ),
    )
}

/// What goes out, as the intent keeps it.
pub fn payload(arguments: &Arguments) -> String {
    let members: Record = arguments
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    // Serialising a neutral value into memory cannot fail.
    serde_json::to_string(&members).unwrap_or_default()
}

/// What tells one content from another.
pub fn payload_hash(arguments: &Arguments) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, value) in arguments.iter() {
        hasher.update(name.as_bytes());
        // Serialising a neutral value into memory cannot fail.
        hasher.update(&serde_json::to_vec(value).unwrap_or_default());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use sunmao_catalogue::{Catalogue, Effect};

    /// In a word, what becomes of a write whose earlier intent ended so.
    fn what(name: &str, outcome: IntentOutcome, is_same: bool, before: Before<'_>) -> &'static str {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find(name).unwrap();
        let Effect::Write(write) = &operation.effect else {
            panic!("{name} does not write");
        };
        let known = Intent {
            id: IntentId(1),
            write: NewIntent {
                delivery: None,
                idempotency_key: "k".to_owned(),
                operation: name.to_owned(),
                subject: "contact/1".to_owned(),
                reserved_key: matches!(write.repeat, Repeat::ReservedKey { .. }).then_some(7),
                payload_hash: "then".to_owned(),
                payload: "{}".to_owned(),
                extension: "flow push".to_owned(),
                extension_version: String::new(),
            },
            sent_before: Vec::new(),
            outcome,
            detail: None,
            attempts: 1,
            begun_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let hash = if is_same { "then" } else { "now" };
        match repetition(operation, write, &known, hash, before) {
            Repetition::Done(_) => "done",
            Repetition::Again => "again",
            Repetition::IfAbsent => "if absent",
            Repetition::Forbidden(_) => "a person",
        }
    }

    #[test]
    fn an_earlier_intent_decides_as_far_as_the_write_can_be_told_again() {
        use IntentOutcome::{Applied, Refused, Unknown};
        let keyed = "customers.save-company";
        let numbered = "contracts.create";
        let never = "service-tickets.handle";
        let read = Answer::Ack(Ack::default());
        for (operation, outcome, is_same, before, expected) in [
            (keyed, Applied, true, Before::Unread, "done"),
            (keyed, Applied, true, Before::Read(&read), "again"),
            (keyed, Applied, false, Before::Unread, "again"),
            (keyed, Unknown, true, Before::Unread, "again"),
            (numbered, Applied, true, Before::Absent, "done"),
            (numbered, Applied, false, Before::Absent, "a person"),
            (numbered, Unknown, true, Before::Absent, "if absent"),
            (numbered, Unknown, false, Before::Absent, "a person"),
            (numbered, Refused, false, Before::Absent, "again"),
            (never, Unknown, true, Before::Unread, "a person"),
            (never, Refused, true, Before::Unread, "again"),
        ] {
            let found = what(operation, outcome, is_same, before);
            assert_eq!(
                found, expected,
                "{operation}, {outcome:?}, the same: {is_same}, {before:?}"
            );
        }
    }
}
