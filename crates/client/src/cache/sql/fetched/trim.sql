DELETE FROM fetched WHERE key IN (SELECT key FROM fetched ORDER BY fetched_ms DESC LIMIT -1 OFFSET ?1)
