//! Operations that the vendor lists twice, for versions before and after one: the caller asks for either, and the form
//! that the installation knows goes out.

use sunmao_catalogue::{Answer, Arguments, Field, NewerForm, Operation, Record, Value};

/// Two forms of one operation, seen from the one that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherForm<'a> {
    asked: &'a Operation,
    other: &'a Operation,
    newer_form: &'a NewerForm,
}

impl<'a> OtherForm<'a> {
    /// None unless one of the two is the newer form of the other.
    pub(crate) fn of(asked: &'a Operation, other: &'a Operation) -> Option<Self> {
        let newer_form = asked.newer_form.as_ref().or(other.newer_form.as_ref())?;
        Some(OtherForm {
            asked,
            other,
            newer_form,
        })
    }

    /// The form that was not asked for.
    pub(crate) fn operation(&self) -> &'a Operation {
        self.other
    }

    /// Whether an installation of this version has no such form as was asked for. A version nobody can read says nothing.
    pub(crate) fn is_called_for(&self, version: Option<&str>) -> bool {
        let is_newer_asked = self.asked.newer_form.is_some();
        let version = version.and_then(numbers);
        is_newer_asked && version.is_some_and(|version| Some(version) < numbers(&self.newer_form.since))
    }

    /// The arguments under the other form's names.
    ///
    /// # Errors
    /// The names of the arguments that the other form does not take, and of those it wants and does not get.
    pub(crate) fn arguments(&self, arguments: &Arguments) -> Result<Arguments, Vec<String>> {
        let mut lacking = Vec::new();
        let mut translated = Arguments::default();
        for (wire, value) in arguments.iter() {
            match self.renamed(wire, &self.asked.params, &self.other.params) {
                Some((from, to)) => {
                    let value = self.value(value, from, to, &mut lacking);
                    translated.set(&to.wire, value);
                }
                None if value.is_empty() || self.is_first_page(wire, value) => {}
                None => lacking.push(english(wire, &self.asked.params)),
            }
        }
        let missing = self.other.params.iter().filter(|field| field.required);
        let missing = missing.filter(|field| translated.get(&field.wire).is_none());
        lacking.extend(missing.map(|field| field.name.clone()));
        match lacking.is_empty() {
            true => Ok(translated),
            false => Err(lacking),
        }
    }

    /// The answer under the names of the form that was asked for. What that form has no name for keeps its own.
    pub(crate) fn answer(&self, mut answer: Answer) -> Answer {
        if let Answer::Table(table) = &mut answer {
            for column in &mut table.columns {
                if let Some(own) = self.column(&column.name) {
                    column.name.clone_from(&own.wire);
                }
            }
        }
        answer
    }

    fn column(&self, wire: &str) -> Option<&'a Field> {
        let named = |wire: &str| {
            let mut fields = self.asked.fields.iter();
            fields.find(|field| field.wire.eq_ignore_ascii_case(wire))
        };
        let said = match self.asked.newer_form.is_some() {
            true => reverse(&self.newer_form.columns, wire),
            false => self.newer_form.columns.get(wire).map(String::as_str),
        };
        let by_name = || {
            let other = self.other.fields.iter().find(|field| field.is_named(wire))?;
            self.asked.fields.iter().find(|field| field.name == other.name)
        };
        said.and_then(named).or_else(by_name)
    }

    /// A parameter and the other form's parameter for the same.
    fn renamed<'f>(&self, wire: &str, from: &'f [Field], to: &'f [Field]) -> Option<(&'f Field, &'f Field)> {
        let field = from.iter().find(|field| field.wire == wire)?;
        let said = match self.asked.newer_form.is_some() {
            true => self.newer_form.parameters.get(wire).map(String::as_str),
            false => reverse(&self.newer_form.parameters, wire),
        };
        let said = said.and_then(|wire| to.iter().find(|field| field.wire == wire));
        let other = said.or_else(|| to.iter().find(|other| other.name == field.name))?;
        Some((field, other))
    }

    fn value(&self, value: &Value, from: &Field, to: &Field, lacking: &mut Vec<String>) -> Value {
        match value {
            Value::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.value(item, from, to, lacking))
                    .collect(),
            ),
            Value::Record(record) => {
                let mut translated = Record::default();
                for (wire, value) in record.iter() {
                    match self.renamed(wire, &from.fields, &to.fields) {
                        Some((_, to)) => _ = translated.insert(to.wire.clone(), value.clone()),
                        None if value.is_empty() => {}
                        None => lacking.push(format!("{}.{}", from.name, english(wire, &from.fields))),
                    }
                }
                Value::from(translated)
            }
            value => value.clone(),
        }
    }

    /// The first page of a list that the other form answers whole.
    fn is_first_page(&self, wire: &str, value: &Value) -> bool {
        let Some(paging) = self.asked.paging.as_ref().filter(|_| self.other.paging.is_none()) else {
            return false;
        };
        wire == paging.size || (wire == paging.index && value.as_integer() == Some(1))
    }
}

fn reverse<'a>(pairs: &'a indexmap::IndexMap<String, String>, wanted: &str) -> Option<&'a str> {
    let mut pairs = pairs.iter();
    pairs.find(|(_, to)| *to == wanted).map(|(from, _)| from.as_str())
}

fn english(wire: &str, fields: &[Field]) -> String {
    let field = fields.iter().find(|field| field.wire == wire);
    field.map_or_else(|| wire.to_owned(), |field| field.name.clone())
}

/// `32.15` as its numbers, so that 32.9 comes before 32.15.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let version = version.trim().trim_start_matches(['v', 'V']);
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Column, Table};

    fn record(values: serde_json::Value) -> Record {
        let value: Value = serde_json::from_value(values).unwrap();
        value.as_record().unwrap().clone()
    }

    #[test]
    fn a_version_decides_by_its_numbers() {
        let catalogue = Catalogue::shared();
        let (newer, older) = (
            catalogue.find("warehouses.list-v2").unwrap(),
            catalogue.find("warehouses.list").unwrap(),
        );
        let form = OtherForm::of(newer, older).unwrap();
        assert!(form.is_called_for(Some("32.9")) && form.is_called_for(Some("31.60")));
        assert!(!form.is_called_for(Some("32.15")) && !form.is_called_for(Some("33.0")));
        assert!(!form.is_called_for(None) && !form.is_called_for(Some("新版")));
        let older_asked = OtherForm::of(older, newer).unwrap();
        assert!(!older_asked.is_called_for(Some("31.0")));
    }

    #[test]
    fn columns_keep_the_names_of_the_form_that_was_asked_for() {
        let catalogue = Catalogue::shared();
        let newer = catalogue.find("warehouses.list-v2").unwrap();
        let older = catalogue.other_form(newer).unwrap();
        let column = |name: &str| Column {
            name: name.to_owned(),
            caption: String::new(),
        };
        let table = |names: [&str; 2]| {
            Answer::Table(Table {
                columns: names.map(column).to_vec(),
                ..Table::default()
            })
        };
        let asked_newer = OtherForm::of(newer, older).unwrap();
        assert_eq!(asked_newer.answer(table(["ID", "Name"])), table(["Ord", "Sort1"]));
        let asked_older = OtherForm::of(older, newer).unwrap();
        assert_eq!(asked_older.answer(table(["Ord", "Sort1"])), table(["ID", "Name"]));
    }

    #[test]
    fn arguments_that_the_other_form_does_not_take_are_named() {
        let catalogue = Catalogue::shared();
        let newer = catalogue.find("stock-issues.confirm-v2").unwrap();
        let older = catalogue.other_form(newer).unwrap();
        let form = OtherForm::of(newer, older).unwrap();
        let given = |line: serde_json::Value| {
            let given = record(serde_json::json!({
                "ord": 7, "Complete1": 3, "Intro2": "同意", "Date5": "2026-03-02", "KuoutList": [line],
            }));
            newer.check(&given).unwrap()
        };
        let sound = form
            .arguments(&given(serde_json::json!({"Id": 1, "Num1": "2.5", "Ck": 4})))
            .unwrap();
        let lines = sound.get("kuoutlist").and_then(Value::as_list).unwrap();
        assert_eq!(
            lines[0].get("num1").and_then(Value::to_text).as_deref(),
            Some("2.5")
        );
        assert_eq!(lines[0].get("ck").and_then(Value::as_integer), Some(4));
        let lacking = form.arguments(&given(
            serde_json::json!({"Id": 1, "Num1": "2.5", "Ck": 4, "date2": "2026-03-01"}),
        ));
        assert_eq!(lacking, Err(vec!["stock-issue-lines.arrival-date".to_owned()]));
        let receipt = catalogue.find("stock-receipts.confirm-v2").unwrap();
        let form = OtherForm::of(receipt, catalogue.other_form(receipt).unwrap()).unwrap();
        let given =
            record(serde_json::json!({"ord": 7, "Date5": "2026-03-02", "Complete1": 1, "Intro2": "收"}));
        let lacking = form.arguments(&receipt.check(&given).unwrap()).unwrap_err();
        assert_eq!(
            lacking,
            ["confirmed-at", "stock-receipt-status", "receiving-warehouse"]
        );
    }
}
