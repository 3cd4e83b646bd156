//! A gateway in front of the ERP: a login of its own, a bearer token on every call, the ERP's answers wrapped or left out.

use super::Variant;
use crate::codec;
use crate::erp::{Answered, Content, Erp, Incoming, blank};
use crate::reply::Reply;
use serde::Deserialize;
use serde_json::json;
use sunmao_catalogue::{Record, Value};

/// A login as the gateway takes it.
#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

impl Erp {
    /// Answers one request as the gateway does that stands in front of the ERP.
    pub(crate) fn answer_behind_gateway(&self, incoming: &Incoming<'_>) -> Answered {
        if self.is_gateway_login(incoming.path) {
            return self.log_in_at_gateway(incoming);
        }
        let bearer = incoming.bearer.unwrap_or_default();
        if !self.state().sessions.lives(bearer) {
            self.state().write(blank(incoming), Reply::NoSession, Vec::new());
            return Answered::unauthorized(&Reply::NoSession);
        }
        let called = self.call(incoming, Some(bearer));
        called.answered(|dialect, reply| match reply {
            Reply::NoSession => Content::Unauthorized(refusal(reply.message())),
            _ if self.options.variant == Variant::GatewayPlain => Content::Json(codec::plain::encode(reply)),
            _ => Content::Json(wrapped(&codec::encode(self.options.variant, dialect, reply))),
        })
    }

    /// One kind of gateway takes logins where the ERP would take them, too.
    fn is_gateway_login(&self, path: &str) -> bool {
        let login = self
            .catalogue
            .find("session.login")
            .map(|login| login.path.as_str());
        let is = |own: &str| path.eq_ignore_ascii_case(own);
        is(Variant::GATEWAY_LOGIN) || self.options.variant == Variant::GatewayPlain && login.is_some_and(is)
    }

    /// The gateway asks for no device and no captcha.
    fn log_in_at_gateway(&self, incoming: &Incoming<'_>) -> Answered {
        let mut entry = blank(incoming);
        let mut state = self.state();
        let login = self.catalogue.find("session.login");
        if let Some(login) = login {
            entry.note_operations([login].into_iter());
            if let Some(fault) = state.dice.throw(login) {
                return state.prevent(entry, fault);
            }
        }
        let reply = match serde_json::from_slice::<Credentials>(incoming.body) {
            Ok(given) => {
                let username = ("username".to_owned(), Value::from(given.username.as_str()));
                entry.arguments = Value::from(Record::from_iter([username]));
                let token = state.sessions.enter(&given.username, &given.password);
                token.map_or_else(Reply::Failed, Reply::Token)
            }
            Err(fault) => Reply::Broken(fault.to_string()),
        };
        match state.write(entry, reply, Vec::new()) {
            Reply::Token(token) => Answered::sound(Content::Json(json!({"token": token}).to_string())),
            reply => Answered::unauthorized(&reply),
        }
    }
}

impl Answered {
    fn unauthorized(reply: &Reply) -> Self {
        Answered::sound(Content::Unauthorized(refusal(reply.message())))
    }
}

/// The answer to a call or a login that is not let through.
fn refusal(message: &str) -> String {
    json!({"message": message}).to_string()
}

/// The ERP's answer as the gateway passes it on.
fn wrapped(answer: &str) -> String {
    format!("{{\"data\":{answer}}}")
}
