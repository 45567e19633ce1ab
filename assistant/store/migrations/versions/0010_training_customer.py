"""Whose conversations went into training data, for after the conversations are gone.

Revision 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_customer",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("folder", "customer_id", name=op.f("pk_training_customer")),
    )
    op.create_index(op.f("ix_training_customer_customer_id"), "training_customer", ["customer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("training_customer")
