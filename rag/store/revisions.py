"""The revisions of the database's schema, through Alembic. Imported only where a file is of another revision.

Alembic brings a template engine and its highlighters along, 0.3 s at every start of a command that needs none of it;
which revision a file has is asked with plain SQL (rag.store.upgrade).
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def known_revisions() -> list[str]:
    """From the newest to the first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def run_revisions(connection: Connection, revision: str) -> None:
    """Bring the database to `revision`, inside the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "rag.store:migrations")
    return config
