SELECT count(*) FROM listing WHERE queued > 0
