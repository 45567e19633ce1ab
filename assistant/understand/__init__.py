"""What a customer's words ask, and about which of the shop's things."""
