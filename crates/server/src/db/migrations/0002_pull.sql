-- Digests of the records (domain::digest): of the row's text as two's complement, and the merchant's bucket. Rows
-- from before have none until the database is opened next.
ALTER TABLE merchants ADD COLUMN digest INTEGER;
ALTER TABLE merchants ADD COLUMN bucket INTEGER;
CREATE INDEX merchants_digest ON merchants (bucket, digest);

-- Deleted merchants in the server's order: the oldest are forgotten first.
CREATE INDEX merchants_deleted ON merchants (seq) WHERE deleted;

-- Which edit made a change.
CREATE INDEX edits_seq ON edits (seq);
