//! Columns and fields at the places where older installations have them, and older integrations look for them.

use crate::reply::Reply;
use serde_json::{Value as Json, json};

/// The number that a new customer is proposed is the third field of the first group.
const NUMBER: (&str, usize) = ("khid", 2);

/// A column that nobody knows stands behind a product's model.
const MODEL: &str = "cpxh";

/// A `form` answer as an older installation places what is in it.
pub(super) fn placed(reply: &Reply, text: String) -> String {
    let Ok(mut answer) = serde_json::from_str::<Json>(&text) else {
        return text;
    };
    let is_changed = match reply {
        Reply::Screen(_) => place_number(&mut answer),
        Reply::Rows(_) => place_column(&mut answer),
        _ => None,
    };
    is_changed.map_or(text, |()| answer.to_string())
}

fn place_number(answer: &mut Json) -> Option<()> {
    let fields = answer.pointer_mut("/body/bill/groups/0/fields")?.as_array_mut()?;
    let position = fields.iter().position(|field| field["id"] == NUMBER.0)?;
    let number = fields.remove(position);
    fields.insert(NUMBER.1.min(fields.len()), number);
    Some(())
}

fn place_column(answer: &mut Json) -> Option<()> {
    let table = answer.pointer_mut("/body/source/table")?;
    let columns = table.get_mut("cols")?.as_array_mut()?;
    let place = columns.iter().position(|column| column["id"] == MODEL)? + 1;
    columns.insert(place, json!({"id": "", "caption": ""}));
    for row in table.get_mut("rows")?.as_array_mut()? {
        row.as_array_mut()?.insert(place, json!(""));
    }
    Some(())
}
