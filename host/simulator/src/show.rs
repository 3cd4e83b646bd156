//! Records as answers: pages, screens, objects and trees.

use crate::order::compare;
use crate::plan::{Member, Output};
use crate::query::Query;
use crate::reply::{Node, Reply, Rows, Screen, ScreenField};
use crate::request::Request;
use crate::schema::{KEY, Schema, nested};
use crate::table::{Entry, Table};
use std::sync::Arc;
use sunmao_catalogue::{Dialect, FieldType, Record, ResultKind, Value};

/// Rows a page where the caller does not say.
const PAGE_SIZE: i64 = 20;

/// Most rows a page: the helper's own limit, and one that keeps the other dialects' answers small.
const MOST_ROWS: (i64, i64) = (50, 500);

/// Nodes under each branch of a tree.
const BRANCH: usize = 8;

/// The page of a list that is asked for. A list that has no pages comes whole.
pub(crate) fn page(request: &Request<'_>, table: &Table, query: &Query) -> Rows {
    let schema = request.schema;
    let matching = table
        .newest_first()
        .filter(|(_, entry)| (schema.rules.offers)(&request.operation.verb, schema, entry))
        .filter(|(_, entry)| query.matches(entry));
    let summary = schema
        .rules
        .summaries
        .iter()
        .find(|summary| summary.verb == request.operation.verb);
    let summed = summary.map(|summary| summary.of(schema, matching.clone()));
    let mut found: Vec<(i64, &Entry)> = match &summed {
        Some(rows) => rows.iter().map(|(ord, entry)| (*ord, entry)).collect(),
        None => matching.collect(),
    };
    if let Some((column, backwards)) = query.sort {
        found.sort_by(|(_, left), (_, right)| {
            let order = compare(&left.values[column], &right.values[column]);
            if backwards { order.reverse() } else { order }
        });
    }
    let (page_size, page_index) = match &request.operation.paging {
        Some(paging) => {
            let usual_limit = match request.operation.dialect {
                Dialect::Helper => MOST_ROWS.0,
                Dialect::Form | Dialect::Json => MOST_ROWS.1,
            };
            let most = paging.maximum.map_or(usual_limit, i64::from);
            let asked = query.page_size.filter(|size| *size > 0).unwrap_or(PAGE_SIZE);
            (
                asked.min(most) as usize,
                query.page_index.unwrap_or(1).max(1) as usize,
            )
        }
        None => (found.len(), 1),
    };
    let columns = columns(request, table);
    let rows = found
        .iter()
        .skip(page_size.saturating_mul(page_index - 1))
        .take(page_size)
        .map(|(_, entry)| columns.iter().map(|column| column.cell(schema, entry)).collect())
        .collect();
    Rows {
        rows,
        page_size,
        page_index,
        total: found.len(),
        columns: columns.into_iter().map(|column| column.names(schema)).collect(),
    }
}

/// The columns of a list, without rows.
pub(crate) fn skeleton(request: &Request<'_>, table: &Table) -> Rows {
    let columns = columns(request, table);
    Rows {
        columns: columns
            .into_iter()
            .map(|column| column.names(request.schema))
            .collect(),
        page_size: PAGE_SIZE as usize,
        page_index: 1,
        ..Rows::default()
    }
}

/// One record, as a screen or as an object.
pub(crate) fn entry(request: &Request<'_>, ord: i64, entry: &Entry) -> Reply {
    if request.operation.result == ResultKind::Bill {
        return Reply::Screen(screen(request.schema, ord, entry));
    }
    let mut object = Record::default();
    let published = !request.plan.outputs.is_empty();
    for output in &request.plan.outputs {
        let value = Shown::Published(output).cell(request.schema, entry);
        object.entry(output.wire.to_string()).or_insert(value);
    }
    if !published {
        for column in 0..request.schema.columns.len() {
            let id = request.schema.columns[column].id.to_string();
            object.insert(id, Shown::Column(column).cell(request.schema, entry));
        }
    }
    object.extend(
        entry
            .extra
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    Reply::Object(object)
}

/// The answer to a get that names no record: the ERP shows an empty screen, or refuses.
pub(crate) fn nothing(request: &Request<'_>) -> Reply {
    match request.operation.result {
        ResultKind::Bill => Reply::Screen(blank_screen(request.schema, 0, None)),
        _ => Reply::Refused("单据ID不能为空".to_owned()),
    }
}

/// The screen for a record that does not exist yet, with the number that the ERP proposes for it.
pub(crate) fn blank_screen(schema: &Schema, ord: i64, number: Option<(usize, String)>) -> Screen {
    let mut entry = Entry {
        values: vec![Value::Null; schema.columns.len()],
        ..Entry::default()
    };
    entry.values[KEY] = Value::Integer(ord);
    if let Some((column, number)) = number {
        entry.values[column] = number.into();
    }
    screen(schema, ord, &entry)
}

/// All records as a tree: under the parents that they name or, where records name none, every so many under one.
pub(crate) fn tree(schema: &Schema, table: &Table) -> Vec<Node> {
    if let Some(parent) = schema.named("pid") {
        return family(schema, table, parent);
    }
    let title = schema.named("title").unwrap_or(KEY);
    let mut entries: Vec<(i64, &Entry)> = table.newest_first().collect();
    entries.reverse();
    let node = |(ord, entry): &(i64, &Entry)| Node {
        text: entry.values[title].to_text().unwrap_or_default(),
        value: *ord,
        nodes: Vec::new(),
    };
    entries
        .chunks(BRANCH)
        .filter_map(|chunk| {
            let (branch, leaves) = chunk.split_first()?;
            let mut branch = node(branch);
            branch.nodes = leaves.iter().map(node).collect();
            Some(branch)
        })
        .collect()
}

/// Records under their parents. A record is drawn once, however its parents run.
fn family(schema: &Schema, table: &Table, parent: usize) -> Vec<Node> {
    let name = schema.named("name").unwrap_or(KEY);
    let mut open: Vec<(i64, &Entry)> = table.newest_first().collect();
    let tops = |(_, entry): &(i64, &Entry)| {
        let above = entry.values[parent].as_integer();
        above.is_none_or(|above| table.get(above).is_none())
    };
    let mut level: Vec<(i64, &Entry)> = open.extract_if(.., |entry| tops(entry)).collect();
    let mut drawn: Vec<(i64, Node)> = Vec::new();
    while !level.is_empty() {
        let keys: Vec<i64> = level.iter().map(|(ord, _)| *ord).collect();
        for (ord, entry) in level {
            let node = Node {
                text: entry.values[name].to_text().unwrap_or_default(),
                value: ord,
                nodes: Vec::new(),
            };
            drawn.push((entry.values[parent].as_integer().unwrap_or_default(), node));
        }
        level = open
            .extract_if(.., |(_, entry)| {
                let above = entry.values[parent].as_integer();
                above.is_some_and(|above| keys.contains(&above))
            })
            .collect();
    }
    hang(drawn)
}

/// Hangs nodes, each behind its parent, under their parents, from the last to the first.
fn hang(mut drawn: Vec<(i64, Node)>) -> Vec<Node> {
    let mut tops = Vec::new();
    while let Some((above, node)) = drawn.pop() {
        match drawn.iter_mut().find(|(_, parent)| parent.value == above) {
            Some((_, parent)) => parent.nodes.push(node),
            None => tops.push(node),
        }
    }
    tops
}

fn screen(schema: &Schema, ord: i64, entry: &Entry) -> Screen {
    let known = schema
        .columns
        .iter()
        .zip(&entry.values)
        .map(|(column, value)| ScreenField {
            id: column.id.clone(),
            caption: column.caption.clone(),
            value: value.clone(),
            text: column
                .label(value)
                .map_or_else(|| value.to_text().unwrap_or_default(), str::to_owned),
            required: column.required,
            max_length: column.max_length,
            options: column.values.clone(),
            members: column
                .fields
                .iter()
                .map(|field| (field.wire.as_str().into(), field.label.as_str().into()))
                .collect(),
        });
    let extra = entry.extra.iter().map(|(name, value)| ScreenField {
        id: name.as_str().into(),
        caption: name.as_str().into(),
        value: value.clone(),
        text: value.to_text().unwrap_or_default(),
        required: false,
        max_length: None,
        options: Arc::new([]),
        members: Vec::new(),
    });
    Screen {
        caption: schema.caption.clone(),
        key: ord,
        fields: known.chain(extra).collect(),
    }
}

/// A column of a list.
enum Shown<'a> {
    /// As the vendor publishes it.
    Published(&'a Output),
    /// One of the schema's, where nothing is published.
    Column(usize),
    /// A value that the schema does not know.
    Extra(&'a String),
}

/// What is published comes first. A form list shows the rest as well, since its columns are never published in full.
fn columns<'a>(request: &'a Request<'_>, table: &'a Table) -> Vec<Shown<'a>> {
    let outputs = &request.plan.outputs;
    let published = outputs.iter().map(Shown::Published);
    if !outputs.is_empty() && request.operation.dialect != Dialect::Form {
        return published.collect();
    }
    let shown = |column: usize| outputs.iter().any(|output| output.column == column);
    let others = (0..request.schema.columns.len())
        .filter(|column| !nested(request.schema.columns[*column].kind) && !shown(*column))
        .map(Shown::Column);
    let extra = table.extra().map(Shown::Extra);
    published.chain(others).chain(extra).collect()
}

impl Shown<'_> {
    fn names(&self, schema: &Schema) -> (Arc<str>, Arc<str>) {
        match self {
            Shown::Published(output) => (output.wire.clone(), output.caption.clone()),
            Shown::Column(column) => {
                let column = &schema.columns[*column];
                (column.id.clone(), column.caption.clone())
            }
            Shown::Extra(name) => (name.as_str().into(), name.as_str().into()),
        }
    }

    fn cell(&self, schema: &Schema, entry: &Entry) -> Value {
        match self {
            Shown::Published(output) => {
                let value = &entry.values[output.column];
                let label = schema.columns[output.column]
                    .label(value)
                    .filter(|_| output.labelled);
                label.map_or_else(|| typed(output, value), Value::from)
            }
            Shown::Column(column) => {
                let value = &entry.values[*column];
                schema.columns[*column]
                    .label(value)
                    .map_or_else(|| value.clone(), Value::from)
            }
            Shown::Extra(name) => entry.extra.get(*name).cloned().unwrap_or_default(),
        }
    }
}

/// A value in the type that its field is published with, as far as it fits.
fn typed(output: &Output, value: &Value) -> Value {
    match (output.kind, value) {
        (FieldType::String, _) => value.to_text().map_or_else(|| value.clone(), Value::from),
        (FieldType::Int, _) => value.as_integer().map_or_else(|| value.clone(), Value::Integer),
        (FieldType::List, Value::List(lines)) if !output.members.is_empty() => {
            Value::List(lines.iter().map(|line| renamed(&output.members, line)).collect())
        }
        (FieldType::List, Value::List(_)) => value.clone(),
        (FieldType::List, _) => Value::List(Vec::new()),
        _ => value.clone(),
    }
}

/// A line under the names that are published for it, and what else it has under its own.
fn renamed(members: &[Member], line: &Value) -> Value {
    let Some(line) = line.as_record() else {
        return line.clone();
    };
    let kept = |name: &str| line.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    let mut shown: Record = members
        .iter()
        .map(|member| {
            let value = kept(&member.kept)
                .map(|(_, value)| value.clone())
                .unwrap_or_default();
            let text = value.to_text();
            let code = member
                .values
                .iter()
                .find(|known| Some(&known.label) == text.as_ref());
            let value = code.map_or(value, |known| known.code.as_str().into());
            (member.wire.clone(), value)
        })
        .collect();
    for (name, value) in line {
        let is_shown = members
            .iter()
            .any(|member| member.kept.eq_ignore_ascii_case(name));
        if !is_shown && !shown.contains_key(name) {
            shown.insert(name.clone(), value.clone());
        }
    }
    Value::from(shown)
}
