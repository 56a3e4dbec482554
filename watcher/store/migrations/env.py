"""How alembic runs here: inside the transaction that `watcher.store.schema` has begun."""

from alembic import context

from watcher.store.rows import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
