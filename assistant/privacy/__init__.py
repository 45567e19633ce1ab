"""Personal data in texts: finding it and masking it."""
