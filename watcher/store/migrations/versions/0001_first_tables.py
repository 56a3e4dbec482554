"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("url", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("every", sa.BigInteger(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("first_read", sa.BigInteger(), nullable=True),
        sa.Column("last_polled", sa.BigInteger(), nullable=True),
        sa.Column("last_read", sa.BigInteger(), nullable=True),
        sa.Column("last_new", sa.BigInteger(), nullable=True),
        sa.Column("validated_since", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fault_detail", sa.Text(), nullable=False),
        sa.Column("fault_since", sa.BigInteger(), nullable=True),
        sa.Column("noticed", sa.Boolean(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("encoding", sa.Text(), nullable=True),
    )
    op.create_index("feed_due", "feed", ["active", "next_due"])
    op.create_table(
        "article",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("feed", NUMBER, sa.ForeignKey("feed.id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_mark", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("url_mark", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
    )
    op.create_index("article_fingerprint", "article", ["feed", "fingerprint"])
    op.create_index("article_key", "article", ["feed", "key_mark"])
    op.create_index("article_seen", "article", ["seen"])
    op.create_index("article_url", "article", ["url_mark"])
    op.create_table(
        "article_version",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
    )
    op.create_index("version_article", "article_version", ["article", "seq"])
    op.create_table(
        "link",
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("link_story", "link", ["story"])
    op.create_table(
        "hit",
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
    )
    op.create_index("hit_rule", "hit", ["rule"])
    op.create_table(
        "decision",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("matched_in", sa.Text(), nullable=True),
    )
    op.create_index("decision_article", "decision", ["article"])
    op.create_table(
        "told",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("told_story", "told", ["story"])
    op.create_table(
        "alert",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), sa.ForeignKey("article.id"), nullable=True),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("alert_article", "alert", ["article"])
    op.create_index("alert_created", "alert", ["created"])
    op.create_table(
        "alert_rule",
        sa.Column("rule", sa.Text(), primary_key=True),
        sa.Column("alert", sa.Text(), sa.ForeignKey("alert.id"), primary_key=True),
    )
    op.create_index("alert_rule_alert", "alert_rule", ["alert"])
    op.create_table(
        "delivery",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("alert", sa.Text(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("doubt", sa.Boolean(), nullable=False),
    )
    op.create_index("delivery_alert", "delivery", ["alert"])
    op.create_index("delivery_message", "delivery", ["message"])
    op.create_index("delivery_next", "delivery", ["target", "state", "due", "seq"])
    op.create_index("delivery_sent", "delivery", ["target", "sent"])
    op.create_index("delivery_waiting", "delivery", ["state", "due", "target"])
    op.create_table(
        "note",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
