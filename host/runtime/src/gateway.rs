//! The only path from a guest to the ERP: grant, validation, intent, call, audit.

mod audit;
mod book;
mod entry;
mod opening;
mod pages;

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::clock::Clock;
use crate::extension::{Identity, Invocation, Permit};
use crate::learned::Kept;
use crate::usage::{LogMeter, Usage};
use book::{Book, Note};
use entry::Entry;
use opening::{Opening, Repetition, payload, payload_hash, repetition};
pub use pages::{GatewayPages, StartingAt};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Answer, Arguments, Effect, Fault, Kind, Operation, Record, Repeat, Write};
use sunmao_erp_client::{Before, BeforeSending, ErpClient, Outgoing, Sent, SessionEvent, SessionStatus};
use sunmao_store::{DeliveryId, IntentOutcome, NewIntent, Store, StoreError};
use tokio::sync::broadcast::{self, error::RecvError};

/// Who calls, with what permit, in which invocation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub actor: Actor,
    /// The caller's version.
    pub version: Arc<str>,
    /// What the operator allows it.
    pub permit: Arc<Permit>,
    /// Now and why.
    pub invocation: Invocation,
    /// When the invocation has to end; none where nothing bounds it.
    pub(crate) deadline: Option<Instant>,
    /// What this invocation has used.
    pub(crate) usage: Arc<Usage>,
    /// What this version may still write to the log.
    pub(crate) log: Arc<LogMeter>,
}

impl Caller {
    /// An extension in one of its invocations.
    pub fn extension(identity: &Identity, permit: Arc<Permit>, invocation: Invocation) -> Self {
        Caller::new(Actor::from(identity), &identity.version, permit, invocation)
    }

    /// The same caller in another invocation, which numbers its writes anew.
    pub fn in_invocation(&self, invocation: Invocation) -> Self {
        Caller {
            invocation,
            deadline: None,
            usage: Arc::default(),
            ..self.clone()
        }
    }

    /// How long a call to the ERP may take now.
    fn call_limit(&self) -> Duration {
        let limit = self.permit.limits.host_call();
        let left = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(limit, |left| left.min(limit))
    }

    /// Any caller.
    pub fn new(actor: Actor, version: &str, permit: Arc<Permit>, invocation: Invocation) -> Self {
        Caller {
            actor,
            version: version.into(),
            log: Arc::new(LogMeter::new(&permit.limits)),
            permit,
            invocation,
            deadline: None,
            usage: Arc::default(),
        }
    }
}

/// Earlier writes for a record, or under a key, that are looked at.
pub(crate) const EARLIER: u32 = 100;
/// What helps when the time was up.
const RAISE: &str = "raise host_call_milliseconds under [limits], or look why the ERP is slow";

/// The gate. Everything that reaches the ERP passes here, whoever asks.
pub struct Gateway {
    accounts: Accounts,
    store: Store,
    book: Arc<Book>,
    clock: Clock,
    calls: AtomicU64,
}

impl Gateway {
    /// A gate in front of the ERP's accounts.
    pub fn new(accounts: impl Into<Accounts>, store: Store, clock: Clock) -> Self {
        let accounts = accounts.into();
        for (account, client) in accounts.iter() {
            client.keep_learned(Arc::new(Kept {
                account: account.to_owned(),
                table: store.unshown.clone(),
                clock: clock.clone(),
            }));
        }
        Gateway {
            accounts,
            book: Arc::new(Book::new(store.clone(), clock.clone())),
            store,
            clock,
            calls: AtomicU64::new(0),
        }
    }

    /// The ERP's accounts.
    pub(crate) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Whether the host is signed in with an account, since when, and to which version. An account that there is not is
    /// not signed in.
    pub fn session_status(&self, account: Option<&str>) -> SessionStatus {
        let client = self.accounts.get(account);
        client.map(ErpClient::session_status).unwrap_or_default()
    }

    /// Keeps an audit row of each sign-in and sign-out until `ended`, those included that happened just before, and then
    /// whatever could not be written before.
    pub async fn audit_sessions(
        &self,
        account: &str,
        mut events: broadcast::Receiver<SessionEvent>,
        ended: impl Future<Output = ()>,
    ) {
        tokio::pin!(ended);
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = &mut ended => break,
            };
            let row = match event {
                Ok(event) => audit::of_session(account, &event),
                Err(RecvError::Lagged(missed)) => audit::of_lost_sessions(account, missed, self.clock.now()),
                Err(RecvError::Closed) => return,
            };
            self.book.keep(Note::Row(row)).await;
        }
        while let Ok(event) = events.try_recv() {
            self.book
                .keep(Note::Row(audit::of_session(account, &event)))
                .await;
        }
        if let Err(error) = self.book.settle().await {
            tracing::error!(%error, hint = error.hint(), "ends of writes not noted; their audit rows stay open");
        }
    }

    /// Calls an operation with arguments under English or wire names. Every call that goes out leaves an audit row, and so
    /// does one that is not allowed to; one that finds no turn, no session or an ERP that is left alone does not.
    pub async fn call(
        &self,
        caller: &Caller,
        operation: &Operation,
        given: &Record,
    ) -> Result<Answer, Fault> {
        let sent = self.send(caller, operation, given, Before::Unread).await;
        sent.map(|sent| sent.answer)
    }

    /// The same for a caller that knows the record as it was before, or wants to know what was seen of it afterwards.
    pub async fn send(
        &self,
        caller: &Caller,
        operation: &Operation,
        given: &Record,
        before: Before<'_>,
    ) -> Result<Sent, Fault> {
        let checked = permitted(caller, operation).and_then(|()| {
            let account = caller.permit.account.as_deref();
            let client = self.accounts.get(account).ok_or_else(|| no_account(account))?;
            operation
                .check_with(given, client.custom_fields())
                .map_err(|faults| operation.invalid(&faults))
        });
        let arguments = match checked {
            Ok(arguments) => arguments,
            Err(fault) => return Err(self.denied(caller, operation, None, fault).await),
        };
        match &operation.effect {
            Effect::Read => {
                let outgoing = Outgoing::default();
                let row = audit::row(caller, operation, Some(&arguments), self.clock.now());
                let entry = Entry::new(&self.book, operation, row, &outgoing, None);
                let outcome = self.go(caller, operation, &arguments, before, &outgoing).await;
                entry.end(&outcome).await;
                outcome
            }
            Effect::Write(write) => self.write(caller, operation, write, &arguments, before).await,
        }
    }

    /// Whether the last write of this caller by this operation for the same record carried the same and was applied. It is
    /// known for as long as ended deliveries are kept.
    pub(crate) async fn has_applied(
        &self,
        caller: &Caller,
        operation: &Operation,
        given: &Record,
    ) -> Result<bool, Fault> {
        let (Some(subject), Some(client)) = (
            &caller.invocation.subject,
            self.accounts.get(caller.permit.account.as_deref()),
        ) else {
            return Ok(false);
        };
        // What is unsound is told when it is sent.
        let Ok(arguments) = operation.check_with(given, client.custom_fields()) else {
            return Ok(false);
        };
        self.book.settle().await.map_err(|error| not_stored(&error))?;
        let known = self.store.intents.of_subject(subject, EARLIER).await;
        let known = known.map_err(|error| not_stored(&error))?;
        let actor = caller.actor.to_string();
        let last = known
            .into_iter()
            .find(|intent| intent.write.operation == operation.name && intent.write.extension == actor);
        Ok(last.is_some_and(|last| {
            last.outcome == IntentOutcome::Applied && last.write.payload_hash == payload_hash(&arguments)
        }))
    }

    /// Notes a call that is not let out.
    async fn denied(
        &self,
        caller: &Caller,
        operation: &Operation,
        arguments: Option<&Arguments>,
        fault: Fault,
    ) -> Fault {
        let row = audit::row(caller, operation, arguments, self.clock.now());
        self.book.later(audit::denied(row, &fault)).await;
        fault
    }

    async fn go(
        &self,
        caller: &Caller,
        operation: &Operation,
        arguments: &Arguments,
        before: Before<'_>,
        outgoing: &Outgoing<'_>,
    ) -> Result<Sent, Fault> {
        let limit = caller.call_limit();
        let begun = Instant::now();
        let account = caller.permit.account.as_deref();
        let erp = self.accounts.get(account).ok_or_else(|| no_account(account))?;
        let sent = erp.send(operation, arguments, limit, before, outgoing).await;
        sent.map_err(|error| {
            let fault = error.fault();
            // A write keeps the hint to look the record up.
            match begun.elapsed() >= limit && fault.kind != Kind::Unconfirmed {
                true => fault.with_hint(RAISE),
                false => fault,
            }
        })
    }

    /// A write goes out only once its intent is on disk, and an earlier intent decides first.
    async fn write(
        &self,
        caller: &Caller,
        operation: &Operation,
        write: &Write,
        arguments: &Arguments,
        before: Before<'_>,
    ) -> Result<Sent, Fault> {
        let intent = self.intent(caller, operation, write, arguments);
        // How an earlier attempt ended may be known and not yet written.
        self.book.settle().await.map_err(|error| not_stored(&error))?;
        let known = self.store.intents.find(&intent.idempotency_key).await;
        let known = known.map_err(|error| not_stored(&error))?;
        let mut before = before;
        if let Some(known) = &known {
            match repetition(operation, write, known, &intent.payload_hash, before) {
                Repetition::Done(answer) => {
                    return Ok(Sent {
                        answer,
                        seen: None,
                        unread: None,
                    });
                }
                Repetition::Forbidden(fault) => {
                    return Err(self.denied(caller, operation, Some(arguments), fault).await);
                }
                Repetition::Again => {}
                Repetition::IfAbsent => before = Before::Attempted,
            }
        }
        let row = audit::row(caller, operation, Some(arguments), self.clock.now());
        let opening = Opening::new(&self.book, intent, known.map(|known| known.id), row.clone());
        let outgoing = Outgoing::after(&opening);
        let entry = Entry::new(&self.book, operation, row, &outgoing, Some(&opening));
        let outcome = self.go(caller, operation, arguments, before, &outgoing).await;
        if outcome.is_ok() && opening.opened().is_none() {
            // What the earlier attempt wrote was found, so that nothing went out: its intent ends here.
            let begun = opening.about_to_send().await;
            begun.map_err(|why| Fault::new(Kind::Unavailable, why.words).with_hint(why.hint))?;
        }
        entry.end(&outcome).await;
        outcome
    }

    fn intent(
        &self,
        caller: &Caller,
        operation: &Operation,
        write: &Write,
        arguments: &Arguments,
    ) -> NewIntent {
        let ordinal = caller.usage.next_write();
        let idempotency_key = match caller.invocation.delivery {
            Some(delivery) => {
                let account = caller.permit.account.as_ref();
                let account = account.map(|account| format!("{account}/")).unwrap_or_default();
                format!("{account}{delivery}/{}/{ordinal}", operation.name)
            }
            None => {
                let call = self.calls.fetch_add(1, Ordering::Relaxed);
                format!("{}/{}/{call}", caller.actor, self.clock.now().as_nanosecond())
            }
        };
        let reserved_key = match &write.repeat {
            Repeat::ReservedKey { parameter, .. } => {
                arguments.get(parameter).and_then(|value| value.as_integer())
            }
            _ => None,
        };
        NewIntent {
            delivery: caller.invocation.delivery.map(DeliveryId),
            idempotency_key,
            operation: operation.name.clone(),
            subject: match &caller.invocation.subject {
                Some(subject) => subject.to_string(),
                None => operation.subject(arguments).unwrap_or_default(),
            },
            reserved_key,
            payload_hash: payload_hash(arguments),
            payload: payload(arguments),
            extension: caller.actor.to_string(),
            extension_version: caller.version.to_string(),
        }
    }
}

fn permitted(caller: &Caller, operation: &Operation) -> Result<(), Fault> {
    if !operation.is_business() {
        return Err(Fault::new(
            Kind::NotGranted,
            format!("{} belongs to the host alone", operation.name),
        )
        .with_hint("session.status tells whether the host is signed in"));
    }
    if caller.permit.grants.allow(operation) {
        return Ok(());
    }
    Err(Fault::new(
        Kind::NotGranted,
        format!(
            "{} may not call {} (menu id {})",
            caller.actor, operation.name, operation.id
        ),
    )
    .with_hint(format!("add \"{}\" to its grants in sunmao.toml", operation.name)))
}

fn no_account(account: Option<&str>) -> Fault {
    let name = account.unwrap_or(Accounts::MAIN);
    Fault::new(Kind::Invalid, format!("there is no ERP account {name}"))
        .with_hint("add [erp.NAME] to sunmao.toml, or name one that is there")
}

fn not_stored(error: &StoreError) -> Fault {
    Fault::new(
        Kind::Unavailable,
        format!("the intent could not be stored, so nothing was sent: {error}"),
    )
    .with_hint(error.hint())
}
