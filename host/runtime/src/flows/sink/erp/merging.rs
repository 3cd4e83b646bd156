//! A record that is in the ERP already: merged with what is there now, and written only where that differs.

use super::ending::Stands;
use super::taken::agreed_for;
use super::{Writing, with_key, writes_content};
use crate::extension::ExtensionError;
use crate::flows::carry::{Carried, Purpose, Stop};
use crate::flows::ruling::{self, Meeting};
use crate::merge::{Agreed, Direction, Sides, Snapshot, Vocabulary, compare};
use crate::record;
use std::sync::Arc;
use sunmao_catalogue::{Answer, Fault, Kind, Operation, Record};
use sunmao_erp_client::{Before, shown};

impl Writing<'_> {
    /// Writes a record that is there: merged with what the ERP shows now, where that can be seen.
    pub(super) async fn under(&self, key: i64) -> Carried {
        let Some((operation, parameter)) = self.sink.changes() else {
            // What it was made of is as it was: nothing is left to be done, but to link it where that was not come to.
            let gateway = &self.carrying.host.gateway;
            let is_made = gateway
                .has_applied(&self.caller, &self.sink.operation, &self.mapped)
                .await?;
            return match (is_made, &self.link) {
                (true, None) if self.carrying.flow.link.is_some() => self.found_again(key).await,
                (true, _) => Ok(self.did_before()),
                (false, _) => Err(Stop::Person(self.only_creates(key))),
            };
        };
        let read_back = self.sink.read_back.as_ref().filter(|_| writes_content(operation));
        let Some(read_back) = read_back else {
            let arguments = with_key(&self.known_to(operation), operation, parameter, key);
            if self.did(operation, &arguments).await? {
                return Ok(self.did_before());
            }
            let sent = self.send(operation, &arguments, Before::Unread).await?;
            let stands = self.stands(sent, Some(key)).await?;
            return Ok(self.told(operation, stands, &arguments));
        };
        let Some(answer) = self.read(read_back, key).await? else {
            return Err(Stop::Person(self.is_gone(key)));
        };
        let agreed = Agreed::read(self.link.as_ref().and_then(|link| link.agreed.as_deref()));
        self.merge(operation, parameter, read_back, key, answer, agreed)
            .await
    }

    /// A record that an earlier attempt made and did not come to link.
    async fn found_again(&self, key: i64) -> Carried {
        let mut stands = Stands {
            key: Some(key),
            shown: Record::default(),
            row: Record::default(),
        };
        if let Some(read_back) = &self.sink.read_back
            && let Some(answer) = self.read(read_back, key).await?
        {
            stands.shown = shown(&self.sink.operation, read_back, &answer).record();
            stands.row = self.row(read_back, &answer);
        }
        Ok(self.first(stands, &self.mapped))
    }

    /// Merges with what the ERP shows now of a record, since both sides last agreed.
    pub(super) async fn merge(
        &self,
        operation: &Arc<Operation>,
        parameter: &str,
        read_back: &Operation,
        key: i64,
        answer: Answer,
        mut agreed: Agreed,
    ) -> Carried {
        let carrying = self.carrying;
        let present = shown(operation, read_back, &answer);
        let (record, row) = (present.record(), self.row(read_back, &answer));
        let hub = self.known_to(operation);
        agreed.erp = agreed_for(&carrying.host.catalogue, operation, &agreed.erp, &hub);
        let vocabulary = Vocabulary::of_write(&carrying.host.catalogue, operation);
        self.catch_up(operation, vocabulary, &mut agreed).await?;
        let before = agreed.clone();
        let compared = compare(
            vocabulary,
            Sides {
                base: &before.erp,
                shown: &before.shown,
                hub: &hub,
                erp: &record,
            },
        );
        let kept = carrying.host.store.records.get(&carrying.name).await?;
        let meeting = Meeting {
            carrying,
            kind: &carrying.kind,
            name: &carrying.name,
            hub: carrying.seen(),
            kept: kept.as_ref(),
            row: &row,
            conflicts: &self.conflicts,
        };
        let verdicts = ruling::verdicts(&meeting, compared.disputed()).await?;
        let merged = compared.decide(verdicts);
        let changes = merged.for_erp();
        if carrying.purpose == Purpose::Preview && !changes.is_empty() {
            let (conflicts, _) = ruling::ended(&meeting, &merged, Some(key));
            return Err(self.would_change(operation, key, &record, &changes, &conflicts));
        }
        let stands = if changes.is_empty() {
            Stands {
                key: Some(key),
                shown: record.clone(),
                row: row.clone(),
            }
        } else {
            let form = merged.form(&present.whole_form());
            let arguments = with_key(&form, operation, parameter, key);
            let sent = self.send(operation, &arguments, Before::Read(&answer)).await?;
            self.stands(sent, Some(key)).await?
        };
        agreed.pushed(&merged, &stands.shown);
        let left = merged.left_in_the_erp(&stands.shown);
        let (conflicts, closed) = ruling::ended(&meeting, &merged, Some(key));
        let as_made = self.left_as_made(operation, read_back, &answer);
        let (mut keep, mut step) = self.linked(stands, agreed, left, conflicts, !changes.is_empty());
        keep.closed = closed;
        step.leaves(as_made);
        Ok((keep, step))
    }

    /// Brings what was agreed on in this flow's names up to date with what flows of the other direction saw since.
    async fn catch_up(
        &self,
        operation: &Operation,
        vocabulary: Vocabulary<'_>,
        agreed: &mut Agreed,
    ) -> Result<(), Stop> {
        let carrying = self.carrying;
        let unseen: Vec<Snapshot> = agreed.unseen(Direction::Push);
        for seen in unseen {
            // What the mapping refuses now says nothing of what was agreed on then.
            let from = match carrying.with_keys(&seen.hub).await {
                Ok(from) => from,
                Err(Stop::Missing(_)) => continue,
                Err(stop) => return Err(stop),
            };
            match carrying
                .map(&record::with_id(&carrying.name.id, &from), None)
                .await
            {
                Ok(mapped) => {
                    let shown = shown_in_row(operation, &seen.erp);
                    match seen.made {
                        true => agreed.made_for_push(vocabulary, &mapped, &shown),
                        false => agreed.met_for_push(vocabulary, &mapped, &shown),
                    }
                }
                Err(Stop::Extension(ExtensionError::Data { .. })) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
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
