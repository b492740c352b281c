DELETE FROM tokens WHERE family = ?1 AND parent = ?2 AND kind = 'access'
