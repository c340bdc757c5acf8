"""What a parser is: a function from a file's bytes to a stream of events.

A parser yields `FileInfo` first, then for every statement `StatementStart`, any number of `RowBatch`, `StatementEnd`, and
`Problem` wherever one is met. Statements of one file may interleave; their ordinal tells them apart. Rows come in batches so
that memory stays flat: a file of a million entries is never held as objects.

A parser that cannot go on yields a `Problem` of severity ``fatal`` and returns. It never raises for what a file contains.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Protocol

from matcher.model import FileInfo, Problem, StatementEnd, StatementStart, Transaction

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 8_000
REPORTS = ("camt.052", "camt.054", "mt942")
"""Beginnings of the ids of formats that tell of entries which a statement books later: kept, shown, and counted nowhere unless a person
accepts them."""
HEAD_BYTES = 65_536
MAX_LINE = 1 << 20
"""Longest physical line accepted, in bytes; longer ones are ``file.too_large``."""


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows of one statement: records, or a frame with columns of `Transaction` (one may be left out) where entries are all alike."""

    statement: int
    rows: "Sequence[Transaction] | pl.DataFrame"

    def records(self) -> Iterator[Transaction]:
        """The rows as records, whatever their form."""
        if isinstance(self.rows, Sequence):
            yield from self.rows
            return
        defaults = Transaction._field_defaults
        for row in self.rows.iter_rows(named=True):
            yield Transaction(**{k: (defaults[k] if v is None and k in defaults else v) for k, v in row.items()})


Event = FileInfo | StatementStart | RowBatch | StatementEnd | Problem


@dataclass(frozen=True)
class Source:
    """The bytes of one file, readable any number of times.

    Attributes:
        name: the file's name for messages; parsers never decide by it.
        size: bytes.
        opener: gives a fresh binary stream at position 0.
        check: raises when the bytes are no longer those of the first look; called when all has been read.
    """

    name: str
    size: int
    opener: Callable[[], BinaryIO]
    check: Callable[[], None] = lambda: None

    @staticmethod
    def of(data: bytes, name: str = "<bytes>") -> "Source":
        """A source over bytes in memory."""
        return Source(name, len(data), lambda: io.BytesIO(data))

    def open(self) -> BinaryIO:
        """A fresh stream over the bytes."""
        return self.opener()

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)

    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        hasher = sha256()
        with self.open() as stream:
            while chunk := stream.read(1 << 20):
                hasher.update(chunk)
        return hasher.hexdigest()


@dataclass(frozen=True)
class ParseOptions:
    """What the caller knows better than the file.

    Attributes:
        account: account number to use where the file names none.
        currency: currency to use where the file names none.
        profile: name of the CSV layout to use; empty detects.
        profiles: further CSV layouts by name, as TOML text (from the books directory).
    """

    account: str = ""
    currency: str = ""
    profile: str = ""
    profiles: Mapping[str, str] = field(default_factory=dict)


class Parser(Protocol):
    """One file format. Registered in the entry-point group ``matcher.parsers`` under its name."""

    name: str

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """The format's id (``ofx1``, ``mt940``, ``camt.053.001.08``, ``csv:canonical``) when the contents are of this format, else ''."""
        ...

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The file's contents as events."""
        ...
