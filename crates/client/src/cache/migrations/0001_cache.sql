-- Single facts: device id, counter, clock, cursor, epoch, times, settings.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The server's word about each merchant. `generation` rises with each new epoch of the server: what has not
-- come again when the first pull of an epoch is complete is gone there.
CREATE TABLE records (
    n           INTEGER PRIMARY KEY,
    merchant_id TEXT    NOT NULL UNIQUE,
    seq         INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    record      TEXT    NOT NULL
) STRICT;

-- One row of the list for each merchant that shows: the server's word with this device's own edits on top.
CREATE TABLE listing (
    n           INTEGER PRIMARY KEY,
    merchant_id TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    hours       TEXT    NOT NULL,
    queued      INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    contested   INTEGER NOT NULL,
    in_review   INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL,
    tokens_hash INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX listing_by_id ON listing (merchant_id);
CREATE INDEX listing_by_name ON listing (name);
CREATE INDEX listing_by_address ON listing (address);
CREATE INDEX listing_by_updated ON listing (updated_ms);
CREATE INDEX listing_by_category ON listing (category, updated_ms);
CREATE INDEX listing_by_status ON listing (status, updated_ms) WHERE status <> '';
CREATE INDEX listing_pending ON listing (updated_ms) WHERE queued > 0;
CREATE INDEX listing_rejected ON listing (updated_ms) WHERE rejected > 0;
CREATE INDEX listing_contested ON listing (updated_ms) WHERE contested > 0;

-- How many merchants each category has; the sum is the number of all.
CREATE TABLE categories (
    category  TEXT    PRIMARY KEY,
    merchants INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER listing_inserted AFTER INSERT ON listing BEGIN
    INSERT INTO categories VALUES (new.category, 1)
    ON CONFLICT (category) DO UPDATE SET merchants = merchants + 1;
END;
CREATE TRIGGER listing_deleted AFTER DELETE ON listing BEGIN
    UPDATE categories SET merchants = merchants - 1 WHERE category = old.category;
    DELETE FROM categories WHERE category = old.category AND merchants = 0;
END;
CREATE TRIGGER listing_recategorised AFTER UPDATE OF category ON listing WHEN old.category <> new.category BEGIN
    UPDATE categories SET merchants = merchants - 1 WHERE category = old.category;
    DELETE FROM categories WHERE category = old.category AND merchants = 0;
    INSERT INTO categories VALUES (new.category, 1)
    ON CONFLICT (category) DO UPDATE SET merchants = merchants + 1;
END;

-- Edits of this device until the server has answered and the answer has come back by pull.
-- `doubts` counts the sendings that may have arrived although no answer did.
-- `turn` says who acts next: 0 this person (rejected), 1 tried in vain, 2 other people, 3 not tried yet,
-- 9 nobody: answered, not yet come back.
-- `decisions` is the server's answer field by field: which writes of an edit in review people are asked about.
CREATE TABLE outbox (
    n              INTEGER PRIMARY KEY AUTOINCREMENT,
    edit_id        TEXT    NOT NULL UNIQUE,
    merchant_id    TEXT    NOT NULL,
    edit           TEXT    NOT NULL,
    bytes          INTEGER NOT NULL,
    changes        INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    actor          TEXT,
    actor_name     TEXT    NOT NULL,
    saved_ms       INTEGER NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 0,
    not_before_ms  INTEGER NOT NULL DEFAULT 0,
    doubts         INTEGER NOT NULL DEFAULT 0,
    answered_seq   INTEGER,
    answered_epoch TEXT,
    decisions      TEXT,
    come_back      INTEGER NOT NULL DEFAULT 0,
    problem        TEXT,
    turn           INTEGER NOT NULL AS (
        CASE state
            WHEN 'rejected' THEN 0
            WHEN 'in_review' THEN 2
            WHEN 'queued' THEN iif(attempts > 0, 1, 3)
            WHEN 'sending' THEN iif(attempts > 1, 1, 3)
            ELSE 9
        END) VIRTUAL
) STRICT;
CREATE INDEX outbox_by_merchant ON outbox (merchant_id, n);
CREATE INDEX outbox_to_send ON outbox (state, n) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_to_come_back ON outbox (answered_seq) WHERE answered_seq IS NOT NULL AND come_back = 0;
CREATE INDEX outbox_by_turn ON outbox (turn, n, changes, merchant_id);

-- What left the outbox lately, for undo and for the history of this device. Bounded.
CREATE TABLE sent (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    edit_id     TEXT    NOT NULL UNIQUE,
    merchant_id TEXT    NOT NULL,
    edit        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    settled_ms  INTEGER NOT NULL
) STRICT;

-- Tokens come from one function (`domain::search`), separated by blanks.
CREATE VIRTUAL TABLE search USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
-- Rows from the server that are not in the index yet.
CREATE TABLE unindexed (
    n      INTEGER PRIMARY KEY,
    tokens TEXT NOT NULL
) STRICT;

-- Answers of the server that are shown again when it cannot be asked: histories, figures. Bounded.
CREATE TABLE fetched (
    key        TEXT    PRIMARY KEY,
    body       TEXT    NOT NULL,
    fetched_ms INTEGER NOT NULL
) STRICT;
