-- Times are microseconds since 1970-01-01 UTC.

CREATE TABLE records (
    kind        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    -- NULL: it was deleted.
    body        TEXT,
    -- Of what the body was made from, where that was said.
    fingerprint TEXT,
    revision    INTEGER NOT NULL,
    change      INTEGER NOT NULL UNIQUE,
    origin      TEXT    NOT NULL,
    -- How many sweeps in a row have not seen it.
    misses      INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

CREATE INDEX records_changed ON records (kind, change);

-- The last change number that was given; never goes back.
CREATE TABLE record_changes (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO record_changes (id, last) VALUES (1, 0);

-- What records are found by, normalised.
CREATE TABLE record_identities (
    kind  TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    id    TEXT NOT NULL,
    PRIMARY KEY (kind, field, value, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_identities_record ON record_identities (kind, id);

-- Dead deliveries that are tried again together.
CREATE TABLE replays (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    begun_at       INTEGER NOT NULL,
    chosen         INTEGER NOT NULL,
    -- Between one and the next.
    pause_micros   INTEGER NOT NULL,
    cancelled_at   INTEGER,
    -- How many of them lay dead again because of that.
    cancelled      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A lane is (target, key). `revision` is NULL for an event that stands for itself; with a revision, the newest one of
-- (target, key) stands for all.
CREATE TABLE deliveries (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event        TEXT    NOT NULL,
    target       TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    payload      TEXT    NOT NULL,
    revision     INTEGER,
    -- How many events led to this one: 0 for what came from outside, 1 for what was emitted while that was handled.
    hops         INTEGER NOT NULL DEFAULT 0,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'leased', 'done', 'dead', 'superseded')),
    -- Pending: not before. Leased: until.
    due_at       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL DEFAULT 0,
    -- Attempts that failed by themselves; writes whose outcome nobody saw; attempts that panicked.
    failures     INTEGER NOT NULL DEFAULT 0,
    unconfirmed  INTEGER NOT NULL DEFAULT 0,
    panics       INTEGER NOT NULL DEFAULT 0,
    -- Pending: what outside of it it waits for, and is due at once when that is back.
    waits_for    TEXT,
    -- Rises with every lease and is never set back, so that a late worker is recognised.
    lease        INTEGER NOT NULL DEFAULT 0,
    worker       TEXT,
    reason       TEXT,
    outcome      TEXT,
    dead_kind    TEXT,
    dead_code    TEXT,
    dead_message TEXT,
    dead_hint    TEXT,
    -- What it has in common with others that were given up for the same reason.
    dead_cause   TEXT,
    -- Of those that are tried again together: with which. What was filed since is no part of it.
    replay       INTEGER REFERENCES replays (id),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_cause ON deliveries (dead_cause) WHERE state = 'dead';
CREATE INDEX deliveries_replay ON deliveries (replay, state) WHERE replay IS NOT NULL;
-- The database itself refuses a second lease in a lane.
CREATE UNIQUE INDEX deliveries_leased_lane ON deliveries (target, key) WHERE state = 'leased';
-- And a second waiting payload of a record.
CREATE UNIQUE INDEX deliveries_pending_record ON deliveries (target, key)
    WHERE state = 'pending' AND revision IS NOT NULL;
CREATE INDEX deliveries_pending_lane ON deliveries (target, key, id) WHERE state = 'pending';
CREATE INDEX deliveries_due ON deliveries (state, due_at, id);
CREATE INDEX deliveries_due_target ON deliveries (target, state, due_at, id);
CREATE INDEX deliveries_waiting ON deliveries (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX deliveries_revised ON deliveries (target, key) WHERE revision IS NOT NULL;
CREATE INDEX deliveries_emitted ON deliveries (target) WHERE state = 'pending' AND hops > 0;
CREATE INDEX deliveries_key ON deliveries (key, id);

CREATE TABLE links (
    link      TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    erp_key   INTEGER NOT NULL,
    number    TEXT    NOT NULL,
    -- What both sides last agreed on.
    agreed    TEXT,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (link, kind, id),
    UNIQUE (link, erp_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX links_record ON links (kind, id);

CREATE TABLE conflicts (
    number      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    link        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    erp_key     INTEGER,
    field       TEXT    NOT NULL,
    base        TEXT,
    hub         TEXT,
    erp         TEXT,
    hub_changed TEXT,
    erp_changed TEXT,
    flow        TEXT    NOT NULL,
    -- A JSON array of keys.
    candidates  TEXT    NOT NULL,
    opened_at   INTEGER NOT NULL,
    settlement  TEXT,
    settled_at  INTEGER,
    closed_at   INTEGER
) STRICT;

CREATE UNIQUE INDEX conflicts_field ON conflicts (kind, id, link, field) WHERE closed_at IS NULL;

CREATE TABLE unshown (
    account   TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    field     TEXT    NOT NULL,
    times     INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    PRIMARY KEY (account, operation, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
    id                INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    delivery          INTEGER REFERENCES deliveries (id) ON DELETE CASCADE,
    idempotency_key   TEXT    NOT NULL UNIQUE,
    operation         TEXT    NOT NULL,
    subject           TEXT    NOT NULL,
    reserved_key      INTEGER,
    payload_hash      TEXT    NOT NULL,
    -- What went out, the last of it at the end, as long as nobody saw which of it the ERP has.
    sent              TEXT    NOT NULL,
    extension         TEXT    NOT NULL,
    extension_version TEXT    NOT NULL,
    outcome           TEXT    NOT NULL CHECK (outcome IN ('open', 'applied', 'refused', 'unknown')),
    detail            TEXT,
    attempts          INTEGER NOT NULL,
    begun_at          INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX intents_delivery ON intents (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX intents_subject ON intents (subject, id);
CREATE INDEX intents_reserved ON intents (reserved_key, id) WHERE reserved_key IS NOT NULL;
CREATE INDEX intents_unresolved ON intents (id) WHERE outcome IN ('open', 'unknown');

CREATE TABLE audit (
    sequence        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    actor           TEXT    NOT NULL,
    version         TEXT    NOT NULL,
    operation       TEXT    NOT NULL,
    menu_id         TEXT,
    subject         TEXT,
    outcome         TEXT    NOT NULL,
    error_kind      TEXT,
    message         TEXT,
    duration_micros INTEGER NOT NULL,
    requests        INTEGER NOT NULL,
    arguments       TEXT
) STRICT;

CREATE INDEX audit_open ON audit (sequence) WHERE outcome = 'open';
CREATE INDEX audit_subject ON audit (subject, sequence) WHERE subject IS NOT NULL;

-- Everything that is said of rows in the order in which it was said, each bound to all before it.
CREATE TABLE audit_chain (
    position INTEGER NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL,
    said     TEXT    NOT NULL CHECK (said IN ('begun', 'ended', 'whole')),
    digest   TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_chain_row ON audit_chain (sequence);

-- Where the chain begins, once older rows were forgotten.
CREATE TABLE audit_anchor (
    id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    position  INTEGER NOT NULL,
    digest    TEXT    NOT NULL,
    -- How many rows in all.
    forgotten INTEGER NOT NULL
) STRICT;

-- The one process that works on the file. Still running when the file is opened: it was not closed.
CREATE TABLE process (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    is_running INTEGER NOT NULL
) STRICT;

-- A written key gets a new row, so that AUTOINCREMENT hands out revisions that no deletion sets back.
CREATE TABLE plugin_state (
    revision  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    extension TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    UNIQUE (extension, key)
) STRICT;

-- How much each extension keeps, written together with its keys, so that no write has to count them.
CREATE TABLE plugin_state_sizes (
    extension TEXT    NOT NULL PRIMARY KEY,
    keys      INTEGER NOT NULL,
    -- Of keys and values.
    bytes     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each flow's schedules were looked at: what was due until then has fired, or is counted as missed.
CREATE TABLE schedules (
    flow         TEXT    NOT NULL,
    rhythm       TEXT    NOT NULL,
    -- The schedule in words: what was due by another one is no matter of this one.
    rule         TEXT    NOT NULL,
    looked_until INTEGER NOT NULL,
    missed       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (flow, rhythm)
) STRICT, WITHOUT ROWID;

-- A time for which a flow was due has one row, so that it fires once. Deliveries are forgotten sooner or later.
CREATE TABLE fires (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    flow     TEXT    NOT NULL,
    rhythm   TEXT    NOT NULL CHECK (rhythm IN ('schedule', 'recent', 'hand')),
    fire_at  INTEGER NOT NULL,
    fired_at INTEGER NOT NULL,
    delivery INTEGER,
    UNIQUE (flow, rhythm, fire_at)
) STRICT;

CREATE INDEX fires_newest ON fires (flow, rhythm, id);
CREATE INDEX fires_old ON fires (fired_at);

CREATE TABLE paused_flows (
    flow  TEXT    NOT NULL PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A sweep under way: where it goes on, whoever goes on with it. `name` is that of the flow and of what it reads.
CREATE TABLE sweeps (
    name     TEXT    NOT NULL PRIMARY KEY,
    began_at INTEGER NOT NULL,
    page     INTEGER NOT NULL,
    total    INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    changed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys that a page of the sweep under way brought, as a list in JSON.
CREATE TABLE sweep_pages (
    id   INTEGER NOT NULL PRIMARY KEY,
    name TEXT    NOT NULL REFERENCES sweeps (name) ON DELETE CASCADE,
    keys TEXT    NOT NULL
) STRICT;

CREATE INDEX sweep_pages_name ON sweep_pages (name);

-- What a sweep knows of the rows it has seen, and in how many whole sweeps in a row it has missed them since.
CREATE TABLE sweep_keys (
    name        TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    missed      INTEGER NOT NULL DEFAULT 0,
    -- When it was last read by itself or had changed. Whole sweeps write no row that is as it was: see sweep_ends.
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (name, key)
) STRICT, WITHOUT ROWID;

-- When the last whole sweep began: what it did not miss was there then.
CREATE TABLE sweep_ends (
    name     TEXT    NOT NULL PRIMARY KEY,
    began_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which record of the hub a flow makes of a row of the ERP.
CREATE TABLE sources (
    flow     TEXT    NOT NULL,
    row_kind TEXT    NOT NULL,
    row_id   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    PRIMARY KEY (flow, row_kind, row_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sources_record ON sources (kind, id);
