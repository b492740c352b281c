SELECT field FROM fields WHERE rows > 0
