//! Faults that meddle with the work of a call.

use super::Fault;
use crate::ledger::Change;
use crate::reply::Reply;
use crate::world::World;

/// Does the work of a call on records of an object, while a fault happens or not: the reply, the changes that stay, and
/// whether the fault could happen at all.
pub(crate) fn meddle(
    world: &mut World,
    object: usize,
    fault: Option<Fault>,
    work: impl FnOnce(&mut World) -> (Reply, Vec<Change>),
) -> (Reply, Vec<Change>, bool) {
    let beside = match fault {
        Some(Fault::RowInserted) => Some(world.appear(object)),
        Some(Fault::RowDeleted) => world.vanish(object),
        Some(Fault::UnsavedSuccess) => return unsaved(world, work),
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
