"""Conversations that a colleague leads for a customer.

Revision 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("led_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("conversation", "led_by")
