//! What the parameters of a list ask for: which rows, in which order, which page.

use crate::schema::{KEY, Schema, key_field};
use crate::text::{moment, number};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::HashMap;
use sunmao_catalogue::{Field, Operation, Record, Value};

/// What a parameter of a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The column has this value.
    Equals(usize),
    /// The column has one of these comma-separated values.
    AnyOf(usize),
    /// The column contains this text.
    Contains(usize),
    /// The column is not below this number or date.
    From(usize),
    /// The column is not above this number or date.
    Until(usize),
    /// Some column contains this text.
    Search,
    /// A column's wire name, with `desc` behind it for the reverse order.
    Sort,
    /// Rows a page.
    PageSize,
    /// Page number, from 1.
    PageIndex,
}

/// What one list call asks for.
#[derive(Debug, Default)]
pub(crate) struct Query {
    tests: Vec<(usize, Test)>,
    search: Option<String>,
    /// The column to sort by, and whether backwards.
    pub(crate) sort: Option<(usize, bool)>,
    pub(crate) page_size: Option<i64>,
    pub(crate) page_index: Option<i64>,
}

#[derive(Debug)]
enum Test {
    AnyOf(Vec<String>),
    Contains(String),
    NumberFrom(Decimal),
    NumberUntil(Decimal),
    DateFrom(String),
    DateUntil(String),
}

/// The roles of a list's published parameters, by lower-case wire name.
pub(crate) fn roles(operation: &Operation, schema: &Schema) -> HashMap<String, Role> {
    let key = key_field(&operation.params);
    let mut roles = HashMap::from([
        ("pagesize".to_owned(), Role::PageSize),
        ("page_size".to_owned(), Role::PageSize),
        ("pageindex".to_owned(), Role::PageIndex),
        ("page_index".to_owned(), Role::PageIndex),
        ("pagenumber".to_owned(), Role::PageIndex),
        ("_rpt_sort".to_owned(), Role::Sort),
        ("searchkey".to_owned(), Role::Search),
    ]);
    for (position, field) in operation.params.iter().enumerate() {
        let column = || {
            if key == Some(position) {
                Some(KEY)
            } else {
                schema.find(field)
            }
        };
        if let Some(role) = bound(field, schema).or_else(|| column().map(|column| plain(field, column))) {
            roles.entry(field.wire.to_lowercase()).or_insert(role);
        }
    }
    roles
}

fn plain(field: &Field, column: usize) -> Role {
    if field.matches_substring {
        Role::Contains(column)
    } else if field.multiple {
        Role::AnyOf(column)
    } else {
        Role::Equals(column)
    }
}

/// The end of a range that a parameter is, by the vendor's ways of naming ranges.
fn bound(field: &Field, schema: &Schema) -> Option<Role> {
    const ENDS: [(&str, &str); 3] = [("_0", "_1"), ("tdate1", "tdate2"), ("StartTime", "EndTime")];
    let ends = |suffix: &str| field.wire.ends_with(suffix);
    let (base, role): (_, fn(usize) -> Role) =
        if let Some((lower, _)) = ENDS.iter().find(|(lower, _)| ends(lower)) {
            (field.wire.trim_end_matches(lower), Role::From)
        } else {
            let (_, upper) = ENDS.iter().find(|(_, upper)| ends(upper))?;
            (field.wire.trim_end_matches(upper), Role::Until)
        };
    let stem = stem(&field.label);
    schema
        .labelled(&field.label)
        .or_else(|| schema.labelled(stem))
        .or_else(|| schema.labelled(&format!("{stem}时间")))
        .or_else(|| schema.named(base))
        .or_else(|| stem.is_empty().then_some(schema.created))
        .map(role)
}

/// A range's label without the word for its end.
fn stem(label: &str) -> &str {
    const ENDINGS: [&str; 13] = [
        "(开始)",
        "(结束)",
        "_起",
        "_止",
        "-开始",
        "-结束",
        "开始日期",
        "结束日期",
        "起始日期",
        "开始时间",
        "结束时间",
        "上限",
        "下限",
    ];
    ENDINGS
        .iter()
        .find_map(|ending| label.strip_suffix(ending))
        .unwrap_or(label)
}

impl Query {
    /// Reads the arguments of a list. What means nothing to the records is left aside, as the ERP does.
    pub(crate) fn new(roles: &HashMap<String, Role>, schema: &Schema, arguments: &Record) -> Self {
        let mut query = Query::default();
        for (name, value) in arguments {
            let Some(text) = given(value) else {
                continue;
            };
            let role = roles.get(&name.to_lowercase()).copied();
            match role.or_else(|| schema.named(name).map(Role::Equals)) {
                Some(role) => query.add(role, &text, schema),
                None => continue,
            }
        }
        query
    }

    fn add(&mut self, role: Role, text: &str, schema: &Schema) {
        match role {
            Role::Equals(column) => {
                let wanted = vec![schema.columns[column].code(text.trim()).to_owned()];
                self.tests.push((column, Test::AnyOf(wanted)));
            }
            Role::AnyOf(column) => {
                let wanted = text
                    .split([',', '，'])
                    .map(|part| schema.columns[column].code(part.trim()).to_owned())
                    .collect();
                self.tests.push((column, Test::AnyOf(wanted)));
            }
            Role::Contains(column) => {
                let wanted = text.trim().to_owned();
                self.tests.push((column, Test::Contains(wanted)));
            }
            Role::From(column) => {
                let test = number(text).map_or_else(|| Test::DateFrom(moment(text)), Test::NumberFrom);
                self.tests.push((column, test));
            }
            Role::Until(column) => {
                let test = number(text).map_or_else(|| Test::DateUntil(moment(text)), Test::NumberUntil);
                self.tests.push((column, test));
            }
            Role::Search => self.search = Some(text.trim().to_owned()),
            Role::Sort => self.sort = sort(text, schema),
            Role::PageSize => self.page_size = text.trim().parse().ok(),
            Role::PageIndex => self.page_index = text.trim().parse().ok(),
        }
    }

    /// Whether a record's values are asked for.
    pub(crate) fn matches(&self, values: &[Value]) -> bool {
        let tested = self
            .tests
            .iter()
            .all(|(column, test)| test.holds(&values[*column]));
        tested
            && self.search.as_ref().is_none_or(|wanted| {
                values
                    .iter()
                    .any(|value| value.as_text().is_some_and(|text| contains_text(text, wanted)))
            })
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::AnyOf(wanted) => wanted.iter().any(|wanted| same(value, wanted)),
            Test::Contains(wanted) => contains(value, wanted),
            Test::NumberFrom(bound) => as_number(value).is_some_and(|value| value >= *bound),
            Test::NumberUntil(bound) => as_number(value).is_some_and(|value| value <= *bound),
            Test::DateFrom(bound) => as_date(value).is_some_and(|value| value >= bound.as_str()),
            // A day as the upper bound includes that day's hours.
            Test::DateUntil(bound) => as_date(value)
                .is_some_and(|value| value.get(..bound.len()).unwrap_or(value) <= bound.as_str()),
        }
    }
}

/// The order of two values: numbers by size, all else by text, what is empty first.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    match (as_number(left), as_number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.to_text().cmp(&right.to_text()),
    }
}

fn sort(text: &str, schema: &Schema) -> Option<(usize, bool)> {
    let mut words = text.split_whitespace();
    let name = words.next()?;
    let backwards = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
    let column = schema.named(name).or_else(|| schema.labelled(name))?;
    Some((column, backwards))
}

/// The text of an argument that filters; an empty one does not. Several values may come as a list.
fn given(value: &Value) -> Option<String> {
    let text = match value {
        Value::List(values) => {
            let texts: Vec<String> = values.iter().filter_map(Value::to_text).collect();
            texts.join(",")
        }
        other => other.to_text()?,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn same(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Text(text) => text.eq_ignore_ascii_case(wanted),
        Value::Null => false,
        other => as_number(other).is_some_and(|value| number(wanted) == Some(value)),
    }
}

/// Whether a value contains a text, in any letter case.
fn contains(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Text(text) => contains_text(text, wanted),
        other => other.to_text().is_some_and(|text| text.contains(wanted)),
    }
}

/// Letter case matters for ASCII letters only; Chinese has none, and a list may hold many thousands of texts.
fn contains_text(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    wanted.is_empty()
        || text
            .windows(wanted.len())
            .any(|part| part.eq_ignore_ascii_case(wanted))
}

fn as_number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(value) => Some(Decimal::from(*value)),
        Value::Decimal(value) => Some(*value),
        _ => None,
    }
}

fn as_date(value: &Value) -> Option<&str> {
    value.as_text().filter(|text| !text.is_empty())
}
