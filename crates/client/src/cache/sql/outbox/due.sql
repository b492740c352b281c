SELECT EXISTS (
    SELECT 1 FROM outbox WHERE turn = 1 AND turn <> 3 AND (state = 'sending'
        OR (not_before_ms <= ?1 OR not_before_ms > ?2) AND (actor IS NULL OR actor = ?3))
) OR EXISTS (
    SELECT 1 FROM outbox WHERE (SELECT edits > 0 FROM outbox_totals WHERE turn = 3) AND turn = 3 AND (state = 'sending'
        OR (not_before_ms <= ?1 OR not_before_ms > ?2) AND (actor IS NULL OR actor = ?3))
)
