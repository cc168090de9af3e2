"""The Alembic revisions, shipped with the program and run by rag.store.upgrade; no alembic.ini is needed."""
