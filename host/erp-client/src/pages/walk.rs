//! Where a walk over pages goes next, which rows are new, and where the list ends. It asks nobody itself.

use std::collections::HashSet;
use sunmao_catalogue::{Column, Page, Table, Value};

/// What lists call the record's key.
pub(super) const KEY_COLUMNS: [&str; 2] = ["ord", "id"];

/// How often a walk may go back because the list became shorter; a count that only wavers would keep it for ever.
const MOST_RETURNS: u32 = 200;

/// How often a walk begins anew to look for rows that the ERP counts and that did not come.
const MOST_PASSES: u32 = 2;

/// What follows a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The page with this number.
    Page(u32),
    /// Nothing: the list is whole.
    End,
}

/// The pages so far.
#[derive(Debug)]
pub(super) struct Walk {
    /// Rows of a full page.
    size: usize,
    /// Whether the pages say how long the list is; not known before the first.
    tells: Option<bool>,
    /// The columns of all pages.
    columns: Vec<Column>,
    /// What this list calls the record's key.
    names: Vec<&'static str>,
    /// The column with the record's key.
    key: Option<usize>,
    /// The keys of the rows that came.
    seen: HashSet<i64>,
    /// Rows that came.
    rows: u64,
    /// Rows of the last page, to notice an ERP that does not follow the page number.
    last: Vec<Vec<Value>>,
    /// The page that came empty, while nobody knows yet whether it is the end.
    empty: Option<u32>,
    /// Rows in all, as the last page says.
    total: u64,
    returns: u32,
    passes: u32,
}

impl Walk {
    /// Begins before the first page; a full one has this many rows, and their key is called one of these names.
    pub(super) fn new(size: usize, names: Vec<&'static str>) -> Self {
        Walk {
            names,
            size: size.max(1),
            tells: None,
            columns: Vec::new(),
            key: None,
            seen: HashSet::new(),
            rows: 0,
            last: Vec::new(),
            empty: None,
            total: 0,
            returns: 0,
            passes: 0,
        }
    }

    /// Goes on where an earlier walk ended, whose rows had these keys.
    pub(super) fn resume(&mut self, seen: impl IntoIterator<Item = i64>, rows: u64, total: u64) {
        self.seen.extend(seen);
        self.rows = rows;
        self.total = total;
        self.tells = (rows > 0).then_some(total > 0);
    }

    /// Takes a page, and gives its new rows under the columns of all pages so far.
    ///
    /// # Errors
    /// What is wrong with the page: the list cannot be put together.
    pub(super) fn take(&mut self, index: u32, page: Table) -> Result<(Table, Next), String> {
        let Page { count, total, .. } = page.page;
        let tells = count > 0 || total > 0;
        if *self.tells.get_or_insert(tells) != tells {
            return Err(format!(
                "page {index} and the pages before it differ in whether they say how long the list is"
            ));
        }
        match tells {
            true => self.take_told(index, page),
            false => self.take_untold(index, page),
        }
    }

    /// A page that says how long the list is.
    fn take_told(&mut self, index: u32, page: Table) -> Result<(Table, Next), String> {
        let Page { count, total, .. } = page.page;
        let gone = self.total.saturating_sub(total);
        self.total = total;
        let is_behind_the_end = count > 0 && index > count;
        let may_be_empty = total == 0 && count <= 1 || is_behind_the_end;
        if page.rows.is_empty() && !may_be_empty {
            return Err(match count {
                0 => format!("page {index} came empty before all {total} rows were there"),
                count => format!("page {index} of {count} came empty"),
            });
        }
        let rows = self.append(page);
        if let Some(earlier) = self.where_it_moved(index, gone) {
            return Ok((rows, Next::Page(earlier)));
        }
        let is_last = match count {
            0 => self.rows >= total,
            count => index >= count,
        };
        let is_caught_up = self.passes > 0 && self.rows >= total;
        if !is_last && !is_caught_up {
            return Ok((rows, Next::Page(index + 1)));
        }
        let lacks = self.key.is_some() && self.rows < total && self.passes < MOST_PASSES;
        if !lacks {
            return Ok((rows, Next::End));
        }
        self.passes += 1;
        Ok((rows, Next::Page(1)))
    }

    /// The page to go back to when records are gone: those behind them have moved to the pages before.
    fn where_it_moved(&mut self, index: u32, gone: u64) -> Option<u32> {
        let may_return = self.key.is_some() && gone > 0 && index > 1 && self.returns < MOST_RETURNS;
        if !may_return {
            return None;
        }
        self.returns += 1;
        let pages = u32::try_from(gone.div_ceil(self.size as u64)).unwrap_or(u32::MAX);
        Some(index.saturating_sub(pages).max(1))
    }

    /// A page of a list that does not say how long it is: a page that is not full is the last. After a full one an
    /// empty page may be the end or a fault of the ERP's; the page behind it tells.
    fn take_untold(&mut self, index: u32, page: Table) -> Result<(Table, Next), String> {
        if page.rows.is_empty() {
            let is_settled = index == 1 || self.empty.is_some();
            self.empty = Some(index);
            let next = match is_settled {
                true => Next::End,
                false => Next::Page(index + 1),
            };
            return Ok((self.append(page), next));
        }
        if let Some(empty) = self.empty {
            return Err(format!("page {empty} came empty, but page {index} has rows"));
        }
        if page.rows == self.last {
            return Err(format!(
                "page {index} repeats the one before: the ERP does not follow the page number"
            ));
        }
        let is_full = page.rows.len() >= self.size;
        self.last.clone_from(&page.rows);
        let next = match is_full {
            true => Next::Page(index + 1),
            false => Next::End,
        };
        Ok((self.append(page), next))
    }

    /// Why the rows may not be all there are.
    pub(super) fn doubt(&self) -> Option<String> {
        let is_short = match self.key {
            // Records that were removed after they came are no contradiction.
            Some(_) => self.rows < self.total,
            None => self.rows != self.total,
        };
        (self.total > 0 && is_short).then(|| {
            format!(
                "{} rows came where the ERP counts {}: the list may not be whole",
                self.rows, self.total
            )
        })
    }

    /// The rows of a page that did not come before. Where a list announces no columns, each page's rows bring their own,
    /// in their own order.
    fn append(&mut self, page: Table) -> Table {
        let place = page.page;
        let is_first = self.columns.is_empty();
        let mut rows = self.arranged(page);
        if is_first {
            self.key = self.key_column();
        }
        if let Some(key) = self.key {
            let seen = &mut self.seen;
            rows.retain(|row| match row.get(key).and_then(Value::as_integer) {
                Some(key) => seen.insert(key),
                None => true,
            });
        }
        self.rows += rows.len() as u64;
        Table {
            columns: self.columns.clone(),
            rows,
            page: place,
        }
    }

    fn key_column(&self) -> Option<usize> {
        self.names.iter().find_map(|name| {
            let mut columns = self.columns.iter();
            columns.position(|column| column.name.eq_ignore_ascii_case(name))
        })
    }

    /// The rows of a page in the order of the columns so far.
    fn arranged(&mut self, page: Table) -> Vec<Vec<Value>> {
        if self.columns.is_empty() {
            self.columns = page.columns;
            return page.rows;
        }
        if self.columns == page.columns {
            return page.rows;
        }
        let places: Vec<usize> = page
            .columns
            .into_iter()
            .map(|column| self.place(column))
            .collect();
        let arranged = |row: Vec<Value>| {
            let mut cells = vec![Value::Null; self.columns.len()];
            for (place, cell) in places.iter().zip(row) {
                cells[*place] = cell;
            }
            cells
        };
        page.rows.into_iter().map(arranged).collect()
    }

    fn place(&mut self, column: Column) -> usize {
        let columns = &mut self.columns;
        let known = columns.iter().position(|known| known.name == column.name);
        known.unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        })
    }
}

#[cfg(test)]
mod tests;
