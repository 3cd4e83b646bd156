//! What frames the values: the three dialects' requests and answers, and a gateway's around them.

use super::data::{column_place, place};
use super::lexicon::Place;
use super::secrets::hide;
use super::{Anonymiser, is_identifier};
use crate::ledger::is_secret;
use serde_json::{Map, Value as Json};
use sunmao_catalogue::{Dialect, Field};

/// Largest number that may be a count or a status.
const LARGEST_COUNT: i64 = 9_999_999;

impl Anonymiser {
    /// Takes out of a request what tells of somebody.
    pub(super) fn request(&mut self, dialect: Option<Dialect>, params: &[Field], body: &mut Json) {
        let Json::Object(members) = body else {
            return self.data(Place::default(), body);
        };
        let values = match dialect {
            Some(Dialect::Form) => "datas",
            Some(Dialect::Helper) => "Datas",
            Some(Dialect::Json) | None => return self.record(params, members),
        };
        for (name, value) in members {
            match name.as_str() {
                _ if is_secret(name) => hide(value),
                "cmdkey" => self.word(value),
                _ if name == values && dialect == Some(Dialect::Form) => self.pairs(params, value),
                _ if name == values => self.records(params, value),
                _ => self.data(Place::default(), value),
            }
        }
    }

    /// Takes out of an answer what tells of somebody.
    pub(super) fn response(&mut self, dialect: Option<Dialect>, fields: &[Field], body: &mut Json) {
        let Json::Object(members) = body else {
            return self.data(Place::default(), body);
        };
        let is_wrapped = members.len() == 1 && members.get("data").is_some_and(Json::is_object);
        if let Some(inner) = members.get_mut("data").filter(|_| is_wrapped) {
            return self.response(dialect, fields, inner);
        }
        match dialect {
            Some(Dialect::Form) => self.document(fields, members),
            Some(Dialect::Json) => self.answer(fields, members, ["Code", "Msg", "Data"]),
            Some(Dialect::Helper) => self.answer(fields, members, ["code", "msg", "datas"]),
            None => self.record(&[], members),
        }
    }

    /// An answer of the `json` or `helper` dialect.
    fn answer(&mut self, fields: &[Field], members: &mut Map<String, Json>, names: [&str; 3]) {
        let [code, message, data] = names;
        self.table(fields, members);
        for (name, value) in members {
            match name.as_str() {
                _ if is_secret(name) => hide(value),
                "Cols" | "Rows" | "Page" => {}
                _ if name == code => self.number(value),
                _ if name == message => self.said(value),
                _ if name == data => self.records(fields, value),
                _ => self.data(Place::default(), value),
            }
        }
    }

    /// One record or several.
    fn records(&mut self, fields: &[Field], value: &mut Json) {
        match value {
            Json::Array(values) => values.iter_mut().for_each(|value| self.records(fields, value)),
            Json::Object(members) => self.record(fields, members),
            other => self.data(Place::default(), other),
        }
    }

    /// An answer of the `form` dialect.
    fn document(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        for (part, value) in members {
            let Json::Object(members) = value else {
                self.data(Place::default(), value);
                continue;
            };
            match part.as_str() {
                "header" => self.header(members),
                "body" => self.content(fields, members),
                _ => self.record(fields, members),
            }
        }
    }

    fn header(&mut self, members: &mut Map<String, Json>) {
        for (name, value) in members {
            match name.as_str() {
                _ if is_secret(name) => hide(value),
                "status" => self.number(value),
                "message" => self.said(value),
                "appversion" if is_version(value) => {}
                _ => self.data(Place::default(), value),
            }
        }
    }

    fn content(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        for (name, value) in members {
            match (name.as_str(), value) {
                ("model", value) => self.word(value),
                ("source", Json::Object(source)) => self.source(fields, source),
                ("report", Json::Object(report)) => self.content(fields, report),
                ("bill", Json::Object(bill)) => self.bill(fields, bill),
                ("message", Json::Object(message)) => self.message(fields, message),
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    fn source(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        for (name, value) in members {
            match (name.as_str(), value) {
                ("type_", value) => self.word(value),
                ("table", Json::Object(table)) => self.table(fields, table),
                ("page", value) => self.numbers(value),
                ("trees" | "nodes", value) => self.nodes(value),
                ("options", value) => self.nodes(value),
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    /// Nodes and options: the keys are codes, the texts whatever the staff call things.
    fn nodes(&mut self, value: &mut Json) {
        const CODE: Place<'_> = Place {
            name: "id",
            label: "",
            field: None,
        };
        match value {
            Json::Array(values) => values.iter_mut().for_each(|value| self.nodes(value)),
            Json::Object(members) => {
                for (name, value) in members {
                    match name.as_str() {
                        "value" => self.data(CODE, value),
                        "text" => self.said(value),
                        _ => self.nodes(value),
                    }
                }
            }
            other => self.data(Place::default(), other),
        }
    }

    fn bill(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        for (name, value) in members {
            match (name.as_str(), value) {
                ("id", value) => self.word(value),
                ("caption", value) => self.said(value),
                ("value", value) => self.data(place(&[], "ord"), value),
                ("groups", Json::Array(groups)) => {
                    groups.iter_mut().for_each(|group| self.group(fields, group))
                }
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    fn group(&mut self, fields: &[Field], group: &mut Json) {
        for (name, value) in group.as_object_mut().into_iter().flatten() {
            match (name.as_str(), value) {
                ("id", value) => self.word(value),
                ("caption", value) => self.said(value),
                ("fields", Json::Array(shown)) => {
                    for field in shown {
                        self.field(fields, field);
                    }
                }
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    /// A field of a screen: its value, the text of its value, and the lines or options beside.
    fn field(&mut self, fields: &[Field], shown: &mut Json) {
        let text = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
        let (id, caption) = (text("id"), text("caption"));
        let own = column_place(fields, &id, &caption);
        for (name, value) in shown.as_object_mut().into_iter().flatten() {
            match (name.as_str(), value) {
                ("id" | "caption", Json::String(text)) => *text = self.name(text),
                ("value" | "text", value) if is_secret(&id) => hide(value),
                ("value" | "text", value) => self.data(own, value),
                ("notnull" | "maxl", value) => self.number(value),
                ("source", Json::Object(source)) => {
                    self.source(own.field.map_or(&[], |field| &field.fields), source);
                }
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    fn message(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        for (name, value) in members {
            match (name.as_str(), value) {
                ("title" | "text", value) => self.said(value),
                ("wait", value) => self.number(value),
                ("data", Json::Object(data)) => self.record(fields, data),
                (_, value) => self.data(Place::default(), value),
            }
        }
    }

    /// A number that frames an answer.
    pub(super) fn number(&mut self, value: &mut Json) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let is_small = text
            .parse::<i64>()
            .is_ok_and(|number| number.abs() <= LARGEST_COUNT);
        if !is_small && !value.is_boolean() {
            self.data(Place::default(), value);
        }
    }

    /// A name of the protocol's.
    fn word(&mut self, value: &mut Json) {
        if !value
            .as_str()
            .is_some_and(|text| text.is_empty() || is_identifier(text))
        {
            self.data(Place::default(), value);
        }
    }

    /// What the ERP says.
    fn said(&mut self, value: &mut Json) {
        match value {
            Json::String(text) => *text = self.words(text),
            other => self.data(Place::default(), other),
        }
    }
}

fn is_version(value: &Json) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    value
        .as_str()
        .is_some_and(|text| text.len() <= 16 && text.contains('.') && text.chars().all(is_part))
}
