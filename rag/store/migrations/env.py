"""Alembic's entry: runs the revisions on the connection that rag.store.upgrade hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from rag.store.schema import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
