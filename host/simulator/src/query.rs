//! What one list call asks for: which rows, in which order, which page.

use crate::filter::{Match, Role};
use crate::order::as_number;
use crate::request::Request;
use crate::schema::{Column, Schema};
use crate::table::Entry;
use crate::text::{moment, number};
use crate::view::{Shows, Standing};
use crate::world::World;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::HashSet;
use sunmao_catalogue::{Record, Value};

/// What one list call asks for.
#[derive(Debug, Default)]
pub(crate) struct Query {
    conditions: Vec<Condition>,
    search: Option<String>,
    /// The column to sort by, and whether backwards.
    pub(crate) sort: Option<(usize, bool)>,
    pub(crate) page_size: Option<i64>,
    pub(crate) page_index: Option<i64>,
}

/// What a record has to fulfil.
#[derive(Debug)]
enum Condition {
    /// A column's value passes.
    Column(usize, Test),
    /// One of two columns' values passes.
    Either([usize; 2], Test),
    /// A line of the list in a column has a member of this name that passes.
    Line(usize, String, Test),
    /// The column holds one of these keys.
    Keys(usize, HashSet<i64>),
    /// A value beyond the schema passes.
    Extra(String, Test),
    Standing(Standing),
}

#[derive(Debug)]
enum Test {
    AnyOf(Vec<String>),
    Contains(String),
    NumberFrom(Decimal),
    NumberUntil(Decimal),
    DateFrom(String),
    DateUntil(String),
    /// A date on one of these days of any year, as `-03-07`.
    DayOf(Vec<String>),
}

impl Query {
    /// Reads the arguments of a list. What means nothing to the records is left aside, as the ERP does.
    pub(crate) fn new(world: &mut World, request: &Request<'_>) -> Self {
        let mut query = Query::default();
        for (name, value) in &request.arguments[0] {
            let Some(text) = given(value) else {
                continue;
            };
            let role = request.plan.roles.get(&name.to_lowercase()).copied();
            let own = || Some(Role::Column(Match::Equals, request.schema.named(name)?));
            match role.or_else(own) {
                Some(role) => query.add(world, request, name, role, text.trim()),
                None => query.add_extra(world, request, name, text.trim()),
            }
        }
        query
    }

    fn add(&mut self, world: &mut World, request: &Request<'_>, name: &str, role: Role, text: &str) {
        let schema = request.schema;
        match role {
            Role::Column(how, column) => {
                let test = Test::of(how, text, Some(&schema.columns[column]));
                self.conditions.push(Condition::Column(column, test));
            }
            Role::Line(how, column, member) => {
                let member = schema.columns[column].fields[member].wire.clone();
                let condition = Condition::Line(column, member, Test::of(how, text, None));
                self.conditions.push(condition);
            }
            Role::Owner(how, column) => self.add_owner(world, schema, how, column, text),
            Role::Reference { name, key } => {
                let test = Test::of(Match::AnyOf, text, None);
                self.conditions.push(Condition::Either([name, key], test));
            }
            Role::View => self.add_view(schema, world.clock.today(), name, text),
            Role::Screen => {}
            Role::Search => self.search = Some(text.to_owned()),
            Role::Sort => self.sort = sort(text, request),
            Role::PageSize => self.page_size = Value::from(text).as_integer(),
            Role::PageIndex => self.page_index = Value::from(text).as_integer(),
        }
    }

    /// Asks for the records whose owner passes.
    fn add_owner(&mut self, world: &mut World, schema: &Schema, how: Match, column: usize, text: &str) {
        let Some((object, via)) = schema.rules.owner else {
            return;
        };
        let (Some(owners), Some(via)) = (world.model.object(object), schema.named(via)) else {
            return;
        };
        let model = world.model.clone();
        let test = Test::of(how, text, Some(&model.schemas[owners].columns[column]));
        let passing = world
            .table(owners)
            .newest_first()
            .filter(|(_, owner)| test.holds(&owner.values[column]))
            .map(|(ord, _)| ord)
            .collect();
        self.conditions.push(Condition::Keys(via, passing));
    }

    fn add_view(&mut self, schema: &Schema, today: Date, parameter: &str, code: &str) {
        let chosen = schema
            .rules
            .views
            .iter()
            .find(|view| view.parameter.eq_ignore_ascii_case(parameter) && view.code == code);
        let Some(view) = chosen else {
            return;
        };
        match view.shows {
            Shows::Standing(standing) => self.conditions.push(Condition::Standing(standing)),
            Shows::Codes(label, codes) => {
                let Some(column) = schema.labelled(label) else {
                    return;
                };
                let test = Test::AnyOf(codes.iter().map(|code| (*code).to_owned()).collect());
                self.conditions.push(Condition::Column(column, test));
            }
            Shows::Days(label, from, until) => {
                let Some(column) = schema.labelled(label) else {
                    return;
                };
                let bounds = [
                    Test::DateFrom(day(today, from)),
                    Test::DateUntil(day(today, until)),
                ];
                self.conditions
                    .extend(bounds.map(|bound| Condition::Column(column, bound)));
            }
            Shows::Anniversary(label, within) => {
                let Some(column) = schema.labelled(label) else {
                    return;
                };
                let days = (0..=within).filter_map(|ahead| today.checked_add(ahead.days()).ok());
                let test = Test::DayOf(days.map(|day| day.strftime("-%m-%d").to_string()).collect());
                self.conditions.push(Condition::Column(column, test));
            }
        }
    }

    /// An installation's own field filters, too, once a record has it.
    fn add_extra(&mut self, world: &mut World, request: &Request<'_>, name: &str, text: &str) {
        let table = world.table(request.plan.object);
        if let Some(name) = table.extra().find(|extra| extra.eq_ignore_ascii_case(name)) {
            let test = Test::of(Match::Equals, text, None);
            self.conditions.push(Condition::Extra(name.clone(), test));
        }
    }

    /// Whether a record is asked for.
    pub(crate) fn matches(&self, entry: &Entry) -> bool {
        let texts = || entry.values.iter().chain(entry.extra.values());
        self.conditions.iter().all(|condition| condition.holds(entry))
            && self.search.as_ref().is_none_or(|wanted| {
                texts().any(|value| value.as_text().is_some_and(|text| contains_text(text, wanted)))
            })
    }
}

impl Condition {
    fn holds(&self, entry: &Entry) -> bool {
        match self {
            Condition::Column(column, test) => test.holds(&entry.values[*column]),
            Condition::Either(columns, test) => {
                columns.iter().any(|column| test.holds(&entry.values[*column]))
            }
            Condition::Line(column, member, test) => {
                let lines = entry.values[*column].as_list().unwrap_or_default();
                lines
                    .iter()
                    .filter_map(|line| member_of(line.as_record()?, member))
                    .any(|value| test.holds(value))
            }
            Condition::Keys(column, keys) => entry.values[*column]
                .as_integer()
                .is_some_and(|key| keys.contains(&key)),
            Condition::Extra(name, test) => entry.extra.get(name).is_some_and(|value| test.holds(value)),
            Condition::Standing(standing) => standing.holds(entry),
        }
    }
}

impl Test {
    /// The test that a text asks for; a column's labels stand for its codes.
    fn of(how: Match, text: &str, column: Option<&Column>) -> Test {
        let code = |text: &str| column.map_or(text, |column| column.code(text)).to_owned();
        match how {
            Match::Equals => Test::AnyOf(vec![code(text)]),
            Match::AnyOf => Test::AnyOf(text.split([',', '，']).map(|part| code(part.trim())).collect()),
            Match::Contains => Test::Contains(text.to_owned()),
            Match::From => number(text).map_or_else(|| Test::DateFrom(moment(text)), Test::NumberFrom),
            Match::Until => number(text).map_or_else(|| Test::DateUntil(moment(text)), Test::NumberUntil),
        }
    }

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
            Test::DayOf(days) => as_date(value)
                .and_then(|value| value.get(4..10))
                .is_some_and(|day| days.iter().any(|wanted| wanted == day)),
        }
    }
}

fn sort(text: &str, request: &Request<'_>) -> Option<(usize, bool)> {
    let mut words = text.split_whitespace();
    let name = words.next()?;
    let backwards = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
    let shown = || {
        let mut outputs = request.plan.outputs.iter();
        outputs.find(|output| output.wire.eq_ignore_ascii_case(name))
    };
    let column = shown()
        .map(|output| output.column)
        .or_else(|| request.schema.named(name))
        .or_else(|| request.schema.labelled(name))?;
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

fn member_of<'a>(line: &'a Record, name: &str) -> Option<&'a Value> {
    let member = line.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    member.map(|(_, value)| value)
}

/// A day as the ERP keeps it; `ahead` may be negative.
fn day(today: Date, ahead: i64) -> String {
    let day = today.checked_add(ahead.days()).unwrap_or(today);
    day.strftime("%Y-%m-%d").to_string()
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

fn as_date(value: &Value) -> Option<&str> {
    value.as_text().filter(|text| !text.is_empty())
}
