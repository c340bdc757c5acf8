"""Where entries wait while a file is read: in memory, and those of a large file in small compressed files in the command's
scratch directory beside the books."""

import glob
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from matcher import frames, ids
from matcher.store.database import Store
from matcher.store.hardening import in_memory

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 8_000
"""Entries that are collected before they are put away."""
MEMORY = 24 << 20
"""Bytes of entries that stay in memory: those of an ordinary file. What comes after them is written out."""

LINE = {
    "statement_no": pl.Int64(),
    "position": pl.Int64(),
    **{name: dtype for name, dtype in frames.LINE.items() if name not in ("line_id", "statement_id")},
}
"""Columns of a staged entry: which statement of the command, its place in it, and the entry."""
_KEYED = LINE | {"staged_key": pl.String(), "staged_id": pl.String()}

_DETAIL_TEXTS = (
    "currency", "counterparty_name", "counterparty_account", "remittance_information", "creditor_reference", "end_to_end_id",
    "bank_reference", "return_reason",
)  # fmt: skip
DETAIL = {
    **dict.fromkeys(("statement_no", "position", "ordinal", "amount"), pl.Int64()),
    **dict.fromkeys(_DETAIL_TEXTS, pl.String()),
}
"""Columns of a staged part of a batch entry."""


_PARTS_KEYED = f"SELECT {ids.LINE_KEY_SQL} AS line_key, 1 AS occurrence FROM parts"


class Staging:
    """Collects frames and gives them to the database as the views ``incoming`` and ``incoming_detail``.

    Each entry of ``incoming`` has a `staged_key`, its line's key, and a `staged_id`, the line's id if the line has no twin.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        # where the books are encrypted nothing is put into plain files, however much memory that takes
        self._folder = None if store.encrypted else store.scratch
        self._waiting: dict[str, list[pl.DataFrame]] = {"line": [], "detail": []}
        self._kept: dict[str, list[pl.DataFrame]] = {"line": [], "detail": []}
        self._rows = 0  # waiting
        self._size = 0  # bytes put away
        self._written = {"line": 0, "detail": 0}
        # one part is put away while the next entries are read
        self._writer = ThreadPoolExecutor(1)
        # a connection of its own: the keys come back in the order of the rows, while the store goes on with what it does
        self._hasher = self._writer.submit(in_memory, threads=1)
        self._writing: list[Future[None]] = []

    def add(self, lines: pl.DataFrame, details: pl.DataFrame | None = None) -> None:
        """Stages entries with the columns of `LINE`, and parts with those of `DETAIL`."""
        self._waiting["line"].append(lines)
        self._rows += lines.height
        if details is not None:
            self._waiting["detail"].append(details)
            self._rows += details.height
        if self._rows >= ROWS:
            self._flush()

    def finish(self) -> None:
        """Puts away what is left, and makes the views."""
        self._flush()
        self._settle()
        for kind, view, schema in (("line", "incoming", _KEYED), ("detail", "incoming_detail", DETAIL)):
            # the parts stay apart: the database shares the work between its threads part by part
            frame = pl.concat([pl.DataFrame(schema=schema), *self._kept[kind]], rechunk=False)
            self._store.connection.register(f"staged_{kind}", _shared(frame))
            written = f" UNION ALL BY NAME FROM read_parquet({self._files(kind)})" if self._written[kind] else ""
            self._store.run(f"CREATE OR REPLACE TEMP VIEW {view} AS FROM staged_{kind}{written}")

    def _flush(self) -> None:
        self._settle()
        for kind, keep in (("line", self._keep_lines), ("detail", self._keep_details)):
            if self._waiting[kind]:
                self._writing.append(self._writer.submit(keep, self._waiting[kind]))
                self._waiting[kind] = []
        self._rows = 0

    def _settle(self) -> None:
        """Waits for what is being put away; what went wrong there is raised here."""
        for writing in self._writing:
            writing.result()
        self._writing.clear()

    def _keep_lines(self, waiting: list[pl.DataFrame]) -> None:
        frame = pl.concat([_typed(frame, LINE) for frame in waiting])
        hasher = self._hasher.result()
        hasher.register("parts", _shared(frame.select("account", "booking_date", "amount", ids.told())))
        made = hasher.sql(f"SELECT line_key AS staged_key, {ids.LINE_ID_SQL} AS staged_id FROM ({_PARTS_KEYED})")
        self._keep("line", pl.concat([frame, made.pl()], how="horizontal"))

    def _keep_details(self, waiting: list[pl.DataFrame]) -> None:
        self._keep("detail", pl.concat([_typed(frame, DETAIL) for frame in waiting]))

    def _keep(self, kind: str, frame: pl.DataFrame) -> None:
        self._size += int(frame.estimated_size())
        self._kept[kind].append(frame)
        if self._folder and self._size > MEMORY:
            for which, parts in self._kept.items():
                while parts:
                    self._write(self._folder, which, parts.pop(0))

    def _write(self, folder: Path, kind: str, frame: pl.DataFrame) -> None:
        path = folder / f"{kind}-{self._written[kind]:06d}.parquet"
        frame.write_parquet(path, compression="lz4", statistics=False)
        self._written[kind] += 1

    def _files(self, kind: str) -> str:
        files = f"{glob.escape(str(self._folder))}/{kind}-*.parquet".replace("'", "''")
        return f"'{files}'"

    def close(self) -> None:
        """Ends the writer."""
        self._writer.shutdown(wait=True)
        self._hasher.result().close()


def _shared(frame: pl.DataFrame) -> "pa.Table":
    """The frame for the database, its texts where they are: given as it is, it would be copied first."""
    return frame.to_arrow(compat_level=pl.CompatLevel.newest())


def _typed(frame: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


@contextmanager
def staging(store: Store) -> Iterator[Staging]:
    """A staging area in the command's scratch directory."""
    area = Staging(store)
    try:
        yield area
    finally:
        area.close()
