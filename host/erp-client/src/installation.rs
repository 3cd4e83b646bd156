//! How an installation wants to be spoken to: where its paths are, what carries the token, what stands around its
//! requests and answers.

use crate::Error;
use crate::session::Session;
use crate::transport::Request;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use std::fmt;
use std::str::FromStr;
use sunmao_catalogue::{Dialect, Operation, Record, Value};

/// Where the gateways that were seen in the field take logins.
const GATEWAY_LOGIN: &str = "/api/login";

/// The kinds of installation, by how they are spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Installation {
    /// The published paths under `/webapi`, JSON, the session in the body or in `ZBAPI-Token`.
    #[default]
    Standard,
    /// Before `/webapi/v3/ov1`: `form` operations on `/sysa/mobilephone/….asp` as `application/zsml`. The other dialects
    /// are tried on their published paths, which such an installation may not know.
    Legacy,
    /// The published paths behind a gateway with a login of its own and `Authorization: Bearer`.
    Gateway {
        /// Where the gateway takes `{"username", "password"}`.
        login_path: String,
        /// What it takes and answers.
        bodies: GatewayBodies,
    },
}

/// What travels through a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum GatewayBodies {
    /// `erp`: the ERP's own requests, and its answers wrapped in `data`.
    #[default]
    Erp,
    /// `plain`: the parameters as one object, and in `data` the records themselves.
    Plain,
}

impl Installation {
    /// Where a login goes.
    pub(crate) fn login_path(&self) -> &str {
        match self {
            Installation::Standard => "/webapi/v3/ov1/login",
            Installation::Legacy => "/sysa/mobilephone/login.asp",
            Installation::Gateway { login_path, .. } => login_path,
        }
    }

    /// Where a logout goes; gateways publish none.
    pub(crate) fn logout_path(&self) -> Option<&'static str> {
        match self {
            Installation::Standard => Some("/webapi/v3/ov1/logout"),
            Installation::Legacy => Some("/sysa/mobilephone/logout.asp"),
            Installation::Gateway { .. } => None,
        }
    }

    pub(crate) fn is_gateway(&self) -> bool {
        matches!(self, Installation::Gateway { .. })
    }

    /// What its requests and answers are made of, where a gateway decides that.
    pub(crate) fn gateway_bodies(&self) -> Option<GatewayBodies> {
        match self {
            Installation::Gateway { bodies, .. } => Some(*bodies),
            Installation::Standard | Installation::Legacy => None,
        }
    }

    /// Where an operation is called.
    pub(crate) fn path<'a>(&self, operation: &'a Operation) -> &'a str {
        match (self, &operation.legacy_path) {
            (Installation::Legacy, Some(legacy)) => legacy,
            _ => &operation.path,
        }
    }

    /// What the body is said to be.
    pub(crate) fn content_type(&self, dialect: Dialect) -> HeaderValue {
        match (self, dialect) {
            (Installation::Legacy, Dialect::Form) => {
                HeaderValue::from_static("application/zsml; charset=utf-8")
            }
            _ => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }

    /// The header that carries the token, if one does, marked so that no log prints it.
    pub(crate) fn header(
        &self,
        dialect: Dialect,
        session: &Session,
    ) -> Result<Option<(HeaderName, HeaderValue)>, reqwest::header::InvalidHeaderValue> {
        let token = session.token().expose_secret();
        let (name, value) = match (self, dialect) {
            (Installation::Gateway { .. }, _) => {
                (AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")))
            }
            (_, Dialect::Json) => (
                HeaderName::from_static("zbapi-token"),
                HeaderValue::from_str(token),
            ),
            (_, Dialect::Form | Dialect::Helper) => return Ok(None),
        };
        let mut value = value?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// The token as it stands in bodies; a gateway puts in its own.
    pub(crate) fn body_token<'a>(&self, session: &'a Session) -> Option<&'a str> {
        (!self.is_gateway()).then(|| session.token().expose_secret())
    }

    /// A POST of JSON that needs no session.
    pub(crate) fn bare_request(&self, path: &str, body: Vec<u8>) -> Request {
        Request {
            path: path.to_owned(),
            query: Vec::new(),
            content_type: self.content_type(Dialect::Form),
            header: None,
            body,
        }
    }

    /// The ERP's own answer, out of what a gateway puts around it.
    pub(crate) fn unwrapped(&self, mut record: Box<Record>) -> Box<Record> {
        if !self.is_gateway() {
            return record;
        }
        match record.get_mut("data") {
            Some(Value::Record(inner)) if is_enveloped(inner) => std::mem::take(inner),
            _ => record,
        }
    }

    /// Whether an unwrapped answer holds the records themselves, without anything of the ERP's around them.
    pub(crate) fn is_bare(&self, record: &Record) -> bool {
        self.is_gateway() && record.contains_key("data") && !is_enveloped(record)
    }
}

/// Whether a record is an answer of the ERP's own, by what stands around its content. A product has a `Code`, too, but no
/// words beside it.
fn is_enveloped(record: &Record) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| record.contains_key(*name));
    let is_record = |name: &str| record.get(name).is_some_and(|value| value.as_record().is_some());
    let is_number = |name: &str| record.get(name).is_some_and(|value| value.as_integer().is_some());
    let is_numbered = is_number("Code") || is_number("code");
    is_record("header")
        || is_record("body")
        || (is_numbered || has(&["flag"])) && (has(&CONTENT) || record.len() == 1)
        || has(&["Rows"]) && has(&["Cols", "Page"])
}

/// What stands beside a verdict.
const CONTENT: [&str; 7] = ["Msg", "msg", "Data", "data", "datas", "Page", "Rows"];

impl FromStr for GatewayBodies {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "erp" => Ok(GatewayBodies::Erp),
            "plain" => Ok(GatewayBodies::Plain),
            other => Err(Error::Setting {
                setting: "gateway_bodies",
                problem: format!("is {other:?}, which no gateway takes"),
                hint: "one of erp, plain",
            }),
        }
    }
}

impl FromStr for Installation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "standard" => Ok(Installation::Standard),
            "legacy" => Ok(Installation::Legacy),
            "gateway" => Ok(Installation::Gateway {
                login_path: GATEWAY_LOGIN.to_owned(),
                bodies: GatewayBodies::default(),
            }),
            other => Err(Error::Setting {
                setting: "installation",
                problem: format!("is {other:?}, which is no kind of installation"),
                hint: "one of standard, legacy, gateway",
            }),
        }
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Installation::Standard => "standard",
            Installation::Legacy => "legacy",
            Installation::Gateway { .. } => "gateway",
        })
    }
}
