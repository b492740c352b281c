SELECT turn, changes, edits FROM outbox_totals WHERE edits > 0
