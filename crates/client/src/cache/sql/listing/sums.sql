SELECT (SELECT coalesce(sum(merchants), 0) FROM categories),
       (SELECT count(*) FROM listing WHERE contested > 0)
