-- What this device's own changes add to a row of the list stands beside it, close together with the others: what waits of
-- the merchant, and when it was changed. So the server's answer writes nothing into the list where that shows already what
-- was saved. A row here of which nothing waits any more goes when the order by time has its place (`listing.settled_ms`).
CREATE TABLE own_rows (
    n          INTEGER PRIMARY KEY,
    queued     INTEGER NOT NULL,
    rejected   INTEGER NOT NULL,
    in_review  INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
INSERT INTO own_rows
SELECT n, queued, rejected, in_review, updated_ms FROM listing WHERE queued > 0 OR rejected > 0 OR in_review > 0;
DROP INDEX listing_pending;
DROP INDEX listing_rejected;
ALTER TABLE listing DROP COLUMN queued;
ALTER TABLE listing DROP COLUMN rejected;
ALTER TABLE listing DROP COLUMN in_review;
