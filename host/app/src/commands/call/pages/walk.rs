//! Putting pages together, and knowing the last one.

use sunmao_catalogue::{Column, Page, Table, Value};

/// What follows a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another page.
    Page,
    /// Nothing: the list is whole.
    End,
}

/// The pages so far.
pub struct Walk {
    /// Rows of a full page.
    size: usize,
    /// Whether the pages say how long the list is; not known before the first.
    tells: Option<bool>,
    whole: Table,
    /// Rows of the last page, to notice an ERP that does not follow the page number.
    last: Vec<Vec<Value>>,
    /// The page that came empty, while nobody knows yet whether it is the end.
    empty: Option<u32>,
    /// Rows in all, as the last page says.
    total: u64,
}

impl Walk {
    /// Begins before the first page; a full one has this many rows.
    pub fn new(size: usize) -> Self {
        Walk {
            size,
            tells: None,
            whole: Table::default(),
            last: Vec::new(),
            empty: None,
            total: 0,
        }
    }

    /// Takes the next page.
    ///
    /// # Errors
    /// What is wrong with the page: the list cannot be put together.
    pub fn take(&mut self, index: u32, page: Table) -> Result<Next, String> {
        let tells = page.page.count > 0 || page.page.total > 0;
        if *self.tells.get_or_insert(tells) != tells {
            return Err(format!(
                "page {index} and the pages before it differ in whether they say how long the list is"
            ));
        }
        if tells {
            self.take_told(index, page)
        } else {
            self.take_untold(index, page)
        }
    }

    /// A page that says how long the list is.
    fn take_told(&mut self, index: u32, page: Table) -> Result<Next, String> {
        let Page { count, total, .. } = page.page;
        self.total = total;
        let may_be_empty = total == 0 && count <= 1;
        if page.rows.is_empty() && !may_be_empty {
            return Err(match count {
                0 => format!("page {index} came empty before all {total} rows were there"),
                count => format!("page {index} of {count} came empty"),
            });
        }
        self.append(page);
        let is_last = match count {
            0 => self.rows() >= total,
            count => index >= count,
        };
        Ok(if is_last { Next::End } else { Next::Page })
    }

    /// A page of a list that does not say how long it is: a page that is not full is the last. After a full one an
    /// empty page may be the end or a fault of the ERP's; the page behind it tells.
    fn take_untold(&mut self, index: u32, page: Table) -> Result<Next, String> {
        if page.rows.is_empty() {
            let is_settled = index == 1 || self.empty.is_some();
            self.empty = Some(index);
            return Ok(if is_settled { Next::End } else { Next::Page });
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
        self.append(page);
        Ok(if is_full { Next::Page } else { Next::End })
    }

    /// Why the rows may not be all there are.
    pub fn doubt(&self) -> Option<String> {
        let rows = self.rows();
        (self.total > 0 && rows != self.total).then(|| {
            format!(
                "{rows} rows came where the ERP counts {}: the list may not be whole",
                self.total
            )
        })
    }

    /// All rows, as the one page of their list; its total is the ERP's where it tells one.
    pub fn into_table(mut self) -> Table {
        let rows = self.rows();
        let columns = self.whole.columns.len();
        for row in &mut self.whole.rows {
            row.resize(columns, Value::Null);
        }
        self.whole.page = Page {
            size: u32::try_from(rows).unwrap_or(u32::MAX),
            index: 1,
            count: 1,
            total: if self.total > 0 { self.total } else { rows },
        };
        self.whole
    }

    fn rows(&self) -> u64 {
        self.whole.rows.len() as u64
    }

    /// Adds rows. Where a list announces no columns, each page's rows bring their own, in their own order.
    fn append(&mut self, page: Table) {
        if self.whole.columns.is_empty() {
            self.whole.columns = page.columns;
            self.whole.rows.extend(page.rows);
            return;
        }
        if self.whole.columns == page.columns {
            self.whole.rows.extend(page.rows);
            return;
        }
        let places: Vec<usize> = page
            .columns
            .into_iter()
            .map(|column| self.place(column))
            .collect();
        for row in page.rows {
            let mut cells = vec![Value::Null; self.whole.columns.len()];
            for (place, cell) in places.iter().zip(row) {
                cells[*place] = cell;
            }
            self.whole.rows.push(cells);
        }
    }

    fn place(&mut self, column: Column) -> usize {
        let columns = &mut self.whole.columns;
        let known = columns.iter().position(|known| known.name == column.name);
        known.unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        })
    }
}

#[cfg(test)]
mod tests;
