SELECT coalesce(sum(edits), 0) FROM outbox_totals
