SELECT words FROM indexed WHERE n = ?1
