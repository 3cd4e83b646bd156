//! One logout (menu 12), for a shutdown.

use super::{Begun, NoSession, Session, Sessions};
use crate::budget::Priority;
use crate::decode::{header_of, lenient};
use crate::transport::Reply;
use crate::{encode, evidence, words};
use std::sync::{Arc, PoisonError};
use sunmao_catalogue::{Kind, Value};
use tokio::time::{Instant, timeout_at};

const LINGERS: &str =
    "nothing to do here: the session is no longer used, and the ERP ends it by itself after some hours";

impl Sessions {
    /// Takes the session away from all callers and ends it. Waits for a login under way.
    pub(crate) async fn log_out(&self, deadline: Instant) -> Result<(), NoSession> {
        let _gate = timeout_at(deadline, self.gate.lock()).await;
        let taken = self
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(session) = taken else {
            return Ok(());
        };
        let installation = &self.settings.installation;
        let Some(path) = installation.logout_path() else {
            return Ok(());
        };
        let body =
            encode::farewell(&session).map_err(|error| NoSession::unavailable(error.to_string(), LINGERS))?;
        let request = installation.bare_request(path, body);
        let busy = |_| NoSession {
            kind: Kind::OverBudget,
            ..NoSession::unavailable("the logout's turn did not come in time", LINGERS)
        };
        let _seat = self
            .budget
            .seat(Priority::Interactive, deadline)
            .await
            .map_err(busy)?;
        self.budget.pace(deadline).await.map_err(busy)?;
        let begun = Begun::now("session.logout", 12);
        let outcome = match self.transport.post(request, deadline).await {
            Ok(reply) => self.judge_logout(&reply, &session),
            Err(loss) => Err(NoSession::lost(&loss, LINGERS)),
        };
        self.tell(begun, outcome.as_ref().err());
        outcome
    }

    /// A session that the ERP no longer knows is as ended as one can be.
    fn judge_logout(&self, reply: &Reply, session: &Arc<Session>) -> Result<(), NoSession> {
        let (code, words) = match lenient::read(&reply.body) {
            Ok(Value::Record(mut record)) => match header_of(&mut record) {
                Some(header) if header.status == 0 && reply.status.is_success() => return Ok(()),
                Some(header) => (Some(header.status), words::plain(&header.message)),
                None => (None, lenient::spoken(&record)),
            },
            Ok(_) => (None, String::new()),
            Err(text) => (None, text),
        };
        if evidence::session_is_gone(&words) {
            return Ok(());
        }
        Err(NoSession {
            kind: if code.is_some() {
                Kind::Refused
            } else {
                Kind::Unavailable
            },
            code: code.or(Some(i32::from(reply.status.as_u16()))),
            words: words::shown(&words, &[session.token(), &self.settings.password]),
            hint: LINGERS,
            asked: true,
            sent: true,
        })
    }
}
