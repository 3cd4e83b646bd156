//! Keys of lines: new lines of a bill get the next ones of their object, and a changed bill may name only its own.

use super::values::{key, lines};
use crate::world::{Draft, World};
use sunmao_catalogue::Record;

/// The member that carries a line's key.
const KEY: &str = "ID";

/// Gives every line without a key the next one; a new bill's lines have none to name.
pub(super) fn give(
    world: &mut World,
    draft: &Draft<'_>,
    wire: &str,
    given: &mut [Record],
) -> Result<(), String> {
    let Some(column) = draft.schema.named(wire) else {
        return Ok(());
    };
    let table = world.table(draft.object);
    let all = table
        .newest_first()
        .flat_map(|(_, entry)| lines(&entry.values[column]));
    let mut last = all.filter_map(|line| key(&line, KEY)).max().unwrap_or(0);
    let own = draft.ord.and_then(|ord| table.get(ord));
    let own = own.map_or_else(Vec::new, |entry| lines(&entry.values[column]));
    for (position, line) in given.iter_mut().enumerate() {
        match key(line, KEY).filter(|named| *named != 0 && !draft.is_new) {
            Some(named) if own.iter().any(|line| key(line, KEY) == Some(named)) => {}
            Some(_) => return Err(format!("第{}行：明细ID不存在，不能保存！", position + 1)),
            None => {
                last += 1;
                line.insert(KEY.to_owned(), last.into());
            }
        }
    }
    Ok(())
}
