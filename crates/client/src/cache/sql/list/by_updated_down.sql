-- The order by time in its index, and own rows, of which the first are kept while all are looked at.
SELECT n, settled_ms FROM listing WHERE settled_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM own_rows o WHERE o.n = listing.n)
UNION ALL
SELECT n, updated_ms FROM own_rows
ORDER BY 2 DESC, 1 DESC LIMIT ?1 OFFSET ?2
