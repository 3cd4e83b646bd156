//! Looking at a record after a write: under its key, in a list that shows its key, or by its number.

use super::compare::{Difference, Looked};
use super::place::{KEY, Numbered, Place, Purpose};
use super::{Confirming, Earlier};
use crate::Error;
use crate::calling::{Call, Errand};
use crate::failure::Report;
use crate::pages::Pager;
use crate::shown::{Shown, shown, shown_in_row};
use backon::{BackoffBuilder, ExponentialBuilder};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Column, Operation, Value};
use tokio::time::{Instant, sleep};

/// Looks for a record whose write nobody saw the outcome of: the ERP may still be at it.
const LOOKS: usize = 3;

/// How long it is waited for before the second look.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Pages of a list that are looked through: for a number, which the list filters by, and for a key, which it does not.
const PAGES: (u32, u32) = (20, 5);

/// Rows of a list, and what its columns are called.
type Rows = (Vec<Column>, Vec<Vec<Value>>);

impl Confirming<'_> {
    /// Looks until the record is there, or was looked for long enough.
    pub(super) async fn look_again(&self) -> Looked {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(LOOKS - 1)
            .build();
        loop {
            let looked = self.look().await;
            let may_come = matches!(looked, Looked::Absent(_)) && self.watched.purpose == Purpose::Fields;
            match pauses.next().filter(|_| may_come) {
                Some(pause) if Instant::now() + pause < self.call.deadline => sleep(pause).await,
                _ => return looked,
            }
        }
    }

    pub(super) async fn look(&self) -> Looked {
        match &self.watched.place {
            Place::Record { get, key: Some(key) } => match self.read(get, *key).await {
                Ok(Some(shown)) => self.there(Some(*key), shown).await,
                Ok(None) => self.gone(format!("there is no record {key}")),
                Err(error) => Looked::Unread(error),
            },
            Place::Record { key: None, .. } => Looked::Unjudged(super::Seen::default()),
            Place::Row { list, key } => self.look_in(list, *key).await,
            Place::Number(numbered) => match self.look_for(numbered).await {
                Ok(looked) => looked,
                Err(error) => Looked::Unread(error),
            },
        }
    }

    /// The record as it is before the write.
    pub(super) async fn look_before(&self) -> Earlier {
        let Place::Record { get, key: Some(key) } = &self.watched.place else {
            return Earlier::Unknown;
        };
        match self.read(get, *key).await {
            Ok(Some(shown)) => Earlier::Shown(shown),
            Ok(None) => Earlier::Absent,
            Err(_) => Earlier::Unknown,
        }
    }

    async fn there(&self, key: Option<i64>, shown: Shown) -> Looked {
        match self.watched.purpose {
            Purpose::Removal => Looked::Absent(Difference::record("the record is still there".to_owned())),
            Purpose::Fields | Purpose::Command => self.compare(key, shown).await,
        }
    }

    fn gone(&self, words: String) -> Looked {
        match self.watched.purpose {
            Purpose::Removal => Looked::Stored(super::Seen::default()),
            Purpose::Fields => Looked::Absent(Difference::absence(words)),
            // What a command did to a record may be just that: this account sees it no more.
            Purpose::Command => Looked::Unjudged(super::Seen::default()),
        }
    }

    /// What a record shows; none where there is no such record.
    async fn read(&self, get: &Operation, key: i64) -> Result<Option<Shown>, Error> {
        let mut arguments = Arguments::default();
        arguments.set(KEY, Value::Integer(key));
        let report = Report::of(get, self.left());
        match self.line.repeated(&self.aside(get, &arguments, &report)).await {
            Ok(answer) => Ok(Some(shown(self.call.operation, get, &answer))),
            Err(failed) if failed.is_missing_record() => Ok(None),
            Err(failed) => Err(failed.into_error()),
        }
    }

    /// Looks a list through for the row with a key. A list may show a part only, so that one that is not there says nothing,
    /// but where it ought to be gone.
    async fn look_in(&self, list: &Operation, key: i64) -> Looked {
        let (columns, rows) = match self.rows(list, Arguments::default(), PAGES.1).await {
            Ok(rows) => rows,
            Err(error) => return Looked::Unread(error),
        };
        let key_column = self.key_column(list, &columns);
        let is_it = |row: &&Vec<Value>| {
            row.get(key_column?)
                .and_then(Value::as_integer)
                .map(|own| own == key)
        };
        let found = rows.iter().find(|row| is_it(row) == Some(true));
        match found {
            Some(row) => {
                let shown = shown_in_row(self.call.operation, list, &columns, row);
                self.there(Some(key), shown).await
            }
            None if self.watched.purpose == Purpose::Removal => self.gone(String::new()),
            None => Looked::Unjudged(super::Seen::default()),
        }
    }

    /// Looks for the one record with a number.
    async fn look_for(&self, numbered: &Numbered<'_>) -> Result<Looked, Error> {
        let mut filter = Arguments::default();
        filter.set(numbered.filter, Value::from(numbered.number.as_str()));
        let (columns, rows) = self.rows(numbered.find, filter, PAGES.0).await?;
        let number = numbered.column(&columns);
        let bears = |row: &&Vec<Value>| {
            let own = number.and_then(|column| row.get(column));
            let written = Value::from(numbered.number.as_str());
            own.is_none_or(|own| numbered.parameter.shows(&written, own) == Some(true))
        };
        let bearing: Vec<&Vec<Value>> = rows.iter().filter(bears).collect();
        let row = match bearing.as_slice() {
            [] => return Ok(self.gone(format!("there is no record of the number {}", numbered.number))),
            [row] => row,
            _ => return Ok(Looked::Unjudged(super::Seen::default())),
        };
        let key_column = crate::pages::key_column(numbered.find, &columns);
        let key = key_column.and_then(|column| row.get(column)?.as_integer());
        let shown = match (numbered.get, key) {
            (Some(get), Some(key)) => match self.read(get, key).await? {
                Some(shown) => shown,
                None => return Ok(self.gone(format!("there is no record {key}"))),
            },
            _ => shown_in_row(self.call.operation, numbered.find, &columns, row),
        };
        Ok(self.there(key, shown).await)
    }

    /// The rows of a list's first pages.
    async fn rows(&self, list: &Operation, arguments: Arguments, most: u32) -> Result<Rows, Error> {
        let report = Report::of(list, self.left());
        let mut pager = Pager::new(list, arguments);
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        for _ in 0..most {
            let ask = async |arguments: &Arguments| -> Result<Answer, Error> {
                self.line.known_form(&self.aside(list, arguments, &report)).await
            };
            let Some(page) = pager.next(&report, ask).await? else {
                break;
            };
            columns = page.columns;
            rows.extend(page.rows);
        }
        Ok((columns, rows))
    }

    /// The column with the key that the write names: the one that both pages call alike, before any other.
    fn key_column(&self, list: &Operation, columns: &[Column]) -> Option<usize> {
        let params = self.call.operation.params.iter();
        let labels: Vec<&str> = params
            .filter(|field| crate::pages::is_key_name(&field.wire))
            .map(|field| field.label.as_str())
            .collect();
        let named = |column: &Column| {
            crate::pages::is_key_name(&column.name) && labels.contains(&column.caption.as_str())
        };
        let own = columns.iter().position(named);
        own.or_else(|| crate::pages::key_column(list, columns))
    }

    fn aside<'a>(
        &'a self,
        operation: &'a Operation,
        arguments: &'a Arguments,
        report: &'a Report<'a>,
    ) -> Call<'a> {
        Call {
            operation,
            arguments,
            report,
            errand: Errand::Aside,
            ..self.call
        }
    }

    fn left(&self) -> Duration {
        self.call.deadline.saturating_duration_since(Instant::now())
    }
}

impl Numbered<'_> {
    /// The column that shows the number, where the list does.
    fn column(&self, columns: &[Column]) -> Option<usize> {
        let known = self
            .find
            .fields
            .iter()
            .find(|field| field.name == self.parameter.name);
        let filter = |column: &&Column| column.name.eq_ignore_ascii_case(self.filter);
        let by_name = |column: &&Column| known.is_some_and(|field| field.is_named(&column.name));
        let by_label = |column: &&Column| column.caption == self.parameter.label;
        let wanted = columns.iter().find(filter);
        let wanted = wanted.or_else(|| columns.iter().find(by_name));
        let wanted = wanted.or_else(|| columns.iter().find(by_label))?;
        columns.iter().position(|column| column == wanted)
    }
}
