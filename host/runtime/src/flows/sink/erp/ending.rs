//! How a record stands in the ERP after a write, and what is kept of it.

use super::{Writing, key_of, writes_content};
use crate::flows::carry::Stop;
use crate::flows::handled::Keep;
use crate::flows::progress::Step;
use crate::merge::{Agreed, Direction, Left, Snapshot, Vocabulary};
use crate::record;
use sunmao_catalogue::{Answer, Effect, Operation, Record, Repeat};
use sunmao_erp_client::{Sent, shown};
use sunmao_store::{NewConflict, NewLink};

/// A record that is in the ERP.
pub(super) struct Stands {
    pub key: Option<i64>,
    /// What the ERP shows of it, in the write's names.
    pub shown: Record,
    /// The same as a row of its object.
    pub row: Record,
}

impl Writing<'_> {
    /// How a record stands after a write.
    pub(super) async fn stands(&self, sent: Sent, key: Option<i64>) -> Result<Stands, Stop> {
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

    pub(super) fn row(&self, read_back: &Operation, answer: &Answer) -> Record {
        match &self.sink.rows {
            Some(rows) => record::row(rows, read_back, answer.clone()),
            None => Record::default(),
        }
    }

    /// The end of a record's first write.
    pub(super) fn first(&self, stands: Stands, written: &Record) -> (Keep, Step) {
        let mut agreed = Agreed::default();
        let vocabulary = Vocabulary::of_write(&self.carrying.host.catalogue, &self.sink.operation);
        agreed.wrote(vocabulary, written, &stands.shown);
        self.linked(stands, agreed, Left::Alike, Vec::new(), true)
    }

    pub(super) fn linked(
        &self,
        stands: Stands,
        mut agreed: Agreed,
        left: Left,
        undecided: Vec<NewConflict>,
        is_written: bool,
    ) -> (Keep, Step) {
        let carrying = self.carrying;
        let fields = undecided.iter().map(|conflict| conflict.field.clone()).collect();
        let number = self.number(&stands.shown);
        let snapshot = Snapshot {
            by: Direction::Push,
            hub: carrying.body.clone(),
            erp: stands.row,
            made: false,
        };
        // Who was not shown the record has not looked at it.
        if !snapshot.erp.is_empty() {
            agreed.looked(snapshot, left);
        }
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
                left: Vec::new(),
            },
            (Some(link), false) => Step::Unchanged {
                erp_key: link.erp_key,
                number,
                undecided: fields,
                left: Vec::new(),
            },
            (None, _) => Step::Written {
                operation: self.sink.operation.name.clone(),
                mapping: carrying.mapping(),
            },
        };
        let keep = Keep {
            link,
            agreed_before: self.link.as_ref().and_then(|link| link.agreed.clone()),
            conflicts: undecided,
            ..Keep::default()
        };
        (keep, step)
    }

    /// The record's number, for people: as the ERP shows it, else as it was written.
    fn number(&self, present: &Record) -> String {
        let of_object = self.sink.object.as_ref();
        let number = match &self.sink.operation.effect {
            Effect::Write(write) => match &write.repeat {
                Repeat::UniqueNumber { parameter, .. } => Some(parameter.as_str()),
                Repeat::ReservedKey { .. } | Repeat::Never => None,
            },
            Effect::Read => None,
        };
        let number = number.or(of_object.and_then(|object| object.number.as_deref()));
        // Pages differ in the letter case of a name.
        let mut params = self.sink.operation.params.iter();
        let field = number.and_then(|number| params.find(|field| field.is_named(number)));
        let Some(field) = field else {
            return String::new();
        };
        let mut shown = present.iter().chain(&self.mapped);
        let found = shown.find(|(name, value)| field.answers_to(name) && !value.is_empty());
        found.and_then(|(_, value)| value.to_text()).unwrap_or_default()
    }
}
