//! A record on its way into the hub's records: merged with the one that is there, or a new one.

use crate::actor::Actor;
use crate::extension::ExtensionError;
use crate::flows::carry::{Carried, Carrying, Stop};
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::flows::ruling::{self, Meeting};
use crate::merge::{Agreed, Direction, Sides, Snapshot, Target, Vocabulary, compare};
use crate::record::{self, ID};
use std::sync::Arc;
use sunmao_catalogue::{Fault, IdentityForm, Kind, KindSource, Record, RecordKind, Value};
use sunmao_store::{Conflict, Filing, Link, NewConflict, NewLink, RecordName, StoredRecord};

/// Records that are looked at where one identifies itself.
const ALIKE: u32 = 5;

/// One record on its way.
struct Filed<'a> {
    carrying: &'a Carrying<'a>,
    kind: &'a Arc<RecordKind>,
    /// The key of the ERP's record, where it is one.
    key: Option<i64>,
    link: Option<Link>,
}

/// Whom a record belongs to.
enum Owner {
    /// The hub's record of this name, with or without a link.
    Is(RecordName),
    /// Several might be it.
    Several(Vec<RecordName>),
}

/// Carries a record into the hub.
pub(in crate::flows) async fn carry(carrying: &Carrying<'_>, kind: &Arc<RecordKind>) -> Carried {
    let of_the_erp = matches!(carrying.kind.source, KindSource::Erp { .. });
    let key = match of_the_erp {
        true => carrying.name.id.parse().ok(),
        false => None,
    };
    let link = match (&carrying.flow.link, key) {
        (Some(link), Some(key)) => carrying.host.store.links.find_by_key(link, key).await?,
        _ => None,
    };
    let filed = Filed {
        carrying,
        kind,
        key,
        link,
    };
    // A flow that hears of deletions by name has something to say of them.
    if carrying.is_deleted() && carrying.flow.source.sweep.is_some() {
        return Ok(filed.gone());
    }
    filed.file().await
}

impl Filed<'_> {
    /// The ERP's record is gone. The hub's stays: whoever removed the one need not have meant the other.
    fn gone(&self) -> (Keep, Step) {
        let reason = match &self.link {
            Some(link) => format!("gone in the ERP; {} stays", link.record),
            None => "gone in the ERP".to_owned(),
        };
        (
            Keep::default(),
            Step::Skipped {
                policy: self.carrying.flow.name.clone(),
                reason,
            },
        )
    }

    async fn file(&self) -> Carried {
        let carrying = self.carrying;
        let store = &carrying.host.store;
        let name = match &self.link {
            Some(link) => link.record.clone(),
            None => {
                let mapped = self.mapped(&carrying.body, None).await?;
                match self.owner(&mapped).await? {
                    Owner::Is(name) => name,
                    Owner::Several(names) => return Ok(self.several(&names)),
                }
            }
        };
        let kept = store.records.get(&name).await?;
        let stored = match kept.as_ref().and_then(|kept| kept.body.as_deref()) {
            Some(body) => record::stored(self.kind, body).map_err(|why| unreadable(&name, &why))?,
            None => Record::default(),
        };
        let is_there = kept.as_ref().is_some_and(|kept| kept.body.is_some());
        let known = is_there.then(|| record::with_id(&name.id, &stored));
        let mapped = self.mapped(&carrying.body, known.as_ref()).await?;
        if carrying.flow.link.is_none() {
            return Ok(self.kept(
                &name,
                kept.as_ref(),
                &stored,
                without_id(&mapped),
                None,
                Vec::new(),
            ));
        }
        self.merge(&name, kept.as_ref(), &stored, is_there, without_id(&mapped))
            .await
    }

    async fn merge(
        &self,
        name: &RecordName,
        kept: Option<&StoredRecord>,
        stored: &Record,
        is_there: bool,
        mapped: Record,
    ) -> Carried {
        let carrying = self.carrying;
        let link = carrying.flow.link.as_deref().unwrap_or_default();
        let known: Vec<Conflict> = carrying.host.store.conflicts.of_record(link, name).await?;
        let of_record = match &self.link {
            Some(link) => Some(link.clone()),
            None => carrying.host.store.links.get(link, name).await?,
        };
        let mut agreed = Agreed::read(of_record.as_ref().and_then(|link| link.agreed.as_deref()));
        self.catch_up(name, &mut agreed).await?;
        let vocabulary = Vocabulary::Members(&self.kind.fields);
        let (before, nothing) = (agreed.hub.clone(), Record::default());
        let compared = compare(
            vocabulary,
            Sides {
                base: &before,
                shown: &nothing,
                hub: stored,
                erp: &mapped,
            },
        );
        let meeting = Meeting {
            carrying,
            kind: self.kind,
            name,
            hub: record::with_id(&name.id, stored),
            kept: kept.filter(|_| is_there),
            row: &carrying.body,
            conflicts: &known,
        };
        let verdicts = ruling::verdicts(&meeting, compared.disputed()).await?;
        let merged = compared.decide(verdicts);
        let body = merged.body(stored);
        agreed.pulled(&merged);
        let snapshot = Snapshot {
            by: Direction::Pull,
            hub: body.clone(),
            erp: carrying.body.clone(),
            made: !is_there,
        };
        agreed.looked(snapshot, merged.left(Target::Hub));
        let (conflicts, closed) = ruling::ended(&meeting, &merged, self.key);
        let (mut keep, step) = self.kept(name, kept, stored, body, Some(agreed), conflicts);
        keep.closed = closed;
        Ok((keep, step))
    }

    /// Brings what was agreed on in this flow's names up to date with what flows of the other direction saw since.
    async fn catch_up(&self, name: &RecordName, agreed: &mut Agreed) -> Result<(), Stop> {
        let unseen: Vec<Snapshot> = agreed.unseen(Direction::Pull);
        for seen in unseen {
            let known = record::with_id(&name.id, &seen.hub);
            match self.mapped(&seen.erp, Some(&known)).await {
                Ok(mapped) => {
                    let vocabulary = Vocabulary::Members(&self.kind.fields);
                    agreed.met_for_pull(vocabulary, &seen.hub, &without_id(&mapped));
                }
                // What the mapping refuses now says nothing of what was agreed on then.
                Err(Stop::Extension(ExtensionError::Data { .. })) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    /// What the mapping makes of the ERP's record: checked, and with the hub's own records in the place of the ERP's keys.
    async fn mapped(&self, row: &Record, known: Option<&Record>) -> Result<Record, Stop> {
        let carrying = self.carrying;
        let from = record::with_id(&carrying.name.id, row);
        let mut mapped = carrying.map(&from, known).await?;
        carrying.with_records(self.kind, &mut mapped).await?;
        let given = mapped.shift_remove(ID).and_then(|id| id.to_text());
        let id = carrying.own_id(self.kind, given.unwrap_or_default()).await?;
        let checked = self.kind.check(&mapped).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let words = format!("{} as a {}: {}", carrying.name, self.kind.name, faults.join("; "));
            Stop::Person(
                Fault::new(Kind::Invalid, words).with_hint("correct the mapping, then: sunmao dead retry"),
            )
        })?;
        let mut mapped = checked;
        if !id.is_empty() {
            mapped.shift_insert(0, ID.to_owned(), id.into());
        }
        Ok(mapped)
    }

    /// Whose record it is that is not linked: the one that the mapping names, the one that says of itself what this one
    /// says, or a new one.
    async fn owner(&self, mapped: &Record) -> Result<Owner, Stop> {
        let store = &self.carrying.host.store;
        let named = mapped
            .get(ID)
            .and_then(Value::to_text)
            .filter(|id| !id.is_empty());
        if let Some(id) = named {
            return Ok(Owner::Is(RecordName::new(&self.kind.name, id)));
        }
        let mut alike: Vec<RecordName> = Vec::new();
        for (field, value) in self.identities(mapped) {
            let found = store
                .records
                .find_by_identity(&self.kind.name, &field, &value, ALIKE)
                .await?;
            for one in found {
                if !alike.contains(&one.name) && self.may_be(&one, mapped).await? {
                    alike.push(one.name);
                }
            }
            // A number decides before anything else.
            if self.is_number(&field) && !alike.is_empty() {
                break;
            }
        }
        Ok(match alike.len() {
            0 => Owner::Is(self.new_name()),
            1 => Owner::Is(alike.remove(0)),
            _ => Owner::Several(alike),
        })
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

    /// Whether a record that says the same of itself may be this one: it has no such link, and no other number.
    async fn may_be(&self, found: &StoredRecord, mapped: &Record) -> Result<bool, Stop> {
        let link = self.carrying.flow.link.as_deref();
        if let Some(link) = link
            && self
                .carrying
                .host
                .store
                .links
                .get(link, &found.name)
                .await?
                .is_some()
        {
            return Ok(false);
        }
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
        Ok(!own.iter().any(differs))
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

    /// Several of the hub's records might be it: a person says which.
    fn several(&self, names: &[RecordName]) -> (Keep, Step) {
        let carrying = self.carrying;
        let listed: Vec<String> = names.iter().map(ToString::to_string).collect();
        let conflict = NewConflict {
            link: carrying.flow.link.clone().unwrap_or_default(),
            record: carrying.name.clone(),
            erp_key: self.key,
            field: super::erp::WHOLE_RECORD.to_owned(),
            base: None,
            hub: serde_json::to_string(&listed).ok(),
            erp: None,
            hub_changed: None,
            erp_changed: None,
            flow: carrying.flow.name.clone(),
            candidates: Vec::new(),
        };
        let keep = Keep {
            conflicts: vec![conflict],
            ..Keep::default()
        };
        let fields = vec![super::erp::WHOLE_RECORD.to_owned()];
        (keep, Step::Undecided { fields })
    }

    /// The end: the record as it is now, filed where it differs.
    fn kept(
        &self,
        name: &RecordName,
        kept: Option<&StoredRecord>,
        stored: &Record,
        body: Record,
        agreed: Option<Agreed>,
        undecided: Vec<NewConflict>,
    ) -> (Keep, Step) {
        let carrying = self.carrying;
        let is_there = kept.is_some_and(|kept| kept.body.is_some());
        let is_changed = !is_there || body != *stored;
        let link = carrying.flow.link.as_ref().zip(self.key);
        let link = link.map(|(link, erp_key)| NewLink {
            link: link.clone(),
            record: name.clone(),
            erp_key,
            number: self.number(),
            agreed: agreed.map(|agreed| agreed.write()),
        });
        let fields = undecided.iter().map(|conflict| conflict.field.clone()).collect();
        let filing = is_changed.then(|| Filing {
            records: vec![record::new_record(self.kind, &name.id, &body)],
            routes: carrying.host.routes(self.kind),
            origin: Actor::flow(&carrying.flow.name).to_string(),
        });
        let keep = Keep {
            link,
            filing,
            conflicts: undecided,
            unchanged: vec![(
                name.clone(),
                kept.filter(|_| is_there).map_or(0, |kept| kept.revision),
            )],
            ..Keep::default()
        };
        let step = Step::Filed {
            record: name.to_string(),
            is_changed,
            mapping: carrying.mapping(),
            undecided: fields,
        };
        (keep, step)
    }

    /// The number of the ERP's record, for people.
    fn number(&self) -> String {
        let carrying = self.carrying;
        let KindSource::Erp { object } = &carrying.kind.source else {
            return String::new();
        };
        let object = carrying.host.catalogue.object(object);
        let field = object
            .and_then(|object| object.number.as_deref())
            .and_then(|number| carrying.kind.field(number));
        let value = field.and_then(|field| carrying.body.get(&field.snake_name()));
        value.and_then(Value::to_text).unwrap_or_default()
    }
}

fn without_id(record: &Record) -> Record {
    let mut body = record.clone();
    body.shift_remove(ID);
    body
}

fn unreadable(name: &RecordName, why: &str) -> Stop {
    let words = format!("{name} cannot be read: {why}");
    Stop::Person(Fault::new(Kind::Invalid, words).with_hint("correct its kind or file it again"))
}
