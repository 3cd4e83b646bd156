//! The hub's contacts, and how they are accepted.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Enqueued, StoreError};

/// A contact as the hub sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// The hub's id.
    pub id: String,
    /// JSON text, compared as text with what is already there.
    pub body: String,
}

/// A contact as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The hub's id.
    pub id: String,
    /// JSON text.
    pub body: String,
    /// 1 at first, one more for each changed body.
    pub revision: i64,
    /// When it was first accepted.
    pub created_at: Timestamp,
    /// When its body last changed.
    pub updated_at: Timestamp,
}

/// Who hears of an accepted contact: one delivery each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The event's name, `hub.contact.saved`.
    pub event: String,
    /// The flow or extension that handles it.
    pub target: String,
}

/// What became of one accepted contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The hub's id.
    pub id: String,
    /// The revision of its body.
    pub revision: i64,
    /// Whether the body differs from the one kept before.
    pub changed: bool,
    /// The delivery that carries this body, one for each route, in the routes' order.
    pub deliveries: Vec<Enqueued>,
}

/// The hub's contacts.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Keeps the contacts and enqueues a delivery to each route, in one commit. Answers in the order of the batch.
    ///
    /// The delivery's key is the contact's id, its payload the body, its revision the contact's: see
    /// [`Deliveries`](crate::Deliveries) for how a newer body replaces one that still waits. A body that a route has
    /// already been given is accepted without another delivery, unless that delivery lies dead: then it is tried again.
    async fn accept(
        &self,
        batch: Vec<NewContact>,
        routes: Vec<Route>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, StoreError>;

    /// The contact of this id.
    async fn get(&self, id: &str) -> Result<Option<Contact>, StoreError>;

    /// The contacts after an id (`None`: from the first), by id.
    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<Contact>, StoreError>;

    /// How many there are.
    async fn count(&self) -> Result<u64, StoreError>;
}
