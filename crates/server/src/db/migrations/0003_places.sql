-- A merchant's row keeps its place in the file when it changes; its number in the server's order is a column with an
-- index. A row that moved with each change took its entries in every index along.
CREATE TABLE merchants_next (
    place       INTEGER PRIMARY KEY,
    seq         INTEGER NOT NULL,
    merchant_id TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    deleted     INTEGER NOT NULL,
    contested   INTEGER NOT NULL, -- registers that wait for people
    digest      INTEGER,          -- domain::digest of the record's text, as two's complement
    bucket      INTEGER,          -- of the id; like the digest null in rows from before, until the file is opened next
    record      TEXT NOT NULL     -- domain::Record as JSON
);
INSERT INTO merchants_next (seq, merchant_id, name, deleted, contested, digest, bucket, record)
SELECT seq, merchant_id, name, deleted, contested, digest, bucket, record FROM merchants ORDER BY seq;
DROP TABLE merchants;
ALTER TABLE merchants_next RENAME TO merchants;
CREATE UNIQUE INDEX merchants_seq ON merchants (seq);
CREATE INDEX merchants_contested ON merchants (merchant_id) WHERE contested > 0;
CREATE INDEX merchants_deleted ON merchants (seq) WHERE deleted;
CREATE INDEX merchants_bucket ON merchants (bucket);

-- The digests of all merchants together, by bucket, kept by triggers: an index of them would cost two writes somewhere in
-- the file with each change. Sums in halves of 32 bits: one of whole digests would overflow.
CREATE TABLE digests (
    bucket    INTEGER PRIMARY KEY,
    merchants INTEGER NOT NULL,
    high      INTEGER NOT NULL,
    low       INTEGER NOT NULL
);
INSERT INTO digests
SELECT bucket, count(*), sum((digest >> 32) & 0xFFFFFFFF), sum(digest & 0xFFFFFFFF)
FROM merchants WHERE bucket IS NOT NULL GROUP BY bucket;
CREATE TRIGGER merchant_added AFTER INSERT ON merchants WHEN new.bucket IS NOT NULL BEGIN
    INSERT INTO digests VALUES (new.bucket, 1, (new.digest >> 32) & 0xFFFFFFFF, new.digest & 0xFFFFFFFF)
    ON CONFLICT (bucket) DO UPDATE SET
        merchants = merchants + 1, high = high + excluded.high, low = low + excluded.low;
END;
CREATE TRIGGER merchant_changed AFTER UPDATE OF digest ON merchants WHEN new.bucket = old.bucket BEGIN
    UPDATE digests SET
        high = high + ((new.digest >> 32) & 0xFFFFFFFF) - ((old.digest >> 32) & 0xFFFFFFFF),
        low = low + (new.digest & 0xFFFFFFFF) - (old.digest & 0xFFFFFFFF)
    WHERE bucket = old.bucket;
END;
-- From no digest to one, or back.
CREATE TRIGGER merchant_digested AFTER UPDATE OF bucket ON merchants WHEN new.bucket IS NOT old.bucket BEGIN
    UPDATE digests SET
        merchants = merchants - 1,
        high = high - ((old.digest >> 32) & 0xFFFFFFFF),
        low = low - (old.digest & 0xFFFFFFFF)
    WHERE bucket = old.bucket;
    INSERT INTO digests
    SELECT new.bucket, 1, (new.digest >> 32) & 0xFFFFFFFF, new.digest & 0xFFFFFFFF WHERE new.bucket IS NOT NULL
    ON CONFLICT (bucket) DO UPDATE SET
        merchants = merchants + 1, high = high + excluded.high, low = low + excluded.low;
END;
CREATE TRIGGER merchant_forgotten AFTER DELETE ON merchants WHEN old.bucket IS NOT NULL BEGIN
    UPDATE digests SET
        merchants = merchants - 1,
        high = high - ((old.digest >> 32) & 0xFFFFFFFF),
        low = low - (old.digest & 0xFFFFFFFF)
    WHERE bucket = old.bucket;
END;
