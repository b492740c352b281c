DELETE FROM tokens WHERE family = ?1
