//! Rows and columns, however they are packed: rows as arrays, as objects, as `{"value", "ord"}`, or one row alone.

use super::{Rejection, listed, member, take};
use sunmao_catalogue::{Arguments, Column, Operation, Page, Record, Table, Value};

/// The column that keeps a row's key where the ERP sends it beside the cells.
pub(super) const KEY_COLUMN: &str = "ord";

/// Columns that no list has, by far: finding the place of each cell takes longer with each.
const MOST_COLUMNS: usize = 4096;

/// Cells that may be missing for each one that came, and in a short list for none: rows are made as wide as the columns,
/// which lets a small answer of many short rows take all memory there is.
const MISSING_FOR_EACH: usize = 32;
const MISSING_AT_LEAST: usize = 1 << 20;

/// Builds a table from what the ERP calls columns and rows. Rows may only be missing when the page says that there are
/// none, since a screen skeleton without rows is no empty list.
pub(super) fn build(
    columns: Option<Value>,
    rows: Option<Value>,
    page: Option<Page>,
    asked: &Asked,
) -> Result<Table, Rejection> {
    let rows = match rows {
        Some(rows) if !is_nothing(&rows) => listed(rows),
        nothing => nothing_is_sound(nothing.as_ref(), page, asked).then(Vec::new),
    };
    let rows = rows.ok_or_else(|| Rejection::broken("a list without rows"))?;
    let mut table = Table {
        columns: columns
            .and_then(listed)
            .unwrap_or_default()
            .into_iter()
            .map(column)
            .collect(),
        rows: Vec::with_capacity(rows.len()),
        page: Page::default(),
    };
    if table.columns.len() > MOST_COLUMNS || rows.iter().any(|row| width(row) > MOST_COLUMNS) {
        return Err(too_wide());
    }
    if let Some(Value::Record(first)) = rows.first().filter(|row| packed_cells(row).is_none()) {
        adopt_names(&mut table.columns, first);
    }
    for (number, row) in (1..).zip(rows) {
        let cells = cells(&mut table.columns, row).map_err(|odd| {
            Rejection::broken(format!(
                "row {number} of the list is neither a list nor an object: {odd}"
            ))
        })?;
        table.rows.push(cells);
        if table.columns.len() > MOST_COLUMNS {
            return Err(too_wide());
        }
    }
    let given: usize = table.rows.iter().map(Vec::len).sum();
    let missing = (table.rows.len() * table.columns.len()).saturating_sub(given);
    if missing > MISSING_AT_LEAST.max(given.saturating_mul(MISSING_FOR_EACH)) {
        return Err(Rejection::broken(
            "a list whose rows lack nearly all of their cells",
        ));
    }
    for row in &mut table.rows {
        row.resize(table.columns.len(), Value::Null);
    }
    table.page = page.unwrap_or_else(|| asked.page(table.rows.len()));
    Ok(table)
}

/// How many cells or members a row has.
fn width(row: &Value) -> usize {
    match row {
        Value::List(cells) => cells.len(),
        Value::Record(record) => record.len(),
        _ => 0,
    }
}

fn too_wide() -> Rejection {
    Rejection::broken("a list of more columns than any list has")
}

/// Reads a page's place: `pagesize`, `pageindex`, `pagecount`, `recordcount` in any letter case.
pub(super) fn page(value: Option<&Value>) -> Option<Page> {
    let record = value?.as_record()?;
    let number = |name| member(record, name).and_then(Value::as_integer);
    let narrowed = |name| number(name).and_then(narrow);
    let (size, index, count) = (narrowed("pagesize"), narrowed("pageindex"), narrowed("pagecount"));
    let total = number("recordcount").and_then(|number| u64::try_from(number).ok());
    // Without these two nobody can tell a last page from an empty one.
    if count.is_none() && total.is_none() {
        return None;
    }
    let size = size.unwrap_or(0);
    let counted = total
        .filter(|_| size > 0)
        .map(|total| total.div_ceil(u64::from(size)));
    let counted = counted.and_then(|count| u32::try_from(count).ok());
    Some(Page {
        size,
        index: index.unwrap_or(1),
        count: count.or(counted).unwrap_or(0),
        total: total.unwrap_or(0),
    })
}

/// A count as pages have them; one too large for that is the largest, since the page behind the last one has no rows
/// however far behind it is.
fn narrow(number: i64) -> Option<u32> {
    (number >= 0).then(|| u32::try_from(number).unwrap_or(u32::MAX))
}

/// The page that was asked for, for answers that do not say which they are.
pub(super) struct Asked {
    size: Option<u32>,
    index: u32,
    paged: bool,
}

impl Asked {
    pub(super) fn of(operation: &Operation, arguments: &Arguments) -> Self {
        let number = |wire: &str| {
            let number = arguments.get(wire).and_then(Value::as_integer);
            number.and_then(narrow)
        };
        let paging = operation.paging.as_ref();
        Asked {
            size: paging.and_then(|paging| number(&paging.size).or(paging.maximum)),
            index: paging.and_then(|paging| number(&paging.index)).unwrap_or(1),
            paged: paging.is_some(),
        }
    }

    /// A list without pages is whole; of one with pages nobody knows the end, so count and total stay zero.
    fn page(&self, rows: usize) -> Page {
        let rows_as_size = u32::try_from(rows).unwrap_or(u32::MAX);
        Page {
            size: self.size.unwrap_or(rows_as_size),
            index: self.index,
            count: u32::from(!self.paged),
            total: if self.paged { 0 } else { rows as u64 },
        }
    }
}

fn is_nothing(rows: &Value) -> bool {
    match rows {
        Value::List(rows) => rows.is_empty(),
        Value::Record(row) => row.is_empty(),
        rows => rows.is_empty(),
    }
}

/// Whether no rows are what the page promises: there are none at all, or none behind the last page. Without a page, only
/// a list that is there and empty says so.
fn nothing_is_sound(rows: Option<&Value>, page: Option<Page>, asked: &Asked) -> bool {
    let is_list = matches!(rows, Some(Value::List(_)));
    match page {
        None => is_list,
        Some(page) if page.total == 0 && page.count <= 1 => true,
        Some(page) => is_list && asked.index.max(page.index) > page.count.max(1),
    }
}

fn column(value: Value) -> Column {
    let Value::Record(record) = value else {
        let name = value.to_text().unwrap_or_default();
        return Column {
            caption: name.clone(),
            name,
        };
    };
    let text = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| member(&record, name)?.to_text());
        texts.find(|text| !text.is_empty())
    };
    let caption = text(&["caption", "title", "text"]);
    let name = text(&["id", "name", "dbname", "field"]).or_else(|| caption.clone());
    Column {
        name: name.unwrap_or_default(),
        caption: caption.unwrap_or_default(),
    }
}

/// Where rows are objects, their keys are the names. Announced columns that match no key are captions: in the rows'
/// order when there are as many, of no use otherwise.
fn adopt_names(columns: &mut Vec<Column>, first: &Record) {
    if columns.is_empty() || first.keys().any(|key| position(columns, 0, key).is_some()) {
        return;
    }
    if columns.len() != first.len() {
        columns.clear();
        return;
    }
    for (column, key) in columns.iter_mut().zip(first.keys()) {
        column.name = key.clone();
    }
}

/// A row's cells in the columns' order; what it is instead, where it is no row.
fn cells(columns: &mut Vec<Column>, row: Value) -> Result<Vec<Value>, String> {
    match row {
        Value::List(cells) => {
            name_surplus(columns, cells.len());
            Ok(cells)
        }
        Value::Record(mut record) => match packed_cells_of(&mut record) {
            Some(cells) => Ok(with_key(columns, cells, *record)),
            None => Ok(by_name(columns, *record)),
        },
        Value::Null => Err("null".to_owned()),
        odd => Err(odd.to_text().unwrap_or_default()),
    }
}

fn packed_cells(row: &Value) -> Option<&[Value]> {
    member(row.as_record()?, "value")?.as_list()
}

fn packed_cells_of(record: &mut Record) -> Option<Vec<Value>> {
    member(record, "value")?.as_list()?;
    match take(record, "value") {
        Some(Value::List(cells)) => Some(cells),
        _ => None,
    }
}

/// The cells of `{"value": […], "ord": …}`, the key in a column of its own unless the list has one.
fn with_key(columns: &mut Vec<Column>, mut cells: Vec<Value>, mut rest: Record) -> Vec<Value> {
    let Some(key) = take(&mut rest, KEY_COLUMN) else {
        name_surplus(columns, cells.len());
        return cells;
    };
    let position = match position(columns, 0, KEY_COLUMN) {
        Some(position) => position,
        None => {
            name_surplus(columns, cells.len());
            push_column(columns, KEY_COLUMN.to_owned())
        }
    };
    name_surplus(columns, cells.len());
    if cells.len() <= position {
        cells.resize(position + 1, Value::Null);
    }
    if cells[position].is_empty() {
        cells[position] = key;
    }
    cells
}

fn by_name(columns: &mut Vec<Column>, record: Record) -> Vec<Value> {
    let mut cells = vec![Value::Null; columns.len().max(record.len())];
    for (expected, (key, value)) in record.into_iter().enumerate() {
        let position = match position(columns, expected, &key) {
            Some(position) => position,
            None => push_column(columns, key),
        };
        if cells.len() <= position {
            cells.resize(position + 1, Value::Null);
        }
        cells[position] = value;
    }
    cells.truncate(columns.len());
    cells
}

/// Rows mostly come in the columns' order, so the expected place is looked at first.
fn position(columns: &[Column], expected: usize, key: &str) -> Option<usize> {
    let is_named = |column: &Column| column.name == key || column.caption == key;
    if columns.get(expected).is_some_and(is_named) {
        return Some(expected);
    }
    columns.iter().position(is_named).or_else(|| {
        columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(key))
    })
}

/// Cells beyond the announced columns are kept under the number of their column.
fn name_surplus(columns: &mut Vec<Column>, cells: usize) {
    while columns.len() < cells {
        let name = format!("column-{}", columns.len() + 1);
        push_column(columns, name);
    }
}

fn push_column(columns: &mut Vec<Column>, name: String) -> usize {
    columns.push(Column {
        caption: String::new(),
        name,
    });
    columns.len() - 1
}
