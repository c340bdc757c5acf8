"""Receipts for an ERP: what is new of what was decided goes out, is remembered as sent, and is not sent again unless somebody asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import polars as pl

from matcher.errors import MatcherError
from matcher.exports import erp, files
from matcher.exports.erp.base import Export, ExportRequest, Target
from matcher.frames import State
from matcher.journal.chain import Head
from matcher.ledger import outbox as ledger
from matcher.ledger.outbox import Standing
from matcher.pipeline.session import Session
from matcher.pipeline.view import present
from matcher.states import Sent
from matcher.store import journal
from matcher.store import outbox as store


@dataclass(frozen=True, slots=True)
class Sending:
    """How receipts are sent.

    Attributes:
        all: also what was sent before and has no answer, or a refusal: under the same ids and with the same contents.
        rejected: also what the ERP has refused, as it was.
        skip_unsupported: leave out what the target has no form for, instead of refusing the export.
        dry_run: only say what would be sent.
    """

    all: bool = False
    rejected: bool = False
    skip_unsupported: bool = False
    dry_run: bool = False


NEW = Sending()


@dataclass(frozen=True, slots=True)
class ReceiptsMade:
    """An export of receipts that is ready; and how many documents it leaves out: sent without an answer, rejected, or to be asked for.

    `standings`: how each document that was sent before stands. `head`: the journal's latest batch when it was asked first.
    """

    export: Export
    left_sent: int
    left_rejected: int
    left_unknown: int
    standings: Mapping[str, Standing]
    head: Callable[[], Head]


def make(
    session: Session, file_name: str, as_of: date, target: str | Target, how: Sending = NEW, state: State | None = None
) -> ReceiptsMade:  # fmt: skip
    """Makes an export of receipts, and remembers nothing.

    Args:
        session: of the command.
        file_name: of the main file.
        as_of: its day.
        target: name of the ERP, or the target itself where its interface has other forms than its files.
        how: which documents.
        state: of the books, where it is known.

    Raises:
        MatcherError: ``usage.option``, ``target.*``.
    """
    chosen = erp.load(target) if isinstance(target, str) else target
    target = chosen.name
    sent = store.exports(session.store, target)
    stand = standings(session, target, sent)
    of = partial(ledger.of_state, stand)
    again = of(Sent.NEW) | (of(Sent.SENT, Sent.REJECTED) if how.all else of(Sent.REJECTED) if how.rejected else frozenset())
    job = ExportRequest(
        file_name, session.config.books.name, as_of, sent.select(list(erp.SENT)), of(Sent.ACCEPTED), of(Sent.REJECTED, Sent.NEW), again,
        of(Sent.UNKNOWN), journal.allocations(session.store), {key: one.number for key, one in stand.items() if one.number},
        head=cache(partial(journal.last_batch, session.store)),
    )  # fmt: skip
    table = session.config.target.get(target, {})
    known = present(session) if state is None else state
    made = erp.export(chosen, known, job, table, skip_unsupported=how.skip_unsupported or how.dry_run, preview=how.dry_run)
    check_unchanged(made.sent, sent)
    left = of(Sent.REJECTED) - again
    waiting = len(of(Sent.SENT) - again)
    return ReceiptsMade(made, waiting, len(_standing(left, sent, known)), len(of(Sent.UNKNOWN)), stand, job.head)


def _standing(ids: frozenset[str], sent: pl.DataFrame, state: State) -> set[str]:
    """Of these documents those whose decision is in force, and the reversals of those that are in the ERP."""
    live = pl.col("decision_id").is_in(state.decisions.filter(pl.col("live"))["decision_id"].implode())
    return set(sent.filter(pl.col("external_id").is_in(ids), live | (pl.col("record") == "reversal"))["external_id"])


def standings(session: Session, target: str, sent: pl.DataFrame) -> dict[str, Standing]:
    """How each document of a target stands. `sent`: see `store.outbox.exports`."""
    answers = store.answers(session.store, target)
    plain = ledger.standings(sent, answers)
    waiting = ledger.of_state(plain, Sent.SENT, Sent.UNKNOWN)
    wanted = set(sent.filter(pl.col("external_id").is_in(waiting), pl.col("record") != "reversal")["decision_id"])
    if not wanted:
        return plain
    books = session.store
    days = {batch: day for batch, day, _ in journal.snapshots(books).select("batch", "snapshot_date", "entity").iter_rows()}
    listed = ledger.listed_as_booked(
        journal.versions(books), journal.decisions(books), journal.allocations(books), journal.sent(books), days, wanted
    )
    return ledger.standings(sent, answers, listed) if listed else plain


def check_unchanged(to_send: pl.DataFrame, sent: pl.DataFrame) -> None:
    """Refuses a document whose id stood for other contents before.

    Raises:
        MatcherError: ``target.payload_changed``.
    """
    both = to_send.join(sent.select("external_id", before="payload_hash").unique(), on="external_id")
    changed = both.filter(pl.col("before") != pl.col("payload_hash"))["external_id"].to_list()
    if changed:
        raise MatcherError("target.payload_changed", f"document {changed[0]} would carry other contents than it was sent with")


def export(session: Session, path: Path, as_of: date, target: str, outbox: files.Outbox, how: Sending = NEW) -> ReceiptsMade:
    """Makes an export of receipts, remembers what is sent and puts its files into the outbox, for the caller to publish.

    Raises:
        MatcherError: as `make` does, and ``file.unwritable``.
    """
    done = make(session, path.name, as_of, target, how)
    made = done.export
    known = [key for key, one in done.standings.items() if one.state not in (Sent.NEW, Sent.REJECTED)]
    fresh = made.sent.filter(~pl.col("external_id").is_in(known))
    if fresh.height:
        journal.append_exported(session.store, session.next_batch, target, fresh)
        session.commit("export receipts", {"batch_id": made.batch.batch_id, "target": target, "count": made.batch.count})
    done.head()  # asked once: a pipe is written when the books are closed again
    for file in made.files:
        outbox.add(path.with_name(file.name), file.chunks)
    return done
