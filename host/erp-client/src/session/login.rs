//! One login (menu 11): what is sent, and what the answer means.

use super::{NoSession, Session, Sessions};
use crate::attempts::{Exhausted, Held};
use crate::budget::Priority;
use crate::decode::{gateway_header, header_of, lenient};
use crate::evidence::{self, LoginRefusal};
use crate::transport::{Loss, Reply};
use crate::{encode, words};
use jiff::Timestamp;
use reqwest::StatusCode;
use secrecy::SecretString;
use std::sync::atomic::AtomicBool;
use sunmao_catalogue::{Kind, Value};
use tokio::time::Instant;

const UNREACHABLE: &str = "check the base URL and that the ERP is up and reachable from this machine";

const NOT_AN_ERP: &str = "check the base URL: the address, the port, and the path in front of /webapi; an older \
                          installation, or one behind a gateway, has to be named as such (`installation` under \
                          [erp])";

const WRONG: &str = "correct the username and the password before the next try: after three wrong logins the ERP asks \
                     for a captcha, so at most two are sent";

const EXHAUSTED: &str = "correct the username and the password: a third wrong login would make the ERP ask for a \
                         captcha. If it was the account that was put right, restart, and delete the file first if one \
                         is named";

const CAPTCHA: &str = "sign in once in a browser with this account, captcha included, then restart with the right \
                       username and password";

const ELSEWHERE: &str = "the words say what stands in the way; the credentials were not tried in vain";

impl Sessions {
    /// Signs in, unless these credentials were turned down too often.
    pub(super) async fn new_session(&self) -> Result<Session, NoSession> {
        let deadline = Instant::now() + self.settings.timeout;
        // Held until the answer was judged, so that another process that signs in counts on from ours.
        let attempts = self.attempts.hold(deadline).await;
        attempts.allow().map_err(|exhausted| self.exhausted(exhausted))?;
        let installation = &self.settings.installation;
        let body = match installation.is_gateway() {
            true => encode::gateway_credentials(&self.settings),
            false => encode::credentials(&self.settings),
        };
        let body = body.map_err(|error| NoSession::unavailable(error.to_string(), WRONG))?;
        let request = installation.bare_request(installation.login_path(), body);
        let busy = |_| NoSession {
            kind: Kind::OverBudget,
            ..NoSession::unavailable("the login's turn did not come in time", super::SLOW)
        };
        let _seat = self
            .budget
            .seat(Priority::Interactive, deadline)
            .await
            .map_err(busy)?;
        self.budget.pace(deadline).await.map_err(busy)?;
        attempts.going_out();
        let outcome = match self.transport.post(request, deadline).await {
            Ok(reply) => self.judge(reply, &attempts),
            Err(loss) => {
                if !matches!(loss, Loss::Unsent(_)) {
                    attempts.unseen();
                }
                Err(NoSession::lost(&loss, UNREACHABLE))
            }
        };
        attempts.settle();
        outcome.map_err(NoSession::asked)
    }

    fn judge(&self, reply: Reply, attempts: &Held<'_>) -> Result<Session, NoSession> {
        let code = Some(i32::from(reply.status.as_u16()));
        let mut record = match lenient::read(&reply.body) {
            Ok(Value::Record(record)) => record,
            Ok(_) => return Err(self.nonsense(&reply, code, "", attempts)),
            Err(text) => return Err(self.nonsense(&reply, code, &text, attempts)),
        };
        let header = match self.settings.installation.is_gateway() {
            true => gateway_header(&mut record),
            false => header_of(&mut record),
        };
        let Some(header) = header else {
            return Err(self.nonsense(&reply, code, &lenient::spoken(&record), attempts));
        };
        let message = words::plain(&header.message);
        match header.token {
            Some(token) if header.status == 0 => {
                attempts.accepted();
                tracing::info!(version = header.version.as_deref(), "signed in to the ERP");
                Ok(Session {
                    token: SecretString::from(token),
                    since: Timestamp::now(),
                    application_version: header.version,
                    served: AtomicBool::new(false),
                })
            }
            None if header.status == 0 && message.is_empty() => {
                Err(self.nonsense(&reply, code, "", attempts))
            }
            _ => Err(self.turned_down(header.status, &message, attempts)),
        }
    }

    fn turned_down(&self, status: i32, message: &str, attempts: &Held<'_>) -> NoSession {
        let message = if message.is_empty() {
            format!("the ERP turned the login down without a word (status {status})")
        } else {
            self.shown(message)
        };
        let hint = match evidence::judge_login(&message) {
            LoginRefusal::Captcha => {
                attempts.captcha_wanted();
                CAPTCHA
            }
            LoginRefusal::Credentials => {
                attempts.turned_down();
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
            asked: true,
            sent: true,
        }
    }

    /// An answer that is no login answer. Where it speaks of the credentials, or the status does, they were looked at and
    /// turned down; a server error may have come after that.
    fn nonsense(&self, reply: &Reply, code: Option<i32>, text: &str, attempts: &Held<'_>) -> NoSession {
        let is_denied = matches!(reply.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if is_denied || evidence::speaks_of_credentials(text) {
            return self.turned_down(code.unwrap_or_default(), text, attempts);
        }
        if reply.status.is_server_error() {
            attempts.unseen();
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

    fn shown(&self, text: &str) -> String {
        words::shown(text, &[&self.settings.password])
    }

    fn exhausted(&self, exhausted: Exhausted) -> NoSession {
        let (words, hint) = match exhausted {
            Exhausted::WrongCredentials => {
                let words = "not signed in: the ERP already turned these credentials down, so they are not sent again";
                let file = self.settings.attempts_file.as_deref();
                let counted = file.map(|file| format!(" (counted in {})", file.display()));
                (format!("{words}{}", counted.unwrap_or_default()), EXHAUSTED)
            }
            Exhausted::Captcha => {
                let words = "not signed in: the ERP asked for a captcha, which only a person can answer";
                (words.to_owned(), CAPTCHA)
            }
        };
        NoSession {
            kind: Kind::Session,
            ..NoSession::unavailable(words, hint)
        }
    }
}
