"""Who may do what: staff with roles and sessions, API keys, and customers whom the shop's own site vouches for."""
