"""What people have muted and acknowledged, and when a rule was last told to a target."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "mute",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "ack",
        sa.Column("alert", sa.Text(), sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
    )
    op.create_index("told_rule", "told", ["rule", "target", "at"])
