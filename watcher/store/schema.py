"""Which version the tables have, and how they get to the newest one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from watcher.core.errors import StateError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

HEAD = "0006"
"""The newest version. Kept here, too, so that alembic (0.2 s) is only imported to migrate."""


def version(connection: Connection) -> str | None:
    """Return the version of the tables; None when there are none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine, place: str) -> bool:
    """Bring the tables to the newest version in one transaction; True if there were none.

    Raises StateError when they are newer than this program.
    """
    with engine.begin() as connection:
        found = version(connection)
        if found != HEAD:
            _migrate(connection, found, place)
    return found is None


def _migrate(connection: Connection, found: str | None, place: str) -> None:
    from alembic import command  # noqa: PLC0415 - see HEAD
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise newer(place, found)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newer(place: str, found: str) -> StateError:
    """Return the refusal to touch tables of a newer program."""
    return StateError(
        f"{place}: it was written by a newer version of the watcher (tables {found}, this program "
        f"knows {HEAD}). Install the newer version again, or name another folder with --state."
    )
