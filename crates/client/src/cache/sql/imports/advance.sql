UPDATE imports SET position = ?3, counts = ?4, state = 'running' WHERE n = ?1 AND position = ?2
