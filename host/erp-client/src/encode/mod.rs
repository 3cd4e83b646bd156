//! Calls as the ERP wants to read them. What the dialects share: text stays text, whole numbers are JSON numbers, and
//! decimals travel as text, because the vendor takes either and only text is exact. Fixed query values go into the URL.

mod form;
mod helper;
mod json;
mod plain;

use crate::installation::{GatewayBodies, Installation};
use crate::session::Session;
use crate::transport::Request;
use sunmao_catalogue::{Arguments, Dialect, Operation};

pub(crate) use form::{credentials, farewell, gateway_credentials};
pub(crate) use helper::TokenName;

/// A call that cannot be written down.
#[derive(Debug)]
pub(crate) struct Unwritable(pub(crate) String);

/// A call of an operation within a session; `name` is what `helper` operations call the token.
pub(crate) fn request(
    installation: &Installation,
    operation: &Operation,
    arguments: &Arguments,
    session: &Session,
    name: TokenName,
) -> Result<Request, Unwritable> {
    let body = match operation.dialect {
        _ if installation.gateway_bodies() == Some(GatewayBodies::Plain) => plain::body(operation, arguments),
        Dialect::Form => form::body(operation, arguments, installation.body_token(session)),
        Dialect::Json => json::body(arguments),
        Dialect::Helper => helper::body(
            operation,
            arguments,
            installation.body_token(session).map(|token| (name, token)),
        ),
    };
    let header = installation
        .header(operation.dialect, session)
        .map_err(|_| Unwritable("the session token has characters that no HTTP header takes".to_owned()))?;
    Ok(Request {
        path: installation.path(operation).to_owned(),
        query: operation.fixed_query.clone(),
        content_type: installation.content_type(operation.dialect),
        header,
        body: body.map_err(|error| Unwritable(error.to_string()))?,
    })
}
