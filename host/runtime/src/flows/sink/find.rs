//! Looking for a record that may be in the ERP already, before another one is made: by its number, then by what else
//! identifies it, in the rows that were swept and in the ERP itself, however either side spells it.

mod ask;
mod wanted;

use super::WriteSink;
use crate::actor::Actor;
use crate::gateway::{Caller, EARLIER};
use crate::host::Host;
use std::collections::BTreeSet;
use sunmao_catalogue::{Answer, Fault, Kind, Operation, Record, Value};
use sunmao_store::{RecordName, StoreError};
use wanted::Wanted;

/// Rows of the store that are looked at: more of one identity are several in any case.
const MOST_ROWS: u32 = 20;
/// Records that are read to see whether they are the one; what more match, a person has to look through.
const MOST_READ: usize = 20;

/// What the ERP has of a record that is not linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::flows) enum Found {
    /// Nothing.
    Nothing,
    /// One record, by its key.
    One(i64),
    /// Several that match.
    Several(Vec<i64>),
}

/// Who looks, and for whom.
struct Search<'a> {
    host: &'a Host,
    caller: &'a Caller,
    sink: &'a WriteSink,
    link: Option<&'a str>,
    record: &'a RecordName,
}

/// A record of the ERP that may be the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    key: i64,
    /// The ERP itself showed the value just now.
    was_shown: bool,
}

/// Looks by number, then by what identifies records of the object. A record that is another one's, by a link or by a
/// flow that is writing it, is not found.
pub(in crate::flows) async fn find(
    host: &Host,
    caller: &Caller,
    sink: &WriteSink,
    link: Option<&str>,
    record: &RecordName,
    mapped: &Record,
) -> Result<Found, Fault> {
    let search = Search {
        host,
        caller,
        sink,
        link,
        record,
    };
    let (number, others) = wanted::of(sink, mapped);
    if let Some(number) = number {
        let keys = search.by(&number).await?;
        if !keys.is_empty() {
            return Ok(found(keys));
        }
    }
    let mut keys = BTreeSet::new();
    for wanted in others {
        keys.extend(search.by(&wanted).await?);
    }
    Ok(found(keys))
}

fn found(keys: BTreeSet<i64>) -> Found {
    let keys: Vec<i64> = keys.into_iter().collect();
    match keys[..] {
        [] => Found::Nothing,
        [key] => Found::One(key),
        _ => Found::Several(keys),
    }
}

impl Search<'_> {
    /// The keys of the records that bear a value, and that are nobody else's.
    async fn by(&self, wanted: &Wanted) -> Result<BTreeSet<i64>, Fault> {
        let mut hits = self.among_rows(wanted).await?;
        for hit in self.in_the_erp(wanted).await? {
            hits.retain(|known| known.key != hit.key);
            hits.insert(hit);
        }
        let mut keys = BTreeSet::new();
        for hit in hits.into_iter().take(MOST_READ) {
            let is_free = !self
                .is_anothers(hit.key)
                .await
                .map_err(|error| unreadable(&error))?;
            if is_free && self.is_it(wanted, hit).await? {
                keys.insert(hit.key);
            }
        }
        Ok(keys)
    }

    /// In the rows that were swept.
    async fn among_rows(&self, wanted: &Wanted) -> Result<BTreeSet<Hit>, Fault> {
        let Some(rows) = &self.sink.rows else {
            return Ok(BTreeSet::new());
        };
        let field = rows.fields.iter().find(|field| field.wire == wanted.wire);
        let Some(field) = field.filter(|field| field.identity.is_some()) else {
            return Ok(BTreeSet::new());
        };
        let records = &self.host.store.records;
        let name = field.snake_name();
        let stored = records.find_by_identity(&rows.name, &name, &wanted.normal, MOST_ROWS);
        let stored = stored.await.map_err(|error| unreadable(&error))?;
        let keys = stored.iter().filter_map(|row| row.name.id.parse().ok());
        Ok(keys
            .map(|key| Hit {
                key,
                was_shown: false,
            })
            .collect())
    }

    /// Whether a record is, or is about to be, another one's, and so not ours to write over. A link says so once it is
    /// there; before that, the intent under which a flow is writing the record.
    async fn is_anothers(&self, key: i64) -> Result<bool, StoreError> {
        let store = &self.host.store;
        if let Some(link) = self.link
            && let Some(link) = store.links.find_by_key(link, key).await?
        {
            return Ok(link.record != *self.record);
        }
        let own = self.record.to_string();
        let intents = store
            .intents
            .of_reserved_key(&self.sink.operation.name, key, EARLIER)
            .await?;
        Ok(intents.iter().any(|intent| {
            let is_flows = intent
                .write
                .extension
                .parse::<Actor>()
                .is_ok_and(|actor| actor.is_flow());
            is_flows && intent.write.subject != own
        }))
    }

    /// Whether the record itself bears the value. Where its page does not say, the list's word is enough.
    async fn is_it(&self, wanted: &Wanted, hit: Hit) -> Result<bool, Fault> {
        let Some(get) = self.shows_one() else {
            return Ok(hit.was_shown);
        };
        let arguments = Record::from_iter([("ord".to_owned(), Value::Integer(hit.key))]);
        let answer = match self.host.gateway.call(self.caller, get, &arguments).await {
            Ok(answer) => answer,
            Err(fault) if matches!(fault.kind, Kind::NotFound | Kind::Refused) => return Ok(false),
            Err(fault) => return Err(fault),
        };
        Ok(match value_of(get, &answer, wanted) {
            Some(shown) => wanted.is(&shown),
            None => hit.was_shown,
        })
    }

    fn shows_one(&self) -> Option<&Operation> {
        if let Some(read_back) = &self.sink.read_back {
            return Some(read_back);
        }
        let get = self.sink.object.as_ref()?.get.as_deref()?;
        let get = self.host.catalogue.find(get)?;
        get.params.iter().any(|field| field.wire == "ord").then_some(get)
    }
}

/// What a record's page shows of the value; none where it does not show the field.
fn value_of(get: &Operation, answer: &Answer, wanted: &Wanted) -> Option<Value> {
    match answer {
        Answer::Document(document) => document.value(&wanted.wire).cloned(),
        Answer::Record(record) => {
            let field = get.fields.iter().find(|field| field.name == wanted.name);
            let mut members = record.iter();
            let member = members.find(|(name, _)| match field {
                Some(field) => field.is_named(name),
                None => name.eq_ignore_ascii_case(&wanted.wire),
            });
            member.map(|(_, value)| value.clone())
        }
        Answer::Table(_) | Answer::Ack(_) => None,
    }
}

fn unreadable(error: &StoreError) -> Fault {
    let words = format!("what is known of the ERP's records cannot be read: {error}");
    Fault::new(Kind::Unavailable, words).with_hint(error.hint())
}

#[cfg(test)]
mod tests;
