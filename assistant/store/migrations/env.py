"""What Alembic runs: the missing revisions, on the connection and in the transaction that `migrate.upgrade` gives.

`render_as_batch` lets later revisions alter tables on SQLite. Only tables of our models are looked at when a new
revision is drafted: search keeps virtual tables of its own.
"""

from __future__ import annotations

from alembic import context

from assistant.access.schema import StaffRow
from assistant.privacy.schema import ErasureRow
from assistant.shop.schema import ShopInfo
from assistant.store.audit_schema import AuditRow
from assistant.store.schema import ConversationRow

assert ConversationRow.metadata is AuditRow.metadata is ErasureRow.metadata  # one metadata holds all tables
assert ErasureRow.metadata is StaffRow.metadata is ShopInfo.metadata
target_metadata = ShopInfo.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=target_metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
