//! One login (menu 11): what is sent, and what the answer means.

use super::{NoSession, Session, Sessions};
use crate::attempts::Exhausted;
use crate::decode::{header_of, lenient};
use crate::evidence::{self, LoginRefusal};
use crate::transport::{Loss, Reply, Request};
use crate::{encode, words};
use jiff::Timestamp;
use secrecy::SecretString;
use std::sync::atomic::AtomicBool;
use sunmao_catalogue::{Kind, Value};
use tokio::time::Instant;

const PATH: &str = "/webapi/v3/ov1/login";

const UNREACHABLE: &str = "check the base URL and that the ERP is up and reachable from this machine";

const NOT_AN_ERP: &str = "check the base URL: the address, the port, and the path in front of /webapi";

const WRONG: &str = "correct the username and the password before the next try: after three wrong logins the ERP asks \
                     for a captcha, so at most two are sent";

const EXHAUSTED: &str = "correct the username and the password, then restart: a third wrong login would make the ERP \
                         ask for a captcha";

const CAPTCHA: &str = "sign in once in a browser with this account, captcha included, then restart with the right \
                       username and password";

const ELSEWHERE: &str = "the words say what stands in the way; the credentials were not tried in vain";

impl Sessions {
    /// Signs in, unless these credentials were turned down too often.
    pub(super) async fn new_session(&self) -> Result<Session, NoSession> {
        self.attempts.allow().map_err(exhausted)?;
        let deadline = Instant::now() + self.settings.timeout;
        let request = Request {
            path: PATH.to_owned(),
            query: Vec::new(),
            header: None,
            body: encode::credentials(&self.settings)
                .map_err(|error| NoSession::unavailable(error.to_string(), WRONG))?,
        };
        let busy = |_| NoSession {
            kind: Kind::OverBudget,
            ..NoSession::unavailable("the login's turn did not come in time", super::SLOW)
        };
        let _seat = self.budget.seat(deadline).await.map_err(busy)?;
        self.budget.pace(deadline).await.map_err(busy)?;
        match self.transport.post(request, deadline).await {
            Ok(reply) => self.judge(reply),
            Err(loss) => Err(self.lost(loss)),
        }
    }

    fn judge(&self, reply: Reply) -> Result<Session, NoSession> {
        let code = Some(i32::from(reply.status.as_u16()));
        let mut record = match lenient::read(&reply.body) {
            Ok(Value::Record(record)) => record,
            Ok(_) => return Err(self.nonsense(&reply, code, String::new())),
            Err(text) => return Err(self.nonsense(&reply, code, text)),
        };
        let Some(header) = header_of(&mut record) else {
            return Err(self.nonsense(&reply, code, lenient::spoken(&record)));
        };
        let message = words::plain(&header.message);
        match header.token {
            Some(token) if header.status == 0 => {
                self.attempts.accepted();
                tracing::info!(version = header.version.as_deref(), "signed in to the ERP");
                Ok(Session {
                    token: SecretString::from(token),
                    since: Timestamp::now(),
                    application_version: header.version,
                    served: AtomicBool::new(false),
                })
            }
            None if header.status == 0 && message.is_empty() => Err(self.nonsense(&reply, code, message)),
            _ => Err(self.turned_down(header.status, message)),
        }
    }

    fn turned_down(&self, status: i32, message: String) -> NoSession {
        let message = if message.is_empty() {
            format!("the ERP turned the login down without a word (status {status})")
        } else {
            self.shown(message)
        };
        let hint = match evidence::judge_login(&message) {
            LoginRefusal::Captcha => {
                self.attempts.captcha_wanted();
                CAPTCHA
            }
            LoginRefusal::Credentials => {
                self.attempts.turned_down();
                WRONG
            }
            LoginRefusal::Elsewhere => ELSEWHERE,
        };
        tracing::warn!(status, message, "the ERP turned the login down");
        NoSession {
            kind: Kind::Session,
            code: Some(status),
            words: message,
            hint,
        }
    }

    /// An answer that is no login answer. A server error may have come after the credentials were looked at.
    fn nonsense(&self, reply: &Reply, code: Option<i32>, text: String) -> NoSession {
        if reply.status.is_server_error() {
            self.attempts.unseen();
        }
        let text = self.shown(text);
        let words = if text.is_empty() {
            format!("no login answer came back (HTTP {})", reply.status.as_u16())
        } else {
            text
        };
        NoSession {
            code,
            ..NoSession::unavailable(words, NOT_AN_ERP)
        }
    }

    fn lost(&self, loss: Loss) -> NoSession {
        if !matches!(loss, Loss::Unsent(_)) {
            self.attempts.unseen();
        }
        NoSession::unavailable(loss.to_string(), UNREACHABLE)
    }

    fn shown(&self, text: String) -> String {
        words::redacted(text, &[&self.settings.password])
    }
}

fn exhausted(exhausted: Exhausted) -> NoSession {
    let (words, hint) = match exhausted {
        Exhausted::WrongCredentials => (
            "not signed in: the ERP already turned these credentials down, so they are not sent again",
            EXHAUSTED,
        ),
        Exhausted::Captcha => (
            "not signed in: the ERP asked for a captcha, which only a person can answer",
            CAPTCHA,
        ),
    };
    NoSession {
        kind: Kind::Session,
        code: None,
        words: words.to_owned(),
        hint,
    }
}
