//! Other systems that are told of changes: one signed request a delivery, as Standard Webhooks has it.

use super::handled::Handled;
use super::progress::Step;
use crate::actor::Actor;
use crate::host::Host;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Fault, Kind, KindSource, RecordKind};
use sunmao_store::{Delivery, Occasion, RecordName, Route};

/// Who did not take what he was told for so long is told no more, until a person looks.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// What a receiver answers who is gone for good.
const GONE: u16 = 410;

/// `[webhook.NAME]`, as written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where changes are told.
    pub url: String,
    /// The kinds of records it hears of; all of the hub's where none is named.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// What it hears of them: `saved`, `deleted`; both where nothing is said.
    #[serde(default)]
    pub events: Vec<Told>,
}

/// What may be told of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// It was saved.
    Saved,
    /// It was deleted.
    Deleted,
}

/// One receiver with the keys that it knows.
pub struct Webhook {
    target: String,
    settings: WebhookSettings,
    /// The present key first, then the one before it while both are in use.
    keys: Vec<standardwebhooks::Webhook>,
}

/// Everyone who is told, by delivery target.
pub type Webhooks = BTreeMap<String, Arc<Webhook>>;

/// What is sent.
#[derive(Debug, Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    event: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    kind: &'a str,
    id: &'a str,
    revision: Option<i64>,
    body: Value,
}

/// A signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it goes.
    pub url: String,
    /// Its headers beside the content type, which is JSON.
    pub headers: [(&'static str, String); 3],
    /// Its body.
    pub body: String,
}

/// Whoever carries a signed request to its receiver.
#[async_trait]
pub trait Courier: Send + Sync + fmt::Debug {
    /// Posts it without following redirections; the status of the answer.
    ///
    /// # Errors
    /// Nobody answered, in these words.
    async fn post(&self, letter: Letter) -> Result<u16, String>;
}

impl Webhook {
    /// A receiver, with its present secret first.
    ///
    /// # Errors
    /// A secret is none: `whsec_` and base64.
    pub fn new(name: &str, settings: WebhookSettings, secrets: &[&str]) -> Result<Self, String> {
        let keys = secrets
            .iter()
            .map(|secret| standardwebhooks::Webhook::new(secret));
        Ok(Webhook {
            target: Actor::Webhook(name.into()).to_string(),
            settings,
            keys: keys
                .collect::<Result<_, _>>()
                .map_err(|_| "it is no `whsec_` and base64 behind it".to_owned())?,
        })
    }

    /// Whom its deliveries are for.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What it hears of a kind. Rows of the ERP are many: it hears of them if it names them.
    pub(crate) fn routes(&self, kind: &RecordKind) -> Vec<Route> {
        let names = &self.settings.kinds;
        let is_named = names.contains(&kind.name);
        if !is_named && (!names.is_empty() || matches!(kind.source, KindSource::Erp { .. })) {
            return Vec::new();
        }
        let events = &self.settings.events;
        let wanted = [(Told::Saved, Occasion::Saved), (Told::Deleted, Occasion::Deleted)].into_iter();
        let wanted = wanted.filter(|(told, _)| events.is_empty() || events.contains(told));
        wanted
            .map(|(_, occasion)| Route {
                kind: kind.name.clone(),
                occasion,
                target: self.target.clone(),
            })
            .collect()
    }

    /// A delivery as it is sent at this moment. Its id stays over repetitions, and is another where the delivery carries a
    /// newer revision.
    fn letter(&self, delivery: &Delivery, now: Timestamp) -> Result<Letter, String> {
        let record: RecordName = delivery
            .key
            .parse()
            .map_err(|_| format!("{} names no record", delivery.key))?;
        // What is told of a deleted record is that it is gone.
        let is_deleted = delivery.event == Occasion::Deleted.event(&record.kind);
        let body = match is_deleted {
            true => Value::Null,
            false => serde_json::from_str(&delivery.payload).map_err(|error| error.to_string())?,
        };
        let message = Message {
            event: &delivery.event,
            timestamp: delivery.created_at,
            data: Data {
                kind: &record.kind,
                id: &record.id,
                revision: delivery.revision,
                body,
            },
        };
        let body = serde_json::to_string(&message).map_err(|error| error.to_string())?;
        let id = format!("{}-{}", delivery.id, delivery.revision.unwrap_or_default());
        let second = now.as_second();
        let signatures = self.keys.iter().map(|key| key.sign(&id, second, body.as_bytes()));
        let signatures: Result<Vec<String>, _> = signatures.collect();
        let signatures = signatures.map_err(|error| error.to_string())?.join(" ");
        Ok(Letter {
            url: self.settings.url.clone(),
            headers: [
                (HEADER_WEBHOOK_ID, id),
                (HEADER_WEBHOOK_TIMESTAMP, second.to_string()),
                (HEADER_WEBHOOK_SIGNATURE, signatures),
            ],
            body,
        })
    }
}

/// Keys are not shown.
impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.target)
    }
}

/// Tells a receiver of a change.
pub(super) async fn deliver(host: &Host, webhook: &Webhook, delivery: &Delivery) -> Handled {
    let now = host.clock.now();
    let Some(courier) = host.courier.get() else {
        return Handled::Later(Fault::new(Kind::Unavailable, "nobody carries webhooks here"));
    };
    let letter = match webhook.letter(delivery, now) {
        Ok(letter) => letter,
        Err(message) => return Handled::Dead(Fault::new(Kind::Invalid, message)),
    };
    let words = match courier.post(letter).await {
        Ok(status) if (200..300).contains(&status) => return Handled::done(Step::Told { status }),
        Ok(GONE) => return Handled::Dead(gone(webhook)),
        Ok(status) => format!("the receiver answers {status}"),
        Err(words) => words,
    };
    let fault = Fault::new(Kind::Unavailable, format!("{}: {words}", webhook.target));
    let fault =
        fault.with_hint("look at the receiver, and at the url in sunmao.toml; then: sunmao dead retry");
    match now.duration_since(delivery.created_at) > PATIENCE {
        true => Handled::Dead(fault),
        false => Handled::Later(fault),
    }
}

fn gone(webhook: &Webhook) -> Fault {
    let message = format!(
        "{}: the receiver answers 410, it is gone for good",
        webhook.target
    );
    Fault::new(Kind::Refused, message).with_hint(
        "take its table out of sunmao.toml, or put the receiver's new url in it; then: sunmao dead retry",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_store::DeliveryId;

    const NEW: &str = "whsec_bmV3LWtleS1uZXcta2V5LW5ldy1rZXk=";
    const OLD: &str = "whsec_b2xkLWtleS1vbGQta2V5LW9sZC1rZXk=";

    fn webhook(secrets: &[&str]) -> Webhook {
        let settings = WebhookSettings {
            url: "http://127.0.0.1:1/".to_owned(),
            kinds: Vec::new(),
            events: vec![Told::Deleted],
        };
        Webhook::new("shop", settings, secrets).unwrap()
    }

    fn delivery(event: &str, revision: i64) -> Delivery {
        Delivery {
            id: DeliveryId(12),
            event: event.to_owned(),
            target: "webhook shop".to_owned(),
            key: "contact/c-1".to_owned(),
            payload: r#"{"company_name":"样例木作"}"#.to_owned(),
            revision: Some(revision),
            hops: 0,
            attempt: 1,
            failures: 0,
            unconfirmed: 0,
            panics: 0,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_id_stays_over_repetitions_and_is_another_for_another_revision() {
        let webhook = webhook(&[NEW]);
        let at = |second| Timestamp::from_second(second).unwrap();
        let first = webhook.letter(&delivery("contact.saved", 1), at(1)).unwrap();
        let again = webhook.letter(&delivery("contact.saved", 1), at(60)).unwrap();
        let newer = webhook.letter(&delivery("contact.saved", 2), at(60)).unwrap();
        assert_eq!((&first.headers[0], &first.body), (&again.headers[0], &again.body));
        assert_ne!(first.headers[2], again.headers[2]);
        assert_ne!(again.headers[0], newer.headers[0]);
    }

    #[test]
    fn a_deleted_record_has_no_body_and_two_keys_make_two_signatures() {
        let webhook = webhook(&[NEW, OLD]);
        let letter = webhook
            .letter(&delivery("contact.deleted", 3), Timestamp::UNIX_EPOCH)
            .unwrap();
        assert!(
            letter.body.contains(r#""type":"contact.deleted""#),
            "{}",
            letter.body
        );
        assert!(letter.body.contains(r#""body":null"#), "{}", letter.body);
        assert_eq!(letter.headers[2].1.split(' ').count(), 2);
    }

    #[test]
    fn a_secret_that_is_none_is_refused_and_none_is_shown() {
        let settings = webhook(&[]).settings;
        assert!(Webhook::new("shop", settings, &["whsec_ nothing"]).is_err());
        assert_eq!(format!("{:?}", webhook(&[NEW])), "webhook shop");
    }
}
