"""Bringing a database's schema up to date with Alembic, and a quick way to see that it already is.

The revisions lie in `assistant/store/migrations/versions`, named `0001_...`, `0002_...`; the number is the revision id.
Alembic is imported only when there is something to do. Knows no table.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from assistant.errors import DatabaseError

MIGRATIONS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """The revision id that this version of Backroom brings: "0001"."""
    return max(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def current_revision(connection: Connection) -> str | None:
    """The revision of a database; None for one without our schema."""
    there = connection.scalar(text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"))
    if not there:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(engine: Engine, path: Path, immediate: str) -> None:
    """Run the missing migrations in one transaction; nothing to do takes well under a millisecond of SQL.

    `immediate` is the execution option that makes a transaction take the write lock at once, so that two processes that
    start together don't migrate twice. Raises DatabaseError when the file has a newer schema or isn't Backroom's.
    """
    newest = newest_revision()
    with engine.connect() as connection:
        found = current_revision(connection)
    if found == newest:
        return
    with engine.connect().execution_options(**{immediate: "BEGIN IMMEDIATE"}) as connection, connection.begin():
        found = current_revision(connection)
        if found is not None and found > newest:
            raise DatabaseError(
                f"{path} was made by a newer Backroom (schema {found}, this one knows {newest}); update it"
            )
        if found is None and inspect(connection).get_table_names():
            raise DatabaseError(f"{path} holds other tables than Backroom's; give another path")
        if found != newest:
            _run_alembic(connection, newest)


def _run_alembic(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
