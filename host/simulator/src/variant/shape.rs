//! Tables in the other shapes that installations give them.

use super::Variant;
use crate::reply::Reply;
use serde_json::{Map, Value as Json, json};

/// A `form` document with its tables in another shape, those inside screens as well.
pub(super) fn form(variant: Variant, text: String) -> String {
    let Ok(mut document) = serde_json::from_str::<Json>(&text) else {
        return text;
    };
    if variant == Variant::ReportSource {
        move_into_report(&mut document);
    } else {
        pack_tables(variant, &mut document);
    }
    document.to_string()
}

fn move_into_report(document: &mut Json) {
    let Some(body) = document.get_mut("body").and_then(Json::as_object_mut) else {
        return;
    };
    if let Some(source) = body.shift_remove("source") {
        body.insert("report".to_owned(), json!({"source": source}));
    }
}

fn pack_tables(variant: Variant, value: &mut Json) {
    match value {
        Json::Object(members) => {
            if members.contains_key("cols") && members.contains_key("rows") {
                pack(variant, members);
            }
            members
                .values_mut()
                .for_each(|member| pack_tables(variant, member));
        }
        Json::Array(values) => values.iter_mut().for_each(|value| pack_tables(variant, value)),
        _ => {}
    }
}

/// Packs each row, or the only one, into `{"value", "ord"}`; rows that have no key are `{"value"}`.
fn pack(variant: Variant, table: &mut Map<String, Json>) {
    let is_key = |column: &Json| column["id"].as_str().is_some_and(is_key_name);
    let columns = table["cols"].as_array();
    let key = columns.and_then(|columns| columns.iter().position(is_key));
    let Some(Json::Array(rows)) = table.get_mut("rows") else {
        return;
    };
    let packed = |row: &Json| match key {
        Some(key) => json!({"value": row, "ord": row[key]}),
        None => json!({"value": row}),
    };
    match (variant, rows.as_slice()) {
        (Variant::SingleRow, [only]) => {
            let only = packed(only);
            table.insert("rows".to_owned(), only);
        }
        (Variant::SingleRow, _) => {}
        _ => rows.iter_mut().for_each(|row| *row = packed(row)),
    }
}

fn is_key_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("ord") || name.eq_ignore_ascii_case("id")
}

/// A `json` table with captions in the place of the columns' names.
pub(super) fn captions(variant: Variant, reply: &Reply, text: String) -> String {
    let Reply::Rows(content) = reply else {
        return text;
    };
    let Ok(mut answer) = serde_json::from_str::<Json>(&text) else {
        return text;
    };
    if variant == Variant::CaptionObjects {
        let names = || content.columns.iter().map(|(name, _)| name.to_string());
        for row in answer["Rows"].as_array_mut().into_iter().flatten() {
            let cells = row.as_array().cloned().unwrap_or_default();
            *row = Json::Object(names().zip(cells).collect());
        }
    }
    answer["Cols"] = content.columns.iter().map(|(_, caption)| &**caption).collect();
    answer.to_string()
}
