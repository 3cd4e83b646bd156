//! Records of every kind, and the one way in which they are accepted.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{DeliveryRecord, Enqueued, Link, RecordName, StoreError};

/// What a record is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Whose.
    pub name: RecordName,
    /// The revision that this was read of.
    pub revision: i64,
    /// Fields with their normalised values.
    pub identities: Vec<(String, String)>,
}

/// A record as somebody files it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// What it is called.
    pub name: RecordName,
    /// JSON text, compared as text with what is already there. `None` deletes the record.
    pub body: Option<String>,
    /// Of what the body was made from. One that is equal to the one kept says that nothing changed, whatever the body.
    pub fingerprint: Option<String>,
    /// Fields that the record is found by, with their normalised values.
    pub identities: Vec<(String, String)>,
}

impl NewRecord {
    /// A record with this body, which is found by its name alone.
    pub fn saved(name: RecordName, body: impl Into<String>) -> Self {
        Self {
            name,
            body: Some(body.into()),
            fingerprint: None,
            identities: Vec::new(),
        }
    }

    /// The end of a record.
    #[must_use]
    pub fn deleted(name: RecordName) -> Self {
        Self {
            name,
            body: None,
            fingerprint: None,
            identities: Vec::new(),
        }
    }
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// What it is called.
    pub name: RecordName,
    /// JSON text; `None` where it was deleted.
    pub body: Option<String>,
    /// Of what the body was made from, where that was said.
    pub fingerprint: Option<String>,
    /// 1 at first, one more for each change of the body, deleting included.
    pub revision: i64,
    /// The number of its last change; rises over the whole store and is never given again.
    pub change: i64,
    /// Who changed it last.
    pub origin: String,
    /// When it was first accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// It is new, has another body, or is there again.
    Saved,
    /// It was deleted.
    Deleted,
}

impl Occasion {
    /// As the event's name has it after the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Deleted => "deleted",
        }
    }

    /// The event of a record of this kind: `contact.saved`.
    #[must_use]
    pub fn event(self, kind: &str) -> String {
        format!("{kind}.{}", self.name())
    }
}

/// Who hears of an accepted record: one delivery each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The records' kind.
    pub kind: String,
    /// What happened to them.
    pub occasion: Occasion,
    /// The flow or extension that handles it.
    pub target: String,
}

/// What became of one accepted record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it is called.
    pub name: RecordName,
    /// The revision of its body; 0 for one that was to be deleted and never was there.
    pub revision: i64,
    /// The number of its last change.
    pub change: i64,
    /// Whether it differs from what was kept before.
    pub changed: bool,
    /// The delivery that carries this body, one for each route that matches, in the routes' order.
    pub deliveries: Vec<Enqueued>,
}

/// Records to keep, and who hears of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The records.
    pub records: Vec<NewRecord>,
    /// Who hears of them.
    pub routes: Vec<Route>,
    /// Who files them.
    pub origin: String,
}

/// Whether records that were deleted are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Presence {
    /// Those that are there.
    #[default]
    Present,
    /// Those that were deleted.
    Deleted,
    /// Both.
    Any,
}

/// Which records of a kind are listed; all that is said has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Their kind.
    pub kind: String,
    /// After this id.
    pub after: Option<String>,
    /// Changed after this number. Lists are then in the order of their last change, else by id.
    pub changed_after: Option<i64>,
    /// Members of the body and their values, as text.
    pub members: Vec<(String, String)>,
    /// Members among them that a body may as well leave out: their value is what is usual.
    pub usual: Vec<String>,
    /// Whether deleted ones are meant.
    pub presence: Presence,
}

/// A record with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntry {
    /// The record.
    pub record: StoredRecord,
    /// Its links, by the links' names.
    pub links: Vec<Link>,
    /// The newest delivery of each target, the newest first. A superseded one never stands for its record: another one
    /// carries its payload.
    pub deliveries: Vec<DeliveryRecord>,
}

/// Records of every kind.
#[async_trait]
pub trait Records: Send + Sync {
    /// Compares, keeps and routes the records in one commit. Answers in the order of the batch.
    ///
    /// A delivery's key is the record's name, its payload the body (of one that was deleted: the last one), its revision
    /// the record's: see [`Deliveries`](crate::Deliveries) for how a newer state replaces one that still waits. A body that a
    /// route has already been given is accepted without another delivery, unless that delivery lies dead: then it is tried
    /// again, except where an equal fingerprint says that nobody filed anything new. What waits or lies dead for a
    /// target that does not hear of the newer state is superseded, unless the outcome of one of its writes is open.
    ///
    /// What has not changed is no write at all.
    async fn accept(
        &self,
        batch: Vec<NewRecord>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, StoreError>;

    /// Accepts the record if the one kept has this revision, or with `None` if none is there. Else nothing is written,
    /// and the answer is `None`.
    async fn accept_if(
        &self,
        record: NewRecord,
        revision: Option<i64>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Option<Accepted>, StoreError>;

    /// The same of many in one commit, each with the revision that it rests on. Those that have another one by now are
    /// left as they are, and their answer is `None`. Answers in the order of the batch, which names no record twice.
    async fn accept_each_if(
        &self,
        batch: Vec<(NewRecord, Option<i64>)>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Vec<Option<Accepted>>, StoreError>;

    /// The record of this name.
    async fn get(&self, name: &RecordName) -> Result<Option<StoredRecord>, StoreError>;

    /// Those of these records that are kept, in no particular order.
    async fn get_many(&self, names: &[RecordName]) -> Result<Vec<StoredRecord>, StoreError>;

    /// The record of this name, with where it stands.
    async fn entry(&self, name: &RecordName) -> Result<Option<RecordEntry>, StoreError>;

    /// The records of a kind with where they stand: one query a page.
    async fn list(&self, filter: RecordFilter, limit: u32) -> Result<Vec<RecordEntry>, StoreError>;

    /// The records whose last change has a higher number, in the order of their changes, deleted ones among them.
    /// Whoever has read up to a number misses none: what is committed later has a higher one.
    async fn changes(
        &self,
        after: i64,
        kind: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError>;

    /// The records of a kind with this value of an identity field, by id.
    async fn find_by_identity(
        &self,
        kind: &str,
        field: &str,
        value: &str,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError>;

    /// What records are found by, in place of what they were found by: where a kind has come to identify its records by
    /// other fields. Those that have changed since are left out: whoever changed them knew the kind.
    async fn identify(&self, records: Vec<Identified>) -> Result<(), StoreError>;

    /// How many of a kind there are, deleted ones not counted.
    async fn count(&self, kind: &str) -> Result<u64, StoreError>;
}
