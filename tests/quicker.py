"""Work that tests need not do again and again, where it is not what they test."""

import os
from collections.abc import Callable, Hashable
from copy import deepcopy
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb

from matcher.books import Books
from matcher.config import Config
from matcher.frames import State
from matcher.matching.entity import EntityInput, EntityItems, Finder
from matcher.pipeline.examples import MARK
from matcher.store import schema

MEMORY = "/dev/shm"
ROOM = 2 << 30
"""Bytes that the folders of a run may take at most, many times over."""


def in_memory() -> str:
    """Where scratch folders need no disk; '' where there is no such place, or somebody named another with TMPDIR.

    Every command flushes its file more than once, which takes longer than its work when the disk has other things to do.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return ""
    place = os.statvfs(MEMORY)
    loads_libraries = not place.f_flag & os.ST_NOEXEC
    return MEMORY if loads_libraries and place.f_bavail * place.f_frsize >= ROOM else ""


STATES = 500
"""States of books that are kept at most."""

_KNOWN: dict[tuple[str, int], list[schema.Entry]] = {}
"""Catalogues of books files of ours, by path and inode. They are all the same."""


def _key(path: Path) -> tuple[str, int]:
    return str(path), path.stat().st_ino


def is_known(path: Path) -> bool:
    """Whether a books file was looked at, and is of ours."""
    return path.is_file() and _key(path) in _KNOWN


def now_known(path: Path) -> None:
    """A file holds the bytes of one that was known: it need not be looked at either."""
    _KNOWN[_key(path)] = next(iter(_KNOWN.values()))


def catalogue_once() -> Callable[[duckdb.DuckDBPyConnection, str], list[schema.Entry]]:
    """`schema.catalogue` that looks at a books file of ours once: a look takes a third of a command that reads."""
    look = schema.catalogue

    def catalogue(connection: duckdb.DuckDBPyConnection, name: str) -> list[schema.Entry]:
        found = connection.execute("SELECT path FROM system.main.duckdb_databases() WHERE database_name = ?", [name]).fetchall()
        path = Path(found[0][0] or "")
        if is_known(path):
            return _KNOWN[_key(path)]
        entries = look(connection, name)
        if path.is_file() and schema.is_known(entries):
            _KNOWN[_key(path)] = entries
        return entries

    return catalogue


_COMPANIES: dict[Hashable, EntityItems] = {}
"""The companies of examples, by all that they are made of."""


def company_once() -> Callable[[EntityInput, Finder], EntityItems]:
    """`EntityInput.company` that makes a company of the same rows once, and gives copies of it: to find the candidates of an example takes
    most of the time of a check of rules, and depends on no rule.

    Examples that are run together have their place before their ids, which changes where a rule is put before them. It does not count.
    """
    make = EntityInput.company

    def company(job: EntityInput, engine: Finder) -> EntityItems:
        key = _made_of(job, engine)
        if key not in _COMPANIES:
            _COMPANIES[key] = make(job, engine)
        return deepcopy(_COMPANIES[key])

    return company


def _made_of(job: EntityInput, engine: Finder) -> Hashable:
    place, about = f"{job.lines['entity'][0]}{MARK}", job.about
    tables = [frame.drop("entity", strict=False).rows() for frame in (job.lines, job.items, job.customers, job.taught)]
    customers, accounts = job.customers["customer_id"].to_list(), job.lines["account"].to_list()
    known = [(sorted(about.relatives.get(one, ())), about.countries.get(one)) for one in customers], [about.homes.get(a) for a in accounts]
    text = repr((tables, job.settled, job.repeats, known, vars(about.rate), about.instalments_in_order))
    return type(engine), place in text, text.replace(place, "")


def state_once() -> Callable[..., State]:
    """`Books.state` that reads books of the same bytes once: their state is a function of them, of matcher.toml and of the day, and stories
    ask for it again and again. Books with something in the place of their log, and encrypted ones, are read each time.
    """
    read = Books.state
    seen: dict[Hashable, tuple[State, Config]] = {}

    def state(books: Books, as_of: date | None = None) -> State:
        file, settings = books.directory / "books.duckdb", books.directory / "matcher.toml"
        if not file.is_file() or not settings.is_file() or os.path.lexists(f"{file}.wal"):
            return read(books, as_of)
        text = settings.read_bytes()
        if b"encryption" in text:
            return read(books, as_of)
        key = sha256(file.read_bytes()).digest(), text, as_of, books.today()
        if key not in seen:
            if len(seen) >= STATES:
                seen.clear()
            seen[key] = read(books, as_of), books.config
        found, books.config = seen[key]
        return found

    return state
