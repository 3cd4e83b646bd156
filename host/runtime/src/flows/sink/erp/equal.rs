//! What has to be alike on both sides once a record is written: the amounts that the hub reckoned and those that the ERP did.
//! What is not is a conflict, with both values, for a person.

use super::Writing;
use crate::flows::carry::{Carried, Stop};
use crate::flows::progress::Step;
use crate::flows::schedule::Unsound;
use std::collections::BTreeMap;
use sunmao_catalogue::{Fault, Field, Kind, Record, RecordKind, Value, coerce};
use sunmao_store::{ClosedConflicts, NewConflict};

/// `[flow.NAME.equal]`: members of the record, and what the ERP's record calls them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::flows) struct Equal {
    /// Members that stand in no list.
    single: Vec<Pair>,
    /// Members of lines, by list.
    lists: Vec<(String, Vec<Pair>)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Pair {
    field: Field,
    /// Of a line's member: the list and the member, `contract_lines.Money`.
    theirs: Vec<String>,
}

/// What is not alike.
#[derive(Debug, Clone, PartialEq)]
struct Difference {
    field: String,
    hub: Value,
    erp: Value,
}

impl Equal {
    /// What the table says of the members of a kind.
    ///
    /// # Errors
    /// A name that the kind has not.
    pub fn read(kind: &RecordKind, settings: &BTreeMap<String, Vec<String>>) -> Result<Self, Unsound> {
        let mut equal = Equal::default();
        for (member, theirs) in settings {
            let unknown = || {
                let message = format!("{member} is no member of {}", kind.name);
                Unsound::new("equal", message, format!("see sunmao kinds show {}", kind.name))
            };
            if theirs.is_empty() {
                let message = format!("{member} says nothing of what the ERP calls it");
                return Err(Unsound::new(
                    "equal",
                    message,
                    "total = [\"contract_total\", \"Premoney\"]",
                ));
            }
            let theirs = theirs.clone();
            let Some((list, inner)) = member.split_once('.') else {
                let field = kind.field(member).cloned().ok_or_else(unknown)?;
                equal.single.push(Pair { field, theirs });
                continue;
            };
            let lines = kind.field(list).ok_or_else(unknown)?;
            let mut members = lines.fields.iter();
            let field = members.find(|field| field.has_english_name(inner));
            let field = field.cloned().ok_or_else(unknown)?;
            let pair = Pair { field, theirs };
            match equal.lists.iter_mut().find(|(own, _)| own == list) {
                Some((_, pairs)) => pairs.push(pair),
                None => equal.lists.push((list.to_owned(), vec![pair])),
            }
        }
        Ok(equal)
    }

    fn is_empty(&self) -> bool {
        self.single.is_empty() && self.lists.is_empty()
    }

    /// The fields under which conflicts are noted.
    fn fields(&self) -> impl Iterator<Item = String> {
        let single = self.single.iter().map(|pair| pair.field.snake_name());
        single.chain(self.lists.iter().map(|(list, _)| list.clone()))
    }

    /// What is not alike. What stands in no list has to be shown; of lines, what the ERP shows of any of them.
    fn differences(&self, hub: &Record, erp: &Record) -> Vec<Difference> {
        let single = self.single.iter().filter_map(|pair| {
            let name = pair.field.snake_name();
            let own = hub.get(&name).cloned().unwrap_or_default();
            let theirs = pair.theirs.iter().find_map(|name| shown(erp, name));
            let theirs = theirs.cloned().unwrap_or_default();
            (written(&own) != written(&theirs)).then_some(Difference {
                field: name,
                hub: own,
                erp: theirs,
            })
        });
        let lists = self.lists.iter();
        let lists = lists.filter_map(|(list, pairs)| lines(list, pairs, hub, erp));
        single.chain(lists).collect()
    }
}

/// What of the lines of a list has no like on the other side, whatever order either shows them in.
fn lines(list: &str, pairs: &[Pair], hub: &Record, erp: &Record) -> Option<Difference> {
    let names = pairs.iter().flat_map(|pair| &pair.theirs);
    let mut lists = names.filter_map(|name| name.split_once('.').map(|(list, _)| list));
    let theirs = lists.find_map(|list| shown(erp, list)?.as_list())?;
    let own = hub.get(list).and_then(Value::as_list).unwrap_or_default();
    let theirs: Vec<&Record> = theirs.iter().filter_map(Value::as_record).collect();
    let of_theirs = |item: &Record, pair: &Pair| -> Option<Value> {
        let mut names = pair.theirs.iter();
        names
            .find_map(|name| shown(item, name.split_once('.').map_or(&**name, |(_, member)| member)).cloned())
    };
    let is_shown = |pair: &&Pair| theirs.iter().any(|item| of_theirs(item, pair).is_some());
    let pairs: Vec<&Pair> = pairs.iter().filter(is_shown).collect();
    let of_hub = own.iter().filter_map(Value::as_record).map(|item| {
        let of = |pair: &&Pair| {
            let name = pair.field.snake_name();
            let value = item.get(&name).cloned().unwrap_or_default();
            (name, value)
        };
        pairs.iter().map(of).collect::<Record>()
    });
    let of_erp = theirs.iter().map(|item| {
        let of = |pair: &&Pair| (pair.field.snake_name(), of_theirs(item, pair).unwrap_or_default());
        pairs.iter().map(of).collect::<Record>()
    });
    let (mut missing, mut surplus): (Vec<Record>, Vec<Record>) = (Vec::new(), of_erp.collect());
    for line in of_hub {
        match surplus.iter().position(|other| is_alike(&line, other)) {
            Some(at) => drop(surplus.swap_remove(at)),
            None => missing.push(line),
        }
    }
    let told = |lines: Vec<Record>| Value::List(lines.into_iter().map(Value::from).collect());
    (!missing.is_empty() || !surplus.is_empty()).then(|| Difference {
        field: list.to_owned(),
        hub: told(missing),
        erp: told(surplus),
    })
}

fn is_alike(one: &Record, other: &Record) -> bool {
    let same = |(name, value): (&String, &Value)| {
        other
            .get(name)
            .is_some_and(|other| written(value) == written(other))
    };
    one.iter().all(same)
}

/// A value as all its spellings are alike: numbers by what they are, and no number is zero.
fn written(value: &Value) -> String {
    match coerce::decimal(value) {
        Some(number) if number.is_zero() => String::new(),
        Some(number) => number.normalize().to_string(),
        None => value.to_text().unwrap_or_default().trim().to_owned(),
    }
}

/// What a record shows under a name, in any letter case.
fn shown<'a>(record: &'a Record, name: &str) -> Option<&'a Value> {
    let is_it = |own: &str| own.eq_ignore_ascii_case(name) || own.replace('-', "_") == name;
    let mut members = record.iter();
    let found = members.find(|(own, value)| is_it(own) && !value.is_empty());
    found.map(|(_, value)| value)
}

impl Writing<'_> {
    /// Looks at a record that is in the ERP by now, where the flow says what has to be alike.
    pub(super) async fn equal(&self, carried: Carried) -> Carried {
        let (mut keep, mut step) = carried?;
        let equal = &self.sink.equal;
        let key = keep.link.as_ref().map(|link| link.erp_key);
        let key = key.or(self.link.as_ref().map(|link| link.erp_key));
        let (Some(read_back), Some(key), false) = (&self.sink.read_back, key, equal.is_empty()) else {
            return Ok((keep, step));
        };
        let answer = self.read(read_back, key).await?.ok_or_else(|| {
            let words = format!(
                "{} is {key} in the ERP, which shows it no longer",
                self.carrying.name
            );
            Stop::Person(Fault::new(Kind::NotFound, words).with_hint("find out who removed it"))
        })?;
        let row = self.row(read_back, &answer);
        let differences = equal.differences(&self.carrying.body, &row);
        let flow = &self.carrying.flow;
        let link = flow.link.clone().unwrap_or_default();
        let is_different = |field: &String| differences.iter().any(|one| one.field == *field);
        // What a person has settled stays so: the store opens anew only what has other values.
        for closed in &mut keep.closed {
            closed.fields.retain(|field| !is_different(field));
        }
        let known = self.conflicts.iter().filter(|known| known.flow == flow.name);
        let known: Vec<&String> = known.map(|known| &known.field).collect();
        let over: Vec<String> = equal
            .fields()
            .filter(|field| known.contains(&field) && !is_different(field))
            .collect();
        if !over.is_empty() {
            keep.closed.push(ClosedConflicts {
                link: link.clone(),
                record: self.carrying.name.clone(),
                fields: over,
            });
        }
        let undecided = differences.iter().map(|one| one.field.clone()).collect();
        step = told(step, undecided);
        keep.conflicts
            .extend(differences.into_iter().map(|one| NewConflict {
                link: link.clone(),
                record: self.carrying.name.clone(),
                erp_key: Some(key),
                field: one.field,
                base: None,
                hub: json(&one.hub),
                erp: json(&one.erp),
                hub_changed: None,
                erp_changed: None,
                flow: flow.name.clone(),
                candidates: Vec::new(),
            }));
        Ok((keep, step))
    }
}

/// The step with more fields that a person has to decide about.
fn told(mut step: Step, more: Vec<String>) -> Step {
    if let Step::Linked { undecided, .. } | Step::Unchanged { undecided, .. } = &mut step {
        undecided.extend(more);
    }
    step
}

fn json(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        value => serde_json::to_string(value).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sunmao_catalogue::{Catalogue, Kinds};

    fn differences(hub: serde_json::Value, erp: serde_json::Value) -> serde_json::Value {
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let settings = serde_json::from_value(json!({
            "total": ["contract_total", "Premoney"],
            "lines.amount": ["contract_lines.Money"], "lines.quantity": ["contract_lines.quantity"],
        }));
        let equal = Equal::read(kinds.find("quotation").unwrap(), &settings.unwrap()).unwrap();
        let record = |json| -> Record { serde_json::from_value(json).unwrap() };
        let found = equal.differences(&record(hub), &record(erp));
        let told = found.iter().map(|one| json!([one.field, one.hub, one.erp]));
        serde_json::Value::Array(told.collect())
    }

    #[test]
    fn what_is_alike_is_so_in_any_order_and_spelling_and_what_is_not_is_told_with_both_values() {
        let hub = json!({"total": "1200.50", "lines": [{"amount": "1000.00", "quantity": 2}, {"amount": "200.50", "quantity": "1.0"}]});
        let line = |amount: &str, quantity: &str| json!({"Money": amount, "quantity": quantity});
        let erp = |lines: &[serde_json::Value]| json!({"premoney": "1,200.5", "contract_lines": lines});
        let alike = erp(&[line("200.5", "1"), line("1,000.00", "2.00")]);
        assert_eq!(differences(hub.clone(), alike), json!([]));
        let swapped = erp(&[line("200.5", "2"), line("1000", "1")]);
        assert_eq!(
            differences(hub.clone(), swapped)[0][1],
            json!([{"amount": "1000.00", "quantity": 2}, {"amount": "200.50", "quantity": "1.0"}])
        );
        let cent = erp(&[line("200.51", "1"), line("1000", "2")]);
        assert_eq!(
            differences(hub.clone(), cent),
            json!([["lines", [{"amount": "200.50", "quantity": "1.0"}], [{"amount": "200.51", "quantity": "1"}]]])
        );
        let short = json!({"contract_total": "1200.49", "contract_lines": [{"quantity": "2"}]});
        assert_eq!(
            differences(hub.clone(), short),
            json!([["total", "1200.50", "1200.49"], ["lines", [{"quantity": "1.0"}], []]])
        );
        // A total has to be shown; lines that nobody shows say nothing.
        assert_eq!(differences(hub, json!({})), json!([["total", "1200.50", null]]));
    }
}
