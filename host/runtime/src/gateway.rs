//! The only path from a guest to the ERP: grant, validation, intent, call, audit.

mod audit;

use crate::accounts::Accounts;
use crate::extension::{Identity, Invocation, Permit};
use crate::flows::Flow;
use crate::host::Clock;
use crate::usage::{LogMeter, Usage};
use audit::Outcome;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Ack, Answer, Arguments, Effect, Fault, Kind, Operation, Record, Repeat, Write};
use sunmao_erp_client::{ErpClient, SessionEvent, SessionStatus};
use sunmao_store::{
    AuditRow, Begun, DeliveryId, Intent, IntentId, IntentOutcome, NewIntent, Store, StoreError,
};
use tokio::sync::broadcast::{self, error::RecvError};

/// Who calls, with what permit, in which invocation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    /// As the audit log names the caller: `plugin wechat-customer`, `cli`.
    pub actor: Arc<str>,
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
        Caller::new(&identity.to_string(), &identity.version, permit, invocation)
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

    /// Any caller by name.
    pub fn new(actor: &str, version: &str, permit: Arc<Permit>, invocation: Invocation) -> Self {
        Caller {
            actor: actor.into(),
            version: version.into(),
            log: Arc::new(LogMeter::new(&permit.limits)),
            permit,
            invocation,
            deadline: None,
            usage: Arc::default(),
        }
    }
}

/// What helps when the time was up.
const RAISE: &str = "raise host_call_milliseconds under [limits], or look why the ERP is slow";

/// The gate. Everything that reaches the ERP passes here, whoever asks.
pub struct Gateway {
    accounts: Accounts,
    store: Store,
    clock: Clock,
    calls: AtomicU64,
}

impl Gateway {
    /// A gate in front of the ERP's accounts.
    pub fn new(accounts: impl Into<Accounts>, store: Store, clock: Clock) -> Self {
        Gateway {
            accounts: accounts.into(),
            store,
            clock,
            calls: AtomicU64::new(0),
        }
    }

    /// Whether the host is signed in with an account, since when, and to which version. An account that there is not is
    /// not signed in.
    pub fn session_status(&self, account: Option<&str>) -> SessionStatus {
        let client = self.accounts.get(account);
        client.map(ErpClient::session_status).unwrap_or_default()
    }

    /// Keeps an audit row of each sign-in and sign-out until `ended`, those included that happened just before.
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
            match event {
                Ok(event) => self.keep(audit::of_session(account, &event)).await,
                Err(RecvError::Lagged(missed)) => tracing::error!(missed, "audit rows of sign-ins lost"),
                Err(RecvError::Closed) => return,
            }
        }
        while let Ok(event) = events.try_recv() {
            self.keep(audit::of_session(account, &event)).await;
        }
    }

    async fn keep(&self, row: AuditRow) {
        let operation = row.operation.clone();
        if let Err(error) = self.store.audit.append(vec![row]).await {
            tracing::error!(operation, %error, hint = error.hint(), "audit row lost");
        }
    }

    /// Calls an operation with arguments under English or wire names. Every call leaves an audit row, refused ones too.
    pub async fn call(
        &self,
        caller: &Caller,
        operation: &Operation,
        given: &Record,
    ) -> Result<Answer, Fault> {
        let at = self.clock.now();
        let begun = Instant::now();
        let checked = permitted(caller, operation).and_then(|()| {
            operation
                .check(given)
                .map_err(|faults| operation.invalid(&faults))
        });
        let (arguments, outcome) = match checked {
            Err(fault) => (None, Err(fault)),
            Ok(arguments) => {
                let outcome = match &operation.effect {
                    Effect::Read => self.send(caller, operation, &arguments).await,
                    Effect::Write(write) => self.write(caller, operation, write, &arguments).await,
                };
                (Some(arguments), outcome)
            }
        };
        let audited = Outcome {
            at,
            duration: begun.elapsed(),
            arguments: arguments.as_ref(),
            result: outcome.as_ref(),
        };
        let row = audit::row(caller, operation, &audited);
        if !operation.is_read() {
            self.keep(row).await;
        } else if let Err(error) = self.store.audit.append_later(row).await {
            tracing::error!(operation = operation.name, %error, hint = error.hint(), "audit row lost");
        }
        outcome
    }

    async fn send(
        &self,
        caller: &Caller,
        operation: &Operation,
        arguments: &Arguments,
    ) -> Result<Answer, Fault> {
        let limit = caller.call_limit();
        let begun = Instant::now();
        let account = caller.permit.account.as_deref();
        let erp = self.accounts.get(account).ok_or_else(|| no_account(account))?;
        // A flow reads back what it writes, and decides by it.
        let answer = match Flow::is_target(&caller.actor) {
            true => erp.call_within(operation, arguments, limit).await,
            false => erp.call_confirmed(operation, arguments, limit).await,
        };
        answer.map_err(|error| {
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
    ) -> Result<Answer, Fault> {
        let hash = payload_hash(arguments);
        let intent = self.intent(caller, operation, write, arguments, &hash);
        let key = intent.reserved_key;
        let begun = self.store.intents.begin(intent, self.clock.now()).await;
        let id = match begun.map_err(|error| not_stored(&error))? {
            Begun::Fresh(id) => id,
            Begun::Known(known) => match repetition(operation, write, &known, &hash) {
                Repetition::Done(answer) => return Ok(answer),
                Repetition::Forbidden(fault) => return Err(fault),
                Repetition::Again => {
                    self.reopen(&known, key, &hash)
                        .await
                        .map_err(|error| not_stored(&error))?;
                    known.id
                }
            },
        };
        let outcome = self.send(caller, operation, arguments).await;
        self.resolve(id, &outcome).await;
        outcome
    }

    /// The intent says what goes out now: the content and, if it became another, the key.
    async fn reopen(&self, known: &Intent, key: Option<i64>, hash: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(key) = key.filter(|key| known.write.reserved_key != Some(*key)) {
            self.store.intents.set_reserved_key(known.id, key, now).await?;
        }
        self.store.intents.reopen(known.id, hash, now).await
    }

    fn intent(
        &self,
        caller: &Caller,
        operation: &Operation,
        write: &Write,
        arguments: &Arguments,
        hash: &str,
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
                None => audit::subject(arguments).unwrap_or_default(),
            },
            reserved_key,
            payload_hash: hash.to_owned(),
            extension: caller.actor.to_string(),
            extension_version: caller.version.to_string(),
        }
    }

    /// The write has happened or not; that the note of it failed must not turn a success into a failure.
    async fn resolve(&self, id: IntentId, outcome: &Result<Answer, Fault>) {
        let (state, detail) = match outcome {
            Ok(_) => (IntentOutcome::Applied, None),
            Err(fault) if fault.kind == Kind::Unconfirmed => {
                (IntentOutcome::Unknown, Some(fault.message.as_str()))
            }
            Err(fault) => (IntentOutcome::Refused, Some(fault.message.as_str())),
        };
        if let Err(error) = self
            .store
            .intents
            .resolve(id, state, detail, self.clock.now())
            .await
        {
            tracing::error!(intent = %id, %error, hint = error.hint(), "outcome of a write not noted");
        }
    }
}

enum Repetition {
    Done(Answer),
    Again,
    Forbidden(Fault),
}

/// What an earlier intent of the same write says about doing it again. Content that has changed since is another
/// write: under the record's key it updates the record, without one it must not pass for the earlier.
fn repetition(operation: &Operation, write: &Write, known: &Intent, hash: &str) -> Repetition {
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

fn payload_hash(arguments: &Arguments) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, value) in arguments.iter() {
        hasher.update(name.as_bytes());
        // Serialising a neutral value into memory cannot fail.
        hasher.update(&serde_json::to_vec(value).unwrap_or_default());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
