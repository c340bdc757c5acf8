"""Open items and customers from a system, page by page, as one snapshot; and what became of documents that it has not answered for.

Everything is read before anything is imported. A list is taken only when the system says the same of it before the first page and after
the last, and what was read is what it says: as many rows, the same sum.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from matcher.errors import MatcherError
from matcher.exports.erp.live.base import Control, Listing, Reply, Row
from matcher.parsers.base import Source
from matcher.pipeline import imports
from matcher.pipeline.acknowledging import Taken
from matcher.pipeline.import_results import ImportResult
from matcher.pipeline.imports import Allowed, ImportKind
from matcher.pipeline.invoices import Named
from matcher.pipeline.live import doubts as doubtful
from matcher.pipeline.live.connecting import Connected
from matcher.pipeline.live.doubts import doubts, open_of
from matcher.pipeline.session import Session
from matcher.progress import SILENT, Progress

TIMES = 3
"""How often a list is read that changes meanwhile."""
MAX_ROWS = 5_000_000
_KINDS: tuple[ImportKind, ...] = ("customers", "items")
"""In the order of their import: items name customers."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did.

    Attributes:
        imported: what the lists changed, in the order of their import.
        files: name and contents of each list as it was imported, in the same order.
        taken: what the system answered of documents.
    """

    imported: tuple[ImportResult, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    taken: tuple[Taken, ...] = ()


def pull(
    at: Connected, kinds: Sequence[str], day: date, until: Callable[[Session], date], allowed: Allowed | None = None, *, ask: bool = True,
    progress: Progress = SILENT,
) -> Pulled:  # fmt: skip
    """Reads the lists, imports them together or not at all, and asks for documents without an answer.

    Args:
        at: the system.
        kinds: ``items``, ``customers``.
        day: of the snapshot.
        until: the day up to which decisions are told.
        allowed: what a person allows the import.
        ask: also ask for documents without an answer.
        progress: is told of the rows.

    Raises:
        MatcherError: ``usage.option`` for a list that cannot be pulled; ``api.*``, ``pull.page``, ``pull.control``; what refuses the list.
    """
    for kind in kinds:
        if kind not in at.live.lists:
            known = ", ".join(at.live.lists) or "none"
            raise MatcherError("usage.option", f"{at.target.name} cannot be asked for a list of {kind}; it can for {known}")
    read = [(kind, *_read(at, kind, day, progress)) for kind in _KINDS if kind in kinds]
    taken = _answers(at, until, progress) if ask else ()
    results: list[ImportResult] = []
    of_entity = Named(entity=at.about.connection.entity)
    with at.opened(write=True) as session:
        for kind, layout, name, data in read:
            of_items = kind == "items"
            results.append(
                imports.import_files(
                    session, kind, [Source.of(data, name)], allowed=allowed if of_items else None,
                    snapshot_date=day if of_items else None, layout=layout, named=of_entity if of_items else None,
                )
            )  # fmt: skip
    return Pulled(tuple(results), tuple((name, data) for _, _, name, data in read), taken)


def _answers(at: Connected, until: Callable[[Session], date], progress: Progress) -> tuple[Taken, ...]:
    """Asks for every document without an answer, that of a file too. What is not there, and was called, is left to the next push."""
    with at.opened(write=False) as session:
        waiting = open_of(session, at.target.name).waiting(called_only=False)
        every = [one for one in doubts(session, at.target.name, waiting, until(session)) if not one.called]
    if not every:
        return ()
    progress.stage("asking what became of documents", len(every))
    return tuple(one for group in doubtful.ask(at, every, progress) for one in group)


def _read(at: Connected, kind: str, day: date, progress: Progress) -> tuple[str, str, bytes]:
    """A list as a file: layout, name and contents."""
    listing = at.live.listing(kind, at.about)
    for _ in range(TIMES):
        progress.stage(f"reading {kind}")
        before = _control(at, listing)
        rows = _rows(at, listing, kind, progress)
        again = _rows(at, listing, kind, progress) if listing.twice else rows
        after = _control(at, listing)
        same = before == after and rows == again
        if same and not (why := _differs(rows, listing, before)):
            return listing.layout, f"{at.wire.host} {kind} {day.isoformat()}.csv", _file(rows, listing)
    said = f"the list of {kind} changed while it was read, {TIMES} times" if not same else f"the list of {kind} {why}"
    raise MatcherError("pull.control", said, at.wire.host)


def _rows(at: Connected, listing: Listing, kind: str, progress: Progress) -> list[Row]:
    rows: list[Row] = []
    seen: set[str] = set()
    reply: Reply | None = None
    while (request := listing.page(rows, reply)) is not None:
        reply = at.wire.ask(request)
        page = listing.rows(reply) if reply.ok else None
        if page is None:
            what = f"the answer {reply.status} is no page of the list of {kind}{f': {reply.text}' if reply.text else ''}"
            raise MatcherError("pull.page", what, at.wire.host)
        for row in page:
            if row[listing.key] in seen:
                raise MatcherError("pull.page", f"the list of {kind} has a row twice ({listing.key} {row[listing.key]!r})", at.wire.host)
            seen.add(row[listing.key])
        rows += page
        progress.done(len(page))
        if len(rows) > MAX_ROWS:
            raise MatcherError("pull.page", f"the list of {kind} does not end", at.wire.host)
    return rows


def _control(at: Connected, listing: Listing) -> Control:
    if listing.control is None:
        return Control()
    reply = at.wire.ask(listing.control)
    found = listing.controlled(reply) if reply.ok else None
    if found is None:
        raise MatcherError("pull.page", f"the answer {reply.status} does not say how long the list is: {reply.text}", at.wire.host)
    return found


def _differs(rows: Sequence[Row], listing: Listing, control: Control) -> str:
    if control.rows is not None and control.rows != len(rows):
        return f"has {control.rows} rows, as the system says, and {len(rows)} were read"
    if control.total is not None:
        try:
            total = sum((Decimal(row[listing.summed]) for row in rows), Decimal(0))
        except InvalidOperation:
            return f"has a {listing.summed} that is no number"
        if total != control.total:
            return f"comes to {control.total:f}, as the system says, and what was read to {total:f}"
    return ""


def _file(rows: Sequence[Row], listing: Listing) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, listing.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
