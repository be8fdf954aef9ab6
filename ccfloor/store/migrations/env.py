"""Alembic's entry: the connection, and its transaction, come from ccfloor.store.migrate."""

from alembic import context

from ccfloor.store.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
