UPDATE bulk_edits SET state = ?2 WHERE n = ?1
