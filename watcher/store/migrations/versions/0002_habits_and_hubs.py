"""What a feed usually does and its publisher asks for, what was told of it, and its WebSub hub."""

import sqlalchemy as sa
from alembic import op

from watcher.core.identity import host_of

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FEED = sa.table(
    "feed",
    sa.column("id", NUMBER),
    sa.column("url", sa.Text()),
    sa.column("host", sa.Text()),
    sa.column("told", sa.Text()),
    sa.column("noticed", sa.Boolean()),
    sa.column("fault", sa.Text()),
)


def upgrade() -> None:
    for column in (
        sa.Column("full_text", sa.Text(), nullable=False, server_default="never"),
        sa.Column("host", sa.Text(), nullable=False, server_default=""),
        sa.Column("told", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("habits", sa.Text(), nullable=False, server_default="[null,null,0,null]"),
        sa.Column("wishes", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("missed_at", sa.BigInteger(), nullable=True),
        sa.Column("dropped", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ill_formed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("garbled", sa.Float(), nullable=False, server_default="0"),
        sa.Column("moved_since", sa.BigInteger(), nullable=True),
        sa.Column("hub", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
    ):
        op.add_column("feed", column)
    feeds = op.get_bind()
    feeds.execute(sa.update(FEED).where(FEED.c.noticed.is_(True)).values(told='["trouble"]'))
    feeds.execute(sa.update(FEED).where(FEED.c.fault == "forbidden").values(fault="blocked"))
    for number, url in feeds.execute(sa.select(FEED.c.id, FEED.c.url)).all():
        feeds.execute(sa.update(FEED).where(FEED.c.id == number).values(host=host_of(url)))
    op.drop_column("feed", "noticed")
    op.create_index("feed_host", "feed", ["host"])
    op.create_table(
        "subscription",
        sa.Column("token", sa.Text(), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("feed", NUMBER, sa.ForeignKey("feed.id"), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("renew", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("pushed", sa.BigInteger(), nullable=True),
        sa.Column("missed", sa.BigInteger(), nullable=True),
        sa.Column("slowed", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("subscription_feed", "subscription", ["feed"])
