UPDATE listing SET (queued, in_review, settled_ms) = (
    SELECT queued_now, in_review_now, iif(queued_now = 0, updated_ms, settled_ms)
    FROM (
        SELECT coalesce(sum(changes) FILTER (WHERE state IN ('queued', 'sending')), 0) AS queued_now,
               coalesce(sum(changes) FILTER (WHERE state = 'in_review'), 0) AS in_review_now
        FROM outbox WHERE outbox.merchant_id = ?1
    )
)
WHERE merchant_id = ?1
