SELECT count(*) FROM own_rows WHERE queued > 0
