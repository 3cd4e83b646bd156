//! A record on its way into the hub's records: merged with the one that is there, or a new one.

mod owner;

use crate::actor::Actor;
use crate::extension::ExtensionError;
use crate::filing;
use crate::flows::carry::{Carried, Carrying, Stop};
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::flows::ruling::{self, Meeting};
use crate::flows::sink::erp::WHOLE_RECORD;
use crate::merge::{Agreed, Direction, Sides, Snapshot, Target, Vocabulary, compare};
use crate::record::{self, ID};
use owner::Owner;
use std::sync::Arc;
use sunmao_catalogue::{Fault, FieldFault, Kind, KindSource, Record, RecordKind, Value};
use sunmao_store::{
    ClosedConflicts, Conflict, Filing, Link, NewConflict, NewLink, RecordName, Source, StoredRecord,
};

/// One record on its way.
struct Filed<'a> {
    carrying: &'a Carrying<'a>,
    kind: &'a Arc<RecordKind>,
    /// The key of the ERP's record, where it is one.
    key: Option<i64>,
    link: Option<Link>,
    /// What a person was asked about this record of the ERP.
    conflicts: Vec<Conflict>,
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
    let conflicts = match &carrying.flow.link {
        Some(link) => {
            carrying
                .host
                .store
                .conflicts
                .of_record(link, &carrying.name)
                .await?
        }
        None => Vec::new(),
    };
    let filed = Filed {
        carrying,
        kind,
        key,
        link,
        conflicts,
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
                if mapped.is_empty() {
                    return Ok(self.nothing());
                }
                match self.owner(&mapped).await? {
                    Owner::Is(name) => name,
                    Owner::Undecided(conflict) => return Ok(undecided(*conflict)),
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
        let mapped = without_id(&self.mapped(&carrying.body, known.as_ref()).await?);
        if mapped.is_empty() {
            return Ok(self.nothing());
        }
        if carrying.flow.link.is_none() {
            return self.kept(&name, kept.as_ref(), &stored, mapped, None, Vec::new());
        }
        self.merge(&name, kept.as_ref(), &stored, mapped).await
    }

    /// The mapping has nothing to say of it.
    fn nothing(&self) -> (Keep, Step) {
        let step = Step::Skipped {
            policy: self.carrying.mapping(),
            reason: "nothing to file".to_owned(),
        };
        (Keep::default(), step)
    }

    async fn merge(
        &self,
        name: &RecordName,
        kept: Option<&StoredRecord>,
        stored: &Record,
        mapped: Record,
    ) -> Carried {
        let carrying = self.carrying;
        let is_there = kept.is_some_and(|kept| kept.body.is_some());
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
        let sides = Sides {
            base: &before,
            shown: &nothing,
            hub: stored,
            erp: &mapped,
        };
        let has_news = of_record.is_some() && compare(vocabulary, sides).has_news_of_erp();
        let present = match has_news {
            true => self.present_row().await?,
            false => None,
        };
        let row = present.as_ref().unwrap_or(&carrying.body);
        let mapped = match &present {
            Some(row) => {
                let known = is_there.then(|| record::with_id(&name.id, stored));
                let anew = without_id(&self.mapped(row, known.as_ref()).await?);
                if anew.is_empty() {
                    return Ok(self.nothing());
                }
                anew
            }
            None => mapped.clone(),
        };
        let sides = Sides {
            erp: &mapped,
            ..sides
        };
        let compared = compare(vocabulary, sides);
        let meeting = Meeting {
            carrying,
            kind: self.kind,
            name,
            hub: record::with_id(&name.id, stored),
            kept: kept.filter(|_| is_there),
            row,
            conflicts: &known,
        };
        let verdicts = ruling::verdicts(&meeting, compared.disputed()).await?;
        let merged = compared.decide(verdicts);
        let body = merged.body(stored);
        agreed.pulled(&merged);
        let snapshot = Snapshot {
            by: Direction::Pull,
            hub: body.clone(),
            erp: row.clone(),
            made: !is_there,
        };
        agreed.looked(snapshot, merged.left(Target::Hub));
        let (conflicts, closed) = ruling::ended(&meeting, &merged, self.key);
        let (mut keep, step) = self.kept(name, kept, stored, body, Some(agreed), conflicts)?;
        keep.closed = closed;
        keep.closed.extend(self.asked_before());
        keep.agreed_before = of_record.and_then(|link| link.agreed);
        Ok((keep, step))
    }

    /// The row as the ERP shows it now. Since the sweep read it a flow may have written it: what it showed before would look
    /// like an edit of the ERP's, so that it is looked at once more before anything is taken over.
    async fn present_row(&self) -> Result<Option<Record>, Stop> {
        let carrying = self.carrying;
        let Some(sweep) = &carrying.flow.source.sweep else {
            return Ok(None);
        };
        let (gateway, caller) = (&carrying.host.gateway, carrying.caller());
        let present = sweep.present_row(gateway, &caller, &carrying.name.id, &carrying.body);
        Ok(present.await?)
    }

    /// Brings what was agreed on in this flow's names up to date with what flows of the other direction saw since.
    async fn catch_up(&self, name: &RecordName, agreed: &mut Agreed) -> Result<(), Stop> {
        let unseen: Vec<Snapshot> = agreed.unseen(Direction::Pull);
        for seen in unseen {
            let known = record::with_id(&name.id, &seen.hub);
            match self.mapped(&seen.erp, Some(&known)).await {
                Ok(mapped) if without_id(&mapped).is_empty() => {}
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
        self.with_linked(&mut mapped).await?;
        let given = mapped.shift_remove(ID).and_then(|id| id.to_text());
        let id = carrying.own_id(self.kind, given.unwrap_or_default()).await?;
        // It names a record, or none, and has nothing to say of it.
        if mapped.is_empty() {
            return Ok(record::with_id_alone(id));
        }
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

    /// Whose it is, is known now.
    fn asked_before(&self) -> Option<ClosedConflicts> {
        (!self.conflicts.is_empty()).then(|| ClosedConflicts {
            link: self.carrying.flow.link.clone().unwrap_or_default(),
            record: self.carrying.name.clone(),
            fields: vec![WHOLE_RECORD.to_owned()],
        })
    }

    /// Puts in the records of the hub that have a link to what is carried.
    async fn with_linked(&self, mapped: &mut Record) -> Result<(), Stop> {
        let Some(key) = self.key else { return Ok(()) };
        for (member, link) in &self.carrying.flow.linked {
            let found = self.carrying.host.store.links.find_by_key(link, key).await?;
            if let Some(found) = found {
                mapped.insert(member.clone(), Value::from(found.record.id));
            }
        }
        Ok(())
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
    ) -> Carried {
        let carrying = self.carrying;
        let is_there = kept.is_some_and(|kept| kept.body.is_some());
        let is_changed = !is_there || body != *stored;
        let filed = filing::completed(self.kind, name, &body);
        filing::admissible(self.kind, kept, &filed).map_err(|faults| inadmissible(name, &faults))?;
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
            records: vec![filed.clone()],
            routes: carrying.host.routes(self.kind),
            origin: Actor::flow(&carrying.flow.name).to_string(),
        });
        let of_the_erp = matches!(carrying.kind.source, KindSource::Erp { .. });
        let source = of_the_erp.then(|| Source {
            flow: carrying.delivery.target.clone(),
            row: carrying.name.clone(),
            record: name.clone(),
        });
        let keep = Keep {
            link,
            filing,
            source,
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
        Ok((keep, step))
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

/// A person has to say whose it is.
fn undecided(conflict: NewConflict) -> (Keep, Step) {
    let fields = vec![conflict.field.clone()];
    let keep = Keep {
        conflicts: vec![conflict],
        ..Keep::default()
    };
    (keep, Step::Undecided { fields })
}

fn without_id(record: &Record) -> Record {
    let mut body = record.clone();
    body.shift_remove(ID);
    body
}

fn inadmissible(name: &RecordName, faults: &[FieldFault]) -> Stop {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let words = format!("{name} may not become what the ERP shows: {}", faults.join("; "));
    Stop::Person(
        Fault::new(Kind::Refused, words)
            .with_hint("correct the mapping, or the record; then: sunmao dead retry"),
    )
}

fn unreadable(name: &RecordName, why: &str) -> Stop {
    let words = format!("{name} cannot be read: {why}");
    Stop::Person(Fault::new(Kind::Invalid, words).with_hint("correct its kind or file it again"))
}
