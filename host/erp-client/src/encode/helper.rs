//! The dialect `helper`: the token and the arguments in the body.

use super::json::Plain;
use crate::session::Session;
use secrecy::ExposeSecret;
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

/// `{"Token", "Datas"}`. Saves take a list of objects, so the one object of a call becomes a list of one.
pub(super) fn body(
    operation: &Operation,
    arguments: &Arguments,
    session: &Session,
    name: TokenName,
) -> Result<Vec<u8>, serde_json::Error> {
    let token = session.token().expose_secret();
    match operation.result {
        ResultKind::Ack => serde_json::to_vec(&Body(name, token, [Plain(arguments)])),
        _ => serde_json::to_vec(&Body(name, token, Plain(arguments))),
    }
}

struct Body<'a, D>(TokenName, &'a str, D);

impl<D: Serialize> Serialize for Body<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Body(name, token, datas) = self;
        let mut body = serializer.serialize_map(Some(2))?;
        match name {
            TokenName::Token => body.serialize_entry("Token", token)?,
            TokenName::Session => body.serialize_entry("session", token)?,
        }
        body.serialize_entry("Datas", datas)?;
        body.end()
    }
}
