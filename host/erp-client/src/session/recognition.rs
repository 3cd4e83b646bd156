//! Which kind of installation answers, where a login is answered by none of the kind that was named.

use super::Sessions;
use crate::decode::lenient;
use crate::transport::Reply;
use crate::{Installation, evidence};
use reqwest::StatusCode;
use std::sync::atomic::Ordering;
use sunmao_catalogue::{Record, Value};
use tokio::time::Instant;

const STANDARD: &str = "an ERP answers here on the published paths: set `installation = \"standard\"` under [erp], or leave \
                        it out";

const LEGACY: &str = "an older ERP answers here, on the paths under /sysa/mobilephone: set `installation = \"legacy\"` \
                      under [erp]";

const GATEWAY: &str = "a gateway answers here and lets nobody through without a login of its own: set `installation = \
                       \"gateway\"` under [erp], with `gateway_login_path` where its login is not at /api/login";

/// A logout without a session: it changes nothing, and an ERP that has the path says that there is no session.
const NO_SESSION: &[u8] = br#"{"session":"","datas":[]}"#;

/// What the answer to a login tells of the installation.
pub(super) struct Recognised {
    /// What to set.
    pub(super) hint: &'static str,
    /// Whoever answered may have looked at the credentials and counted the attempt.
    pub(super) may_have_counted: bool,
}

impl Sessions {
    /// The kind of installation that a login's answer comes from, where it is not the kind that was named. What the answer
    /// leaves open is asked for without credentials.
    pub(super) async fn recognised(&self, reply: &Reply, deadline: Instant) -> Option<Recognised> {
        let named = &self.settings.installation;
        let answer = record_of(reply);
        let is_erp = answer.as_deref().is_some_and(has_header);
        let is_expected = match named.is_gateway() {
            true => answer.is_some() && !is_erp && reply.status != StatusCode::NOT_FOUND,
            false => is_erp,
        };
        // What has served before is only out of order; asking it more would not help it.
        if is_expected
            || self.is_known.load(Ordering::Relaxed)
            || matches!(reply.status.as_u16(), 408 | 429 | 502..=504)
        {
            return None;
        }
        let words = answer.as_deref().map(lenient::spoken).unwrap_or_default();
        let recognised = |hint| Recognised {
            hint,
            may_have_counted: is_erp || evidence::speaks_of_credentials(&words),
        };
        let is_kept_out = matches!(reply.status.as_u16(), 400 | 401 | 403 | 422) && !words.is_empty();
        if !named.is_gateway() && is_kept_out {
            return Some(recognised(GATEWAY));
        }
        for (kind, hint) in [(Installation::Standard, STANDARD), (Installation::Legacy, LEGACY)] {
            if kind != *named && self.answers_as(&kind, deadline).await {
                return Some(recognised(hint));
            }
        }
        None
    }

    async fn answers_as(&self, kind: &Installation, deadline: Instant) -> bool {
        let Some(path) = kind.logout_path() else {
            return false;
        };
        if self.budget.pace(deadline).await.is_err() {
            return false;
        }
        let request = kind.bare_request(path, NO_SESSION.to_vec());
        let reply = self.transport.post(request, deadline).await;
        reply.is_ok_and(|reply| record_of(&reply).as_deref().is_some_and(has_header))
    }
}

fn record_of(reply: &Reply) -> Option<Box<Record>> {
    match lenient::read(&reply.body) {
        Ok(Value::Record(record)) => Some(record),
        _ => None,
    }
}

/// Whether an answer is a ZBDocument.
fn has_header(record: &Record) -> bool {
    let mut members = record.iter();
    members.any(|(name, value)| name.eq_ignore_ascii_case("header") && value.as_record().is_some())
}
