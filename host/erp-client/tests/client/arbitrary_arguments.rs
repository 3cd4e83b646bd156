//! Arbitrary arguments that the catalogue finds sound: every field by its own rules, text of the kind that breaks
//! careless encoders, and fields of the installation's own.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use sunmao_catalogue::{Field, FieldType, Operation, Record, Value};

/// Pieces of text that JSON, HTML, numbers and dates trip over.
const PIECES: [&str; 32] = [
    "\"",
    "\\",
    "\\n",
    "\n",
    "\r\n",
    "\t",
    "\u{1}",
    "\u{1f}",
    "\u{7f}",
    "'",
    "{",
    "]",
    "<b>",
    "&amp;",
    "%20",
    "+",
    " ",
    "　",
    "，",
    "。",
    "！",
    "榫卯",
    "木业有限公司",
    "🪵",
    "👨‍👩‍👧",
    "e\u{301}",
    "\u{feff}",
    "\u{2028}",
    "1,200.50",
    "007",
    "2025-3-7",
    "null",
];

/// Records that every simulated object starts with; references to others are mostly refused.
pub const KEYS: std::ops::RangeInclusive<i64> = 1..=8;

/// Arguments that `Operation::check` accepts, under English names.
pub fn arguments(operation: &Operation) -> BoxedStrategy<Record> {
    let taken: Vec<String> = operation
        .params
        .iter()
        .flat_map(|field| {
            [
                field.name.to_lowercase(),
                field.snake_name(),
                field.wire.to_lowercase(),
            ]
        })
        .collect();
    let is_free = move |name: &String| !taken.contains(&name.to_lowercase()) && !is_secret(name);
    let name = "[a-zA-Z_@\"\\\\ 中文🪵]{1,6}".prop_filter("a name of its own", is_free);
    let extra = vec((name, any_value()), 0..3).prop_map(|fields| Value::from(Record::from_iter(fields)));
    (members(&operation.params), option::weighted(0.4, extra))
        .prop_map(|(mut record, extra)| {
            record.extend(extra.map(|extra| ("extra".to_owned(), extra)));
            record
        })
        .boxed()
}

/// Whether the simulator keeps a value out of its ledger.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let secrets = ["password", "token", "session"];
    name == "pw" || secrets.iter().any(|secret| name.contains(secret))
}

fn members(fields: &[Field]) -> BoxedStrategy<Record> {
    let members: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = field.name.clone();
            let value = value(field).prop_map(move |value| Some((name.clone(), value)));
            match field.required {
                true => value.boxed(),
                false => prop_oneof![2 => Just(None), 1 => value].boxed(),
            }
        })
        .collect();
    members
        .prop_map(|members| members.into_iter().flatten().collect())
        .boxed()
}

fn value(field: &Field) -> BoxedStrategy<Value> {
    match field.kind {
        FieldType::List => vec(record(field), 1..4).prop_map(Value::List).boxed(),
        FieldType::Object => record(field),
        _ if field.multiple => several(field),
        _ => single(field),
    }
}

fn record(field: &Field) -> BoxedStrategy<Value> {
    if field.fields.is_empty() {
        let names = "[a-z]{1,6}".prop_filter("no secret", |name| !is_secret(name));
        return vec((names, any_value()), 0..4)
            .prop_map(|members| Value::from(Record::from_iter(members)))
            .boxed();
    }
    members(&field.fields).prop_map(Value::from).boxed()
}

/// As many values as fit, as a list or as one text.
fn several(field: &Field) -> BoxedStrategy<Value> {
    let limit = field.max_length;
    let fitted = move |values: Vec<Value>| {
        let length = |value: &Value| value.to_text().map_or(0, |text| text.chars().count() + 1);
        let mut room = limit.map_or(usize::MAX, |limit| limit as usize + 1);
        let fits = values.into_iter().take_while(|value| {
            let fits = length(value) <= room;
            room = room.saturating_sub(length(value));
            fits
        });
        Value::List(fits.collect())
    };
    let first = single(field).prop_filter("something", |value| !value.is_empty());
    (first, vec(single(field), 0..3))
        .prop_map(move |(first, others)| fitted([vec![first], others].concat()))
        .boxed()
}

fn single(field: &Field) -> BoxedStrategy<Value> {
    let known: Vec<Value> = field
        .values
        .iter()
        .map(|known| Value::from(known.code.as_str()))
        .collect();
    if !known.is_empty() {
        return select(known).boxed();
    }
    match field.kind {
        // Other text than digits would be taken for a label, and looked up.
        _ if field.lookup_label.is_some() => KEYS.prop_map(Value::Integer).boxed(),
        FieldType::Int => integer(field),
        FieldType::Decimal => decimal(field),
        FieldType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Datetime | FieldType::Date | FieldType::Time => moment(field),
        FieldType::String | FieldType::List | FieldType::Object => text(field),
    }
}

fn integer(field: &Field) -> BoxedStrategy<Value> {
    let least = field.minimum.unwrap_or(i64::MIN);
    let digits = field.max_length.unwrap_or(19).min(19);
    let bound = 10_i64.checked_pow(digits - 1).unwrap_or(i64::MAX);
    let wide = match digits {
        19 => any::<i64>().boxed(),
        _ => (0..bound.max(1)).boxed(),
    };
    let number = prop_oneof![KEYS, wide].prop_map(move |number| number.max(least));
    (number, any::<bool>())
        .prop_map(|(number, as_text)| match as_text {
            true => Value::from(number.to_string()),
            false => Value::Integer(number),
        })
        .boxed()
}

/// Up to 28 digits, up to four of them behind the point.
fn decimal(field: &Field) -> BoxedStrategy<Value> {
    const MOST: i128 = 10_i128.pow(28) - 1;
    let least = Decimal::from(field.minimum.unwrap_or(i64::MIN));
    let most = match field.max_length {
        // A sign, a point and four zeros beside the digits.
        Some(limit) => 10_i128.pow(limit.saturating_sub(6).min(28)),
        None => MOST,
    };
    let mantissa = prop_oneof![-most..=most, 0..=most.min(9_999)];
    (mantissa, 0_u32..=4, any::<bool>())
        .prop_map(move |(mantissa, places, as_text)| {
            let number = Decimal::from_i128_with_scale(mantissa, places).max(least);
            match as_text {
                true => Value::from(number.to_string()),
                false => Value::Decimal(number),
            }
        })
        .boxed()
}

fn moment(field: &Field) -> BoxedStrategy<Value> {
    let day = (1900_i16..2100, 1_i8..=12, 1_i8..=28);
    let time = (0_i8..24, 0_i8..60, 0_i8..60);
    let is_day = field.max_length.is_some_and(|limit| limit < 19);
    (day, time, 0..4)
        .prop_map(move |((year, month, day), (hour, minute, second), form)| {
            Value::from(match form {
                0 => format!("{year}-{month:02}-{day:02}"),
                1 => format!("{year}/{month}/{day}"),
                _ if is_day => format!("{year}年{month}月{day}日"),
                2 => format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
                _ => format!("{year}-{month}-{day} {hour}:{minute:02}"),
            })
        })
        .boxed()
}

fn text(field: &Field) -> BoxedStrategy<Value> {
    let limit = field.max_length.map_or(usize::MAX, |limit| limit as usize);
    let is_required = field.required;
    any_text()
        .prop_map(move |text| text.chars().take(limit).collect::<String>())
        .prop_filter("what is required", move |text| {
            !is_required || !text.trim().is_empty()
        })
        .prop_map(Value::from)
        .boxed()
}

/// Any printable text, and text put together from whatever breaks careless encoders.
pub fn any_text() -> BoxedStrategy<String> {
    let pieces = vec(select(&PIECES[..]), 1..8).prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, "\\PC{0,12}", "[a-z]{1,4}"].boxed()
}

/// Any value, nested, for fields that nobody published.
fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (any::<i64>(), 0_u32..=4).prop_map(|(number, places)| Value::Decimal(Decimal::new(number, places))),
        any_text().prop_map(Value::from),
    ];
    let names = any_text().prop_filter("no secret", |name| !is_secret(name));
    scalar.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            vec((names.clone(), inner), 0..4).prop_map(|members| Value::from(Record::from_iter(members))),
        ]
    })
}
