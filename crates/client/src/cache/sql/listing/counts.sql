SELECT (SELECT coalesce(sum(merchants), 0) FROM categories),
       (SELECT count(*) FROM listing WHERE queued > 0),
       (SELECT count(*) FROM listing WHERE contested > 0),
       (SELECT count(*) FROM listing WHERE rejected > 0)
