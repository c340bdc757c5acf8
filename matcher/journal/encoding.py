"""Rows and records as bytes for the journal's hashes: two different ones never give the same bytes.

Every cell is told apart by its length or by an end that it cannot contain, and an absent cell from an empty one. Rows have a
set-shaped form (DuckDB SQL over a table's own columns) and a plain Python form; a property test holds them equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

VERSION = "matcher journal 1"
"""Goes into every hash. A change of anything on this page needs another one, and books of the old one are then verified by the old page."""

HASH_BYTES = 32
"""Length of a row's hash: SHA-256."""

_TEXT = "VARCHAR"

Columns = Mapping[str, str]
"""Names and DuckDB types of a table's columns, in the table's order. Types other than VARCHAR must have a text without ``;``."""


def fields(*cells: str | int | None) -> bytes:
    """Cells of a record, one after the other: the kind of each, the length of its text in bytes, and the text."""
    parts = []
    for cell in cells:
        kind = "n" if cell is None else "i" if isinstance(cell, int) else "s"
        text = b"" if cell is None else str(cell).encode()
        parts.append(f"{kind}{len(text)}:".encode() + text)
    return b"".join(parts)


def row_sql(columns: Columns) -> str:
    """SQL for the bytes of a row: numbers and dates, each ended by ``;``, then the texts' lengths in bytes, then the texts.

    A NULL adds nothing: an absent number has no digits, and the length of an absent text none either.
    """
    texts = [_quoted(name) for name, kind in columns.items() if kind == _TEXT]
    plain = [f"{_quoted(name)}, ';'" for name, kind in columns.items() if kind != _TEXT]
    # `strlen` counts bytes; `length` would count characters
    lengths = [f"strlen({name}), ';'" for name in texts]
    return f"concat({', '.join([*plain, *lengths, *texts])})"


def row(columns: Columns, cells: Sequence[object]) -> bytes:
    """Python form of `row_sql`: the bytes of a row with these cells."""
    pairs = list(zip(columns.values(), cells, strict=True))
    texts = [None if cell is None else str(cell).encode() for kind, cell in pairs if kind == _TEXT]
    plain = [_plain(cell) for kind, cell in pairs if kind != _TEXT]
    lengths = ["" if text is None else str(len(text)) for text in texts]
    return "".join(f"{cell};" for cell in (*plain, *lengths)).encode() + b"".join(text or b"" for text in texts)


def table_digest(table: str, columns: Columns, hashes: Iterable[bytes]) -> tuple[int, str]:
    """How many rows, and the hash over them: the table's name and columns, then the rows' hashes in ascending order.

    Args:
        table: its name with the schema.
        columns: of the table.
        hashes: SHA-256 of each row's bytes, sorted; several may come joined in one piece.
    """
    digest = sha256(fields(VERSION, table, *(word for pair in columns.items() for word in pair)))
    size = 0
    for piece in hashes:
        digest.update(piece)
        size += len(piece)
    return size // HASH_BYTES, digest.hexdigest()


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
