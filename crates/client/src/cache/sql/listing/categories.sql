SELECT category FROM categories WHERE category <> '' ORDER BY merchants DESC, category LIMIT 50
