UPDATE meta SET value = ?2 WHERE name = 'epoch' AND value = ?1
