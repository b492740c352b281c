SELECT coalesce(sum(merchants), 0) FROM categories
