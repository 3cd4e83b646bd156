//! A sweep at work: page after page, from where an earlier one was broken off, and what is gone once the list was read whole.

use super::Sweep;
use super::rows::{Row, Rows, record, tombstone};
use crate::actor::Actor;
use crate::extension::{Invocation, Permit};
use crate::flows::handled::{Handled, judged};
use crate::flows::progress::Step;
use crate::flows::timer::RECENT;
use crate::gateway::{Caller, GatewayPages, StartingAt};
use crate::host::Host;
use futures::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;
use sunmao_catalogue::{Answer, Fault, Kind, Record, Table, Value};
use sunmao_store::{Accepted, Delivery, NewRecord, Route, StoreError, SweptPage};

/// Rows that are read whole at once: the budget decides how many of them go out.
const DETAILS_AT_ONCE: usize = 4;
/// Rows that are gone are filed so many at once.
const GONE_AT_ONCE: u32 = 500;
/// A look at what is new reads no more pages: what is older is for the next whole sweep.
const MOST_RECENT: u32 = 20;

/// One flow's sweep.
pub(in crate::flows) struct Sweeping<'a> {
    pub host: &'a Host,
    /// The flow's name.
    pub flow: &'a str,
    pub sweep: &'a Sweep,
    pub permit: &'a Arc<Permit>,
    /// Who hears of the rows that changed or are gone.
    pub routes: Vec<Route>,
}

/// Handles a fire of a flow that sweeps.
pub(in crate::flows) async fn handle(sweeping: &Sweeping<'_>, delivery: &Delivery) -> Handled {
    let caller = sweeping.caller(delivery);
    let is_recent = delivery.event == RECENT;
    let swept = match is_recent {
        true => sweeping.look_at_recent(&caller).await,
        false => sweeping.whole(&caller).await,
    };
    match swept.map_err(|fault| judged(fault, delivery)) {
        Ok(words) => done(words),
        // The next one is soon due, and the whole sweep will ask for a person.
        Err(Handled::Dead(fault)) if is_recent => {
            tracing::warn!(flow = sweeping.flow, %fault, hint = fault.hint, "what is new could not be read");
            done(format!("not read: {fault}"))
        }
        Err(handled) => handled,
    }
}

fn done(words: String) -> Handled {
    Handled::done(Step::Swept { words })
}

/// What came of a page.
#[derive(Debug, Default)]
struct Taken {
    keys: Vec<String>,
    /// Key and fingerprint of what was filed.
    changed: Vec<(String, String)>,
}

impl Sweeping<'_> {
    /// The sweep's name in the store: another list, or another account, is another sweep.
    pub fn name(&self) -> String {
        let account = self.permit.account.as_deref();
        let account = account.map(|account| format!(" @{account}")).unwrap_or_default();
        format!("{} {}{account}", self.flow, self.sweep.list.name)
    }

    fn caller(&self, delivery: &Delivery) -> Caller {
        let invocation = Invocation {
            subject: Some(format!("sweep {}", self.flow).into()),
            ..Invocation::of_delivery(delivery)
        };
        Caller::new(
            Actor::flow(self.flow),
            env!("CARGO_PKG_VERSION"),
            self.permit.clone(),
            invocation,
        )
    }

    /// Reads the list whole, from where an earlier attempt ended. What came of it, in words.
    async fn whole(&self, caller: &Caller) -> Result<String, Fault> {
        let (name, sweeps) = (self.name(), &self.host.store.sweeps);
        let run = sweeps.begin(&name, self.host.clock.now()).await.map_err(stored)?;
        // All pages were taken; what remains is to end it.
        if run.page > 0 {
            let seen = match run.rows {
                0 => Vec::new(),
                _ => sweeps.seen(&name).await.map_err(stored)?,
            };
            let from = StartingAt {
                page: run.page,
                seen: seen.iter().filter_map(|key| key.parse().ok()).collect(),
                rows: run.rows,
                total: run.total,
            };
            let mut pages = self.pages(caller, from).await?;
            let outcome = self.read_on(caller, &name, &mut pages).await;
            let doubt = pages.doubt();
            let words = match (&outcome, &doubt) {
                (Err(fault), _) => fault.to_string(),
                (Ok(()), Some(doubt)) => doubt.clone(),
                (Ok(()), None) => self.so_far(&name).await,
            };
            let word = if outcome.is_ok() { "swept" } else { "failed" };
            pages.end(word, outcome.as_ref().err(), words.clone()).await;
            outcome?;
            if doubt.is_some() {
                // What did not come may be there all the same.
                sweeps.abandon(&name).await.map_err(stored)?;
                return Ok(words);
            }
        }
        let words = self.so_far(&name).await;
        let gone = self.file_the_gone(&name).await?;
        let missed = sweeps.finish(&name).await.map_err(stored)?;
        Ok(format!("{words}, {missed} missed, {gone} gone"))
    }

    async fn pages<'a>(&'a self, caller: &'a Caller, from: StartingAt) -> Result<GatewayPages<'a>, Fault> {
        let list = &self.sweep.list;
        self.host
            .gateway
            .pages(caller, list, &Record::default(), from)
            .await
    }

    /// Takes page after page to the end. A page is noted once its rows are kept, so that none is passed over.
    async fn read_on(&self, caller: &Caller, name: &str, pages: &mut GatewayPages<'_>) -> Result<(), Fault> {
        let sweeps = &self.host.store.sweeps;
        while let Some(table) = pages.next().await? {
            let total = table.page.total;
            if table.rows.is_empty() && total == 0 && table.page.count == 0 {
                self.is_explained(name).await?;
            }
            let taken = self.take(caller, name, table).await?;
            let page = SweptPage {
                next: pages.upcoming().unwrap_or(0),
                total,
                keys: taken.keys,
                changed: taken.changed,
            };
            sweeps
                .take(name, page, self.host.clock.now())
                .await
                .map_err(stored)?;
        }
        Ok(())
    }

    /// A list that does not say how long it is, and is empty although it had rows, may be a fault of the ERP's.
    async fn is_explained(&self, name: &str) -> Result<(), Fault> {
        let sweeps = &self.host.store.sweeps;
        let run = sweeps.under_way(name).await.map_err(stored)?;
        let known = sweeps.known(name).await.map_err(stored)?;
        if known == 0 || run.is_some_and(|run| run.rows > 0) {
            return Ok(());
        }
        let words = format!("{} came empty, and had {known} rows", self.sweep.list.name);
        Err(Fault::new(Kind::Unavailable, words).with_hint("look whether the account may still see them"))
    }

    /// How far the sweep has come, in words.
    async fn so_far(&self, name: &str) -> String {
        match self.host.store.sweeps.under_way(name).await {
            Ok(Some(run)) => format!("{} rows, {} changed", run.rows, run.changed),
            _ => "no rows".to_owned(),
        }
    }

    /// Files what two whole sweeps have missed as deleted. Says how many that were.
    async fn file_the_gone(&self, name: &str) -> Result<usize, Fault> {
        let sweeps = &self.host.store.sweeps;
        let mut filed = 0;
        loop {
            let gone = sweeps.gone(name, GONE_AT_ONCE).await.map_err(stored)?;
            if gone.is_empty() {
                return Ok(filed);
            }
            filed += gone.len();
            let records = gone.iter().map(|key| tombstone(self.sweep, key)).collect();
            self.file(records).await?;
            sweeps.forget(name, gone).await.map_err(stored)?;
        }
    }

    /// Reads the first pages, as long as each brings something new. What came of it, in words.
    async fn look_at_recent(&self, caller: &Caller) -> Result<String, Fault> {
        let (name, sweeps) = (self.name(), &self.host.store.sweeps);
        if sweeps.known(&name).await.map_err(stored)? == 0 {
            return Ok("nothing to compare with before the first whole sweep".to_owned());
        }
        let mut pages = self.pages(caller, StartingAt::default()).await?;
        let (mut changed, mut count) = (0, 0);
        let outcome = loop {
            let taken = match self.next_taken(caller, &name, &mut pages).await {
                Ok(Some(taken)) => taken,
                Ok(None) => break Ok(()),
                Err(fault) => break Err(fault),
            };
            count += 1;
            changed += taken.changed.len();
            if taken.changed.is_empty() || count == MOST_RECENT {
                break Ok(());
            }
            let now = self.host.clock.now();
            if let Err(error) = sweeps.note(&name, taken.changed, now).await {
                break Err(stored(error));
            }
        };
        let words = format!("{changed} changed on the first {count} pages");
        let word = if outcome.is_ok() { "swept" } else { "failed" };
        pages.end(word, outcome.as_ref().err(), words.clone()).await;
        outcome.map(|()| words)
    }

    async fn next_taken(
        &self,
        caller: &Caller,
        name: &str,
        pages: &mut GatewayPages<'_>,
    ) -> Result<Option<Taken>, Fault> {
        match pages.next().await? {
            Some(table) => self.take(caller, name, table).await.map(Some),
            None => Ok(None),
        }
    }

    /// Keeps the rows of a page that are new or have changed.
    async fn take(&self, caller: &Caller, name: &str, table: Table) -> Result<Taken, Fault> {
        let rows = Rows::of(self.sweep, table)?;
        let (keys, nameless) = (rows.keys(), rows.nameless);
        let sweeps = &self.host.store.sweeps;
        let known = sweeps.fingerprints(name, &keys).await.map_err(stored)?;
        let changed = rows.changed(self.sweep, &known);
        let records: Vec<Option<(NewRecord, (String, String))>> = stream::iter(changed)
            .map(|(row, body)| self.whole_row(caller, row, body))
            .buffered(DETAILS_AT_ONCE)
            .try_collect()
            .await?;
        let all = records.len();
        let (records, changed): (Vec<NewRecord>, Vec<(String, String)>) =
            records.into_iter().flatten().unzip();
        let left_out = nameless + (all - records.len()) as u64;
        if left_out > 0 {
            tracing::warn!(
                flow = self.flow,
                left_out,
                "rows without a key, or that could not be read whole; the next sweep looks again"
            );
        }
        self.file(records).await?;
        Ok(Taken { keys, changed })
    }

    /// The record of a row, with its detail. None where the ERP does not show that one.
    pub(super) async fn whole_row(
        &self,
        caller: &Caller,
        row: Row,
        body: Record,
    ) -> Result<Option<(NewRecord, (String, String))>, Fault> {
        let detail = match self.detail(caller, &row).await {
            Ok(detail) => detail,
            Err(fault) if fault.kind == Kind::Refused => {
                tracing::debug!(flow = self.flow, key = row.key, %fault, "a row could not be read whole");
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let record = record(self.sweep, &row, body, detail);
        Ok(Some((record, (row.key, row.fingerprint))))
    }

    async fn detail(&self, caller: &Caller, row: &Row) -> Result<Option<Answer>, Fault> {
        let Some((operation, parameter)) = &self.sweep.detail else {
            return Ok(None);
        };
        let given = Record::from_iter([(parameter.clone(), Value::from(row.key.as_str()))]);
        self.host.gateway.call(caller, operation, &given).await.map(Some)
    }

    pub(super) async fn file(&self, records: Vec<NewRecord>) -> Result<Vec<Accepted>, Fault> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let (records, routes) = (records, self.routes.clone());
        let origin = Actor::flow(self.flow).to_string();
        let now = self.host.clock.now();
        let filed = self
            .host
            .store
            .records
            .accept(records, routes, &origin, now)
            .await;
        filed.map_err(stored)
    }
}

pub(super) fn stored(error: StoreError) -> Fault {
    Fault::new(Kind::Unavailable, error.to_string()).with_hint(error.hint())
}
