//! The catalogue read as a simulator: the schema of every object, and for every operation what it does, to which
//! object, and which column each of its fields means.

use crate::plan::{Action, Plan, items};
use crate::schema::{Schema, key_field};
use std::collections::HashMap;
use sunmao_catalogue::{Catalogue, Effect, Field, FieldType, Operation, Repeat, ResultKind};

/// Columns that objects of unpublished operations plausibly have.
const UNPUBLISHED: [(&str, &str, FieldType); 8] = [
    ("title", "主题", FieldType::String),
    ("bh", "编号", FieldType::String),
    ("cateid", "负责人员", FieldType::String),
    ("money1", "金额", FieldType::Decimal),
    ("date1", "日期", FieldType::Datetime),
    ("sort1", "分类", FieldType::String),
    ("intro", "备注", FieldType::String),
    ("addcate", "添加人员", FieldType::String),
];

/// Objects that show another's records in another way.
const SAME_RECORDS: [(&str, &str); 1] = [("organization-chart", "departments")];

/// Everything that is known before the first request.
#[derive(Debug)]
pub(crate) struct Model {
    /// By position; plans refer to them.
    pub(crate) schemas: Vec<Schema>,
    /// One an operation, in the catalogue's order.
    pub(crate) plans: Vec<Plan>,
    objects: HashMap<String, usize>,
}

impl Model {
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        let operations = catalogue.operations();
        let mut model = Model {
            schemas: Vec::new(),
            plans: Vec::new(),
            objects: HashMap::new(),
        };
        let homes: Vec<usize> = operations
            .iter()
            .map(|operation| model.object_or_new(home(catalogue, operation)))
            .collect();
        for (other, object) in SAME_RECORDS {
            if let Some(object) = model.object(object) {
                model.objects.insert(other.to_owned(), object);
            }
        }
        for object in 0..model.schemas.len() {
            let mut own: Vec<&Operation> = operations
                .iter()
                .zip(&homes)
                .filter(|(operation, home)| **home == object && operation.is_business())
                .map(|(operation, _)| operation)
                .collect();
            own.sort_by_key(|operation| (rank(operation), operation.id));
            model.schemas[object].gather(&own);
        }
        model.plans = operations
            .iter()
            .zip(&homes)
            .map(|(operation, object)| Plan::new(operation, *object, &mut model.schemas))
            .collect();
        model
    }

    /// The position of an object's schema.
    pub(crate) fn object(&self, name: &str) -> Option<usize> {
        self.objects.get(name).copied()
    }

    fn object_or_new(&mut self, name: &str) -> usize {
        if let Some(object) = self.object(name) {
            return object;
        }
        self.schemas.push(Schema::new(name, String::new()));
        self.objects.insert(name.to_owned(), self.schemas.len() - 1);
        self.schemas.len() - 1
    }
}

impl Schema {
    fn gather(&mut self, operations: &[&Operation]) {
        for operation in operations {
            match Action::of(operation) {
                Action::Save | Action::Create | Action::Update => {
                    let fields = items(operation).map_or(&operation.params, |list| &list.fields);
                    self.adopt(fields, key_field(fields));
                }
                Action::List => {
                    let fields = published(operation);
                    let key = self.list_key(&fields);
                    self.adopt(&fields, key);
                }
                Action::Get => {
                    let fields = published(operation);
                    self.adopt(&fields, key_field(&fields));
                }
                _ => {}
            }
        }
        let only_key = self.columns.len() == 1;
        if only_key {
            operations
                .iter()
                .for_each(|operation| self.gather_filters(operation));
        }
        if self.columns.len() == 1 || operations.iter().any(|operation| !operation.documented) {
            self.add_unpublished();
        }
        self.complete();
        self.add_members(operations);
        self.caption = caption(operations);
        self.unique = operations
            .iter()
            .filter_map(|operation| unique_number(operation))
            .filter_map(|field| self.labelled(&field.label))
            .collect();
        self.unique.sort_unstable();
        self.unique.dedup();
    }

    /// What a list can be searched by is what its records have, where nothing better is published.
    fn gather_filters(&mut self, operation: &Operation) {
        let fields: Vec<Field> = operation
            .params
            .iter()
            .filter(|field| field.matches_substring || field.multiple)
            .cloned()
            .collect();
        self.adopt(&fields, None);
    }

    /// Lines in derived columns have the members that some operation takes them with.
    fn add_members(&mut self, operations: &[&Operation]) {
        for (wire, parameter) in self.rules.members {
            let params = || operations.iter().flat_map(|operation| &operation.params);
            let lines = params().find(|field| field.wire == *parameter);
            if let (Some(column), Some(lines)) = (self.named(wire), lines) {
                self.columns[column].fields.clone_from(&lines.fields);
            }
        }
    }

    fn add_unpublished(&mut self) {
        for (wire, label, kind) in UNPUBLISHED {
            if self.named(wire).is_none() {
                self.add(wire, label, kind);
            }
        }
    }
}

/// What an answer shows by the vendor's own tables. What installations show beside it names no column, but is shown from
/// those there are.
fn published(operation: &Operation) -> Vec<Field> {
    let fields = operation.fields.iter().filter(|field| !field.observed);
    fields.cloned().collect()
}

/// The object whose records an operation works on. `contracts.list-customers` is the customers' own list with another
/// query, and lists of people are lists of accounts.
fn home<'a>(catalogue: &'a Catalogue, operation: &'a Operation) -> &'a str {
    if operation.verb == "list-people" {
        return "accounts";
    }
    if let Some((_, object)) = SAME_RECORDS.iter().find(|(other, _)| *other == operation.object) {
        return object;
    }
    if Action::of(operation) != Action::List {
        return &operation.object;
    }
    catalogue
        .operations()
        .iter()
        .filter(|other| {
            other.path.eq_ignore_ascii_case(&operation.path)
                && other.cmdkey == operation.cmdkey
                && Action::of(other) == Action::List
        })
        .min_by_key(|other| (other.fixed_query.len(), other.id))
        .map_or(&operation.object, |other| &other.object)
}

/// Which operations name columns first: what is saved matters more than what is shown.
fn rank(operation: &Operation) -> u8 {
    match Action::of(operation) {
        Action::Save => 0,
        Action::Create => 1,
        Action::Update => 2,
        Action::Get => 3,
        _ => 4,
    }
}

fn unique_number(operation: &Operation) -> Option<&Field> {
    let Effect::Write(write) = &operation.effect else {
        return None;
    };
    let Repeat::UniqueNumber { parameter, .. } = &write.repeat else {
        return None;
    };
    operation.params.iter().find(|field| field.wire == *parameter)
}

/// `获取客户列表` and `客户详情` are about a `客户`.
fn caption(operations: &[&Operation]) -> String {
    let shortest = operations
        .iter()
        .filter(|operation| operation.is_read() && operation.result != ResultKind::Session)
        .map(|operation| {
            let title = operation
                .title
                .split(['(', '（'])
                .next()
                .unwrap_or(&operation.title);
            let title = title.trim_start_matches("获取");
            title
                .trim_end_matches("详情")
                .trim_end_matches("列表")
                .trim_end_matches("明细")
        })
        .min_by_key(|title| title.chars().count());
    shortest.unwrap_or("单据").to_owned()
}
