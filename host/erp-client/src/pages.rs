//! A list, page after page, while others add and remove records.

mod walk;

use crate::failure::Report;
use crate::{Before, ErpClient, Error, Outgoing, Priority};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Column, Operation, Table, Value};
use walk::{KEY_COLUMNS, Next, Walk};

/// Rows asked for at once where neither the caller nor the vendor says how many.
const PAGE_SIZE: u32 = 100;

/// The pages of one list. Each row comes once, however often the pages shift: where rows carry the record's key, a page
/// that repeats rows gives only the new ones, and a list that became shorter is read again from where it may have moved.
/// Held in memory are one page and the keys of the rows that came.
#[derive(Debug)]
pub struct Pages<'a> {
    client: ErpClient,
    pager: Pager<'a>,
}

/// The same for whoever asks for the pages himself.
#[derive(Debug)]
pub(crate) struct Pager<'a> {
    operation: &'a Operation,
    arguments: Arguments,
    walk: Walk,
    next: Next,
}

impl ErpClient {
    /// The pages of a list with these arguments, from the first on, as calls of low priority.
    ///
    /// # Errors
    /// `Invalid`: the operation is no list with pages.
    pub fn pages<'a>(&self, operation: &'a Operation, arguments: Arguments) -> Result<Pages<'a>, Error> {
        if operation.paging.is_none() {
            return Err(Report::of(operation, Duration::ZERO).no_pages());
        }
        Ok(Pages {
            client: self.with_priority(Priority::Bulk),
            pager: Pager::new(operation, arguments),
        })
    }
}

impl<'a> Pager<'a> {
    /// Begins before the first page. A list without pages is one page.
    pub(crate) fn new(operation: &'a Operation, mut arguments: Arguments) -> Self {
        let paging = operation.paging.as_ref();
        let most = paging.and_then(|paging| paging.maximum).unwrap_or(u32::MAX);
        let asked = paging.and_then(|paging| arguments.get(&paging.size)?.as_integer());
        let asked = asked.and_then(|asked| u32::try_from(asked).ok());
        let size = asked.unwrap_or(PAGE_SIZE.min(most));
        if let Some(paging) = paging {
            arguments.set(&paging.size, Value::from(i64::from(size)));
        }
        Pager {
            operation,
            arguments,
            // What the ERP holds back of a page that is too large for it is no sign of the end.
            walk: Walk::new(size.min(most) as usize, key_names(operation)),
            next: Next::Page(1),
        }
    }

    /// The rows of the next page that did not come before; none behind the last. `ask` asks the ERP.
    pub(crate) async fn next(
        &mut self,
        report: &Report<'_>,
        ask: impl AsyncFnOnce(&Arguments) -> Result<Answer, Error>,
    ) -> Result<Option<Table>, Error> {
        let Next::Page(index) = self.next else {
            return Ok(None);
        };
        if self.operation.paging.is_none() {
            self.next = Next::End;
            return match ask(&self.arguments).await? {
                Answer::Table(table) => Ok(Some(table)),
                _ => Err(report.unsound_list("it is no table".to_owned())),
            };
        }
        self.point();
        let taken = match ask(&self.arguments).await? {
            Answer::Table(page) => self.walk.take(index, page),
            _ => Err(format!("page {index} is no table")),
        };
        let (rows, next) = taken.map_err(|words| report.unsound_list(words))?;
        self.next = next;
        Ok(Some(rows))
    }

    /// Asks for the page that comes next.
    fn point(&mut self) {
        if let (Next::Page(index), Some(paging)) = (self.next, &self.operation.paging) {
            self.arguments.set(&paging.index, Value::from(i64::from(index)));
        }
    }
}

/// The column of a list that holds the key of its records.
pub(crate) fn key_column(operation: &Operation, columns: &[Column]) -> Option<usize> {
    let names = key_names(operation);
    names.iter().find_map(|name| {
        let mut columns = columns.iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    })
}

/// Whether lists call a record's key so.
pub(crate) fn is_key_name(name: &str) -> bool {
    KEY_COLUMNS.iter().any(|key| key.eq_ignore_ascii_case(name))
}

/// What a list calls the key of its records. Where the catalogue knows that a column holds another record's key, such as the
/// product of a line, rows that agree in it are not the same.
fn key_names(operation: &Operation) -> Vec<&'static str> {
    let known = |name: &str| {
        let mut fields = operation.fields.iter();
        fields.find(|field| field.wire.eq_ignore_ascii_case(name))
    };
    let mut names = KEY_COLUMNS.to_vec();
    names.retain(|name| known(name).is_none_or(|field| is_own_key(operation, &field.name)));
    names
}

fn is_own_key(operation: &Operation, name: &str) -> bool {
    let own = || {
        name.strip_suffix("-key")
            .filter(|record| operation.object.strip_suffix('s') == Some(record))
    };
    name == "record-key" || own().is_some()
}

impl Pages<'_> {
    /// Goes on where an earlier walk over the same list ended: with this page, after so many rows of those that the ERP
    /// counted. What came then is known by its keys, and does not come again.
    pub fn resume(&mut self, page: u32, seen: impl IntoIterator<Item = i64>, rows: u64, total: u64) {
        self.pager.walk.resume(seen, rows, total);
        self.pager.next = Next::Page(page.max(1));
    }

    /// The page that comes next; none behind the last.
    pub fn upcoming(&self) -> Option<u32> {
        match self.pager.next {
            Next::Page(index) => Some(index),
            Next::End => None,
        }
    }

    /// What the next page is asked with.
    pub fn arguments(&mut self) -> &Arguments {
        self.pager.point();
        &self.pager.arguments
    }

    /// The rows of the next page that did not come before; none behind the last. Its columns are those of all pages so
    /// far, and its `total` is the ERP's own count.
    ///
    /// # Errors
    /// As [`ErpClient::call`]; and `Unavailable` for a page that came empty or malformed before the end.
    pub async fn next(&mut self) -> Result<Option<Table>, Error> {
        self.next_within(Duration::MAX, &Outgoing::default()).await
    }

    /// The same with a limit of the caller's, which can only shorten the client's own, for a caller that wants to know how
    /// many requests went out. After an error the same page comes next.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn next_within(
        &mut self,
        limit: Duration,
        outgoing: &Outgoing<'_>,
    ) -> Result<Option<Table>, Error> {
        let (client, operation) = (&self.client, self.pager.operation);
        let ask = async |arguments: &Arguments| {
            let sent = client.send(operation, arguments, limit, Before::Unread, outgoing);
            Ok(sent.await?.answer)
        };
        self.pager.next(&Report::of(operation, Duration::ZERO), ask).await
    }

    /// Why the rows that came may not be all there are, once the last page came.
    pub fn doubt(&self) -> Option<String> {
        self.pager.walk.doubt()
    }

    /// All rows that are left, as the one page of their list.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn collect(&mut self) -> Result<Table, Error> {
        let mut whole = Table::default();
        while let Some(page) = self.next().await? {
            whole.columns = page.columns;
            whole.page.total = page.page.total;
            whole.rows.extend(page.rows);
        }
        for row in &mut whole.rows {
            row.resize(whole.columns.len(), Value::Null);
        }
        whole.page.size = u32::try_from(whole.rows.len()).unwrap_or(u32::MAX);
        whole.page.index = 1;
        whole.page.count = 1;
        if whole.page.total == 0 {
            whole.page.total = whole.rows.len() as u64;
        }
        Ok(whole)
    }
}
