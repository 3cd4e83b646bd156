//! A contact of the Customer Hub: how it arrives, and every fault it may have.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where the hub got a contact from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactSource {
    /// A WeChat conversation.
    #[default]
    Wechat,
    /// Typed in by a colleague.
    Manual,
    /// An imported list.
    Import,
}

/// What the hub takes a contact for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactKind {
    /// Buys.
    Customer,
    /// Might buy.
    Lead,
    /// Sells to us.
    Vendor,
    /// Private.
    Personal,
    /// Not judged yet.
    #[default]
    Unknown,
}

/// A contact as the hub files it. `None` and empty text are the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The hub's id.
    pub id: String,
    /// WeChat id.
    pub wx_id: Option<String>,
    /// The remark a colleague gave the contact.
    pub remark: Option<String>,
    /// The hub's customer code.
    pub k_code: Option<String>,
    /// Where the contact came from.
    pub source: ContactSource,
    /// What the hub takes it for.
    #[serde(rename = "type")]
    pub kind: ContactKind,
    /// How sure the hub is of `type`, 0 to 100.
    pub confidence: u8,
    /// The colleague who looks after the contact.
    pub owner: Option<String>,
    /// Company.
    pub company_name: Option<String>,
    /// Person.
    pub real_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Whether the contact proved the phone.
    pub phone_verified: bool,
    /// E-mail.
    pub email: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Free notes.
    pub notes: Option<String>,
    /// What the conversation was about.
    pub summary: Option<String>,
    /// The hub's signal, 0 to 100.
    pub score: Option<u8>,
    /// Has an order.
    pub has_order: bool,
    /// Has a contract.
    pub has_contract: bool,
    /// Has paid.
    pub has_payment: bool,
    /// Marked as no real contact.
    pub invalid: bool,
    /// When the hub last changed it.
    pub updated_at: Option<Timestamp>,
}

/// One fault of a filed contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactFault {
    /// The member at fault.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

const TEXTS: [(&str, usize); 11] = [
    ("wx_id", 50),
    ("remark", 200),
    ("k_code", 50),
    ("owner", 50),
    ("company_name", 100),
    ("real_name", 50),
    ("phone", 50),
    ("email", 50),
    ("address", 200),
    ("notes", 4000),
    ("summary", 4000),
];
const FLAGS: [&str; 5] = [
    "phone_verified",
    "has_order",
    "has_contract",
    "has_payment",
    "invalid",
];
const LEVELS: [&str; 2] = ["confidence", "score"];

impl Contact {
    /// Reads a contact filed under `id`. Every fault is reported, not the first.
    pub fn read(id: &str, body: Value) -> Result<Contact, Vec<ContactFault>> {
        let Value::Object(mut body) = body else {
            return Err(vec![fault("", "a contact is a JSON object")]);
        };
        for name in LEVELS {
            if let Some(number) = body.get_mut(name) {
                make_whole(number);
            }
        }
        let mut faults = Vec::new();
        check_id(id, &body, &mut faults);
        check_members(&body, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        body.insert("id".to_owned(), Value::String(id.to_owned()));
        body.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        serde_json::from_value(Value::Object(body)).map_err(|error| vec![fault("", &error.to_string())])
    }
}

fn check_id(id: &str, body: &Map<String, Value>, faults: &mut Vec<ContactFault>) {
    if id.is_empty()
        || id.chars().count() > 64
        || id
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace())
    {
        faults.push(fault("id", "1 to 64 characters without spaces"));
    }
    if body.get("id").is_some_and(|inner| inner.as_str() != Some(id)) {
        faults.push(fault(
            "id",
            "differs from the id in the address; leave it out or make them equal",
        ));
    }
}

fn check_members(body: &Map<String, Value>, faults: &mut Vec<ContactFault>) {
    for (name, value) in body {
        if value.is_null() || name == "id" {
            continue;
        }
        let message = match name.as_str() {
            "source" => one_of(value, &["wechat", "manual", "import"]),
            "type" => one_of(value, &["customer", "lead", "vendor", "personal", "unknown"]),
            "updated_at" => timestamp(value),
            name if FLAGS.contains(&name) => (!value.is_boolean()).then(|| "true or false".to_owned()),
            name if LEVELS.contains(&name) => level(value),
            name => match TEXTS.iter().find(|(known, _)| *known == name) {
                Some((_, longest)) => text(value, *longest),
                None => Some(unknown(name)),
            },
        };
        faults.extend(message.map(|message| fault(name, &message)));
    }
}

fn fault(field: &str, message: &str) -> ContactFault {
    ContactFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn one_of(value: &Value, allowed: &[&str]) -> Option<String> {
    (!value.as_str().is_some_and(|value| allowed.contains(&value)))
        .then(|| format!("one of {}", allowed.join(", ")))
}

fn timestamp(value: &Value) -> Option<String> {
    let sound = value
        .as_str()
        .is_some_and(|text| text.parse::<Timestamp>().is_ok());
    (!sound).then(|| "a time such as 2026-03-07T10:00:00Z".to_owned())
}

/// Makes a number that has no fraction, however it was written (`80.0`, `8e1`), the whole number that it is.
pub fn make_whole(value: &mut Value) {
    /// From here on (2^53) neighbouring whole numbers share one float.
    const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(number) = value.as_f64().filter(|_| value.is_f64())
        && number.fract() == 0.0
        && number.abs() < FIRST_INEXACT
    {
        // No digit is lost below that.
        *value = Value::from(number as i64);
    }
}

fn level(value: &Value) -> Option<String> {
    value
        .as_u64()
        .is_none_or(|level| level > 100)
        .then(|| "a whole number from 0 to 100".to_owned())
}

fn text(value: &Value, longest: usize) -> Option<String> {
    match value.as_str() {
        None => Some("text".to_owned()),
        Some(text) if text.chars().count() > longest => Some(format!("at most {longest} characters")),
        Some(_) => None,
    }
}

fn unknown(name: &str) -> String {
    let known = TEXTS
        .iter()
        .map(|(name, _)| *name)
        .chain(FLAGS)
        .chain(LEVELS)
        .chain(["source", "type", "updated_at"]);
    match sunmao_catalogue::nearest(name, known) {
        Some(nearest) => format!("unknown member; the nearest known is `{nearest}`"),
        None => "unknown member".to_owned(),
    }
}
