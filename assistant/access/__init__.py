"""Who may do what: staff accounts with roles, sessions, API keys, and customers whom the shop's own site vouches for."""
