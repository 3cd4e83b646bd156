//! Dealings with customers and over contracts and projects: the last follow-up and how many there were, and with whom a
//! record is shared.

use super::amounts::given;
use super::{Command, references};
use crate::world::World;
use sunmao_catalogue::{FieldType, Value};

/// A column that follows from others: wire name, label, type.
type Derived = (&'static str, &'static str, FieldType);

/// When somebody last followed up, what came of it, and how often it was done.
pub(super) const LAST: Derived = ("gjdate", "最近跟进时间", FieldType::Datetime);
pub(super) const WORDS: Derived = ("gjintro", "最近跟进内容", FieldType::String);
pub(super) const TIMES: Derived = ("gjnum", "跟进次数", FieldType::Int);

/// Nothing has been followed up in the generated year.
pub(super) fn none() -> Vec<(&'static str, Value)> {
    vec![
        (LAST.0, Value::Null),
        (WORDS.0, Value::Null),
        (TIMES.0, Value::Integer(0)),
    ]
}

/// Notes a follow-up.
pub(super) fn follow_up(world: &mut World, object: &str, ord: i64, command: &Command<'_>) {
    let times = world.link(object, ord, TIMES.0).unwrap_or_default();
    let words = given(command.arguments, "intro").cloned().unwrap_or_default();
    let values = [
        (LAST.0, world.moment().into()),
        (WORDS.0, words),
        (TIMES.0, times.saturating_add(1).into()),
    ];
    world.write(object, ord, &values);
}

/// The names of those with whom a record is shared.
pub(super) fn shared_with(world: &mut World, command: &Command<'_>) -> Value {
    match command.text("member1").as_str() {
        "1" => "所有用户".into(),
        _ => references::people(world, &command.text("member2")).into(),
    }
}
