SELECT EXISTS (SELECT 1 FROM outbox WHERE turn IN (1, 3) AND (state = 'sending'
    OR (not_before_ms <= ?1 OR not_before_ms > ?2) AND (actor IS NULL OR actor = ?3)))
