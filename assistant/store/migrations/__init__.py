"""Alembic's migrations of the shop's database, run by assistant.store.migrate when a database is opened."""
