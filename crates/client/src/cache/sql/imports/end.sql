UPDATE imports SET state = ?2, ended_ms = ?3 WHERE n = ?1
