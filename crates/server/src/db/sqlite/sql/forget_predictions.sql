DELETE FROM predictions
