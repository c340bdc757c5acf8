"""The ERP's files in: open items, customers, rates. All files of a command or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from matcher import frames
from matcher.errors import MatcherError
from matcher.openitems import readers
from matcher.parsers.base import Source
from matcher.pipeline.ingest import digest
from matcher.pipeline.session import Session
from matcher.store import facts, journal

ImportKind = Literal["items", "customers", "rates"]
_KEYS = {"items": "item_id", "customers": "customer_id", "rates": "date"}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import changed: rows read, new, changed and (items) closed because the snapshot no longer lists them."""

    kind: str
    files: int
    rows: int
    new: int
    changed: int
    closed: int


def import_files(session: Session, kind: ImportKind, sources: Sequence[Source], *, partial: bool = False) -> ImportResult:
    """Reads the files of one kind as one snapshot.

    Args:
        session: the open books.
        kind: items, customers or rates.
        sources: the files; together they are one snapshot.
        partial: the files hold changes only: items that they do not list stay as they are.

    Raises:
        MatcherError: whatever refuses a file; then nothing of any file is kept.
    """
    read = getattr(readers, kind)
    parts = []
    for source in sources:
        with source.open() as stream:
            part = read(stream.read(), source.name)
        _check_entities(session, kind, part, source)
        parts.append(part)
    snapshot = pl.concat(parts)
    if len(parts) > 1 and kind != "rates" and not snapshot[_KEYS[kind]].is_unique().all():
        twice = snapshot.filter(~pl.col(_KEYS[kind]).is_unique())[_KEYS[kind]][0]
        raise MatcherError("row.invalid", f"{_KEYS[kind]} {twice!r} is in two of the files", sources[-1].name)
    batch = session.next_batch
    counts = _append(session, batch, kind, snapshot, partial=partial)
    for source in sources:
        record = {"batch": batch, "file_id": digest(source), "kind": kind, "name": source.name, "format": kind, "encoding": "utf-8"}
        facts.append_file(session.store, record | {"size": source.size, "problems": "[]"})
    session.commit(f"import {kind}", {"files": [digest(source) for source in sources], **counts})
    return ImportResult(kind, len(sources), counts["rows"], counts["new"], counts.get("changed", 0), counts.get("closed", 0))


def _check_entities(session: Session, kind: str, frame: pl.DataFrame, source: Source) -> None:
    if kind != "items":
        return
    listed = [entity.id for entity in session.config.entity]
    unknown = frame.filter(~pl.col("entity").is_in(listed))
    if unknown.height:
        raise MatcherError(
            "value.unknown", f"entity {unknown['entity'][0]!r} is not in matcher.toml", source.name, "Add an [[entity]] with this id."
        )


def _append(session: Session, batch: int, kind: str, snapshot: pl.DataFrame, *, partial: bool) -> dict[str, int]:
    store = session.store
    if kind == "customers":
        return facts.append_customers(store, batch, snapshot)
    if kind == "rates":
        return facts.append_rates(store, batch, snapshot)
    known = journal.items(store)
    gone = known.clear()
    if not partial:
        # a snapshot speaks for the selling companies that it lists, and for no others
        listed = snapshot.get_column("entity").unique().implode()
        gone = known.filter(pl.col("entity").is_in(listed) & (pl.col("status") != "closed")).join(snapshot, on="item_id", how="anti")
        gone = gone.with_columns(pl.lit("closed").alias("status"), pl.lit(0, pl.Int64).alias("open_amount"))
    return facts.append_items(store, batch, snapshot, gone.select(list(frames.ITEM)))
