"""The ERP's files in: open items, customers, rates. All files of a command or none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal, NamedTuple

import polars as pl

from matcher import frames
from matcher.errors import Fault, MatcherError
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.ledger import fold
from matcher.ledger.replaced_documents import ReplacedDocument, replaced_documents
from matcher.openitems import cash_book as openitems_book
from matcher.openitems import dating, einvoices, posted, readers
from matcher.openitems.closing import closing
from matcher.openitems.einvoices import EInvoice, doubles
from matcher.openitems.einvoices.rows import superseded
from matcher.openitems.faults import together
from matcher.openitems.layouts.library import GENERIC
from matcher.openitems.tables import Table
from matcher.openitems.tie_out import late_documents, listed_open, tie_out
from matcher.parsers.base import Source
from matcher.pipeline.import_results import ImportResult, PlacedFile
from matcher.pipeline.invoices import Named, place_invoices
from matcher.pipeline.listed_credits import recognised
from matcher.pipeline.lists import how_to_read, marked_up, other_xml_error, statement_error
from matcher.pipeline.session import Session
from matcher.states import ENGINE, ItemStatus
from matcher.store import cash_book, facts, journal, owed, snapshots

ImportKind = Literal["items", "customers", "rates", "book"]
_KEYS = {"items": "item_id", "customers": "customer_id", "rates": "date", "book": "entry_id"}
_APPEND = {"customers": facts.append_customers, "book": cash_book.append_rows}
_LISTED = ("items", "customers")
"""Kinds that come in layouts of their own."""
_NAMED = 3
"""Rows that a refusal names; the others are counted."""


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


class _Read(NamedTuple):
    """The files of a command: all of their rows, the rows and the places of each file, their hashes and formats, the day of a list.

    The rows of `invoices`, which no list holds, are the last; `listed` counts the others.
    """

    rows: pl.DataFrame
    parts: list[tuple[pl.DataFrame, Table]]
    digests: list[tuple[str, str]]
    dated: dating.Dated | None
    listed: int
    invoices: tuple[PlacedFile, ...]
    notes: tuple[str, ...]

    @property
    def layouts(self) -> tuple[str, ...]:
        """Names of the layouts of the files, sorted; without the contract's own."""
        return tuple(sorted({table.layout for _, table in self.parts if table.layout}))


def import_files(
    session: Session,
    kind: ImportKind,
    sources: Sequence[Source],
    *,
    partial: bool = False,
    allowed: Allowed | None = None,
    snapshot_date: date | None = None,
    layout: str = "",
    named: Named | None = None,
) -> ImportResult:
    """Reads the files of one kind as one snapshot. Electronic invoices among open items are changes: they close nothing.

    Args:
        session: the open books.
        kind: items, customers, rates or book.
        sources: the files; together they are one snapshot.
        partial: the files hold changes only: items that they do not list stay as they are.
        allowed: items that may change although they have postings.
        snapshot_date: the day that a list of open items speaks of; None for what `dating.day_of` finds.
        layout: name of the layout of the files; empty detects that of each.
        named: what a person says of all documents.

    Raises:
        MatcherError: whatever refuses a file, ``item.posted`` and ``items.closing`` among it; then nothing of any file is kept. All that
            is wrong with the rows of all files is in one error. ``usage.option`` when a person allows changes without a reason, and for
            a day of anything but open items.
    """
    allowed, named = allowed or Allowed(), named or Named()
    if allowed.items and not allowed.reason.strip():
        raise MatcherError("usage.option", "who lets an item with postings change says why", hint="Add --reason TEXT.")
    if snapshot_date is not None and kind != "items":
        raise MatcherError("usage.option", f"{kind} are of no day; --snapshot-date is for open items")
    if layout and kind not in _LISTED:
        raise MatcherError("usage.option", f"{kind} has no layouts; --layout is for open items and customers")
    if named.entity:
        _check_entity(session, kind, named.entity)
    read = _read(session, kind, sources, snapshot_date, layout, named)
    batch = session.next_batch
    made, shares = None, None
    if kind == "items":
        result, drafts, notes = _items(session, batch, read, allowed, partial=partial or not read.listed)
        made, shares = decisions.build(drafts, batch, ENGINE, session.at, session.actor)
    else:
        base = session.config.books.base_currency
        counts = (
            facts.append_rates(session.store, batch, read.rows, base) if kind == "rates" else _APPEND[kind](session.store, batch, read.rows)
        )
        result, notes = ImportResult(kind, len(sources), counts["rows"], counts["new"], counts.get("changed", 0), 0), dict(counts)
        notes |= {"base_currency": base} if kind == "rates" else {}
    for source, (file_id, form) in zip(sources, read.digests, strict=True):
        record = {"batch": batch, "file_id": file_id, "kind": kind, "name": source.name, "format": form, "encoding": "utf-8"}
        facts.append_file(session.store, record | {"size": source.size, "problems": "[]"})
    result = replace(result, layouts=read.layouts, notes=read.notes)
    notes |= {"layouts": list(read.layouts)} if read.layouts else {}
    session.commit(f"import {kind}", {"files": [file_id for file_id, _ in read.digests], **notes}, made, shares)
    return result


def _check_entity(session: Session, kind: ImportKind, entity: str) -> None:
    """Refuses a legal entity that a person names where it is of no use, or that is none."""
    if kind != "items":
        raise MatcherError("usage.option", f"--entity says whose open items are, and these files are {kind}")
    if entity not in (known := [one.id for one in session.config.entity]):
        raise MatcherError("usage.option", f"--entity {entity!r} is no [[entity]] of matcher.toml", hint=f"There are {', '.join(known)}.")


def _read(session: Session, kind: ImportKind, sources: Sequence[Source], stated: date | None, layout: str, named: Named) -> _Read:
    """Reads all files. Raises MatcherError with everything that is wrong in any of them."""
    how = how_to_read(session, layout, named.entity) if kind in _LISTED else None
    entities = [entity.id for entity in session.config.entity] if kind == "items" else None
    parts: list[tuple[pl.DataFrame, Table]] = []
    digests: list[tuple[str, str]] = []
    days: list[tuple[str, date | None]] = []
    titled = False
    invoices: list[EInvoice] = []
    errors: list[MatcherError] = []
    remarks: list[str] = []
    for source in sources:
        with source.open() as stream:
            data = stream.read()
        form: str = kind
        try:
            if kind == "items" and einvoices.is_invoice(data):
                invoices.append(einvoices.read(data, source.name))
                form = invoices[-1].syntax
            elif kind == "book":
                parts.append(openitems_book.read(data, source.name, session.config.find_account))
            else:
                opened = how and replace(how, opened=marked_up(source, data))
                one = readers.read_file(kind, data, source.name, entities, stated is not None, opened)
                if one.table.layout in GENERIC and not layout and (other := statement_error(kind, source)):
                    raise other  # a bank's list has titles of a list of items, too
                form += f":{one.table.layout}" if one.table.layout else ""
                parts.append((one.frame, one.table))
                days.append((source.name, one.day))
                titled = titled or one.titled
                remarks += one.notes
        except MatcherError as error:
            errors.append(statement_error(kind, source) or (other_xml_error(data, source.name) if kind == "items" else None) or error)
        digests.append((sha256(data).hexdigest(), form))
    listed = sum(part.height for part, _ in parts)
    if named.customer and not invoices:
        errors.append(MatcherError("usage.option", "--customer names the buyer of electronic invoices, and these files are none"))
    placed = place_invoices(session, invoices, [part for part, _ in parts], named)
    errors += placed.errors
    parts += placed.parts
    rows = pl.concat([part for part, _ in parts]) if parts else pl.DataFrame()
    if len(parts) > 1 and kind != "rates" and (twice := _in_two_files(rows[_KEYS[kind]], parts)):
        errors.append(twice)
    dated = None
    if kind == "items":
        try:
            dated = dating.day_of(days, stated, date.fromisoformat(session.at[:10]), titled=titled)
        except MatcherError as error:
            errors.append(error)
    if errors:
        raise together(errors)
    return _Read(rows, parts, digests, dated, listed, placed.files, tuple(dict.fromkeys(remarks)))


def _in_two_files(ids: pl.Series, parts: Sequence[tuple[pl.DataFrame, Table]]) -> MatcherError | None:
    """Every row whose id stands in an earlier file; None when there is none."""
    again = (~ids.is_first_distinct()).arg_true().to_list()
    faults, start = [], 0
    for frame, table in parts:
        rows = [row - start for row in again if start <= row < start + frame.height]
        words = [f"{ids.name} {ids[row + start]!r} is in two of the files" for row in rows]
        faults += [Fault("row.invalid", what, place) for what, place in zip(words, table.places(rows), strict=True)]
        start += frame.height
    return MatcherError(*faults[0], more=faults[1:]) if faults else None


def _items(
    session: Session, batch: int, read: _Read, allowed: Allowed, *, partial: bool
) -> tuple[ImportResult, list[Draft], dict[str, object]]:
    """Appends a list of open items; gives what it did, what was recognised in it, and what the journal is to say of it."""
    store, snapshot, dated = session.store, read.rows, read.dated
    assert dated is not None
    items = journal.items(store)
    notes = _let_through(session, items, snapshot, read.parts, allowed)
    # an invoice says nothing of what else is open
    listed = snapshot.head(read.listed if not partial else snapshot.height).get_column("entity").unique().sort()
    moved = superseded(snapshot, items)
    gone = items.clear()
    if not partial:
        # a snapshot speaks for the legal entities that it lists, and for no others
        gone = items.filter(pl.col("entity").is_in(listed.implode()) & (pl.col("status") != ItemStatus.CLOSED)).join(
            pl.concat([snapshot.select("item_id"), moved.select("item_id")]), on="item_id", how="anti"
        )
        notes |= _check_closing(session, gone["item_id"], listed, read.parts[-1][1].name, allowed)
    gone = pl.concat([gone, moved]).with_columns(pl.lit(ItemStatus.CLOSED).alias("status"), pl.lit(0, pl.Int64).alias("open_amount"))
    earlier = snapshots.snapshots(store)
    latest = max(earlier, key=lambda one: one.day, default=None)
    before, after = _open_before_and_after(items, snapshot, gone)
    figures = tie_out(before, after)
    fresh = snapshot.join(items, on="item_id", how="anti")
    same, drafts = recognised(session, snapshot, fresh)
    # what is left of a receipt of ours was in every figure before: it is not late
    unknown = fresh.filter(~pl.col("item_id").is_in([credit.item_id for credit in same]))
    late = late_documents(unknown, snapshots.known_until(earlier))
    doubled = doubles.of_list(fresh, items, gone)
    replaced = _replaced(session, items, snapshot, before, after)
    journal.drop_proposals_on(store, posted.changed_subjects(items, snapshot))
    counts = facts.append_items(store, batch, snapshot, gone.select(list(frames.ITEM)))
    snapshots.append_snapshot(store, batch, dated.day, dated.by, partial=partial)
    notes |= {**counts, "snapshot_date": dated.day.isoformat(), "dated_by": dated.by.value, "partial": partial}
    notes |= {"entities": listed.to_list(), "tie_out": [one.to_dict() for one in figures]}
    notes |= {"late_documents": len(late)} if late else {}
    result = ImportResult(
        "items", len(read.digests), counts["rows"], counts["new"], counts["changed"], counts["closed"], dated,
        latest if latest is not None and latest.day > dated.day else None, figures, _unknown_customers(session, snapshot), late, replaced,
        tuple(same), read.invoices, doubles=doubled,
    )  # fmt: skip
    return result, drafts, notes


def _open_before_and_after(items: pl.DataFrame, snapshot: pl.DataFrame, gone: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `tie_out` asks for: what was open and what is, of the legal entities that a list speaks for or takes an item from."""
    columns = ("item_id", "entity", "currency", listed_open().alias("listed"))
    was = items.select(columns)
    kept = was.join(snapshot, on="item_id", how="anti").join(gone, on="item_id", how="anti")
    now = pl.concat([snapshot.select(columns), kept])
    moved = items.join(snapshot, on="item_id", how="semi")["entity"]
    entities = pl.concat([snapshot["entity"], moved]).unique().implode()
    return was.filter(pl.col("entity").is_in(entities)), now.filter(pl.col("entity").is_in(entities))


def _replaced(
    session: Session, items: pl.DataFrame, snapshot: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame
) -> tuple[ReplacedDocument, ...]:
    """The documents that a list cancels and issues again, with the lines whose money is on the old ones."""
    still_open = after.filter(pl.col("listed") != 0)
    ended = before.filter(pl.col("listed") != 0).join(still_open, on="item_id", how="anti")
    gone = items.join(ended, on="item_id", how="semi")
    new = snapshot.join(items, on="item_id", how="anti").join(still_open, on="item_id", how="semi")
    if gone.is_empty() or new.is_empty() or not (pairs := replaced_documents(gone, new)):
        return ()
    standing = fold.live(journal.decisions(session.store)).filter("live").select("decision_id", "line_id")
    ours = journal.allocations(session.store).filter(pl.col("item_id").is_in([pair.item_id for pair in pairs]))
    return tuple(replaced_documents(gone, new, ours.select("item_id", "decision_id").join(standing, on="decision_id")))


def _unknown_customers(session: Session, snapshot: pl.DataFrame) -> tuple[str, ...]:
    known = journal.customers(session.store)["customer_id"]
    if known.is_empty():
        return ()
    named = snapshot["customer_id"].unique()
    return tuple(named.filter(~named.is_in(known.implode())).sort())


def _check_closing(session: Session, gone: pl.Series, entities: pl.Series, where: str, allowed: Allowed) -> dict[str, object]:
    """Refuses a list that leaves out too much of what is open; gives what it closes all the same, in words, for the journal."""
    if gone.is_empty():
        return {}
    owing = fold.owed(owed.item_facts(session.store), date.max, session.config.books.base_currency)
    percent = session.config.policy.closing_percent
    closures = closing(owing.items.filter(pl.col("entity").is_in(entities.implode())), gone, percent)
    if closures.excessive and not allowed.closing:
        what = f"{closures.said()} are not listed any more, and would be closed without a receipt; at most {percent} % may be"
        raise MatcherError("items.closing", what, where)
    closes: dict[str, object] = {"closed_items": closures.said()} if closures.closed else {}
    return closes | ({"allowed_closing": True} if closures.excessive else {})


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
