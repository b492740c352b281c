INSERT INTO categories VALUES (?1, ?2) ON CONFLICT (category) DO UPDATE SET merchants = merchants + excluded.merchants
