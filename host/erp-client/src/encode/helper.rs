//! The dialect `helper`: the token and the arguments in the body.

use super::json::Plain;
use serde::ser::{Serialize, SerializeMap, Serializer};
use sunmao_catalogue::{Arguments, Operation, ResultKind};

/// What an installation calls the token in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenName {
    /// `Token`, as published.
    Token,
    /// `session`, as some installations want it.
    Session,
}

/// `{"Token", "Datas"}`, without the token where a gateway carries it. Saves take a list of objects, so the one object of a call becomes a list of one.
pub(super) fn body(
    operation: &Operation,
    arguments: &Arguments,
    token: Option<(TokenName, &str)>,
) -> Result<Vec<u8>, serde_json::Error> {
    match operation.result {
        ResultKind::Ack => serde_json::to_vec(&Body(token, [Plain(arguments)])),
        _ => serde_json::to_vec(&Body(token, Plain(arguments))),
    }
}

struct Body<'a, D>(Option<(TokenName, &'a str)>, D);

impl<D: Serialize> Serialize for Body<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Body(token, datas) = self;
        let mut body = serializer.serialize_map(None)?;
        match token {
            Some((TokenName::Token, token)) => body.serialize_entry("Token", token)?,
            Some((TokenName::Session, token)) => body.serialize_entry("session", token)?,
            None => {}
        }
        body.serialize_entry("Datas", datas)?;
        body.end()
    }
}
