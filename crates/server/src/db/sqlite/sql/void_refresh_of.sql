-- They stay, as if they had been exchanged long ago: whoever has one after all shows that two have the sign-in.
UPDATE tokens SET parent = NULL, used_at_ms = 0, arrived = 1 WHERE family = ?1 AND parent = ?2 AND kind = 'refresh'
