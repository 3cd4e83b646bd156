//! A list page after page through the gate: granted once, and noted as one row a page and one for the whole.

use super::entry::Entry;
use super::{Caller, Gateway, audit, no_account, permitted};
use jiff::Timestamp;
use std::time::Instant;
use sunmao_catalogue::{Fault, Operation, Record, Table, Value};
use sunmao_erp_client::{Outgoing, Pages};
use sunmao_store::AuditEnd;

/// Rows asked for at once where the caller does not say and the vendor sets no limit: installations answer as many.
const PAGE_SIZE: u32 = 500;

/// Where a walk over a list begins.
#[derive(Debug, Clone, Default)]
pub struct StartingAt {
    /// The page; 0 and 1 are the first.
    pub page: u32,
    /// The keys of the rows that came before.
    pub seen: Vec<i64>,
    /// How many rows that were.
    pub rows: u64,
    /// How many rows the ERP counted in all.
    pub total: u64,
}

/// The pages of one list, for one caller.
pub struct GatewayPages<'a> {
    gateway: &'a Gateway,
    caller: &'a Caller,
    operation: &'a Operation,
    pages: Pages<'a>,
    begun: Instant,
    begun_at: Timestamp,
    requests: i64,
}

impl Gateway {
    /// The pages of a list, as calls of low priority.
    ///
    /// # Errors
    /// `NotGranted`, `Invalid`: the caller may not call it, the arguments are unsound, or it has no pages.
    pub async fn pages<'a>(
        &'a self,
        caller: &'a Caller,
        operation: &'a Operation,
        given: &Record,
        from: StartingAt,
    ) -> Result<GatewayPages<'a>, Fault> {
        let checked = permitted(caller, operation).and_then(|()| {
            operation
                .check(given)
                .map_err(|faults| operation.invalid(&faults))
        });
        let mut arguments = match checked {
            Ok(arguments) => arguments,
            Err(fault) => return Err(self.denied(caller, operation, None, fault).await),
        };
        if let Some(paging) = &operation.paging
            && arguments.get(&paging.size).is_none_or(Value::is_empty)
        {
            let size = paging.maximum.unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
            arguments.set(&paging.size, Value::from(i64::from(size)));
        }
        let account = caller.permit.account.as_deref();
        let erp = self.accounts.get(account).ok_or_else(|| no_account(account))?;
        let mut pages = erp.pages(operation, arguments).map_err(|error| error.fault())?;
        if from.page > 1 || from.rows > 0 {
            pages.resume(from.page, from.seen, from.rows, from.total);
        }
        Ok(GatewayPages {
            gateway: self,
            caller,
            operation,
            pages,
            begun: Instant::now(),
            begun_at: self.clock.now(),
            requests: 0,
        })
    }
}

impl GatewayPages<'_> {
    /// The page that comes next; none behind the last.
    pub fn upcoming(&self) -> Option<u32> {
        self.pages.upcoming()
    }

    /// The rows of the next page that did not come before; none behind the last. After a fault the same page comes next.
    ///
    /// # Errors
    /// As [`Gateway::call`]; and `Unavailable` for a page that came empty or malformed before the end.
    pub async fn next(&mut self) -> Result<Option<Table>, Fault> {
        if self.pages.upcoming().is_none() {
            return Ok(None);
        }
        let outgoing = Outgoing::default();
        let now = self.gateway.clock.now();
        let row = audit::row(self.caller, self.operation, Some(self.pages.arguments()), now);
        let entry = Entry::new(&self.gateway.book, self.operation, row, &outgoing, None);
        let page = self.pages.next_within(self.caller.call_limit(), &outgoing).await;
        self.requests += i64::from(outgoing.requests());
        let outcome = page
            .map(|page| page.unwrap_or_default())
            .map_err(|error| error.fault());
        entry.end(&outcome).await;
        outcome.map(Some)
    }

    /// Why the rows that came may not be all there are, once the last page came.
    pub fn doubt(&self) -> Option<String> {
        self.pages.doubt()
    }

    /// Notes the whole: what came of it, in words.
    pub async fn end(self, outcome: &'static str, fault: Option<&Fault>, words: String) {
        let row = audit::row(self.caller, self.operation, None, self.begun_at);
        let end = AuditEnd {
            outcome: outcome.to_owned(),
            error_kind: fault.map(|fault| fault.kind.name().to_owned()),
            message: Some(words),
            duration_micros: audit::micros(self.begun.elapsed()),
            requests: self.requests,
        };
        self.gateway.book.later(audit::ended(row, end)).await;
    }
}
