UPDATE tokens SET arrived = 1 WHERE hash = (SELECT parent FROM tokens WHERE hash = ?1)
