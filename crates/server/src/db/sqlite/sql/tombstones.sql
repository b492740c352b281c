-- ?1 limit. Oldest first, with the time at which the server took the edit that made the change.
SELECT seq, coalesce((SELECT received_at_ms FROM edits WHERE edits.seq = merchants.seq ORDER BY place LIMIT 1), 0)
FROM merchants
WHERE deleted AND contested = 0 AND seq < (SELECT max(seq) FROM merchants)
ORDER BY seq
LIMIT ?1
