SELECT n, words FROM indexed
