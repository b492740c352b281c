SELECT rows FROM fields WHERE field = 'merchant_id'
