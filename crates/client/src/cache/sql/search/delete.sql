DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?1))
