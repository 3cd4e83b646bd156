//! One login (menu 11): what is sent, and what the answer means.

use super::recognition::Recognised;
use super::{NoSession, Session, Sessions};
use crate::attempts::{Held, Withheld};
use crate::budget::Priority;
use crate::decode::{gateway_header, header_of, lenient};
use crate::evidence::{self, LoginRefusal};
use crate::settings::DEVICE_NAME;
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

const EXHAUSTED: &str = "correct the username and the password and start again: a third wrong login would make the ERP \
                         ask for a captcha. If it was the account that was put right, `sunmao erp unlock` lets the \
                         same password go out again";

const CAPTCHA: &str = "sign in once in a browser with this account, captcha included, then `sunmao erp unlock`, with the \
                       right username and password";

const UNSEEN: &str = "nothing to do: the next login goes out by itself, and a right password gets through. `sunmao erp \
                      status` shows what is counted, `sunmao erp unlock` lets the next one go at once";

const BUSY: &str = "try again; if no other process signs in with this account, look at the file that is named by \
                    `sunmao erp status`";

const UNCLEAR: &str = "look at the ERP: it does not say whether the credentials are right. The next login goes out by \
                       itself, after a pause";

const ELSEWHERE: &str = "the words say what stands in the way; the credentials were not tried in vain";

impl Sessions {
    /// Signs in, unless these credentials were turned down too often.
    pub(super) async fn new_session(&self) -> Result<Session, NoSession> {
        let deadline = Instant::now() + self.settings.timeout;
        // Held until the answer was judged, so that another process that signs in counts on from ours.
        let attempts = self.attempts.hold(Timestamp::now(), deadline).await;
        let attempts = attempts.map_err(|withheld| self.withheld(withheld))?;
        let allowed = attempts.allow(Timestamp::now());
        allowed.map_err(|withheld| self.withheld(withheld))?;
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
        attempts.going_out(Timestamp::now());
        let outcome = match self.transport.post(request, deadline).await {
            Ok(reply) => self.answered(reply, &attempts, deadline).await,
            Err(loss) => {
                let hint = match loss {
                    Loss::Unsent { hint, .. } => hint,
                    Loss::NoAnswer(_) | Loss::Late | Loss::Torn(_) | Loss::TooLarge(_) => {
                        attempts.unseen(Timestamp::now());
                        None
                    }
                };
                Err(NoSession::lost(&loss, hint.unwrap_or(UNREACHABLE)))
            }
        };
        attempts.settle();
        outcome.map_err(NoSession::asked)
    }

    /// An answer of another kind of installation than was named says nothing of the credentials, unless they may have been
    /// looked at all the same.
    async fn answered(
        &self,
        reply: Reply,
        attempts: &Held<'_>,
        deadline: Instant,
    ) -> Result<Session, NoSession> {
        let recognised = self.recognised(&reply, deadline).await;
        match recognised {
            None => self.judge(reply, attempts),
            Some(Recognised {
                hint,
                may_have_counted: true,
            }) => self
                .judge(reply, attempts)
                .map_err(|failure| NoSession { hint, ..failure }),
            Some(Recognised { hint, .. }) => Err(NoSession {
                kind: Kind::Session,
                code: Some(i32::from(reply.status.as_u16())),
                ..NoSession::unavailable("another kind of installation answers than was named", hint)
            }),
        }
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
        let refusal = evidence::judge_login(message);
        let message = if message.is_empty() {
            format!("the ERP turned the login down without a word (status {status})")
        } else {
            self.shown(message)
        };
        let (kind, hint) = match refusal {
            LoginRefusal::Captcha => {
                attempts.captcha_wanted();
                (Kind::Session, CAPTCHA)
            }
            LoginRefusal::Credentials => {
                attempts.turned_down();
                (Kind::Session, WRONG)
            }
            LoginRefusal::Elsewhere if evidence::speaks_of_device(&message) => (Kind::Session, DEVICE_NAME),
            LoginRefusal::Elsewhere => (Kind::Session, ELSEWHERE),
            LoginRefusal::Unclear => {
                attempts.unseen(Timestamp::now());
                (Kind::Unavailable, UNCLEAR)
            }
        };
        tracing::warn!(status, message, "the ERP turned the login down");
        NoSession {
            kind,
            code: Some(status),
            words: message,
            hint,
            asked: true,
            sent: true,
        }
    }

    /// An answer that is no login answer. Where it speaks of the credentials, they were looked at and turned down; but a
    /// server that failed may speak of its database's.
    fn nonsense(&self, reply: &Reply, code: Option<i32>, text: &str, attempts: &Held<'_>) -> NoSession {
        if !reply.status.is_server_error() && evidence::speaks_of_credentials(text) {
            return self.turned_down(code.unwrap_or_default(), text, attempts);
        }
        if may_be_the_erp(reply) {
            attempts.unseen(Timestamp::now());
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

    fn withheld(&self, withheld: Withheld) -> NoSession {
        let (kind, words, hint) = match withheld {
            Withheld::WrongCredentials => (
                Kind::Session,
                "the ERP already turned these credentials down, so they are not sent again".to_owned(),
                EXHAUSTED,
            ),
            Withheld::Captcha => (
                Kind::Session,
                "the ERP asked for a captcha, which only a person can answer".to_owned(),
                CAPTCHA,
            ),
            Withheld::Unseen { logins, until } => (
                Kind::Unavailable,
                format!(
                    "nobody saw what became of the last logins ({logins}), and the ERP may have counted them as wrong: \
                     the next one goes out at {until:.0}"
                ),
                UNSEEN,
            ),
            Withheld::Busy => (
                Kind::Unavailable,
                "another process was signing in with this account all the time".to_owned(),
                BUSY,
            ),
        };
        let place = match (self.attempts.problem(), &self.settings.attempts_file) {
            (Some(problem), _) => format!(" (counted in this process alone: {problem})"),
            (None, Some(file)) => format!(" (counted in {})", file.display()),
            (None, None) => String::new(),
        };
        NoSession {
            kind,
            ..NoSession::unavailable(format!("not signed in: {words}{place}"), hint)
        }
    }
}

/// Whether an answer that is none may have come after the ERP had looked at the credentials. A page, a redirection or a
/// path that is not there come from a server that has no login.
fn may_be_the_erp(reply: &Reply) -> bool {
    let status = reply.status;
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) || status.is_redirection() {
        return false;
    }
    let is_page = reply.body.trim_ascii_start().starts_with(b"<");
    let is_denied = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    !is_page || is_denied || status.is_server_error()
}
