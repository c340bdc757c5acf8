"""What a books file must consist of: what this version's migrations make, and nothing else.

A file from somebody else may hold a view in place of a table, a macro with the name of a function, a trigger that writes elsewhere. So
before anything of it is read, its catalogue is compared with that of a database made by the migrations. The catalogue is only looked at:
no expression of it is evaluated.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

import duckdb

from matcher import sandbox
from matcher.errors import MatcherError

CATALOGUE = "04dfe5d2cac44b4572848444be88e8c8a6431621cbff485167ad18c76fde52a6"
"""Digest of the catalogue that all migrations make, as this version of DuckDB writes it. It spares every command to make one. Where the
digests differ, a catalogue is made and compared, so that another version of DuckDB refuses nothing."""

MIGRATIONS = "meta.migration"
"""The table that says which migrations were applied."""

Entry = tuple[str, str, str]
"""Kind, name with schema, and definition of a part of a database."""

# A macro of the file could stand in for a function of that name, so these are named with their place.
_PARTS = """
SELECT 'schema', schema_name, coalesce(sql, '') FROM system.main.duckdb_schemas() WHERE database_name = $name
UNION ALL SELECT 'table', schema_name || '.' || table_name, sql FROM system.main.duckdb_tables() WHERE database_name = $name
UNION ALL SELECT 'view', schema_name || '.' || view_name, sql FROM system.main.duckdb_views()
    WHERE database_name = $name AND NOT internal
UNION ALL SELECT 'index', schema_name || '.' || index_name, coalesce(sql, '') FROM system.main.duckdb_indexes() WHERE database_name = $name
UNION ALL SELECT 'sequence', schema_name || '.' || sequence_name, sql FROM system.main.duckdb_sequences() WHERE database_name = $name
UNION ALL SELECT 'type', schema_name || '.' || type_name, logical_type FROM system.main.duckdb_types()
    WHERE database_name = $name AND NOT internal
UNION ALL SELECT 'trigger', schema_name || '.' || trigger_name, sql FROM system.main.duckdb_triggers() WHERE database_name = $name
UNION ALL SELECT 'coordinate system', schema_name || '.' || crs_name, '' FROM system.main.duckdb_coordinate_systems()
    WHERE database_name = $name
UNION ALL SELECT 'macro', schema_name || '.' || function_name, coalesce(macro_definition, '') FROM system.main.duckdb_functions()
    WHERE database_name = $name
"""

Steps = Sequence[tuple[str, str]]
"""Name and SQL text of migrations, in order."""

Make = Callable[[duckdb.DuckDBPyConnection, Steps], None]
"""Makes everything that the books consist of in the default database of a connection."""

_made: dict[tuple[tuple[str, str], ...], list[Entry]] = {}


def catalogue(connection: duckdb.DuckDBPyConnection, name: str) -> list[Entry]:
    """Everything that an attached database consists of, in a fixed order. Comments say nothing and do not count."""
    found: list[Entry] = connection.execute(_PARTS, {"name": name}).fetchall()
    return sorted(found)


def digest(entries: list[Entry]) -> str:
    """SHA-256 of a catalogue."""
    return sha256(repr(entries).encode()).hexdigest()


def is_empty(entries: list[Entry]) -> bool:
    """Whether a file holds nothing yet."""
    return all((kind, name) == ("schema", "main") for kind, name, _ in entries)


def is_known(entries: list[Entry]) -> bool:
    """Whether a catalogue is the one that all migrations make."""
    return digest(entries) == CATALOGUE


def expected(make: Make, steps: Steps) -> list[Entry]:
    """The catalogue that `make` makes of these migrations, in a database of its own; kept for as long as the process lives."""
    of = tuple(steps)
    if of not in _made:
        with duckdb.connect(config=sandbox.SETTINGS) as connection:
            sandbox.confine(connection)
            make(connection, steps)
            _made[of] = catalogue(connection, "memory")
    return _made[of]


def check_migrations(actual: list[Entry], required: list[Entry], where: str) -> None:
    """Makes sure that the table of the migrations is a plain table, so that reading it runs nothing.

    Raises:
        MatcherError: ``books.foreign`` with the first difference of all.
    """
    table, plain = ([entry for entry in entries if entry[1] == MIGRATIONS] for entries in (actual, required))
    if table != plain:
        # what is wrong with this one comes first
        raise foreign(table, plain, where) if table else foreign(actual, required, where)


def check(actual: list[Entry], required: list[Entry], where: str) -> None:
    """Compares a catalogue with the one it should be.

    Raises:
        MatcherError: ``books.foreign`` with the first difference.
    """
    if actual != required:
        raise foreign(actual, required, where)


def foreign(actual: list[Entry], required: list[Entry], where: str) -> MatcherError:
    """The error that names how a catalogue differs."""
    ours, theirs = _by_name(required), _by_name(actual)
    differences = [f"{kind} {_shown(name)} is not this program's" for kind, name in theirs if (kind, name) not in ours]
    differences += [f"{kind} {name} is made otherwise" for (kind, name), made in ours.items() if theirs.get((kind, name), made) != made]
    differences += [f"{kind} {name} is missing" for kind, name in ours if (kind, name) not in theirs]
    more = f", and {len(differences) - 1} more" if len(differences) > 1 else ""
    return MatcherError("books.foreign", f"{differences[0]}{more}", where)


def _by_name(entries: list[Entry]) -> dict[tuple[str, str], list[str]]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for kind, name, definition in entries:
        grouped.setdefault((kind, name), []).append(definition)
    return grouped


def _shown(name: str) -> str:
    # whoever made the file chose the name
    return "".join(character if character.isprintable() else "?" for character in name[:60])
