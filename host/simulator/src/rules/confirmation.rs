//! Confirmations by the warehouse, of receipts and of issues, in their forms before and after version 32.15: which lines,
//! how much of each, from or into which warehouse.

use super::Command;
use super::amounts::{given, member};
use crate::world::World;
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

/// Codes of what became of a document.
pub(super) const OPEN: &str = "1";
pub(super) const REJECTED: &str = "2";
pub(super) const DONE: &str = "3";

/// What a kind of document is called and where its lines are.
pub(super) struct Words {
    pub(super) caption: &'static str,
    pub(super) object: &'static str,
    /// The column of what became of it.
    pub(super) state: &'static str,
    /// The column of the lines.
    pub(super) lines: &'static str,
    /// The argument with the confirmed lines, in any letter case.
    pub(super) argument: &'static str,
    /// Members of a confirmed line that name a warehouse.
    pub(super) warehouse: &'static [&'static str],
}

/// So much of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Confirmed {
    /// The line's position in its document.
    pub(super) position: usize,
    pub(super) quantity: Decimal,
    pub(super) warehouse: Option<i64>,
}

/// The key of a line.
pub(super) fn key(line: &Record) -> Option<i64> {
    given(line, "id").and_then(Value::as_integer)
}

/// The line that another one names by its key.
pub(super) fn line_mut<'a>(lines: &'a mut [Record], named: &Record) -> Option<&'a mut Record> {
    let wanted = key(named)?;
    lines.iter_mut().find(|line| key(line) == Some(wanted))
}

/// What the warehouse decided; codes other than that of a rejection agree.
pub(super) fn state(arguments: &Record) -> &'static str {
    let code = given(arguments, "Complete1").and_then(Value::to_text);
    match code.as_deref() {
        Some("2" | "否决") => REJECTED,
        _ => DONE,
    }
}

/// Refuses to confirm several documents at once, since the first may use up what the second needs.
pub(super) fn only_one(command: &Command<'_>, caption: &str) -> Result<(), String> {
    match command.ords.len() {
        0 | 1 => Ok(()),
        _ => Err(format!("一次只能确认一张{caption}单，操作失败！")),
    }
}

/// The parts that a confirmation is about, or why it is refused: everything where it names no lines.
pub(super) fn read(
    world: &mut World,
    words: &Words,
    ord: i64,
    arguments: &Record,
) -> Result<Vec<Confirmed>, String> {
    let caption = words.caption;
    match world.text(words.object, ord, words.state).as_str() {
        OPEN => {}
        REJECTED => return Err(format!("{caption}单已被否决，操作失败！")),
        _ => return Err(format!("{caption}单已确认，不能重复确认！")),
    }
    let common = given(arguments, "ck").and_then(Value::as_integer);
    let lines = world.lines(words.object, ord, words.lines);
    let asked = given(arguments, words.argument)
        .and_then(Value::as_list)
        .unwrap_or_default();
    let mut confirmed = Vec::new();
    for (row, asked) in asked.iter().filter_map(Value::as_record).enumerate() {
        let fault = |fault: &str| Err(format!("{caption}明细第{}行：{fault}，操作失败！", row + 1));
        let Some(position) = lines.iter().position(|line| is_named(line, asked)) else {
            return fault("明细不存在");
        };
        let quantity = member(asked, "num1").unwrap_or_default();
        let planned = member(&lines[position], "num1").unwrap_or_default();
        if quantity < Decimal::ZERO {
            return fault("数量不能小于0");
        }
        if quantity > planned {
            return fault(&format!("数量{quantity}大于待{caption}数量{planned}"));
        }
        if confirmed
            .iter()
            .any(|other: &Confirmed| other.position == position)
        {
            return fault("明细重复");
        }
        let warehouse = words
            .warehouse
            .iter()
            .find_map(|name| given(asked, name)?.as_integer());
        confirmed.push(Confirmed {
            position,
            quantity,
            warehouse: warehouse.or(common),
        });
    }
    if asked.is_empty() {
        confirmed = lines
            .iter()
            .enumerate()
            .map(|(position, line)| Confirmed {
                position,
                quantity: member(line, "num1").unwrap_or_default(),
                warehouse: common,
            })
            .collect();
    }
    Ok(confirmed)
}

/// Whether a confirmed line means this one: by the line's key, or by the product's where it names no line.
fn is_named(line: &Record, asked: &Record) -> bool {
    let product = |line: &Record| given(line, "ord").and_then(Value::as_integer);
    match key(asked).filter(|key| *key != 0) {
        Some(wanted) => key(line) == Some(wanted),
        None => product(asked).is_some_and(|wanted| product(line) == Some(wanted)),
    }
}

/// What a confirmation leaves on its document.
pub(super) fn noted(world: &World, arguments: &Record) -> Vec<(&'static str, Value)> {
    let day = given(arguments, "Date5").cloned();
    let mut values = vec![("Date5", day.unwrap_or_else(|| world.day().into()))];
    if let Some(opinion) = given(arguments, "Intro2") {
        values.push(("Intro2", opinion.clone()));
    }
    values
}
