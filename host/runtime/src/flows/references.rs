//! What a record refers to: the ERP's keys in the place of the hub's records on the way there, and back; and what is waited
//! for where it is not there yet.

use super::carry::{Carrying, Stop};
use crate::host::Host;
use crate::record::{self, ID};
use std::collections::HashMap;
use sunmao_catalogue::{Fault, Field, Kind, KindSource, Record, RecordKind, Reference};
use sunmao_store::{Link, NewDelivery, Occasion, RecordFilter, RecordName, StoreError, awaited_record};

/// Records that are looked at where a reference says what its record says of itself: two are several.
const ALIKE: u32 = 2;

/// What a record refers to and what is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// A record of the hub has no such link.
    Link { link: String, record: RecordName },
    /// A record of the ERP has no such link.
    Key { link: String, key: i64 },
    /// No record of a kind has this value in a member.
    Record {
        kind: String,
        member: String,
        value: String,
        /// The value as records that are found by the member keep it; else as it stands.
        normal: String,
    },
}

impl Missing {
    /// What a delivery waits for, as the store keeps it.
    pub fn what(&self) -> String {
        match self {
            Missing::Link { link, record } => format!("link {link} of {record}"),
            Missing::Key { link, key } => format!("link {link} to {key}"),
            Missing::Record {
                kind, member, normal, ..
            } => awaited_record(kind, member, normal),
        }
    }

    /// Why a record does not go on.
    pub fn fault(&self) -> Fault {
        let (words, hint) = match self {
            Missing::Link { link, record } => (
                format!("{record} has no link {link} yet"),
                format!(
                    "see what became of it: GET /v1/records/{}/{}",
                    record.kind, record.id
                ),
            ),
            Missing::Key { link, key } => (
                format!("{key} in the ERP has no link {link} yet"),
                format!("see whether the flows with link = \"{link}\" are there and run: sunmao flow list"),
            ),
            Missing::Record {
                kind, member, value, ..
            } => (
                format!("there is no {kind} with {member} {value} yet"),
                format!("see whether the flow that brings in {kind} is there and runs: sunmao flow list"),
            ),
        };
        Fault::new(Kind::Unavailable, words).with_hint(hint)
    }

    /// Whether it is there by now.
    pub async fn is_there(&self, host: &Host) -> Result<bool, StoreError> {
        let links = &host.store.links;
        Ok(match self {
            Missing::Link { link, record } => links.get(link, record).await?.is_some(),
            Missing::Key { link, key } => links.find_by_key(link, *key).await?.is_some(),
            Missing::Record {
                kind, member, value, ..
            } => match host.kinds.load().find(kind) {
                Some(kind) => !saying(host, kind, member, value).await?.is_empty(),
                None => false,
            },
        })
    }
}

/// Lets go on what waited for a link, now that it is there.
pub(super) async fn linked(host: &Host, link: &str, record: &RecordName, key: i64) -> Result<(), StoreError> {
    tell(host, link, key).await?;
    if !host.listeners.load().awaited.contains(link) {
        return Ok(());
    }
    let (link, record) = (link.to_owned(), record.clone());
    let made = [
        Missing::Key {
            link: link.clone(),
            key,
        },
        Missing::Link { link, record },
    ];
    for missing in made {
        let what = missing.what();
        host.store
            .deliveries
            .hasten(Some(&what), host.clock.now())
            .await?;
    }
    Ok(())
}

/// Lets flows look again at the row of this key that could not say yet what it belongs to.
async fn tell(host: &Host, link: &str, key: i64) -> Result<(), StoreError> {
    let listeners = host.listeners.load_full();
    let told = listeners.told_by.iter().filter(|(own, ..)| own == link);
    for (_, kind, target) in told {
        let row = RecordName::new(kind, key.to_string());
        let Some(payload) = host.store.records.get(&row).await?.and_then(|kept| kept.body) else {
            continue;
        };
        let delivery = NewDelivery {
            event: Occasion::Saved.event(kind),
            target: target.clone(),
            key: row.to_string(),
            payload,
            // Its state was delivered before: this stands for itself.
            revision: None,
            hops: 0,
        };
        let deliveries = &host.store.deliveries;
        deliveries.enqueue(vec![delivery], host.clock.now()).await?;
    }
    Ok(())
}

/// A value as records that are found by the member keep it; else as it stands.
fn normal(kind: &RecordKind, member: &str, value: &str) -> String {
    let identity = kind.field(member).and_then(|field| field.identity);
    identity.map_or_else(|| value.to_owned(), |form| form.normal(value))
}

/// The records of a kind that have this value in a member, two at most.
async fn saying(
    host: &Host,
    kind: &RecordKind,
    member: &str,
    value: &str,
) -> Result<Vec<RecordName>, StoreError> {
    let records = &host.store.records;
    let identity = kind.field(member).and_then(|field| field.identity);
    if identity.is_some() {
        let normal = normal(kind, member, value);
        let found = records
            .find_by_identity(&kind.name, member, &normal, ALIKE)
            .await?;
        return Ok(found.into_iter().map(|one| one.name).collect());
    }
    let filter = RecordFilter {
        kind: kind.name.clone(),
        members: vec![(member.to_owned(), value.to_owned())],
        usual: match kind.is_usual(member, value) {
            true => vec![member.to_owned()],
            false => Vec::new(),
        },
        ..RecordFilter::default()
    };
    let found = records.list(filter, ALIKE).await?;
    Ok(found.into_iter().map(|one| one.record.name).collect())
}

impl Carrying<'_> {
    /// The record with the ERP's keys in the place of what it refers to, as far as a link in `after` knows them.
    ///
    /// # Errors
    /// It refers to a record of a kind that such a link is made for, and which has none yet.
    pub async fn with_keys(&self, body: &Record) -> Result<Record, Stop> {
        let keys = self.keys_of_references(body).await?;
        let mut body = body.clone();
        record::replace_references(&self.kind.fields, &mut body, &|kind, id| {
            let name = RecordName::new(kind, id);
            keys.get(&name).map(|link| link.erp_key.to_string())
        });
        Ok(body)
    }

    async fn keys_of_references(&self, body: &Record) -> Result<HashMap<RecordName, Link>, Stop> {
        let mut known = HashMap::new();
        if self.flow.after.is_empty() {
            return Ok(known);
        }
        let references = self.kind.references(body).into_iter();
        let wanted: Vec<RecordName> = references
            .map(|reference| RecordName::new(reference.kind, reference.id))
            .collect();
        if wanted.is_empty() {
            return Ok(known);
        }
        for link in &self.flow.after {
            let links = self.host.store.links.get_many(link, &wanted).await?;
            known.extend(links.into_iter().map(|link| (link.record.clone(), link)));
        }
        let missing = wanted.iter().filter(|name| !known.contains_key(*name));
        let missing = missing.filter_map(|name| Some((self.link_of(&name.kind)?, name.clone())));
        match missing.into_iter().next() {
            Some((link, record)) => Err(Stop::Missing(Missing::Link { link, record })),
            None => Ok(known),
        }
    }

    /// The link in `after` that flows make for records of a kind.
    fn link_of(&self, kind: &str) -> Option<String> {
        let listeners = self.host.listeners.load();
        let made = |link: &&String| {
            let mut links = listeners.links.iter();
            links.any(|(own, linked)| own == *link && linked == kind)
        };
        self.flow.after.iter().find(made).cloned()
    }

    /// A record of the hub that a mapping made, with the hub's own records in the place of what the ERP calls them: a
    /// key, or `KIND?MEMBER=VALUE` where a row shows no key of what it refers to.
    ///
    /// # Errors
    /// What it refers to is not there yet.
    pub async fn with_records(&self, kind: &RecordKind, mapped: &mut Record) -> Result<(), Stop> {
        let mut known: HashMap<(String, String), String> = HashMap::new();
        for reference in kind.references(mapped) {
            if let Some(id) = self.record_of(&reference).await? {
                known.insert((reference.kind, reference.id), id);
            }
        }
        record::replace_references(&kind.fields, mapped, &|kind, id| {
            known.get(&(kind.to_owned(), id.to_owned())).cloned()
        });
        Ok(())
    }

    /// The id that a mapping gave the record itself, which may be said as a reference is: `product?number=A-1`.
    pub async fn own_id(&self, kind: &RecordKind, id: String) -> Result<String, Stop> {
        if !id.contains('?') {
            return Ok(id);
        }
        let reference = Reference {
            field: ID.to_owned(),
            kind: kind.name.clone(),
            id,
        };
        let found = self.record_of(&reference).await?;
        Ok(found.unwrap_or(reference.id))
    }

    /// The id of what is referred to, empty where nobody can tell; none where it is an id already.
    async fn record_of(&self, reference: &Reference) -> Result<Option<String>, Stop> {
        let kinds = self.host.kinds.load();
        if let Some((kind, (member, value))) = reference
            .id
            .split_once('?')
            .and_then(|(kind, said)| Some((kinds.find(kind)?, said.split_once('=')?)))
        {
            return self
                .record_that_says(reference, kind, member, value)
                .await
                .map(Some);
        }
        match reference.id.parse() {
            Ok(key) => self.record_of_key(&reference.kind, key).await,
            Err(_) => Ok(None),
        }
    }

    async fn record_of_key(&self, kind: &str, key: i64) -> Result<Option<String>, Stop> {
        for link in &self.flow.after {
            let found = self.host.store.links.find_by_key(link, key).await?;
            if let Some(found) = found.filter(|found| found.record.kind == kind) {
                return Ok(Some(found.record.id));
            }
        }
        match self.link_of(kind) {
            Some(link) => Err(Stop::Missing(Missing::Key { link, key })),
            None => Ok(None),
        }
    }

    async fn record_that_says(
        &self,
        reference: &Reference,
        kind: &RecordKind,
        member: &str,
        value: &str,
    ) -> Result<String, Stop> {
        // However the mapping spells it, records keep it under one name.
        let field = kind.field(member).map(Field::snake_name);
        let member = field.as_deref().unwrap_or(member);
        let found = saying(self.host, kind, member, value).await?;
        let name = match &found[..] {
            [name] => name,
            [] => {
                return Err(Stop::Missing(Missing::Record {
                    kind: kind.name.clone(),
                    normal: normal(kind, member, value),
                    member: member.to_owned(),
                    value: value.to_owned(),
                }));
            }
            // Who of them is meant nobody can tell: a wrong one would be worse than none.
            _ => return Ok(String::new()),
        };
        match (&kind.source, name.id.parse()) {
            (KindSource::Erp { .. }, Ok(key)) => {
                let id = self.record_of_key(&reference.kind, key).await?;
                Ok(id.unwrap_or_default())
            }
            _ => Ok(name.id.clone()),
        }
    }
}
