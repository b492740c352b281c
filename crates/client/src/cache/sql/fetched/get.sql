SELECT body, fetched_ms FROM fetched WHERE key = ?1
