"""What was served for the articles that people were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("alert", sa.LargeBinary(), nullable=False),
        sa.Column("article", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.LargeBinary(), nullable=False),
    )
    op.create_index("evidence_alert", "evidence", ["alert"])
    op.create_index("evidence_article", "evidence", ["article"])
    op.create_index("evidence_at", "evidence", ["at"])
    op.create_index("evidence_hash", "evidence", ["hash"])
    op.create_table(
        "evidence_body",
        sa.Column("sha256", sa.LargeBinary(), primary_key=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
