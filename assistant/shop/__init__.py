"""The shop's data: products, prices, stock, policies, and finding them."""
