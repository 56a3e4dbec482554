"""What was found in the words that a publisher edited out."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("article_version", sa.Column("hits", sa.Text(), nullable=True))
