//! Saving, creating and updating records under the ERP's rules.

use crate::execute::{MISSING, Request};
use crate::ledger::{Change, is_secret};
use crate::plan::Action;
use crate::reply::Reply;
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
    let ord = key(world, request, arguments)?;
    check(request, arguments)?;
    let mut draft = draft(request, arguments);
    (request.schema.rules.before_save)(world, &mut draft)?;
    let is_new = ord.is_none_or(|ord| !world.exists(object, ord));
    let ord = ord.unwrap_or_else(|| world.table(object).allocate());
    number(world, &mut draft, ord, is_new);
    check_unique(world, &draft, ord)?;
    changes.push(world.store(object, Some(ord), &draft.values, &draft.extra));
    changes.extend((request.schema.rules.after_save)(world, ord, &draft));
    Ok(ord)
}

/// The key that the record is stored under, if the request may say so.
fn key(world: &mut World, request: &Request<'_>, arguments: &Record) -> Result<Option<i64>, String> {
    let given = request.keys(arguments)?.first().copied();
    match (request.plan.action, given) {
        (Action::Create, _) => Ok(None),
        (Action::Update, Some(ord)) if world.exists(request.plan.object, ord) => Ok(Some(ord)),
        (Action::Update, _) => Err(MISSING.to_owned()),
        (_, given) => Ok(given),
    }
}

/// Refuses what is missing, all at once, and what is too long.
fn check(request: &Request<'_>, arguments: &Record) -> Result<(), String> {
    let given = |wire: &str| {
        arguments
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wire))
            .map(|(_, value)| value)
    };
    let missing: Vec<&str> = request
        .plan
        .checked
        .iter()
        .filter(|field| field.required && given(&field.wire).is_none_or(Value::is_empty))
        .map(|field| field.label.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(format!("{}不能为空，不能保存！", missing.join("、")));
    }
    for field in &request.plan.checked {
        let length = given(&field.wire)
            .and_then(Value::as_text)
            .map_or(0, |text| text.chars().count());
        if let Some(most) = field.max_length
            && length > most as usize
        {
            return Err(format!("{}不能超过{most}个字，不能保存！", field.label));
        }
    }
    Ok(())
}

fn draft<'a>(request: &'a Request<'_>, arguments: &Record) -> Draft<'a> {
    let mut draft = Draft {
        object: request.plan.object,
        schema: request.schema,
        query: request.query,
        values: Vec::new(),
        extra: Record::new(),
    };
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
fn number(world: &mut World, draft: &mut Draft<'_>, ord: i64, is_new: bool) {
    let label = draft.schema.rules.number.0;
    let Some(column) = draft.schema.labelled(label).filter(|_| !label.is_empty()) else {
        return;
    };
    if draft.at(column).is_some_and(|number| !number.is_empty()) {
        return;
    }
    draft.values.retain(|(given, _)| *given != column);
    if !is_new {
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
