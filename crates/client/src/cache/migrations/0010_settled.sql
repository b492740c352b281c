-- A save leaves the order by time as it is: `settled_ms` is `updated_ms` as of when no own changes waited, and is not
-- written as long as some do. Who reads the order leaves those rows out; they are in `listing_pending`.
ALTER TABLE listing ADD COLUMN settled_ms INTEGER;
DROP INDEX listing_by_updated;
UPDATE listing SET settled_ms = updated_ms WHERE queued = 0;
CREATE INDEX listing_by_updated ON listing (settled_ms) WHERE settled_ms IS NOT NULL;
