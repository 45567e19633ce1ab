"""Customers' rights over what is kept of them, and personal data in texts: finding it and masking it."""
