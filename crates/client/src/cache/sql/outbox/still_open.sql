UPDATE OR ROLLBACK outbox SET open_fields = ?2 WHERE n = ?1 AND open_fields IS NOT ?2
