-- Before a statement that changes several rows and may fail in its middle, SQLite copies every page that it changes. What
-- the triggers of a merchant's row write cannot fail: their columns have no constraint. The statements that set them off
-- say OR ROLLBACK.
DROP TRIGGER merchant_added;
DROP TRIGGER merchant_changed;
DROP TRIGGER merchant_digested;
DROP TRIGGER merchant_forgotten;
CREATE TABLE digests_next (
    bucket    INTEGER PRIMARY KEY,
    merchants INTEGER,
    high      INTEGER,
    low       INTEGER
);
INSERT INTO digests_next SELECT bucket, merchants, high, low FROM digests;
DROP TABLE digests;
ALTER TABLE digests_next RENAME TO digests;
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
