-- Which merchants those may see for whom the records were pulled: until now those of whoever signed in last.
INSERT INTO meta (key, value)
SELECT 'pulled_scope', value -> '$.scope' FROM meta
WHERE key = 'last_actor' AND EXISTS (SELECT 1 FROM meta WHERE key = 'epoch');
-- Of the log, its edits that were sent and those that were taken back are bounded each by itself: a thousand of the one say
-- nothing about how many of the other may go.
CREATE INDEX sent_by_end ON sent (state = 'cancelled', n);
