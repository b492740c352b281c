SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'sending'
    OR state = 'queued' AND (not_before_ms <= ?1 OR not_before_ms > ?2) AND (actor IS NULL OR actor = ?3))
