//! Carrying out one operation on the records.

use crate::check::check;
use crate::ledger::{Change, ChangeKind};
use crate::plan::Action;
use crate::query::Query;
use crate::reply::Reply;
use crate::request::{MISSING, Request};
use crate::rules::Command;
use crate::show;
use crate::store::store;
use crate::world::World;
use sunmao_catalogue::{Record, Value};

/// Carries out a business operation: what it answers and what it changed.
pub(crate) fn execute(world: &mut World, request: &Request<'_>) -> (Reply, Vec<Change>) {
    let mut changes = Vec::new();
    let reply = match request.plan.action {
        Action::Reserve => reserve(world, request),
        Action::Get => get(world, request),
        Action::List => list(world, request),
        Action::Tree => Reply::Tree(show::tree(request.schema, world.table(request.plan.object))),
        Action::Save | Action::Create | Action::Update => {
            store(world, request, &mut changes).unwrap_or_else(Reply::Refused)
        }
        Action::Delete => delete(world, request, &mut changes).unwrap_or_else(Reply::Refused),
        Action::Command => command(world, request, &mut changes).unwrap_or_else(Reply::Refused),
        Action::Session => Reply::NoSession,
    };
    (reply, changes)
}

fn reserve(world: &mut World, request: &Request<'_>) -> Reply {
    let object = request.plan.object;
    let ord = world.table(object).allocate();
    let number = request.schema.labelled(request.schema.rules.number.0);
    let proposed = number.map(|column| (column, world.free_number(object, column, ord)));
    let number = proposed.as_ref().map(|(_, number)| number.clone());
    world.table(object).reserve(ord, number);
    Reply::Screen(show::blank_screen(request.schema, ord, proposed))
}

fn get(world: &mut World, request: &Request<'_>) -> Reply {
    let arguments = &request.arguments[0];
    let key = match request.keys(arguments) {
        Ok(keys) => keys.first().copied(),
        Err(message) => return Reply::Failed(message),
    };
    if let Some(key) = key.filter(|key| world.exists(request.plan.object, *key)) {
        (request.schema.rules.after_get)(world, key);
    }
    match key {
        Some(key) => match world.table(request.plan.object).get(key) {
            Some(entry) => show::entry(request, key, entry),
            None => Reply::Failed(MISSING.to_owned()),
        },
        None => show::nothing(request),
    }
}

fn list(world: &mut World, request: &Request<'_>) -> Reply {
    let query = Query::new(world, request);
    let table = world.table(request.plan.object);
    Reply::Rows(show::page(request, table, &query))
}

fn delete(world: &mut World, request: &Request<'_>, changes: &mut Vec<Change>) -> Result<Reply, String> {
    for arguments in request.arguments {
        let keys = request.keys(arguments)?;
        if keys.is_empty() {
            return Err("请选择要删除的单据".to_owned());
        }
        let rules = &request.schema.rules;
        for ord in &keys {
            if world.exists(request.plan.object, *ord) {
                (rules.before_delete)(world, *ord)?;
            }
        }
        for ord in keys {
            if let Some(entry) = world.table(request.plan.object).remove(ord) {
                changes.push(request.change(ord, ChangeKind::Deleted));
                changes.extend((rules.after_delete)(world, ord, &entry));
            }
        }
    }
    Ok(Reply::Done("删除成功！".to_owned(), None))
}

/// Notes a command in the state of the records that it names. It is carried out on all of them or, where something is
/// missing, on none.
fn command(world: &mut World, request: &Request<'_>, changes: &mut Vec<Change>) -> Result<Reply, String> {
    let object = request.plan.object;
    let mut named = Vec::new();
    for arguments in request.arguments {
        check(&request.plan.checked, arguments, "操作失败！")?;
        let keys = request.keys(arguments)?;
        if keys.is_empty() && request.plan.takes_key() {
            return Err("请选择要办理的单据，操作失败！".to_owned());
        }
        if !keys.iter().all(|ord| world.exists(object, *ord)) {
            return Err(MISSING.to_owned());
        }
        named.push((keys, arguments));
    }
    for (ords, arguments) in &named {
        let command = Command {
            operation: request.operation,
            ords,
            arguments,
        };
        let followed = (request.schema.rules.carry_out)(world, &command)?;
        note(world, request, &command, changes);
        changes.extend(followed);
    }
    let key = named.last().and_then(|(ords, _)| ords.last().copied());
    Ok(Reply::Done("操作成功！".to_owned(), key))
}

/// Notes a command in the records that it was carried out on.
fn note(world: &mut World, request: &Request<'_>, command: &Command<'_>, changes: &mut Vec<Change>) {
    let (object, arguments) = (request.plan.object, command.arguments);
    for ord in command.ords {
        let state = request.state(arguments);
        world.change(object, *ord, |entry| {
            entry.values[request.schema.state] = state.into();
            entry.note(&request.operation.verb);
            let noted = (request.operation.name.clone(), arguments.clone());
            entry.commands.push(noted);
        });
        (request.schema.rules.after_command)(world, &request.operation.verb, *ord, arguments);
        changes.push(request.change(*ord, ChangeKind::Updated));
    }
}

impl Request<'_> {
    fn change(&self, ord: i64, kind: ChangeKind) -> Change {
        Change {
            object: self.schema.object.clone(),
            ord,
            kind,
        }
    }

    /// The command's title, with the chosen result where it has one: `合同审批：同意`.
    fn state(&self, arguments: &Record) -> String {
        let result = self
            .operation
            .params
            .iter()
            .filter(|field| field.label.contains("结果"))
            .find_map(|field| {
                let given = arguments.get(&field.wire).and_then(Value::to_text)?;
                let value = field.values.iter().find(|value| value.code == given)?;
                Some(value.label.clone())
            });
        match result {
            Some(result) => format!("{}：{result}", self.operation.title),
            None => self.operation.title.clone(),
        }
    }
}
