//! One row of a list, asked for by itself: what a sweep would make of it, without the rest of the list.

use super::rows::{Rows, as_shown, tombstone};
use super::run::{Sweeping, stored};
use crate::actor::Actor;
use crate::extension::Invocation;
use crate::gateway::Caller;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use sunmao_catalogue::{Answer, Fault, Field, Kind, Operation, Record, Table, Value};
use sunmao_store::{Accepted, DeliveryId, NewRecord, RecordName};

/// Rows asked for at once: the filter leaves few.
const PAGE_SIZE: u32 = 100;
/// As often in a row a row is missed before it is gone, as by sweeps.
const MISSES: u32 = 2;

/// What the ERP said of a row.
#[derive(Debug)]
pub(in crate::flows) enum Asked {
    /// It is there, and these carry what has changed.
    There(Vec<DeliveryId>),
    /// It is not, and these carry that, where it was missed often enough.
    Gone(Vec<DeliveryId>),
}

/// Filters that have shown the row that they were asked for: only of those an empty answer means that there is none.
#[derive(Debug, Default)]
pub(in crate::flows) struct Proven(Mutex<BTreeSet<(String, String)>>);

impl Proven {
    fn note(&self, list: &Operation, filter: &Field) {
        let mut proven = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        proven.insert((list.name.clone(), filter.wire.clone()));
    }

    fn is(&self, list: &Operation, filter: &Field) -> bool {
        let proven = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        proven.contains(&(list.name.clone(), filter.wire.clone()))
    }
}

/// What a list said of a row.
enum Listed {
    Row(Table),
    /// It has none, by a filter that can be trusted or not.
    Nothing {
        is_certain: bool,
    },
    /// Nobody can tell.
    Unfiltered,
}

impl Sweeping<'_> {
    /// Asks the ERP for one row, and keeps it as a sweep would.
    ///
    /// # Errors
    /// The ERP failed, or neither its list nor a detail tells one row.
    pub async fn ask(&self, key: &str, proven: &Proven, now: Timestamp) -> Result<Asked, Fault> {
        let caller = self.caller_now(key, now);
        let row = RecordName::new(&self.sweep.kind.name, key);
        let records = &self.host.store.records;
        let kept = records.get(&row).await.map_err(stored)?;
        let known: Option<Record> = kept
            .and_then(|kept| kept.body)
            .and_then(|body| serde_json::from_str(&body).ok());
        match self.listed(&caller, key, known.as_ref(), proven).await? {
            Listed::Row(table) => self.keep(&caller, key, table).await,
            Listed::Nothing { is_certain } => self.missed(key, is_certain).await,
            Listed::Unfiltered => self.by_detail(&caller, key, known.unwrap_or_default()).await,
        }
    }

    fn caller_now(&self, key: &str, now: Timestamp) -> Caller {
        let invocation = Invocation {
            subject: Some(format!("{}/{key}", self.sweep.kind.name).into()),
            ..Invocation::at(now)
        };
        let version = env!("CARGO_PKG_VERSION");
        Caller::new(Actor::flow(self.flow), version, self.permit.clone(), invocation)
    }

    /// What the list says of the row, by the first filter that tells.
    async fn listed(
        &self,
        caller: &Caller,
        key: &str,
        known: Option<&Record>,
        proven: &Proven,
    ) -> Result<Listed, Fault> {
        let list = &self.sweep.list;
        for (filter, value) in self.filters(key, known) {
            let mut given = Record::from_iter([(filter.wire.clone(), value)]);
            if let Some(paging) = &list.paging {
                let size = paging.maximum.unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
                given.insert(paging.size.clone(), Value::Integer(size.into()));
            }
            let Answer::Table(table) = self.host.gateway.call(caller, list, &given).await? else {
                continue;
            };
            if let Some(row) = self.row(key, &table) {
                proven.note(list, filter);
                return Ok(Listed::Row(row));
            }
            // More pages behind this one: the installation does not know the filter.
            if table.page.count <= 1 {
                let is_certain = proven.is(list, filter);
                return Ok(Listed::Nothing { is_certain });
            }
        }
        Ok(Listed::Unfiltered)
    }

    /// The parameters of the list that leave one row, with its value: by its key first, then by its number.
    fn filters(&self, key: &str, known: Option<&Record>) -> Vec<(&Field, Value)> {
        let params = || self.sweep.list.params.iter();
        let mut filters = Vec::new();
        for column in &self.sweep.keys {
            let plural = format!("{column}s");
            let by_wire = params().find(|field| {
                let is_plural = field.multiple && field.wire.eq_ignore_ascii_case(&plural);
                field.wire.eq_ignore_ascii_case(column) || is_plural
            });
            let shown = match known {
                Some(body) => self.shown(body, column),
                None => Some(Value::from(key)),
            };
            filters.extend(by_wire.zip(shown));
        }
        let object = self.host.catalogue.object(&self.sweep.list.object);
        let numbers: Vec<&str> = object.iter().flat_map(|object| object.number_names()).collect();
        let number = object
            .zip(known)
            .and_then(|(object, body)| object.number_of(body));
        let by_number = params().find(|field| numbers.contains(&field.name.as_str()));
        filters.extend(by_number.zip(number.cloned()));
        filters
    }

    /// What a row shows in a column.
    fn shown(&self, body: &Record, column: &str) -> Option<Value> {
        let member = self.sweep.kind.field(column).map(Field::snake_name);
        let value = member
            .and_then(|member| body.get(&member))
            .or_else(|| body.get(column));
        value.filter(|value| !value.is_empty()).cloned()
    }

    /// The table with the row of a key alone.
    fn row(&self, key: &str, table: &Table) -> Option<Table> {
        let named = self.sweep.keys.iter().find_map(|column| table.column(column))?;
        let is_it = |cells: &&Vec<Value>| {
            let text = cells.get(named).and_then(Value::to_text);
            text.is_some_and(|text| text.trim() == key)
        };
        let cells = table.rows.iter().find(is_it)?.clone();
        Some(Table {
            rows: vec![cells],
            ..table.clone()
        })
    }

    async fn keep(&self, caller: &Caller, key: &str, table: Table) -> Result<Asked, Fault> {
        let (name, sweeps) = (self.name(), &self.host.store.sweeps);
        let rows = Rows::of(self.sweep, table)?;
        let keys = rows.keys();
        let known = sweeps.fingerprints(&name, &keys).await.map_err(stored)?;
        let Some((row, body)) = rows.changed(self.sweep, &known).into_iter().next() else {
            let as_it_was = known.into_iter().collect();
            let now = self.host.clock.now();
            sweeps.note(&name, as_it_was, now).await.map_err(stored)?;
            return Ok(Asked::There(Vec::new()));
        };
        let Some((record, seen)) = self.whole_row(caller, row, body).await? else {
            let words = format!("{}/{key} cannot be read whole", self.sweep.kind.name);
            return Err(Fault::new(Kind::Refused, words));
        };
        let accepted = self.file(vec![record]).await?;
        let now = self.host.clock.now();
        sweeps.note(&name, vec![seen], now).await.map_err(stored)?;
        Ok(Asked::There(carrying(&accepted)))
    }

    async fn missed(&self, key: &str, is_certain: bool) -> Result<Asked, Fault> {
        let (name, sweeps) = (self.name(), &self.host.store.sweeps);
        if !is_certain || sweeps.miss(&name, key).await.map_err(stored)? < MISSES {
            return Ok(Asked::Gone(Vec::new()));
        }
        let accepted = self.file(vec![tombstone(self.sweep, key)]).await?;
        sweeps.forget(&name, vec![key.to_owned()]).await.map_err(stored)?;
        Ok(Asked::Gone(carrying(&accepted)))
    }

    /// What the page of the row shows, over what is known of it.
    async fn by_detail(&self, caller: &Caller, key: &str, known: Record) -> Result<Asked, Fault> {
        let (name, sweeps) = (self.name(), &self.host.store.sweeps);
        let Some((detail, parameter)) = &self.sweep.detail else {
            let list = &self.sweep.list.name;
            let words = format!("{list} cannot be asked for one row, and the flow names no detail");
            let hint = format!(
                "write detail = \"…\" under [flow.{}], or wait for its next sweep",
                self.flow
            );
            return Err(Fault::new(Kind::Invalid, words).with_hint(hint));
        };
        let given = Record::from_iter([(parameter.clone(), Value::from(key))]);
        let answer = match self.host.gateway.call(caller, detail, &given).await {
            Ok(answer) => answer,
            Err(fault) if matches!(fault.kind, Kind::NotFound | Kind::Refused) => {
                return Ok(Asked::Gone(Vec::new()));
            }
            Err(fault) => return Err(fault),
        };
        let body = as_shown(self.sweep, detail, &known, answer);
        let record = NewRecord {
            identities: self.sweep.kind.indexed(&body),
            ..NewRecord::saved(
                RecordName::new(&self.sweep.kind.name, key),
                serde_json::to_string(&body).unwrap_or_default(),
            )
        };
        let accepted = self.file(vec![record]).await?;
        let keys = [key.to_owned()];
        let known = sweeps.fingerprints(&name, &keys).await.map_err(stored)?;
        let now = self.host.clock.now();
        let seen = known.into_iter().collect();
        sweeps.note(&name, seen, now).await.map_err(stored)?;
        Ok(Asked::There(carrying(&accepted)))
    }
}

/// The deliveries that carry what was filed.
fn carrying(accepted: &[Accepted]) -> Vec<DeliveryId> {
    let enqueued = accepted.iter().flat_map(|accepted| &accepted.deliveries);
    enqueued.map(|enqueued| enqueued.delivery).collect()
}
