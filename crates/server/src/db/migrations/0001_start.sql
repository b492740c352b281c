-- What the server knows about itself. One row a name.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The newest state of each merchant. `seq` is its place in the server's order, and the row's place in the
-- file too: a pull reads neighbours.
CREATE TABLE merchants (
    seq         INTEGER PRIMARY KEY,
    merchant_id TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    deleted     INTEGER NOT NULL,
    contested   INTEGER NOT NULL, -- registers that wait for people
    record      TEXT NOT NULL     -- domain::Record as JSON
);
CREATE INDEX merchants_contested ON merchants (merchant_id) WHERE contested > 0;

-- Every edit that was answered: the durable answer under the edit's id, and the history. Never changed.
CREATE TABLE edits (
    place          INTEGER PRIMARY KEY,
    edit_id        BLOB NOT NULL UNIQUE,
    merchant_id    TEXT NOT NULL,
    dot            TEXT NOT NULL,
    hlc            TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    role           TEXT NOT NULL,
    source         TEXT NOT NULL,
    reason         TEXT,
    trace_id       BLOB NOT NULL,
    received_at_ms INTEGER NOT NULL,
    lag_ms         INTEGER,       -- saved on the device until received; null for generated data
    seq            INTEGER NOT NULL,
    state          TEXT NOT NULL,
    writes         TEXT NOT NULL, -- JSON: field, before, after, decision of each write
    answer         TEXT           -- JSON: the decisions, where they are not those of the writes
);
CREATE INDEX edits_merchant ON edits (merchant_id, place);
CREATE INDEX edits_lag ON edits (received_at_ms, lag_ms) WHERE lag_ms IS NOT NULL;

-- Writes that met another write. Counted for the charts.
CREATE TABLE conflicts (
    place          INTEGER PRIMARY KEY,
    received_at_ms INTEGER NOT NULL,
    merchant_id    TEXT NOT NULL,
    field_group    TEXT NOT NULL,
    source         TEXT NOT NULL,
    reviewed       INTEGER NOT NULL -- 1: sent to people; 0: settled by a rule
);
CREATE INDEX conflicts_time ON conflicts (received_at_ms);

-- People (password) and programs (secret) that sign in.
CREATE TABLE accounts (
    actor_id      TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('user', 'client')),
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    scope         TEXT NOT NULL, -- domain::Scope as JSON
    secret        TEXT NOT NULL, -- Argon2id (user) or SHA-256 of 256 random bits (client); never the secret
    created_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
    hash          BLOB PRIMARY KEY, -- SHA-256 of the token
    kind          TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    actor_id      TEXT NOT NULL REFERENCES accounts (actor_id) ON DELETE CASCADE,
    family        BLOB NOT NULL,    -- all tokens that descend from one sign-in
    expires_at_ms INTEGER NOT NULL,
    used_at_ms    INTEGER           -- when a refresh token was exchanged
) WITHOUT ROWID;
CREATE INDEX tokens_family ON tokens (family);
CREATE INDEX tokens_expiry ON tokens (expires_at_ms);
CREATE INDEX tokens_actor ON tokens (actor_id);

CREATE TABLE orders (
    order_id              TEXT PRIMARY KEY,
    merchant_id           TEXT NOT NULL,
    state                 TEXT NOT NULL,
    items                 INTEGER NOT NULL,
    items_done            INTEGER NOT NULL,
    placed_at_ms          INTEGER NOT NULL,
    ready_at_ms           INTEGER,
    courier_arrived_at_ms INTEGER,
    picked_up_at_ms       INTEGER,
    notified_at_ms        INTEGER
);
CREATE INDEX orders_open ON orders (placed_at_ms) WHERE state NOT IN ('picked_up', 'cancelled');
CREATE INDEX orders_placed ON orders (placed_at_ms);

-- What people and programs reported about orders.
CREATE TABLE order_events (
    place    INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
    event    TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    actor    TEXT NOT NULL
);
CREATE INDEX order_events_order ON order_events (order_id);
CREATE INDEX order_events_time ON order_events (at_ms);

-- The newest forecast of each open order.
CREATE TABLE predictions (
    order_id   TEXT PRIMARY KEY REFERENCES orders (order_id) ON DELETE CASCADE,
    made_at_ms INTEGER NOT NULL,
    p10_at_ms  INTEGER NOT NULL,
    p50_at_ms  INTEGER NOT NULL,
    p90_at_ms  INTEGER NOT NULL,
    confidence REAL NOT NULL
);

-- The first forecast of each order, kept to be held against what came true. Later ones are easier and would
-- flatter.
CREATE TABLE forecasts (
    order_id    TEXT PRIMARY KEY REFERENCES orders (order_id) ON DELETE CASCADE,
    made_at_ms  INTEGER NOT NULL,
    p10_at_ms   INTEGER NOT NULL,
    p50_at_ms   INTEGER NOT NULL,
    p90_at_ms   INTEGER NOT NULL,
    confidence  REAL NOT NULL,
    naive_at_ms INTEGER NOT NULL -- what the shop's median preparation time alone would have said
);
