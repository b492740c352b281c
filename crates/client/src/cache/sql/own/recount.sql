UPDATE own_rows SET (queued, in_review) = (
    SELECT coalesce(sum(lines) FILTER (WHERE state IN ('queued', 'sending')), 0),
           coalesce(sum(lines) FILTER (WHERE state = 'in_review'), 0)
    FROM outbox WHERE outbox.merchant_id = ?1
)
WHERE n = (SELECT n FROM listing WHERE merchant_id = ?1)
