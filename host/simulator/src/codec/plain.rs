//! A gateway that speaks none of the dialects: plain parameters in, the records themselves out.

use super::helper::Row;
use super::{Decoded, Members, is_blank, written};
use crate::reply::{Reply, Screen};
use serde::Serialize;
use serde_json::json;
use sunmao_catalogue::{Catalogue, Operation, Record, Value};

pub(super) fn decode(body: &[u8]) -> Result<Decoded, String> {
    let given: Record = match is_blank(body) {
        true => Record::default(),
        false => serde_json::from_slice(body).map_err(|error| error.to_string())?,
    };
    Ok(Decoded {
        token: None,
        cmdkey: None,
        arguments: vec![given],
    })
}

/// Parameters under the ERP's own names, where the gateway has others for them.
pub(crate) fn translated(operation: &Operation, given: Record) -> Record {
    let paging = operation.paging.as_ref();
    let own = |name: String| {
        let own = match name.as_str() {
            "pageSize" => paging.map(|paging| paging.size.as_str()),
            "pageIndex" => paging.map(|paging| paging.index.as_str()),
            "contact" => operation
                .params
                .iter()
                .map(|field| field.wire.as_str())
                .find(|wire| *wire == CONTACT),
            _ => None,
        };
        own.map_or(name.clone(), str::to_owned)
    };
    given
        .into_iter()
        .map(|(name, value)| (own(name), value))
        .collect()
}

/// What the ERP calls the gateway's `contact`.
const CONTACT: &str = "person_name";

/// The operation that plain parameters ask for: there is no command, so what is given tells. Of those with the most of the
/// query, the one whose required parameters are all there and are the most.
pub(crate) fn chosen(
    catalogue: &Catalogue,
    positions: &[usize],
    query: &Record,
    arguments: &Record,
) -> Option<usize> {
    let operation = |position: usize| &catalogue.operations()[position];
    let given = |wire: &str| {
        let mut members = arguments.iter().chain(query);
        let is_it = |name: &str| name.eq_ignore_ascii_case(wire) || wire == CONTACT && name == "contact";
        members.any(|(name, value)| is_it(name) && !value.is_empty())
    };
    let required = |operation: &Operation| {
        let fields = operation.params.iter().filter(|field| field.required);
        fields.map(|field| given(&field.wire)).collect::<Vec<bool>>()
    };
    let fits = |position: &usize| {
        let asked = &operation(*position).fixed_query;
        asked.iter().all(|(name, value)| {
            let mut query = query.iter();
            query.any(|(own, text)| own.eq_ignore_ascii_case(name) && text.as_text() == Some(value))
        })
    };
    let rank = |position: &usize| {
        let operation = operation(*position);
        let required = required(operation);
        let is_whole = required.iter().all(|given| *given);
        let known = operation.params.iter().filter(|field| given(&field.wire)).count();
        let weight = if is_whole { required.len() } else { 0 };
        (
            operation.fixed_query.len(),
            is_whole,
            weight,
            known,
            std::cmp::Reverse(*position),
        )
    };
    positions.iter().copied().filter(fits).max_by_key(rank)
}

pub(crate) fn encode(reply: &Reply) -> String {
    match reply {
        Reply::Rows(rows) => {
            let rows: Vec<Row<'_>> = rows.rows.iter().map(|row| Row { rows, row }).collect();
            written(&Bare { data: rows })
        }
        Reply::Tree(nodes) => written(&Bare { data: nodes }),
        Reply::Object(record) => written(&Bare {
            data: Members(record),
        }),
        Reply::Screen(screen) => written(&Bare {
            data: Members(&members(screen)),
        }),
        Reply::Done(_, Some(key)) => written(&json!({"data": {"ord": key}})),
        Reply::Done(message, None) => written(&json!({"data": {}, "message": message})),
        Reply::Refused(message) | Reply::Failed(message) | Reply::Broken(message) => {
            written(&json!({"data": null, "message": message}))
        }
        Reply::UnknownCommand | Reply::NoSession | Reply::Token(_) => {
            written(&json!({"data": null, "message": reply.message()}))
        }
    }
}

#[derive(Serialize)]
struct Bare<T> {
    data: T,
}

fn members(screen: &Screen) -> Record {
    let fields = screen.fields.iter();
    let mut members: Record = fields
        .map(|field| (field.id.to_string(), field.value.clone()))
        .collect();
    members.insert("ord".to_owned(), Value::Integer(screen.key));
    members
}
