"""Where entries wait while a file is read: in small compressed files beside the books, so that a file of any size takes little memory."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from matcher import frames
from matcher.store.database import Store

PREFIX = ".staging-"
ROWS = 8_000
"""Entries that are collected before they are written out."""

LINE = {
    "statement_no": pl.Int64(),
    "position": pl.Int64(),
    **{name: dtype for name, dtype in frames.LINE.items() if name not in ("line_id", "statement_id")},
}
"""Columns of a staged entry: which statement of the command, its place in it, and the entry."""

_DETAIL_TEXTS = (
    "currency", "counterparty_name", "counterparty_account", "remittance_information", "creditor_reference", "end_to_end_id",
    "bank_reference", "return_reason",
)  # fmt: skip
DETAIL = {
    **dict.fromkeys(("statement_no", "position", "ordinal", "amount"), pl.Int64()),
    **dict.fromkeys(_DETAIL_TEXTS, pl.String()),
}
"""Columns of a staged part of a batch entry."""


class Staging:
    """Collects frames and writes them to files that the database reads as the views ``incoming`` and ``incoming_detail``."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._waiting: dict[str, list[pl.DataFrame]] = {"line": [], "detail": []}
        self._written = 0
        # one file is written while the next entries are read
        self._writer = ThreadPoolExecutor(1)
        self._writing: list[Future[None]] = []

    def add(self, lines: pl.DataFrame, details: pl.DataFrame | None = None) -> None:
        """Stages entries with the columns of `LINE`, and parts with those of `DETAIL`."""
        self._waiting["line"].append(lines.select(pl.col(name).cast(dtype) for name, dtype in LINE.items()))
        if details is not None:
            self._waiting["detail"].append(details.select(pl.col(name).cast(dtype) for name, dtype in DETAIL.items()))
        if sum(frame.height for frames_ in self._waiting.values() for frame in frames_) >= ROWS:
            self._flush()

    def finish(self) -> None:
        """Writes what is left, and makes the views."""
        for kind, schema in (("line", LINE), ("detail", DETAIL)):
            self._waiting[kind].append(pl.DataFrame(schema=schema))
        self._flush()
        self._settle()
        for kind, view in (("line", "incoming"), ("detail", "incoming_detail")):
            files = str(self._folder / f"{kind}-*.parquet").replace("'", "''")
            self._store.run(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM read_parquet('{files}')")

    def _flush(self) -> None:
        self._settle()
        for kind, waiting in self._waiting.items():
            if waiting:
                path = self._folder / f"{kind}-{self._written:06d}.parquet"
                self._writing.append(self._writer.submit(_write, waiting.copy(), path))
                waiting.clear()
        self._written += 1

    def _settle(self) -> None:
        """Waits for the files that are being written; what went wrong there is raised here."""
        for writing in self._writing:
            writing.result()
        self._writing.clear()

    def close(self) -> None:
        """Ends the writer."""
        self._writer.shutdown(wait=True)


def _write(waiting: list[pl.DataFrame], path: Path) -> None:
    pl.concat(waiting).write_parquet(path, compression="lz4", statistics=False)


@contextmanager
def staging(store: Store, books: Path) -> Iterator[Staging]:
    """A staging area in the books directory. Leftovers of a process that was killed are removed: the books' lock is ours."""
    for leftover in books.glob(f"{PREFIX}*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=books) as folder:
        area = Staging(store, Path(folder))
        try:
            yield area
        finally:
            area.close()
