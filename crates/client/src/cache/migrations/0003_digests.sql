-- Digest (domain::digest, of the record's text, two's complement) and bucket of each record, and whether it is
-- deleted. Rows from before have no digest until the first comparison. No index: one reading of the table every
-- ten minutes costs less than keeping one up to date with every page.
ALTER TABLE records ADD COLUMN digest INTEGER;
ALTER TABLE records ADD COLUMN bucket INTEGER;
ALTER TABLE records ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX records_deleted ON records (seq) WHERE deleted;

-- Sent again although somebody who had seen it has written over it: for the history, nothing of it shows.
ALTER TABLE outbox ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
