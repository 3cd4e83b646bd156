//! Writing one record to the ERP so that it is there once: reserve, save, read back.

use super::flow::Flow;
use crate::actor::Actor;
use crate::gateway::{Caller, Gateway};
use crate::host::Host;
use std::collections::BTreeSet;
use sunmao_catalogue::{Answer, Document, Fault, Kind, Record, Value};
use sunmao_store::{DeliveryId, IntentOutcome, StoreError};

/// A record that was written and seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub key: i64,
    pub number: String,
}

/// Wire names that hold a record's number, and the Chinese caption of the customer's.
const NUMBER_FIELDS: [&str; 3] = ["khid", "客户编号", "htbh"];

/// Earlier intents that are looked at.
const EARLIER: u32 = 100;
/// Rows of a page, and pages, that are looked through for a number: the ERP's filter also finds numbers that contain it.
const PAGE_SIZE: i64 = 100;
const PAGES: i64 = 20;

/// Writes `record` under the key it already has, or under one that is reserved for it. `known_key` is the link's.
pub(crate) async fn write(
    host: &Host,
    caller: &Caller,
    flow: &Flow,
    record: Record,
    known_key: Option<i64>,
) -> Result<Written, Fault> {
    let key = match known_key {
        Some(key) => key,
        None => match earlier_key(host, caller, flow)
            .await
            .map_err(|error| unreadable(&error))?
        {
            Some(key) => key,
            None => reserve(&host.gateway, caller, flow).await?,
        },
    };
    match save(&host.gateway, caller, flow, &record, key).await {
        Ok(()) => confirm(host, caller, flow, &record, key).await,
        Err(fault) if fault.kind == Kind::Refused && known_key.is_none() => {
            let Some(owner) = owner_of_number(&host.gateway, caller, flow, &record, key).await? else {
                return Err(fault);
            };
            let anothers = is_anothers(host, caller, flow, owner).await;
            if anothers.map_err(|error| unreadable(&error))? {
                return Err(fault);
            }
            save(&host.gateway, caller, flow, &record, owner).await?;
            confirm(host, caller, flow, &record, owner).await
        }
        Err(fault) => Err(fault),
    }
}

/// Whether a record is, or is about to be, another contact's customer, and so not ours to write over. A link says so
/// once it is there; before that, the intent under which a flow is writing the record.
async fn is_anothers(host: &Host, caller: &Caller, flow: &Flow, key: i64) -> Result<bool, StoreError> {
    let subject = caller.invocation.subject.as_deref();
    if let Some(link) = host.store.links.find_by_key(&flow.link, key).await? {
        return Ok(subject != Some(link.hub_id.as_str()));
    }
    let intents = &host.store.intents;
    let on_key = intents.of_reserved_key(&flow.write.name, key, EARLIER).await?;
    Ok(on_key
        .iter()
        .any(|intent| is_flow(&intent.write.extension) && subject != Some(intent.write.subject.as_str())))
}

/// Reads the record back. What the ERP took but does not show counts as unknown, so that the next attempt sends it
/// again instead of resting on the ERP's word.
async fn confirm(
    host: &Host,
    caller: &Caller,
    flow: &Flow,
    record: &Record,
    key: i64,
) -> Result<Written, Fault> {
    let written = read_back(&host.gateway, caller, flow, record, key).await;
    let Err(fault) = &written else { return written };
    if let (Kind::Unconfirmed, Some(delivery)) = (fault.kind, caller.invocation.delivery) {
        let doubted = doubt(host, DeliveryId(delivery), flow, key, &fault.message).await;
        doubted.map_err(|error| unreadable(&error))?;
    }
    written
}

async fn doubt(
    host: &Host,
    delivery: DeliveryId,
    flow: &Flow,
    key: i64,
    why: &str,
) -> Result<(), StoreError> {
    for intent in host.store.intents.of_delivery(delivery).await? {
        if intent.write.operation == flow.write.name && intent.write.reserved_key == Some(key) {
            let now = host.clock.now();
            host.store
                .intents
                .resolve(intent.id, IntentOutcome::Unknown, Some(why), now)
                .await?;
        }
    }
    Ok(())
}

/// The key of this flow's earlier write of the same record whose end nobody saw, or that was never linked: writing under
/// another key would make a second record. What an automation wrote when it heard of the same contact is its own affair.
async fn earlier_key(host: &Host, caller: &Caller, flow: &Flow) -> Result<Option<i64>, StoreError> {
    let Some(subject) = caller.invocation.subject.as_deref() else {
        return Ok(None);
    };
    let intents = host.store.intents.of_subject(subject, EARLIER).await?;
    let mine = intents.into_iter().filter(|intent| {
        intent.write.operation == flow.write.name && intent.write.extension == caller.actor.to_string()
    });
    Ok(mine.filter_map(|intent| intent.write.reserved_key).next())
}

async fn reserve(gateway: &Gateway, caller: &Caller, flow: &Flow) -> Result<i64, Fault> {
    let answer = gateway.call(caller, &flow.reserve, &Record::default()).await?;
    let key = match &answer {
        Answer::Document(document) => document.key,
        Answer::Ack(ack) => ack.key,
        _ => None,
    };
    key.ok_or_else(|| {
        Fault::new(
            Kind::Unavailable,
            format!("{}: the answer carries no key", flow.reserve.name),
        )
        .with_hint("compare the ERP's version with the catalogue: sunmao operations show customers.reserve")
    })
}

async fn save(
    gateway: &Gateway,
    caller: &Caller,
    flow: &Flow,
    record: &Record,
    key: i64,
) -> Result<(), Fault> {
    let mut record = record.clone();
    record.insert(flow.key_parameter.clone(), Value::Integer(key));
    gateway.call(caller, &flow.write, &record).await.map(drop)
}

/// A save may answer success and store nothing, so what was written is read and compared.
async fn read_back(
    gateway: &Gateway,
    caller: &Caller,
    flow: &Flow,
    record: &Record,
    key: i64,
) -> Result<Written, Fault> {
    let mut wanted = Record::default();
    wanted.insert(flow.key_parameter.clone(), Value::Integer(key));
    let unseen = |message: String| {
        Fault::new(Kind::Unconfirmed, format!("{}: {message}", flow.read_back.name))
            .with_hint(format!("look at the record with key {key} in the ERP"))
    };
    let answer = match gateway.call(caller, &flow.read_back, &wanted).await {
        Ok(answer) => answer,
        Err(fault) if fault.kind == Kind::NotFound || fault.kind == Kind::Refused => {
            return Err(unseen(format!(
                "saved, but the ERP does not show it: {}",
                fault.message
            )));
        }
        Err(fault) => return Err(fault),
    };
    let Answer::Document(document) = answer else {
        return Err(unseen("the answer is no document".to_owned()));
    };
    if document.key != Some(key) {
        return Err(unseen(format!(
            "saved under {key}, but the ERP shows {:?}",
            document.key
        )));
    }
    if let Some(difference) = difference(flow, record, &document) {
        return Err(unseen(difference));
    }
    let number = NUMBER_FIELDS
        .iter()
        .find_map(|name| document.value(name))
        .and_then(Value::to_text);
    Ok(Written {
        key,
        number: number.unwrap_or_default(),
    })
}

/// The first required field that the ERP shows otherwise than it was written. The ERP adds and reformats other fields.
fn difference(flow: &Flow, record: &Record, document: &Document) -> Option<String> {
    flow.write
        .params
        .iter()
        .filter(|field| field.required && field.values.is_empty())
        .find_map(|field| {
            let written = record
                .get(&field.name)
                .or_else(|| record.get(&field.wire))?
                .to_text()?;
            let shown = document.value(&field.wire)?.to_text()?;
            (written.trim() != shown.trim())
                .then(|| format!("{} was written as {written} and reads {shown}", field.name))
        })
}

/// A refused save may mean that the number is taken, by the very record we want: one that an earlier life of this
/// host wrote, or that a colleague entered. Its key, if one record bears exactly our number.
async fn owner_of_number(
    gateway: &Gateway,
    caller: &Caller,
    flow: &Flow,
    record: &Record,
    key: i64,
) -> Result<Option<i64>, Fault> {
    let number_field = flow
        .write
        .params
        .iter()
        .find(|field| NUMBER_FIELDS.contains(&field.wire.as_str()));
    let (Some(list), Some(field)) = (&flow.list, number_field) else {
        return Ok(None);
    };
    let number = record
        .get(&field.name)
        .or_else(|| record.get(&field.wire))
        .and_then(Value::to_text);
    let Some(number) = number.filter(|number| !number.is_empty() && list.param(&field.wire).is_some()) else {
        return Ok(None);
    };
    let mut owners = BTreeSet::new();
    for index in 1..=PAGES {
        let mut filter = Record::from_iter([(field.wire.clone(), Value::from(number.clone()))]);
        if let Some(paging) = &list.paging {
            filter.insert(paging.size.clone(), Value::Integer(PAGE_SIZE));
            filter.insert(paging.index.clone(), Value::Integer(index));
        }
        let Answer::Table(table) = gateway.call(caller, list, &filter).await? else {
            return Ok(None);
        };
        let column = table.column(&field.wire).or_else(|| table.column(&field.label));
        let (Some(column), Some(key_column)) = (column, table.column(&flow.key_parameter)) else {
            return Ok(None);
        };
        let bearing = table
            .rows
            .iter()
            .filter(|row| row.get(column).and_then(Value::to_text).as_deref() == Some(number.as_str()));
        owners.extend(bearing.filter_map(|row| row.get(key_column)?.as_integer()));
        if list.paging.is_none() || index >= i64::from(table.page.count) {
            break;
        }
    }
    let is_one = owners.len() == 1;
    Ok(owners.into_iter().find(|owner| is_one && *owner != key))
}

fn unreadable(error: &StoreError) -> Fault {
    Fault::new(
        Kind::Unavailable,
        format!("earlier writes cannot be read: {error}"),
    )
    .with_hint(error.hint())
}

fn is_flow(actor: &str) -> bool {
    actor.parse::<Actor>().is_ok_and(|actor| actor.is_flow())
}
