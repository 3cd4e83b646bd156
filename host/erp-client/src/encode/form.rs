//! The dialect `form`: session, command and arguments in the body.

use crate::Settings;
use crate::session::Session;
use secrecy::ExposeSecret;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use sunmao_catalogue::{Arguments, Operation, Value};

/// `{"session", "cmdkey", "datas": [{"id", "val"}]}`; `cmdkey` only where the operation has a command,
/// `session` unless a gateway carries it.
pub(super) fn body(
    operation: &Operation,
    arguments: &Arguments,
    session: Option<&str>,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        session,
        cmdkey: operation.cmdkey.as_deref(),
        datas: Datas(arguments),
    })
}

/// The login's body (menu 11). `txt:` marks plain text; no captcha is ever filled in.
pub(crate) fn credentials(settings: &Settings) -> Result<Vec<u8>, serde_json::Error> {
    let user = format!("txt:{}", settings.username);
    let password = format!("txt:{}", settings.password.expose_secret());
    let serial = format!("txt:{}", settings.serial);
    let datas = [
        ("user", user.as_str()),
        ("password", &password),
        ("serialnum", &serial),
        ("rndcode", ""),
    ];
    let datas = datas.map(|(id, val)| Entry { id, val });
    serde_json::to_vec(&Login { datas: &datas })
}

/// The body of a login at a gateway.
pub(crate) fn gateway_credentials(settings: &Settings) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&GatewayLogin {
        username: &settings.username,
        password: settings.password.expose_secret(),
    })
}

/// The logout's body (menu 12).
pub(crate) fn farewell(session: &Session) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        session: Some(session.token().expose_secret()),
        cmdkey: None,
        datas: Datas(&Arguments::default()),
    })
}

#[derive(serde::Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cmdkey: Option<&'a str>,
    datas: Datas<'a>,
}

#[derive(serde::Serialize)]
struct GatewayLogin<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(serde::Serialize)]
struct Login<'a> {
    datas: &'a [Entry<'a, &'a str>],
}

#[derive(serde::Serialize)]
struct Entry<'a, V> {
    id: &'a str,
    val: V,
}

struct Datas<'a>(&'a Arguments);

impl Serialize for Datas<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut datas = serializer.serialize_seq(None)?;
        for (id, value) in self.0.iter().filter(|(_, value)| **value != Value::Null) {
            datas.serialize_element(&Entry { id, val: Val(value) })?;
        }
        datas.end()
    }
}

struct Val<'a>(&'a Value);

impl Serialize for Val<'_> {
    /// These pages compare truth values with 1 and 0.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(truth) => serializer.serialize_u8(u8::from(*truth)),
            value => value.serialize(serializer),
        }
    }
}
