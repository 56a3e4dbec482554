"""Articles whose pages are looked at again, since people were told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "recheck",
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=True),
        sa.Column("looked", sa.BigInteger(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
    )
    op.create_index("recheck_due", "recheck", ["due"])
    op.create_index("recheck_looked", "recheck", ["looked"])
    op.create_index("recheck_since", "recheck", ["since"])
