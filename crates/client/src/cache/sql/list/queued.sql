SELECT n FROM listing WHERE queued > 0
