//! Faults that meddle with the work of a call.

use super::Fault;
use crate::ledger::{Change, ChangeKind};
use crate::reply::Reply;
use crate::schema::{KEY, Schema, nested};
use crate::table::Entry;
use crate::world::World;
use sunmao_catalogue::Value;

/// A fault that happens, or not, in the course of a call on records of an object.
pub(crate) struct Meddling {
    pub(crate) fault: Option<Fault>,
    /// Which fields are lost where a part of a save is, bit by bit.
    pub(crate) lost_part: u64,
}

/// Does the work of a call on records of an object, while a fault happens or not: the reply, the changes that stay, and
/// whether the fault could happen at all.
pub(crate) fn meddle(
    world: &mut World,
    object: usize,
    meddling: &Meddling,
    work: impl FnOnce(&mut World) -> (Reply, Vec<Change>),
) -> (Reply, Vec<Change>, bool) {
    let beside = match meddling.fault {
        Some(Fault::RowInserted) => Some(world.appear(object)),
        Some(Fault::RowDeleted) => world.vanish(object),
        Some(Fault::UnsavedSuccess) => return unsaved(world, work),
        Some(Fault::PartlySaved) => return partly_saved(world, object, meddling.lost_part, work),
        _ => {
            let (reply, changes) = work(world);
            return (reply, changes, true);
        }
    };
    let happened = beside.is_some();
    let (reply, own) = work(world);
    (reply, beside.into_iter().chain(own).collect(), happened)
}

/// Takes back what a success has stored; a refusal stays what it is.
fn unsaved(
    world: &mut World,
    work: impl FnOnce(&mut World) -> (Reply, Vec<Change>),
) -> (Reply, Vec<Change>, bool) {
    let earlier = world.clone();
    let (reply, changes) = work(world);
    if !matches!(reply, Reply::Done(..)) {
        return (reply, changes, false);
    }
    world.go_back(earlier);
    (reply, Vec::new(), true)
}

/// Takes back some fields of the records that a save has stored.
fn partly_saved(
    world: &mut World,
    object: usize,
    lost_part: u64,
    work: impl FnOnce(&mut World) -> (Reply, Vec<Change>),
) -> (Reply, Vec<Change>, bool) {
    let mut earlier = world.clone();
    let (reply, changes) = work(world);
    if !matches!(reply, Reply::Done(..)) {
        return (reply, changes, false);
    }
    let model = world.model.clone();
    let schema = &model.schemas[object];
    let mut happened = false;
    for change in changes.iter().filter(|change| change.object == schema.object) {
        if change.kind == ChangeKind::Deleted {
            continue;
        }
        let before = earlier.table(object).get(change.ord).cloned();
        world.change(object, change.ord, |entry| {
            happened |= lose(schema, lost_part, before.as_ref(), entry);
        });
    }
    (reply, changes, happened)
}

/// Puts every other changed field back to what it was, by chance; whether there was one. What makes the record what it is,
/// and what others follow from, stays.
fn lose(schema: &Schema, lost_part: u64, before: Option<&Entry>, entry: &mut Entry) -> bool {
    let earlier = |column: usize| before.map_or(&Value::Null, |before| &before.values[column]);
    let may_be_lost = |column: usize| {
        let own = &schema.columns[column];
        let is_derived = schema
            .rules
            .derived
            .iter()
            .any(|(wire, ..)| own.id.eq_ignore_ascii_case(wire));
        let is_own = schema
            .rules
            .own
            .iter()
            .any(|wire| own.id.eq_ignore_ascii_case(wire));
        let is_kept = is_own
            || [KEY, schema.created, schema.state].contains(&column)
            || schema.unique.contains(&column);
        !is_kept && !is_derived && (!own.required || nested(own.kind))
    };
    let changed = (0..entry.values.len())
        .filter(|column| may_be_lost(*column) && entry.values[*column] != *earlier(*column));
    let changed: Vec<usize> = changed.collect();
    // One is lost in any case, else nothing would have happened.
    let first = usize::try_from(lost_part % changed.len().max(1) as u64).unwrap_or_default();
    for (position, column) in changed.iter().enumerate() {
        let is_lost = position == first || lost_part.rotate_right(position as u32) & 1 == 1;
        if is_lost {
            match &mut entry.values[*column] {
                // Of a list the last line is lost.
                Value::List(lines) if !lines.is_empty() => drop(lines.pop()),
                value => *value = earlier(*column).clone(),
            }
        }
    }
    !changed.is_empty()
}
