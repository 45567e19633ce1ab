"""Reading what customers say of their own orders: which orders and items, what is to become of them, and how."""
