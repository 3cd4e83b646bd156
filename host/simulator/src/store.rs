//! Saving, creating and updating records under the ERP's rules.

use crate::check::check;
use crate::ledger::{Change, is_secret};
use crate::plan::Action;
use crate::reply::Reply;
use crate::request::{MISSING, Request};
use crate::rules::resolve;
use crate::schema::KEY;
use crate::world::{Draft, World};
use std::borrow::Cow;
use sunmao_catalogue::{Record, Value};

/// Stores every record of a request in order. The first refusal ends it; what came before stays.
pub(crate) fn store(
    world: &mut World,
    request: &Request<'_>,
    changes: &mut Vec<Change>,
) -> Result<Reply, String> {
    let mut key = None;
    let records = records(request)?;
    let several = records.len() > 1;
    for (position, record) in records.iter().enumerate() {
        let stored = store_one(world, request, record, changes);
        key = Some(stored.map_err(|message| match several {
            true => format!("第{}条：{message}", position + 1),
            false => message,
        })?);
    }
    // The json dialect tells no key, so that callers have to find what they created.
    Ok(Reply::Done("保存成功！".to_owned(), key))
}

/// The records of a request: one a set of arguments, or the lines of the list that carries them.
fn records<'a>(request: &'a Request<'_>) -> Result<Vec<Cow<'a, Record>>, String> {
    let Some(items) = &request.plan.items else {
        return Ok(request.arguments.iter().map(Cow::Borrowed).collect());
    };
    let mut records = Vec::new();
    for arguments in request.arguments {
        for line in arguments.get(items).and_then(Value::as_list).unwrap_or_default() {
            match line.as_record() {
                Some(record) => records.push(Cow::Borrowed(record)),
                None => return Err("明细格式不正确，不能保存！".to_owned()),
            }
        }
    }
    if records.is_empty() {
        return Err("没有可保存的明细，不能保存！".to_owned());
    }
    Ok(records)
}

fn store_one(
    world: &mut World,
    request: &Request<'_>,
    arguments: &Record,
    changes: &mut Vec<Change>,
) -> Result<i64, String> {
    let object = request.plan.object;
    let opened = opened(request, arguments);
    let arguments = &*opened;
    let ord = key(world, request, arguments)?;
    check(&request.plan.checked, arguments, "不能保存！")?;
    let mut draft = draft(request, arguments);
    draft.ord = ord;
    draft.is_new = ord.is_none_or(|ord| !world.exists(object, ord));
    resolve(world, &mut draft);
    (request.schema.rules.before_save)(world, &mut draft)?;
    let ord = ord.unwrap_or_else(|| world.table(object).allocate());
    number(world, &mut draft, ord);
    check_unique(world, &draft, ord)?;
    let verb = &request.operation.verb;
    changes.push(world.store(object, Some(ord), &draft.values, &draft.extra, verb));
    changes.extend((request.schema.rules.after_save)(world, ord, &draft));
    Ok(ord)
}

/// Stores what the staff enter on a screen of which the vendor's API has no operation: a new record, or values of one that
/// is there. Its key.
pub(crate) fn enter(
    world: &mut World,
    object: usize,
    ord: Option<i64>,
    given: &Record,
) -> Result<i64, String> {
    if ord.is_some_and(|ord| !world.exists(object, ord)) {
        return Err(MISSING.to_owned());
    }
    let model = world.model.clone();
    let schema = &model.schemas[object];
    let query = Record::default();
    let mut draft = Draft::new(object, schema, &query);
    for (wire, value) in given {
        if schema.named(wire).is_none() {
            return Err(format!("{} has no column `{wire}`", schema.object));
        }
        draft.set(wire, value.clone());
    }
    draft.ord = ord;
    draft.is_new = ord.is_none();
    resolve(world, &mut draft);
    (schema.rules.before_save)(world, &mut draft)?;
    let ord = ord.unwrap_or_else(|| world.table(object).allocate());
    number(world, &mut draft, ord);
    check_unique(world, &draft, ord)?;
    world.store(object, Some(ord), &draft.values, &draft.extra, "save");
    (schema.rules.after_save)(world, ord, &draft);
    Ok(ord)
}

/// The same arguments with the lists that came as texts.
fn opened<'a>(request: &Request<'_>, arguments: &'a Record) -> Cow<'a, Record> {
    let mut opened = Cow::Borrowed(arguments);
    for field in request.plan.checked.iter().filter(|field| field.json_text) {
        let given = arguments
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&field.wire));
        let Some((name, text)) = given.and_then(|(name, value)| Some((name, value.as_text()?))) else {
            continue;
        };
        if let Ok(list @ Value::List(_)) = serde_json::from_str(text) {
            opened.to_mut().insert(name.clone(), list);
        }
    }
    opened
}

/// The key that the record is stored under, if the request may say so. The ERP gives out its keys itself: under any other
/// there is nothing to update, and nothing may be created.
fn key(world: &mut World, request: &Request<'_>, arguments: &Record) -> Result<Option<i64>, String> {
    let object = request.plan.object;
    let keys = request.keys(arguments)?;
    match (request.plan.action, keys.as_slice()) {
        (Action::Create, _) => Ok(None),
        (_, [_, _, ..]) => Err("一次只能保存一张单据，不能保存！".to_owned()),
        (Action::Update, [ord]) if world.exists(object, *ord) => Ok(Some(*ord)),
        (Action::Save, []) => Ok(None),
        (Action::Save, [ord]) if world.table(object).accepts(*ord) => Ok(Some(*ord)),
        _ => Err(MISSING.to_owned()),
    }
}

fn draft<'a>(request: &'a Request<'_>, arguments: &Record) -> Draft<'a> {
    let mut draft = Draft::new(request.plan.object, request.schema, request.query);
    for (name, value) in arguments {
        match request.plan.column(request.schema, name) {
            Some(KEY) => {}
            _ if is_secret(name) => {}
            Some(column) => {
                let value = request.schema.columns[column].read(value);
                draft.values.push((column, value));
            }
            None => {
                draft.extra.insert(name.clone(), value.clone());
            }
        }
    }
    draft
}

/// Gives a new record without a number the one that was proposed with its key, or a free one. An empty number never
/// takes a record's own away.
fn number(world: &mut World, draft: &mut Draft<'_>, ord: i64) {
    let label = draft.schema.rules.number.0;
    let Some(column) = draft.schema.labelled(label).filter(|_| !label.is_empty()) else {
        return;
    };
    if draft.at(column).is_some_and(|number| !number.is_empty()) {
        return;
    }
    draft.values.retain(|(given, _)| *given != column);
    if !draft.is_new {
        return;
    }
    let proposed = world.table(draft.object).proposed(ord).cloned();
    let free = proposed.filter(|number| world.table(draft.object).holder(column, number).is_none());
    let number = free.unwrap_or_else(|| world.free_number(draft.object, column, ord));
    draft.values.push((column, number.into()));
}

fn check_unique(world: &mut World, draft: &Draft<'_>, ord: i64) -> Result<(), String> {
    let table = world.table(draft.object);
    for column in table.unique() {
        let Some(number) = draft.at(column).and_then(Value::to_text) else {
            continue;
        };
        if table.holder(column, &number).is_some_and(|holder| holder != ord) {
            let label = &draft.schema.columns[column].caption;
            return Err(format!("{label}已被使用，不能保存！"));
        }
    }
    Ok(())
}
