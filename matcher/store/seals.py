"""Digests of what is in the books, for the journal to seal: the rows that a batch appended, and tables that a run puts anew."""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import polars as pl

from matcher.journal.encoding import Columns, row_sql, table_digest
from matcher.store.database import APPEND_ONLY, Store

SEALED = tuple(table for table in APPEND_ONLY if table != "log.batch")
"""Tables of which a batch seals the rows that it appended. Its own record holds the seals, and is sealed by its hash."""

_DIGITS = "0123456789abcdef"
"""Of the ids of lines."""

FEW = 100_000
"""Hashes that are read at once."""

Digest = tuple[int, str]
"""Number of rows, and the hash over them; see `encoding.table_digest`."""


def of_batch(store: Store, batch: int) -> dict[str, Digest]:
    """Digest of each table that a batch appended to, and of those that this command has put anew."""
    columns = store.columns
    digests: dict[str, Digest] = {}
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table} WHERE batch = $batch" for table in SEALED)
    appended: dict[str, int] = dict(store.run(counted, {"batch": batch}))
    for table in SEALED:
        if rows := appended[table]:
            digests[table] = _digest(store, table, columns[table], batch, rows)
    for table in sorted(store.replaced):
        digests |= standing(store, table)
    return digests


def part(table: str, line_id: str) -> str:
    """Name of the part of a table that runs put anew in which the rows of a line are: by the first digit of its id."""
    return f"{table}/{line_id[:1]}"


def standing(store: Store, table: str, lines: Collection[str] = ()) -> dict[str, Digest]:
    """Digest of each part of a table that runs put anew, as it stands; those of `lines` only, if any are named.

    A person's decision concerns a line of a million. In parts, no more of the proposals than a sixteenth is read for it.
    """
    columns = store.columns[table]
    names = sorted({part(table, line_id) for line_id in lines} or {part(table, digit) for digit in _DIGITS})
    where = f"WHERE left(line_id, 1) IN ({', '.join(repr(name[-1]) for name in names)})" if lines else ""
    sql = f"SELECT left(line_id, 1) AS part, {_hash(columns)} FROM {table} {where} ORDER BY part, hash"
    hashes_of = {name: list[bytes]() for name in names}
    if store.scalar(f"SELECT count(*) FROM {table} {where}") <= FEW:
        # without pyarrow, which takes longer to start than these take to read
        for digit, row_hash in store.run(sql):
            hashes_of.setdefault(part(table, digit), []).append(row_hash)
    else:
        for piece in store.pieces(sql):
            for (digit,), rows in piece.group_by("part", maintain_order=True):
                hashes_of.setdefault(part(table, str(digit)), []).append(_joined(rows))
    return {name: table_digest(name, columns, hashes) for name, hashes in hashes_of.items()}


def _digest(store: Store, table: str, columns: Columns, batch: int, rows: int) -> Digest:
    sql = f"SELECT {_hash(columns)} FROM {table} WHERE batch = {int(batch)} ORDER BY hash"
    if rows <= FEW:
        # without pyarrow, which takes longer to start than these take to read
        return table_digest(table, columns, [b"".join(row[0] for row in store.run(sql))])
    return table_digest(table, columns, (_joined(piece) for piece in store.pieces(sql)))


def by_batch(store: Store) -> dict[str, dict[int, Digest]]:
    """Digest of the rows of every sealed table, for each batch that appended to it."""
    every = store.columns
    return {
        table: {batch: table_digest(table, every[table], hashes) for batch, hashes in _batches(store, table, every[table])}
        for table in SEALED
    }


def _batches(store: Store, table: str, columns: Columns) -> Iterator[tuple[int, Iterable[bytes]]]:
    """Sorted hashes of the rows of one batch after the other; 32 bytes for each row of the batch are in memory."""
    sql = f"SELECT batch, {_hash(columns)} FROM {table} ORDER BY batch, hash"
    if store.scalar(f"SELECT count(*) FROM {table}") <= FEW:
        # without pyarrow, which takes longer to start than these take to read
        for batch, found in groupby(store.run(sql), itemgetter(0)):
            yield batch, [row_hash for _, row_hash in found]
        return
    current, parts = 0, list[bytes]()
    for piece in store.pieces(sql):
        for (batch,), rows in piece.group_by("batch", maintain_order=True):
            if parts and batch != current:
                yield current, parts
                parts = []
            current = int(str(batch))
            parts.append(_joined(rows))
    if parts:
        yield current, parts


def _hash(columns: Columns) -> str:
    return f"unhex(sha256({row_sql(columns)})) AS hash"


def _joined(rows: pl.DataFrame) -> bytes:
    return b"".join(rows["hash"].to_list())
