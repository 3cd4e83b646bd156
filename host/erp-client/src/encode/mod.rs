//! Calls as the ERP wants to read them. What the dialects share: text stays text, whole numbers are JSON numbers, and
//! decimals travel as text, because the vendor takes either and only text is exact. Fixed query values go into the URL.

mod form;
mod helper;
mod json;

use crate::session::Session;
use crate::transport::Request;
use sunmao_catalogue::{Arguments, Dialect, Operation};

pub(crate) use form::{credentials, farewell};
pub(crate) use helper::TokenName;

/// A call that cannot be written down.
#[derive(Debug)]
pub(crate) struct Unwritable(pub(crate) String);

/// A call of an operation within a session; `name` is what `helper` operations call the token.
pub(crate) fn request(
    operation: &Operation,
    arguments: &Arguments,
    session: &Session,
    name: TokenName,
) -> Result<Request, Unwritable> {
    let body = match operation.dialect {
        Dialect::Form => form::body(operation, arguments, session),
        Dialect::Json => json::body(arguments),
        Dialect::Helper => helper::body(operation, arguments, session, name),
    };
    let header = match operation.dialect {
        Dialect::Json => Some(json::header(session)?),
        Dialect::Form | Dialect::Helper => None,
    };
    Ok(Request {
        path: operation.path.clone(),
        query: operation.fixed_query.clone(),
        header,
        body: body.map_err(|error| Unwritable(error.to_string()))?,
    })
}
