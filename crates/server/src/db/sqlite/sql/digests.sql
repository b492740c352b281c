SELECT bucket, merchants, high, low FROM digests
