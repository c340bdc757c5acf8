"""What every DuckDB connection of this program may not do: read or write files of its own choice, load code, keep secrets, be changed.

The program never runs SQL that it did not write itself. Should some come with a books file all the same, it meets a database that has
nothing to reach for.
"""

from collections.abc import Sequence
from typing import Any, Protocol

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "allow_unsigned_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # a table that is not there must not be sought among the variables of this program; `register` works all the same
    "python_enable_replacements": False,
}
"""Given to DuckDB when a connection is made."""

ADJUSTABLE = ("memory_limit", "preserve_insertion_order")
"""What may still be changed once the configuration is locked: how much memory a command takes."""


class Connection(Protocol):
    """The one method of a DuckDB connection that is needed here."""

    def execute(self, query: str, parameters: Any = ...) -> Any:
        """Runs statements."""


def confine(connection: Connection, paths: Sequence[str] = (), directories: Sequence[str] = ()) -> None:
    """Closes everything outside the database but the named files, and what lies in the named directories.

    Args:
        connection: to close; it cannot be opened again.
        paths: absolute paths of single files.
        directories: absolute paths; with all that is below them.
    """
    connection.execute("SET allowed_paths = ?", [list(paths)])
    connection.execute("SET allowed_directories = ?", [list(directories)])
    connection.execute("SET enable_external_access = false")
    # a program without a file of its own is taken for a person at a prompt, and standard output is for what was asked
    connection.execute("SET enable_progress_bar = false")


def lock(connection: Connection) -> None:
    """Makes the settings final, but for `ADJUSTABLE`."""
    connection.execute("SET allowed_configs = ?", [list(ADJUSTABLE)])
    connection.execute("SET lock_configuration = true")
