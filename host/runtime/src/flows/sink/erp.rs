//! A record of the hub on its way into the ERP: under the key that it has, or once under a new one.

mod acting;
mod ending;
mod equal;
mod merging;
mod previewing;
mod taken;
mod told;

use super::find::{Found, find};
use super::{Strategy, WriteSink};
use crate::flows::carry::{Carried, Carrying, Purpose, Stop};
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::gateway::{Caller, EARLIER};
use crate::merge::{Agreed, Vocabulary};
use crate::record;
use ending::Stands;
pub(in crate::flows) use equal::Equal;
use sunmao_catalogue::{Ack, Answer, Fault, Kind, Operation, Record, Value};
use sunmao_erp_client::{Before, Sent, shown};
use sunmao_store::{Conflict, Intent, IntentOutcome, Link, NewConflict};

/// What a person does about a write that nobody saw the end of.
const LOOK_FIRST: &str = "look in the ERP whether it took effect; then: sunmao delivery drop, or sunmao dead retry --had-no-effect";
/// The field that a conflict names which is over the whole record: several of the ERP's match.
pub(in crate::flows) const WHOLE_RECORD: &str = "record";

/// One write on its way.
struct Writing<'a> {
    carrying: &'a Carrying<'a>,
    sink: &'a WriteSink,
    caller: Caller,
    /// What the mapping made of the record.
    mapped: Record,
    link: Option<Link>,
    /// The record's conflicts that are not closed.
    conflicts: Vec<Conflict>,
}

/// Carries a record into the ERP.
pub(in crate::flows) async fn carry(carrying: &Carrying<'_>, sink: &WriteSink) -> Carried {
    let acted_on = acting::acted_on(carrying).await?;
    let from = carrying.with_keys(&carrying.body).await?;
    let mapped = carrying
        .map(&record::with_id(&carrying.name.id, &from), None)
        .await?;
    let store = &carrying.host.store;
    let conflicts = match &carrying.flow.link {
        Some(link) => store.conflicts.of_record(link, &carrying.name).await?,
        None => Vec::new(),
    };
    let writing = Writing {
        caller: carrying.caller(),
        carrying,
        sink,
        mapped,
        link: carrying.link.clone(),
        conflicts,
    };
    let carried = match acted_on {
        Some(key) => writing.act(key).await,
        None => writing.write().await,
    };
    writing.equal(carried).await
}

impl Writing<'_> {
    async fn write(&self) -> Carried {
        if let Some(link) = &self.link {
            return self.under(link.erp_key).await;
        }
        if let Some(key) = self.given_key() {
            return self.under(key).await;
        }
        if let Some(earlier) = self.earlier().await?
            && let Some(key) = earlier.write.reserved_key
        {
            return self.again(key, &earlier).await;
        }
        if self.carrying.flow.link.is_none() || self.was_begun().await? {
            return self.create().await;
        }
        match self.settled_key() {
            Some(Some(key)) => return self.under(key).await,
            Some(None) => return self.create().await,
            None => {}
        }
        match self.find().await? {
            Found::One(key) => self.under(key).await,
            Found::Several(candidates) => Ok(self.several(candidates)),
            Found::Nothing => self.create().await,
        }
    }

    async fn find(&self) -> Result<Found, Stop> {
        let carrying = self.carrying;
        let link = carrying.flow.link.as_deref();
        Ok(find(
            carrying.host,
            &self.caller,
            self.sink,
            link,
            &carrying.name,
            &self.mapped,
        )
        .await?)
    }

    /// The key that the mapping itself names.
    fn given_key(&self) -> Option<i64> {
        let (operation, key) = self.sink.changes()?;
        let field = operation.params.iter().find(|field| field.wire == key)?;
        let mut given = self.mapped.iter();
        let (_, value) = given.find(|(name, _)| field.answers_to(name))?;
        value.as_integer()
    }

    /// This flow's earlier write of the same record under a key, whose end nobody saw, or that was never linked: writing under
    /// another key would make a second record. Where the flow links nothing, each delivery makes a record of its own. What an
    /// automation wrote when it heard of the same record is its own affair.
    async fn earlier(&self) -> Result<Option<Intent>, Stop> {
        let carrying = self.carrying;
        let subject = carrying.name.to_string();
        let actor = self.caller.actor.to_string();
        let known = carrying.host.store.intents.of_subject(&subject, EARLIER).await?;
        let mut mine = known.into_iter().filter(|intent| {
            let write = &intent.write;
            let is_this = carrying.flow.link.is_some() || write.delivery == Some(carrying.delivery.id);
            is_this
                && write.operation == self.sink.operation.name
                && write.extension == actor
                && write.reserved_key.is_some()
        });
        Ok(mine.next())
    }

    /// Whether this delivery began before to make the record by an operation that only makes records, and tells them by their
    /// number: begun anew, it finds what the earlier attempt made, and confirms that it is what was sent.
    async fn was_begun(&self) -> Result<bool, Stop> {
        if !matches!(self.sink.strategy, Strategy::Number { update: None }) {
            return Ok(false);
        }
        let carrying = self.carrying;
        let subject = carrying.name.to_string();
        let known = carrying.host.store.intents.of_subject(&subject, EARLIER).await?;
        Ok(known.iter().any(|intent| {
            intent.write.delivery == Some(carrying.delivery.id)
                && intent.write.operation == self.sink.operation.name
                && intent.outcome != IntentOutcome::Refused
        }))
    }

    /// What a person decided about several that match: one of them by its key, or none (a new one); none where nobody did.
    fn settled_key(&self) -> Option<Option<i64>> {
        let whole = self.conflicts.iter().find(|one| one.field == WHOLE_RECORD)?;
        let settlement: serde_json::Value = serde_json::from_str(whole.settlement.as_deref()?).ok()?;
        match settlement.get("value") {
            Some(value) => {
                let text = value.as_str().and_then(|text| text.parse().ok());
                Some(Some(value.as_i64().or(text)?))
            }
            None if settlement.get("take").and_then(|take| take.as_str()) == Some("hub") => Some(None),
            None => None,
        }
    }

    /// Several of the ERP's records match: a person says which.
    fn several(&self, candidates: Vec<i64>) -> (Keep, Step) {
        let carrying = self.carrying;
        let conflict = NewConflict {
            link: carrying.flow.link.clone().unwrap_or_default(),
            record: carrying.name.clone(),
            erp_key: None,
            field: WHOLE_RECORD.to_owned(),
            base: None,
            hub: None,
            erp: None,
            hub_changed: None,
            erp_changed: None,
            flow: carrying.flow.name.clone(),
            candidates,
        };
        let keep = Keep {
            conflicts: vec![conflict],
            ..Keep::default()
        };
        (
            keep,
            Step::Undecided {
                fields: vec![WHOLE_RECORD.to_owned()],
            },
        )
    }

    /// An earlier attempt may have written under this key. What it was seen to write is what both sides agreed on then; of one
    /// that nobody saw, what the ERP shows tells.
    async fn again(&self, key: i64, earlier: &Intent) -> Carried {
        let Some((operation, parameter)) = self.sink.changes() else {
            return self.create().await;
        };
        let arguments = with_key(&self.known_to(operation), operation, parameter, key);
        if let Some(read_back) = &self.sink.read_back
            && let Some(answer) = self.read(read_back, key).await?
        {
            let vocabulary = Vocabulary::of_write(&self.carrying.host.catalogue, operation);
            let mut agreed = Agreed::default();
            match earlier.outcome {
                IntentOutcome::Applied => {
                    if let Some(last) = as_record(&earlier.write.payload) {
                        agreed.wrote(vocabulary, &last, &Record::default());
                    }
                }
                IntentOutcome::Open | IntentOutcome::Unknown | IntentOutcome::Refused => {
                    let sent = earlier.sent_before.iter().chain([&earlier.write.payload]);
                    let sent: Vec<Record> = sent.filter_map(|sent| as_record(sent)).collect();
                    agreed.sent(vocabulary, &sent, &shown(operation, read_back, &answer).record());
                }
            }
            return self
                .merge(operation, parameter, read_back, key, answer, agreed)
                .await;
        }
        match self.send(operation, &arguments, Before::Unread).await {
            Ok(sent) => {
                let stands = self.stands(sent, Some(key)).await?;
                Ok(self.first(stands, &arguments))
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::Refused => self.refused(fault).await,
            Err(stop) => Err(stop),
        }
    }

    async fn create(&self) -> Carried {
        let operation = &self.sink.operation;
        if self.carrying.purpose == Purpose::Preview {
            return Err(self.would_create());
        }
        let (arguments, key) = match &self.sink.strategy {
            Strategy::Reserve { key, reserve } => {
                let reserved = self.reserve(reserve).await?;
                (with_key(&self.mapped, operation, key, reserved), Some(reserved))
            }
            _ => (self.mapped.clone(), None),
        };
        if self.carrying.flow.link.is_none() && self.did(operation, &arguments).await? {
            return Ok(self.did_before());
        }
        match self.send(operation, &arguments, Before::Absent).await {
            Ok(sent) => {
                let stands = self.stands(sent, key).await?;
                self.made(stands, &arguments).await
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::Refused => self.refused(fault).await,
            Err(Stop::Fault(fault)) if fault.kind == Kind::Unconfirmed && key.is_none() => {
                self.unseen(fault).await
            }
            Err(stop) => Err(stop),
        }
    }

    /// A record that was made, linked where the flow links.
    async fn made(&self, mut stands: Stands, arguments: &Record) -> Carried {
        if self.carrying.flow.link.is_some() && stands.key.is_none() {
            stands.key = match self.find().await? {
                Found::One(key) => Some(key),
                _ => None,
            };
            if stands.key.is_none() {
                let words = format!(
                    "{}: written, and the ERP shows no key of the record, so that it cannot be linked",
                    self.sink.operation.name
                );
                let hint = "leave link out where each change is to make another record, or let the mapping give a number";
                return Err(Stop::Person(Fault::new(Kind::Unconfirmed, words).with_hint(hint)));
            }
        }
        Ok(self.first(stands, arguments))
    }

    /// A refused save may mean that the number is taken, by the very record we want: one that an earlier life of this host
    /// wrote, or that a colleague entered.
    async fn refused(&self, fault: Fault) -> Carried {
        if self.carrying.flow.link.is_none() || self.sink.changes().is_none() {
            return Err(Stop::Fault(fault));
        }
        match self.find().await? {
            Found::One(key) => self.under(key).await,
            _ => Err(Stop::Fault(fault)),
        }
    }

    /// Nobody saw what became of a write that cannot be repeated: it is looked for, and else a person has to look.
    async fn unseen(&self, fault: Fault) -> Carried {
        match self.find().await? {
            // The next attempt looks whether it is there as it was sent.
            Found::One(_) if matches!(self.sink.strategy, Strategy::Number { update: None }) => {
                Err(Stop::Fault(fault.with_hint(LOOK_FIRST)))
            }
            Found::One(key) if self.carrying.flow.link.is_some() => match self.can_put_right(key).await? {
                true => self.under(key).await,
                false => Err(Stop::Person(fault.with_hint(LOOK_FIRST))),
            },
            _ if matches!(self.sink.strategy, Strategy::Number { .. }) => Err(Stop::Fault(fault)),
            _ => Err(Stop::Person(fault.with_hint(LOOK_FIRST))),
        }
    }

    async fn reserve(&self, reserve: &Operation) -> Result<i64, Stop> {
        let gateway = &self.carrying.host.gateway;
        let answer = gateway.call(&self.caller, reserve, &Record::default()).await?;
        key_of(&answer).ok_or_else(|| {
            let fault = Fault::new(
                Kind::Unavailable,
                format!("{}: the answer carries no key", reserve.name),
            );
            Stop::Fault(fault.with_hint(format!(
                "compare the ERP's version with the catalogue: sunmao operations show {}",
                reserve.name
            )))
        })
    }

    async fn send(
        &self,
        operation: &Operation,
        arguments: &Record,
        before: Before<'_>,
    ) -> Result<Sent, Stop> {
        if self.carrying.purpose == Purpose::Preview {
            return Err(self.would_send(operation, arguments));
        }
        let gateway = &self.carrying.host.gateway;
        Ok(gateway.send(&self.caller, operation, arguments, before).await?)
    }

    /// One record of the ERP; none where it has no such.
    async fn read(&self, read_back: &Operation, key: i64) -> Result<Option<Answer>, Stop> {
        let wanted = Record::from_iter([("ord".to_owned(), Value::Integer(key))]);
        let gateway = &self.carrying.host.gateway;
        match gateway.call(&self.caller, read_back, &wanted).await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.kind == Kind::NotFound => Ok(None),
            Err(fault) => Err(Stop::Fault(fault)),
        }
    }

    /// What the mapping made, as far as another operation of the object takes it.
    fn known_to(&self, operation: &Operation) -> Record {
        match operation.id == self.sink.operation.id {
            true => self.mapped.clone(),
            false => taken::taken(operation, &self.mapped),
        }
    }
}

/// What an intent sent.
fn as_record(payload: &str) -> Option<Record> {
    serde_json::from_str(payload).ok()
}

/// The key in an answer.
fn key_of(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Document(document) => document.key,
        Answer::Ack(Ack { key, .. }) => *key,
        _ => None,
    }
}

/// Arguments under a record's key.
fn with_key(arguments: &Record, operation: &Operation, parameter: &str, key: i64) -> Record {
    let field = operation.params.iter().find(|field| field.wire == parameter);
    let mut arguments = arguments.clone();
    arguments.retain(|name, _| !field.is_some_and(|field| field.answers_to(name)));
    arguments.insert(parameter.to_owned(), Value::Integer(key));
    arguments
}

/// Whether an operation writes what a record holds; the others approve it, share it, remove it.
fn writes_content(operation: &Operation) -> bool {
    let verb = operation.verb.split('-').next().unwrap_or_default();
    matches!(verb, "save" | "create" | "update")
}
