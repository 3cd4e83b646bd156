//! A record of the hub on its way into the ERP: under the key that it has, or once under a new one.

use super::find::{Found, find};
use super::{Strategy, WriteSink};
use crate::flows::carry::{Carried, Carrying, Stop};
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::flows::ruling::{self, Meeting};
use crate::gateway::Caller;
use crate::merge::{Agreed, Sides, Snapshot, Target, Vocabulary, agree, compare};
use crate::record;
use std::sync::Arc;
use sunmao_catalogue::{Ack, Answer, Fault, Kind, Operation, Record, Value};
use sunmao_erp_client::{Before, Sent, shown};
use sunmao_store::{Conflict, Link, NewConflict, NewLink};

/// Earlier intents that are looked at.
const EARLIER: u32 = 100;
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

/// A record that is in the ERP.
struct Stands {
    key: Option<i64>,
    /// What the ERP shows of it, in the write's names.
    shown: Record,
    /// The same as a row of its object.
    row: Record,
}

/// Carries a record into the ERP.
pub(in crate::flows) async fn carry(carrying: &Carrying<'_>, sink: &WriteSink) -> Carried {
    let from = carrying.with_keys(&carrying.body).await?;
    let mapped = carrying
        .map(&record::with_id(&carrying.name.id, &from), None)
        .await?;
    let store = &carrying.host.store;
    let (mut link, mut conflicts) = (None, Vec::new());
    if let Some(name) = &carrying.flow.link {
        link = store.links.get(name, &carrying.name).await?;
        conflicts = store.conflicts.of_record(name, &carrying.name).await?;
    }
    let writing = Writing {
        caller: carrying.caller(),
        carrying,
        sink,
        mapped,
        link,
        conflicts,
    };
    writing.write().await
}

impl Writing<'_> {
    async fn write(&self) -> Carried {
        if let Some(link) = &self.link {
            return self.under(link.erp_key).await;
        }
        if let Some(key) = self.given_key() {
            return self.under(key).await;
        }
        if self.carrying.flow.link.is_none() {
            return self.create().await;
        }
        if let Some(key) = self.earlier_key().await? {
            return self.again(key).await;
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

    /// The key of this flow's earlier write of the same record whose end nobody saw, or that was never linked: writing under
    /// another key would make a second record. What an automation wrote when it heard of the same record is its own affair.
    async fn earlier_key(&self) -> Result<Option<i64>, Stop> {
        let intents = &self.carrying.host.store.intents;
        let subject = self.carrying.name.to_string();
        let actor = self.caller.actor.to_string();
        let known = intents.of_subject(&subject, EARLIER).await?;
        let mut mine = known.into_iter().filter(|intent| {
            intent.write.operation == self.sink.operation.name && intent.write.extension == actor
        });
        Ok(mine.find_map(|intent| intent.write.reserved_key))
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

    /// Writes a record that is there: merged with what the ERP shows now, where that can be seen.
    async fn under(&self, key: i64) -> Carried {
        let Some((operation, parameter)) = self.sink.changes() else {
            return Err(Stop::Person(self.only_creates(key)));
        };
        let read_back = self.sink.read_back.as_ref().filter(|_| writes_content(operation));
        let Some(read_back) = read_back else {
            let arguments = with_key(&self.known_to(operation), operation, parameter, key);
            let sent = self.send(operation, &arguments, Before::Unread).await?;
            let stands = self.stands(sent, Some(key)).await?;
            return Ok(self.linked(stands, Agreed::default(), Vec::new(), true));
        };
        let Some(answer) = self.read(read_back, key).await? else {
            return Err(Stop::Person(self.is_gone(key)));
        };
        self.merge(operation, parameter, read_back, key, answer).await
    }

    async fn merge(
        &self,
        operation: &Arc<Operation>,
        parameter: &str,
        read_back: &Operation,
        key: i64,
        answer: Answer,
    ) -> Carried {
        let carrying = self.carrying;
        let present = shown(operation, read_back, &answer);
        let (record, row) = (present.record(), self.row(read_back, &answer));
        let hub = self.known_to(operation);
        let mut agreed = Agreed::read(self.link.as_ref().and_then(|link| link.agreed.as_deref()));
        self.catch_up(operation, &mut agreed).await?;
        let sides = Sides {
            base: &agreed.erp,
            shown: &agreed.shown,
            hub: &hub,
            erp: &record,
        };
        let vocabulary = Vocabulary::Write(operation);
        let compared = compare(vocabulary, sides);
        let kept = carrying.host.store.records.get(&carrying.name).await?;
        let meeting = Meeting {
            carrying,
            name: &carrying.name,
            hub: carrying.seen(),
            kept: kept.as_ref(),
            row: &row,
            conflicts: &self.conflicts,
        };
        let verdicts = ruling::verdicts(&meeting, compared.disputed()).await?;
        let merged = compared.decide(verdicts);
        let changes = merged.for_erp();
        let stands = if changes.is_empty() {
            Stands {
                key: Some(key),
                shown: record,
                row: row.clone(),
            }
        } else {
            let form = merged.form(&present.whole_form());
            let arguments = with_key(&form, operation, parameter, key);
            let sent = self.send(operation, &arguments, Before::Read(&answer)).await?;
            self.stands(sent, Some(key)).await?
        };
        agreed.erp = merged.agreed(Target::Erp);
        let undecided = ruling::to_note(&meeting, merged.undecided(), Some(key));
        let mut ended = self.linked(stands, agreed, undecided, !changes.is_empty());
        ended.0.closed = ruling::closed(&meeting, &merged.settled());
        Ok(ended)
    }

    /// Brings what was agreed on in this flow's names up to date, where a flow of the other direction looked last.
    async fn catch_up(&self, operation: &Operation, agreed: &mut Agreed) -> Result<(), Stop> {
        let carrying = self.carrying;
        let Some(last) = agreed
            .last
            .clone()
            .filter(|_| agreed.is_behind(&carrying.flow.name))
        else {
            return Ok(());
        };
        let from = carrying.with_keys(&last.hub).await?;
        let hub = carrying
            .map(&record::with_id(&carrying.name.id, &from), None)
            .await?;
        let erp = shown_in_row(operation, &last.erp);
        agreed.erp = agree(Vocabulary::Write(operation), &agreed.erp, &hub, &erp);
        agreed.shown = erp;
        Ok(())
    }

    /// An earlier attempt may have written under this key, and nobody saw. Whatever the ERP shows of it came from us.
    async fn again(&self, key: i64) -> Carried {
        let Some((operation, parameter)) = self.sink.changes() else {
            return self.create().await;
        };
        let arguments = with_key(&self.known_to(operation), operation, parameter, key);
        match self.send(operation, &arguments, Before::Unread).await {
            Ok(sent) => {
                let stands = self.stands(sent, Some(key)).await?;
                Ok(self.first(stands))
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::Refused => self.refused(fault).await,
            Err(stop) => Err(stop),
        }
    }

    async fn create(&self) -> Carried {
        let operation = &self.sink.operation;
        let (arguments, key) = match &self.sink.strategy {
            Strategy::Reserve { key, reserve } => {
                let reserved = self.reserve(reserve).await?;
                (with_key(&self.mapped, operation, key, reserved), Some(reserved))
            }
            _ => (self.mapped.clone(), None),
        };
        match self.send(operation, &arguments, Before::Absent).await {
            Ok(sent) => {
                let stands = self.stands(sent, key).await?;
                self.made(stands).await
            }
            Err(Stop::Fault(fault)) if fault.kind == Kind::Refused => self.refused(fault).await,
            Err(Stop::Fault(fault)) if fault.kind == Kind::Unconfirmed && key.is_none() => {
                self.unseen(fault).await
            }
            Err(stop) => Err(stop),
        }
    }

    /// A record that was made, linked where the flow links.
    async fn made(&self, mut stands: Stands) -> Carried {
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
        Ok(self.first(stands))
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
            Found::One(key) if self.carrying.flow.link.is_some() => self.under(key).await,
            _ if matches!(self.sink.strategy, Strategy::Number { .. }) => Err(Stop::Fault(fault)),
            _ => Err(Stop::Person(fault.with_hint(
                "look in the ERP whether it took effect; then: sunmao delivery drop, or sunmao dead retry",
            ))),
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

    /// How a record stands after a write.
    async fn stands(&self, sent: Sent, key: Option<i64>) -> Result<Stands, Stop> {
        let key = key
            .or(sent.seen.as_ref().and_then(|seen| seen.key))
            .or(key_of(&sent.answer));
        let read_back = self
            .sink
            .read_back
            .as_ref()
            .filter(|_| writes_content(&self.sink.operation));
        let answer = match (read_back, key) {
            (Some(read_back), Some(key)) => self.read(read_back, key).await?,
            _ => None,
        };
        let of_seen = sent.seen.map(|seen| seen.shown.record()).unwrap_or_default();
        Ok(match (read_back, answer) {
            (Some(read_back), Some(answer)) => Stands {
                key,
                shown: shown(&self.sink.operation, read_back, &answer).record(),
                row: self.row(read_back, &answer),
            },
            _ => Stands {
                key,
                shown: of_seen,
                row: Record::default(),
            },
        })
    }

    fn row(&self, read_back: &Operation, answer: &Answer) -> Record {
        match &self.sink.rows {
            Some(rows) => record::row(rows, read_back, answer.clone()),
            None => Record::default(),
        }
    }

    /// The end of a record's first write: what both sides have alike is what they agree on.
    fn first(&self, stands: Stands) -> (Keep, Step) {
        let mut agreed = Agreed::default();
        let vocabulary = Vocabulary::Write(&self.sink.operation);
        agreed.erp = agree(vocabulary, &agreed.erp, &self.mapped, &stands.shown);
        self.linked(stands, agreed, Vec::new(), true)
    }

    fn linked(
        &self,
        stands: Stands,
        mut agreed: Agreed,
        undecided: Vec<NewConflict>,
        is_written: bool,
    ) -> (Keep, Step) {
        let carrying = self.carrying;
        let fields = undecided.iter().map(|conflict| conflict.field.clone()).collect();
        let number = self.number(&stands.shown);
        agreed.shown = stands.shown;
        agreed.last = Some(Snapshot {
            by: carrying.flow.name.clone(),
            hub: carrying.body.clone(),
            erp: stands.row,
        });
        let link = carrying.flow.link.as_ref().zip(stands.key);
        let link = link.map(|(link, erp_key)| NewLink {
            link: link.clone(),
            record: carrying.name.clone(),
            erp_key,
            number: number.clone(),
            agreed: Some(agreed.write()),
        });
        let step = match (&link, is_written) {
            (Some(link), true) => Step::Linked {
                erp_key: link.erp_key,
                number,
                mapping: carrying.mapping(),
                undecided: fields,
            },
            (Some(link), false) => Step::Unchanged {
                erp_key: link.erp_key,
                number,
                undecided: fields,
            },
            (None, _) => Step::Written {
                operation: self.sink.operation.name.clone(),
                mapping: carrying.mapping(),
            },
        };
        let keep = Keep {
            link,
            conflicts: undecided,
            ..Keep::default()
        };
        (keep, step)
    }

    /// The record's number, for people: as the ERP shows it, else as it was written.
    fn number(&self, present: &Record) -> String {
        let number = self
            .sink
            .object
            .as_ref()
            .and_then(|object| object.number.as_deref());
        let field = number.and_then(|number| self.sink.operation.param(number));
        let Some(field) = field else {
            return String::new();
        };
        let mut shown = present.iter().chain(&self.mapped);
        let found = shown.find(|(name, value)| field.answers_to(name) && !value.is_empty());
        found.and_then(|(_, value)| value.to_text()).unwrap_or_default()
    }

    /// What the mapping made, as far as another operation of the object takes it.
    fn known_to(&self, operation: &Operation) -> Record {
        if operation.id == self.sink.operation.id {
            return self.mapped.clone();
        }
        let given = self.mapped.iter();
        let known = given.filter(|(name, _)| operation.param(name).is_some() || *name == "extra");
        known.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn only_creates(&self, key: i64) -> Fault {
        let name = &self.sink.operation.name;
        let words = format!(
            "{name} only makes records, and {} is {key} in the ERP",
            self.carrying.name
        );
        Fault::new(Kind::Refused, words)
            .with_hint("write by an operation that changes records too, or change it in the ERP by hand")
    }

    fn is_gone(&self, key: i64) -> Fault {
        let words = format!(
            "{} is linked to {key}, which the ERP has no longer",
            self.carrying.name
        );
        Fault::new(Kind::NotFound, words).with_hint(
            "find out who removed it; delete the hub's record, or drop this delivery: sunmao delivery drop",
        )
    }
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

/// What a row of the object says of a write's parameters.
fn shown_in_row(operation: &Operation, row: &Record) -> Record {
    let fields = operation.params.iter();
    fields
        .filter_map(|field| {
            let value = row.get(&field.snake_name()).or_else(|| row.get(&field.wire))?;
            Some((field.name.clone(), value.clone()))
        })
        .collect()
}
