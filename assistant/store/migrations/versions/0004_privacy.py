"""Data protection: consents, restrictions and holds, what was erased, what training data was made of.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("consent_record", "privacy_hold", "erasure", "privacy_state", "training_source", "training_adapter")


def upgrade() -> None:
    op.create_table(
        "consent_record",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "purpose", "at", name=op.f("pk_consent_record")),
    )
    op.create_table(
        "privacy_hold",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reference", "kind", name=op.f("pk_privacy_hold")),
    )
    op.create_table(
        "erasure",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erasure")),
    )
    op.create_table(
        "privacy_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_privacy_state")),
    )
    op.create_table(
        "training_source",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("folder", "conversation_id", name=op.f("pk_training_source")),
    )
    op.create_index(op.f("ix_training_source_conversation_id"), "training_source", ["conversation_id"])
    op.create_table(
        "training_adapter",
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("folder", "adapter", name=op.f("pk_training_adapter")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
