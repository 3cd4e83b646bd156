//! Values, lines and records: each value judged by the place that it stands in.

use super::Anonymiser;
use super::lexicon::Place;
use super::secrets::hide;
use crate::ledger::is_secret;
use serde_json::{Map, Value as Json, json};
use sunmao_catalogue::Field;

/// The place that a name means among fields. A name that no field has may be a caption.
pub(super) fn place<'a>(fields: &'a [Field], name: &'a str) -> Place<'a> {
    let named = |field: &&Field| field.wire.eq_ignore_ascii_case(name);
    let labelled = |field: &&Field| field.label == name;
    let field = fields.iter().find(named).or_else(|| fields.iter().find(labelled));
    Place {
        name,
        label: field.map_or(name, |field| field.label.as_str()),
        field,
    }
}

impl Anonymiser {
    /// A value, its members and its lines.
    pub(super) fn data(&mut self, place: Place<'_>, value: &mut Json) {
        match value {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => {
                let text = number.to_string();
                let other = self.value(place, &text);
                if other != text {
                    *value = serde_json::from_str(&other).unwrap_or_else(|_| json!(0));
                }
            }
            Json::String(text) => *text = self.value(place, text),
            Json::Array(values) => values.iter_mut().for_each(|value| self.data(place, value)),
            Json::Object(members) => self.record(place.field.map_or(&[], |field| &field.fields), members),
        }
    }

    /// The members of a record.
    pub(super) fn record(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        let old = std::mem::take(members);
        for (name, mut value) in old {
            if is_secret(&name) {
                hide(&mut value);
            } else {
                self.data(place(fields, &name), &mut value);
            }
            members.insert(self.name(&name), value);
        }
    }

    /// `{"id", "val"}` pairs of a request.
    pub(super) fn pairs(&mut self, fields: &[Field], value: &mut Json) {
        let Json::Array(pairs) = value else {
            return self.data(Place::default(), value);
        };
        for pair in pairs {
            let Some(id) = pair["id"].as_str().map(str::to_owned) else {
                self.data(Place::default(), pair);
                continue;
            };
            for (member, value) in pair.as_object_mut().into_iter().flatten() {
                match member.as_str() {
                    "id" => *value = json!(self.name(&id)),
                    _ if is_secret(&id) => hide(value),
                    _ => self.data(place(fields, &id), value),
                }
            }
        }
    }

    /// Columns and rows, whatever they are called and however they are packed.
    pub(super) fn table(&mut self, fields: &[Field], members: &mut Map<String, Json>) {
        let member = |wanted: &str| {
            let mut names = members.keys();
            names.find(|name| name.eq_ignore_ascii_case(wanted)).cloned()
        };
        let (columns, rows, page) = (member("cols"), member("rows"), member("page"));
        let names = columns
            .as_ref()
            .and_then(|columns| members.get(columns))
            .map(column_names)
            .unwrap_or_default();
        if let Some(columns) = columns.and_then(|name| members.get_mut(&name)) {
            self.columns(columns);
        }
        if let Some(page) = page.and_then(|name| members.get_mut(&name)) {
            self.numbers(page);
        }
        let Some(rows) = rows.and_then(|name| members.get_mut(&name)) else {
            return;
        };
        match rows {
            Json::Array(rows) => rows.iter_mut().for_each(|row| self.row(fields, &names, row)),
            row => self.row(fields, &names, row),
        }
    }

    fn columns(&mut self, columns: &mut Json) {
        let Json::Array(columns) = columns else {
            return self.data(Place::default(), columns);
        };
        for column in columns {
            match column {
                Json::String(name) => *name = self.name(name),
                Json::Object(members) => {
                    for value in members.values_mut() {
                        match value {
                            Json::String(text) => *text = self.name(text),
                            other => self.number(other),
                        }
                    }
                }
                other => self.data(Place::default(), other),
            }
        }
    }

    fn row(&mut self, fields: &[Field], names: &[(String, String)], row: &mut Json) {
        match row {
            Json::Array(cells) => {
                for (position, cell) in cells.iter_mut().enumerate() {
                    let place = match names.get(position) {
                        Some((name, caption)) => column_place(fields, name, caption),
                        None => Place::default(),
                    };
                    self.data(place, cell);
                }
            }
            Json::Object(members) if members.get("value").is_some_and(Json::is_array) => {
                let old = std::mem::take(members);
                for (name, mut value) in old {
                    match name.as_str() {
                        "value" => self.row(fields, names, &mut value),
                        _ => self.data(place(fields, &name), &mut value),
                    }
                    members.insert(self.name(&name), value);
                }
            }
            Json::Object(members) => {
                let old = std::mem::take(members);
                for (name, mut value) in old {
                    let column = names.iter().find(|(own, _)| *own == name);
                    let caption = column.map_or(name.as_str(), |(_, caption)| caption);
                    match is_secret(&name) {
                        true => hide(&mut value),
                        false => self.data(column_place(fields, &name, caption), &mut value),
                    }
                    members.insert(self.name(&name), value);
                }
            }
            other => self.data(Place::default(), other),
        }
    }

    /// The numbers of a page.
    pub(super) fn numbers(&mut self, value: &mut Json) {
        match value {
            Json::Object(members) => members.values_mut().for_each(|value| self.number(value)),
            other => self.number(other),
        }
    }
}

/// The place of a column by its name, else by its caption.
pub(super) fn column_place<'a>(fields: &'a [Field], name: &'a str, caption: &'a str) -> Place<'a> {
    let named = place(fields, name);
    if named.field.is_some() {
        return named;
    }
    Place {
        name,
        ..place(fields, caption)
    }
}

/// Names and captions of columns.
fn column_names(columns: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let names = columns
        .as_array()
        .into_iter()
        .flatten()
        .map(|column| match column {
            Json::String(name) => (name.clone(), name.clone()),
            column => (text(&column["id"]), text(&column["caption"])),
        });
    names.collect()
}
