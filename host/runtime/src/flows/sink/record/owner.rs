//! Whose record of the hub one of the ERP is that has no link yet: the one that the mapping names, the one that says of
//! itself what this one says, or a new one.

use super::{Filed, unreadable};
use crate::actor::Actor;
use crate::flows::carry::Stop;
use crate::flows::sink::erp::WHOLE_RECORD;
use crate::gateway::EARLIER;
use crate::merge::conflicts::{Settlement, Side};
use crate::record::{self, ID};
use sunmao_catalogue::{Fault, IdentityForm, Kind, KindSource, Record, Value};
use sunmao_store::{
    Conflict, DeliveryFilter, DeliveryState, IntentOutcome, NewConflict, RecordName, StoredRecord,
};

/// Records that are looked at where one identifies itself.
const ALIKE: u32 = 5;
/// Deliveries that are in hand at once, more than any host has hands for.
const MOST_IN_HAND: u32 = 1_000;

/// Whom a record belongs to.
pub(super) enum Owner {
    /// The hub's record of this name, with or without a link.
    Is(RecordName),
    /// A person has to say.
    Undecided(Box<NewConflict>),
}

/// The hub's records without a link that say of themselves what the mapped one says.
#[derive(Default)]
struct Alike {
    names: Vec<RecordName>,
    /// What they say, normalised.
    values: Vec<String>,
}

impl Filed<'_> {
    pub(super) async fn owner(&self, mapped: &Record) -> Result<Owner, Stop> {
        let named = mapped.get(ID).and_then(Value::to_text);
        let named = named.filter(|id| !id.is_empty());
        let named = named.map(|id| RecordName::new(&self.kind.name, id));
        if let Some(name) = &named
            && (self.carrying.flow.link.is_none() || self.is_there(name).await?)
        {
            return Ok(Owner::Is(name.clone()));
        }
        let new = named.unwrap_or_else(|| self.new_name());
        match self.decided(&new) {
            Some(name) => Ok(Owner::Is(name)),
            None => self.by_identity(mapped, new).await,
        }
    }

    async fn by_identity(&self, mapped: &Record, new: RecordName) -> Result<Owner, Stop> {
        let alike = self.alike(mapped).await?;
        let [one] = alike.names.as_slice() else {
            if !alike.names.is_empty() {
                return Ok(Owner::Undecided(Box::new(self.which_record(&alike.names))));
            }
            return match self.being_made().await? {
                None => Ok(Owner::Is(new)),
                Some(name) => Err(Stop::Fault(self.may_be_made_of(&name))),
            };
        };
        let rivals = self.rivals(&alike.values).await?;
        if rivals.is_empty() {
            return Ok(Owner::Is(one.clone()));
        }
        let link = self.carrying.flow.link.as_deref().unwrap_or_default();
        let conflicts = self.carrying.host.store.conflicts.of_record(link, one).await?;
        Ok(match whole(&conflicts) {
            Some(Settlement::Value(key)) if key.to_text() == self.key.map(|key| key.to_string()) => {
                Owner::Is(one.clone())
            }
            // It is another of them, or none.
            Some(Settlement::Value(_) | Settlement::Take(Side::Hub)) => Owner::Is(new),
            Some(Settlement::Take(Side::Erp)) | None => {
                Owner::Undecided(Box::new(self.which_row(one, rivals)))
            }
        })
    }

    /// What a person decided about several of the hub's records.
    fn decided(&self, new: &RecordName) -> Option<RecordName> {
        match whole(&self.conflicts)? {
            Settlement::Take(Side::Erp) => Some(new.clone()),
            Settlement::Take(Side::Hub) => None,
            Settlement::Value(value) => {
                let text = value.to_text()?;
                let named: Option<RecordName> = text.parse().ok();
                Some(named.unwrap_or_else(|| RecordName::new(&self.kind.name, text)))
            }
        }
    }

    async fn is_there(&self, name: &RecordName) -> Result<bool, Stop> {
        let kept = self.carrying.host.store.records.get(name).await?;
        Ok(kept.is_some_and(|kept| kept.body.is_some()))
    }

    async fn alike(&self, mapped: &Record) -> Result<Alike, Stop> {
        let records = &self.carrying.host.store.records;
        let mut alike = Alike::default();
        for (field, value) in self.identities(mapped) {
            let found = records
                .find_by_identity(&self.kind.name, &field, &value, ALIKE)
                .await?;
            for one in found {
                if self.has_another_number(&one, mapped)? || self.is_anothers(&one.name).await? {
                    continue;
                }
                alike.values.push(value.clone());
                if !alike.names.contains(&one.name) {
                    alike.names.push(one.name);
                }
            }
            // A number decides before anything else.
            if self.is_number(&field) && !alike.names.is_empty() {
                break;
            }
        }
        Ok(alike)
    }

    /// What the record says of itself, its number first.
    fn identities(&self, mapped: &Record) -> Vec<(String, String)> {
        let mut identities = self.kind.identities(mapped);
        identities.sort_by_key(|(field, _)| !self.is_number(field));
        identities
    }

    fn is_number(&self, field: &str) -> bool {
        let field = self.kind.field(field);
        field.is_some_and(|field| field.identity == Some(IdentityForm::Number))
    }

    /// Whether a record that says the same of itself has another number.
    fn has_another_number(&self, found: &StoredRecord, mapped: &Record) -> Result<bool, Stop> {
        let numbers = |body: &Record| -> Vec<(String, String)> {
            let mut identities = self.kind.identities(body);
            identities.retain(|(field, _)| self.is_number(field));
            identities
        };
        let body = found.body.as_deref().unwrap_or("{}");
        let body = record::stored(self.kind, body).map_err(|why| unreadable(&found.name, &why))?;
        let (own, theirs) = (numbers(mapped), numbers(&body));
        let differs = |(field, value): &(String, String)| {
            let mut theirs = theirs.iter();
            theirs.any(|(other, number)| other == field && number != value)
        };
        Ok(own.iter().any(differs))
    }

    /// Whether a record of the hub is, or is about to be, another one of the ERP.
    async fn is_anothers(&self, name: &RecordName) -> Result<bool, Stop> {
        let store = &self.carrying.host.store;
        let Some(link) = &self.carrying.flow.link else {
            return Ok(false);
        };
        if store.links.get(link, name).await?.is_some() {
            return Ok(true);
        }
        let intents = store.intents.of_subject(&name.to_string(), EARLIER).await?;
        Ok(intents.iter().any(|intent| {
            let actor = intent.write.extension.parse::<Actor>();
            let is_under_way = intent.outcome != IntentOutcome::Refused
                && intent.write.reserved_key.is_some()
                && intent.write.reserved_key != self.key;
            is_under_way && actor.is_ok_and(|actor| actor.is_flow())
        }))
    }

    /// A record of the hub that a flow is just making one of the ERP's records of: it has no link yet, and may turn out to be this one.
    async fn being_made(&self) -> Result<Option<RecordName>, Stop> {
        let carrying = self.carrying;
        let store = &carrying.host.store;
        let (Some(link), KindSource::Erp { object }) = (&carrying.flow.link, &carrying.kind.source) else {
            return Ok(None);
        };
        let in_hand = DeliveryFilter {
            state: Some(DeliveryState::Leased),
            ..DeliveryFilter::default()
        };
        for leased in store.deliveries.list(in_hand, None, MOST_IN_HAND).await? {
            let Ok(name) = leased.delivery.key.parse::<RecordName>() else {
                continue;
            };
            if name.kind != self.kind.name || store.links.get(link, &name).await?.is_some() {
                continue;
            }
            let intents = store.intents.of_delivery(leased.delivery.id).await?;
            let makes_it = intents.iter().any(|intent| {
                let is_of_object = intent.write.operation.split('.').next() == Some(object);
                let may_be_it = intent.write.reserved_key.is_none() || intent.write.reserved_key == self.key;
                is_of_object && may_be_it && intent.outcome != IntentOutcome::Refused
            });
            if makes_it {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    fn may_be_made_of(&self, name: &RecordName) -> Fault {
        let words = format!("{} may be what {name} is just made into", self.carrying.name);
        Fault::new(Kind::Unavailable, words).with_hint("it goes on by itself once that is linked")
    }

    /// The keys of the ERP's records without a link that say the same as this one, and this one's.
    async fn rivals(&self, values: &[String]) -> Result<Vec<i64>, Stop> {
        let carrying = self.carrying;
        let store = &carrying.host.store;
        let (Some(own), Some(link)) = (self.key, &carrying.flow.link) else {
            return Ok(Vec::new());
        };
        let mut keys = vec![own];
        for (field, value) in carrying.kind.identities(&carrying.body) {
            if !values.contains(&value) {
                continue;
            }
            let found = store
                .records
                .find_by_identity(&carrying.kind.name, &field, &value, ALIKE)
                .await?;
            for key in found.iter().filter_map(|row| row.name.id.parse().ok()) {
                if !keys.contains(&key) && store.links.find_by_key(link, key).await?.is_none() {
                    keys.push(key);
                }
            }
        }
        keys.sort_unstable();
        Ok(if keys.len() > 1 { keys } else { Vec::new() })
    }

    /// The name of a record that the ERP has and the hub has not.
    fn new_name(&self) -> RecordName {
        let carrying = self.carrying;
        let id = match self.key {
            Some(key) => format!("erp-{key}"),
            None => carrying.name.id.clone(),
        };
        RecordName::new(&self.kind.name, id)
    }

    /// Several of the hub's records might be it.
    fn which_record(&self, names: &[RecordName]) -> NewConflict {
        let listed: Vec<String> = names.iter().map(ToString::to_string).collect();
        NewConflict {
            erp_key: self.key,
            hub: serde_json::to_string(&listed).ok(),
            ..self.undecided(&self.carrying.name)
        }
    }

    /// Several of the ERP's records might be the hub's, as a flow that writes it would say too.
    fn which_row(&self, name: &RecordName, candidates: Vec<i64>) -> NewConflict {
        NewConflict {
            candidates,
            ..self.undecided(name)
        }
    }

    fn undecided(&self, record: &RecordName) -> NewConflict {
        NewConflict {
            link: self.carrying.flow.link.clone().unwrap_or_default(),
            record: record.clone(),
            erp_key: None,
            field: WHOLE_RECORD.to_owned(),
            base: None,
            hub: None,
            erp: None,
            hub_changed: None,
            erp_changed: None,
            flow: self.carrying.flow.name.clone(),
            candidates: Vec::new(),
        }
    }
}

/// What a person decided about whole records.
fn whole(conflicts: &[Conflict]) -> Option<Settlement> {
    let whole = conflicts.iter().find(|one| one.field == WHOLE_RECORD)?;
    Settlement::read(whole.settlement.as_deref()?)
}
