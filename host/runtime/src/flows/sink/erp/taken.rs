//! What one operation of an object takes of what was made for another: a record is created by one and changed by another.

use super::Writing;
use crate::flows::carry::Stop;
use sunmao_catalogue::{Answer, Catalogue, Field, Operation, Record, Value};
use sunmao_erp_client::shown;

/// Where arguments travel that the catalogue does not know.
const EXTRA: &str = "extra";

impl Writing<'_> {
    /// Whether what a record lacks that was made and stored in part can still be written: what only the create takes has to
    /// be there.
    pub(super) async fn can_put_right(&self, key: i64) -> Result<bool, Stop> {
        let create = &self.sink.operation;
        let (Some((update, _)), Some(read_back)) = (self.sink.changes(), &self.sink.read_back) else {
            return Ok(false);
        };
        if update.id == create.id {
            return Ok(true);
        }
        let Some(answer) = self.read(read_back, key).await? else {
            return Ok(false);
        };
        Ok(self.left_as_made(update, read_back, &answer).is_empty())
    }

    /// What was made for the record and only the create takes, where the ERP shows it otherwise: no update changes it.
    pub(super) fn left_as_made(
        &self,
        update: &Operation,
        read_back: &Operation,
        answer: &Answer,
    ) -> Vec<String> {
        let create = &self.sink.operation;
        if update.id == create.id {
            return Vec::new();
        }
        let present = shown(create, read_back, answer).record();
        let only_made = create
            .params
            .iter()
            .filter(|field| update.param(&field.name).is_none());
        let differs = |field: &&Field| {
            let mut given = self.mapped.iter();
            let given = given.find(|(name, _)| field.answers_to(name));
            let (Some((_, given)), Some(shown)) = (given, present.get(&field.name)) else {
                return false;
            };
            !given.is_empty() && field.shows(given, shown) == Some(false)
        };
        only_made
            .filter(differs)
            .map(|field| field.name.clone())
            .collect()
    }
}

/// Arguments as far as an operation takes them, within lists too.
pub(super) fn taken(operation: &Operation, arguments: &Record) -> Record {
    members(&operation.params, arguments)
}

/// What was agreed on, as far as an operation takes it: without what only other writes of the object take, which another
/// flow of the link may have told. What none of them takes is the installation's own, and so is what `hub` gives as such.
pub(super) fn agreed_for(
    catalogue: &Catalogue,
    operation: &Operation,
    agreed: &Record,
    hub: &Record,
) -> Record {
    let others = catalogue.operations().iter();
    let others = others.filter(|one| one.object == operation.object && !one.is_read());
    let others: Vec<&Field> = others.flat_map(|one| &one.params).collect();
    let known = agreed
        .iter()
        .filter_map(|(name, value)| match operation.param(name) {
            Some(field) => Some((name.clone(), cut(field, value))),
            None if is_extra(hub, name) => Some((name.clone(), value.clone())),
            None if others.iter().any(|field| field.has_english_name(name)) => None,
            None => Some((name.clone(), value.clone())),
        });
    known.collect()
}

fn is_extra(hub: &Record, name: &str) -> bool {
    match hub.get(EXTRA) {
        Some(Value::Record(extra)) => extra.contains_key(name),
        Some(Value::List(items)) => {
            let is_it = |item: &Value| item.get("name").and_then(Value::as_text) == Some(name);
            items.iter().any(is_it)
        }
        _ => false,
    }
}

fn members(fields: &[Field], record: &Record) -> Record {
    let known = record.iter().filter_map(|(name, value)| {
        let field = fields.iter().find(|field| field.answers_to(name));
        match field {
            Some(field) => Some((name.clone(), cut(field, value))),
            None => (name == EXTRA).then(|| (name.clone(), value.clone())),
        }
    });
    known.collect()
}

fn cut(field: &Field, value: &Value) -> Value {
    match value {
        // What the catalogue does not publish, it cannot cut.
        value if field.fields.is_empty() => value.clone(),
        Value::List(items) => Value::List(items.iter().map(|item| cut(field, item)).collect()),
        Value::Record(record) => Value::from(members(&field.fields, record)),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn record(members: Json) -> Record {
        serde_json::from_value(members).unwrap()
    }

    #[test]
    fn an_update_gets_nothing_that_only_the_create_takes() {
        let catalogue = Catalogue::shared();
        let update = catalogue.find("products.update").unwrap();
        let made = record(json!({
            "product-name": "榫", "product-nature": 1, "extra": {"zdy9": "x"},
            "price-policies": [{"product-key": 1, "unit-key": 2}],
        }));
        let expected = record(json!({
            "product-name": "榫", "extra": {"zdy9": "x"}, "price-policies": [{"unit-key": 2}],
        }));
        assert_eq!(taken(update, &made), expected);
        let agreed = record(json!({"product-name": "榫", "product-nature": 1, "zdy9": "x"}));
        let expected = record(json!({"product-name": "榫", "zdy9": "x"}));
        assert_eq!(agreed_for(&catalogue, update, &agreed, &made), expected);
    }

    #[test]
    fn what_the_hub_gives_beside_the_catalogue_was_agreed_on_under_that_name() {
        let catalogue = Catalogue::shared();
        let save = catalogue.find("schedules.save").unwrap();
        let agreed = record(json!({"title": "one", "product-nature": 1}));
        for extra in [
            json!({"title": "two"}),
            json!([{"name": "title", "value": "two"}]),
        ] {
            let hub = record(json!({ "extra": extra }));
            assert_eq!(agreed_for(&catalogue, save, &agreed, &hub), agreed);
        }
    }
}
