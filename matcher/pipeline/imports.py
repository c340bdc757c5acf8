"""The ERP's files in: open items, customers, rates. All files of a command or none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

import polars as pl

from matcher import frames
from matcher.errors import MatcherError
from matcher.ledger.fold import fold
from matcher.openitems import posted, readers
from matcher.openitems.closing import closing
from matcher.openitems.tables import Table
from matcher.parsers.base import Source
from matcher.pipeline.session import Session
from matcher.states import ItemStatus
from matcher.store import facts, journal

ImportKind = Literal["items", "customers", "rates"]
_KEYS = {"items": "item_id", "customers": "customer_id", "rates": "date"}
_NAMED = 3
"""Rows that a refusal names; the others are counted."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import changed: rows read, new, changed and (items) closed because the snapshot no longer lists them."""

    kind: str
    files: int
    rows: int
    new: int
    changed: int
    closed: int


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a person allows an import.

    Attributes:
        items: whose customer or document may change although they have postings.
        reason: why they may.
        closing: whether the list may close more open items than `policy.closing_percent`.
    """

    items: Collection[str] = ()
    reason: str = ""
    closing: bool = False


def import_files(
    session: Session, kind: ImportKind, sources: Sequence[Source], *, partial: bool = False, allowed: Allowed | None = None
) -> ImportResult:
    """Reads the files of one kind as one snapshot.

    Args:
        session: the open books.
        kind: items, customers or rates.
        sources: the files; together they are one snapshot.
        partial: the files hold changes only: items that they do not list stay as they are.
        allowed: items that may change although they have postings.

    Raises:
        MatcherError: whatever refuses a file, ``item.posted`` and ``items.closing`` among it; then nothing of any file is kept.
            ``usage.option`` when a person allows changes without a reason.
    """
    allowed = allowed or Allowed()
    if allowed.items and not allowed.reason.strip():
        raise MatcherError("usage.option", "who lets an item with postings change says why", hint="Add --reason TEXT.")
    parts: list[tuple[pl.DataFrame, Table]] = []
    digests: list[str] = []
    for source in sources:
        with source.open() as stream:
            data = stream.read()
        digests.append(sha256(data).hexdigest())
        part, table = readers.read_file(kind, data, source.name)
        _check_entities(session, kind, part, table)
        parts.append((part, table))
    snapshot = pl.concat([part for part, _ in parts])
    if len(parts) > 1 and kind != "rates" and not snapshot[_KEYS[kind]].is_unique().all():
        twice = snapshot[_KEYS[kind]].filter(~snapshot[_KEYS[kind]].is_first_distinct())[0]
        raise MatcherError("row.invalid", f"{_KEYS[kind]} {twice!r} is in two of the files", sources[-1].name)
    batch = session.next_batch
    counts, notes = _append(session, batch, kind, snapshot, parts, allowed, partial=partial)
    for source, file_id in zip(sources, digests, strict=True):
        record = {"batch": batch, "file_id": file_id, "kind": kind, "name": source.name, "format": kind, "encoding": "utf-8"}
        facts.append_file(session.store, record | {"size": source.size, "problems": "[]"})
    session.commit(f"import {kind}", {"files": digests, **counts, **notes})
    return ImportResult(kind, len(sources), counts["rows"], counts["new"], counts.get("changed", 0), counts.get("closed", 0))


def _check_entities(session: Session, kind: str, frame: pl.DataFrame, table: Table) -> None:
    if kind != "items":
        return
    unknown = ~frame["entity"].is_in([entity.id for entity in session.config.entity])
    if unknown.any():
        row = unknown.arg_max() or 0
        what = f"entity {frame['entity'][row]!r} is not in matcher.toml"
        raise MatcherError("value.unknown", what, table.where(row), "Add an [[entity]] with this id.")


def _append(
    session: Session,
    batch: int,
    kind: str,
    snapshot: pl.DataFrame,
    parts: Sequence[tuple[pl.DataFrame, Table]],
    allowed: Allowed,
    *,
    partial: bool,
) -> tuple[dict[str, int], dict[str, object]]:
    """What was appended, in numbers; and what else the journal is to say of it."""
    store = session.store
    if kind == "customers":
        return facts.append_customers(store, batch, snapshot), {}
    if kind == "rates":
        return facts.append_rates(store, batch, snapshot), {}
    items = journal.items(store)
    notes = _let_through(session, items, snapshot, parts, allowed)
    gone = items.clear()
    if not partial:
        # a snapshot speaks for the legal entities that it lists, and for no others
        listed = snapshot.get_column("entity").unique()
        gone = items.filter(pl.col("entity").is_in(listed.implode()) & (pl.col("status") != ItemStatus.CLOSED)).join(
            snapshot, on="item_id", how="anti"
        )
        closes = _check_closing(session, gone["item_id"], listed, parts[-1][1].name, allowed)
        notes |= {"closed_items": closes} if closes else {}
        gone = gone.with_columns(pl.lit(ItemStatus.CLOSED).alias("status"), pl.lit(0, pl.Int64).alias("open_amount"))
    journal.drop_proposals_on(store, posted.changed_subjects(items, snapshot))
    return facts.append_items(store, batch, snapshot, gone.select(list(frames.ITEM))), notes


def _check_closing(session: Session, gone: pl.Series, entities: pl.Series, where: str, allowed: Allowed) -> str:
    """Refuses a list that leaves out too much of what is open; gives what it closes all the same, in words, for the journal."""
    if gone.is_empty():
        return ""
    state = fold(journal.item_facts(session.store), date.max, session.config.books.base_currency)
    percent = session.config.policy.closing_percent
    closures = closing(state.items.filter(pl.col("entity").is_in(entities.implode())), gone, percent)
    if closures.excessive and not allowed.closing:
        what = f"{closures.said()} are not listed any more, and would be closed without a receipt; at most {percent} % may be"
        raise MatcherError("items.closing", what, where)
    return closures.said() if closures.closed else ""


def _let_through(
    session: Session, items: pl.DataFrame, snapshot: pl.DataFrame, parts: Sequence[tuple[pl.DataFrame, Table]], allowed: Allowed
) -> dict[str, object]:
    """Refuses a snapshot that changes what postings were decided on, but for what a person allows; gives that for the journal."""
    store = session.store
    changes = posted.changes(items, snapshot, posted.settled(journal.decisions(store), journal.allocations(store)))
    refused = [change for change in changes if not (change.allowable and change.item_id in allowed.items)]
    if refused:
        words = [f"item {change.item_id}: {change.what}" for change in refused[:_NAMED]]
        places = [_place(change.row, parts) for change in refused[:_NAMED]]
        named = "; ".join([words[0], *(f"{place}: {what}" for place, what in zip(places[1:], words[1:], strict=True))])
        more = f"; and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
        never = any(not change.allowable for change in refused)
        counted = "1 item has" if len(refused) == 1 else f"{len(refused)} items have"
        what = f"{counted} postings that were decided on something else: {named}{more}"
        raise MatcherError("item.posted", what, places[0], _UNDO_FIRST if never else "")
    if not changes:
        return {}
    return {"allowed": {change.item_id: change.what for change in changes}, "reason": allowed.reason}


_UNDO_FIRST = "Have it corrected in the ERP, or undo the postings first (`matcher undo`); see `matcher export matches` for them."


def _place(row: int, parts: Sequence[tuple[pl.DataFrame, Table]]) -> str:
    """File and line of a row of the whole snapshot."""
    for frame, table in parts:
        if row < frame.height:
            return table.where(row)
        row -= frame.height
    raise IndexError(row)
