-- Whether the answer to a refresh arrived: then whoever sends the old token again is somebody else.
ALTER TABLE tokens ADD COLUMN parent BLOB; -- hash of the refresh token that was exchanged for this one
ALTER TABLE tokens ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0; -- 1: an access token that this one was exchanged for was used
-- What earlier versions exchanged has no known successors; it arrived, as they took it.
UPDATE tokens SET arrived = 1 WHERE used_at_ms IS NOT NULL;
