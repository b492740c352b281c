UPDATE bulk_edits SET saved = ?2 WHERE n = ?1
