"""What Alembic runs: the missing revisions, on the connection and in the transaction that `migrate.upgrade` gives.

`render_as_batch` lets later revisions alter tables on SQLite. Only tables of our models are looked at when a new
revision is drafted: search keeps virtual tables of its own.
"""

from __future__ import annotations

from alembic import context

from assistant.shop import schema as shop_schema
from assistant.store import schema as store_schema

assert store_schema.Base is shop_schema.Base  # one metadata holds both

target_metadata = shop_schema.Base.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=target_metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
