REPLACE INTO search (rowid, tokens) VALUES (?1, ?2)
