//! A write at the moment it goes out: its intent and its audit row are on disk first, and an earlier intent decides whether
//! it goes out at all.

use super::book::{Book, Note};
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use sunmao_catalogue::{Ack, Answer, Arguments, Fault, Kind, Operation, Repeat, Write};
use sunmao_erp_client::{BeforeSending, HeldBack};
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
        let reopened = intents.reopen(id, &intent.payload_hash, intent.reserved_key, row, now);
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
    /// A person has to look.
    Forbidden(Fault),
}

/// What an earlier intent of the same write says about doing it again. Content that has changed since is another
/// write: under the record's key it updates the record, without one it must not pass for the earlier.
pub fn repetition(operation: &Operation, write: &Write, known: &Intent, hash: &str) -> Repetition {
    let is_keyed = matches!(write.repeat, Repeat::ReservedKey { .. }) && known.write.reserved_key.is_some();
    let happened = match known.outcome {
        IntentOutcome::Applied if known.write.payload_hash == hash => {
            return Repetition::Done(Answer::Ack(Ack {
                message: "applied by an earlier attempt".to_owned(),
                key: known.write.reserved_key,
                ..Ack::default()
            }));
        }
        IntentOutcome::Refused => return Repetition::Again,
        _ if is_keyed => return Repetition::Again,
        IntentOutcome::Applied => "was applied with other content",
        IntentOutcome::Open | IntentOutcome::Unknown => "went out and nobody saw its outcome",
    };
    Repetition::Forbidden(
        Fault::new(
            Kind::Unconfirmed,
            format!("{}: an earlier attempt {happened}", operation.name),
        )
        .with_hint("look in the ERP whether it took effect before it is tried again"),
    )
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
