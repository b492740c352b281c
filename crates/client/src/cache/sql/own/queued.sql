SELECT n FROM own_rows WHERE queued > 0
