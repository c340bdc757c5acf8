"""Files for other systems and for people: which rows, as of which day, and what is remembered of it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from matcher.errors import MatcherError
from matcher.exports import customers, erp, files, receivables, tables
from matcher.exports.erp.base import Refused
from matcher.exports.erp.records import Document
from matcher.exports.matches import matches
from matcher.exports.tables import Report
from matcher.frames import TEXTS, UNSUMMED, UNTOLD, Owed, State
from matcher.journal.chain import Head, JournalEntry
from matcher.ledger.aging import aging
from matcher.ledger.bridge import bridge
from matcher.ledger.chain import breaks
from matcher.ledger.customer_status import customer_status
from matcher.ledger.discrepancies import GAP, discrepancies
from matcher.ledger.figures.forecast import FORECAST_AMOUNTS
from matcher.ledger.followup import follow_up
from matcher.pipeline import figures, matched, proof, receipts
from matcher.pipeline.aged import AgingRequest, closing_rates, with_buckets
from matcher.pipeline.bridges import Period, period
from matcher.pipeline.receipts import Sending
from matcher.pipeline.session import Session
from matcher.pipeline.view import Asked, asked_for, owed, whole
from matcher.store import facts, journal
from matcher.store import since as recorded
from matcher.store.journal import Known

WHAT = ("matches", "aging", "discrepancies", "bridge", "proof", "receipts", "dunning", "kpi", "forecast", "journal", "customers")
GENERIC = "generic"
"""The target that is no system's."""
_CHANGING = ("matches", "aging", "discrepancies")
"""What may be asked for what is new of it only."""
_JOURNAL = {field.name: pl.Int64() if field.name == "batch" else pl.String() for field in fields(JournalEntry)}


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What is to be written.

    Attributes:
        what: a word of `WHAT`.
        path: of the file; its ending chooses the form.
        month: rows of this month (YYYY-MM), as of its last day; '' for all up to the day that is asked for.
        new: only what was recorded after the latest export that was made so.
        since: only what was recorded after this batch, to have such an export again; None for all.
        locale: how a CSV file is written for a spreadsheet, one of `tables.LOCALES`; ''.
        target: of receipts the ERP, of customers the CRM to write for.
        sending: of receipts, which of them.
        aging: how an aging is made.
    """

    what: str
    path: Path
    month: str = ""
    new: bool = False
    since: int | None = None
    locale: str = ""
    target: str = "generic"
    sending: Sending = receipts.NEW
    aging: AgingRequest = field(default_factory=AgingRequest)

    @property
    def records(self) -> bool:
        """Whether the books remember it."""
        return self.new or (self.what == "receipts" and not self.sending.dry_run)


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written: its files, rows or documents, and for receipts the control totals (decimal text by currency).

    `head` is the journal's latest batch then: number and hash. It says which books the files were made of; see `verify`. `since` is the
    batch after which its rows were recorded, where only those were asked for; 0 for the first time. `missing`: currencies without a rate.

    For receipts `documents` has what is sent, where the target takes records or it is a preview; `refused` what the target has no form
    for; `left_sent`, `left_rejected` and `left_unknown` how many documents are left out because they were sent and have no answer yet,
    because the ERP has refused them, and because it is to be asked first.
    """

    what: str
    files: tuple[str, ...]
    rows: int
    control_totals: dict[str, str]
    batch_id: str
    head: Head
    documents: tuple[Document, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_sent: int = 0
    left_rejected: int = 0
    left_unknown: int = 0
    since: int | None = None
    missing: tuple[str, ...] = ()


def export(session: Session, asked: FileRequest, as_of: date | None, today: date, outbox: files.Outbox, known: Known | None) -> Exported:
    """Makes one export. Its files go to the outbox, for the caller to publish once the books remember what they must.

    A day of a closed month is told as it was known when the month was closed; any other as it is known now, or was as `known` says.

    Args:
        session: the command's; one that writes where the request says that it `records`.
        asked: what is written.
        as_of: its day; None for the month's last one, or the present day.
        today: the present day.
        outbox: takes the files.
        known: what the books knew then.

    Raises:
        MatcherError: ``usage.option`` for an unknown export or file ending, and for options that do not go together;
            ``file.unwritable``.
    """
    _check(asked, as_of)
    days = period(asked.month, present=today) if asked.month else period(last=as_of or today, present=today)
    if asked.what == "receipts":
        return _receipts(session, days.last, asked, outbox)
    if asked.what == "customers" and asked.target != GENERIC:
        return _customers_for(session, days.last, asked, outbox, known)
    latest = journal.last_batch(session.store).batch
    if asked.since is not None and asked.since > latest:
        raise MatcherError("usage.option", f"{asked.since} is no batch of these books: the latest is {latest}")
    if asked.what == "matches" and (done := _streamed(session, asked, days, outbox, known)):
        return done
    report = _report(session, asked, days, known)
    since = recorded.latest_of(session.store, f"export {asked.what}") if asked.new else asked.since
    if since is not None:
        report = replace(report, frame=report.frame.filter(_recorded_after(session, since)))
    if asked.new:
        session.commit(f"export {asked.what}", {"rows": report.frame.height, "since": since, "as_of": days.last.isoformat()})
    head = journal.last_batch(session.store)
    about = {"matcher.journal_batch": str(head.batch), "matcher.journal_hash": head.hash}
    outbox.add(asked.path, partial(tables.chunks, report, asked.path, about, asked.locale))
    missing = report.frame.filter(pl.col("base_open_amount").is_null())["currency"].unique().sort() if asked.what == "aging" else ()
    return Exported(asked.what, (str(asked.path),), report.frame.height, {}, "", head, since=since, missing=tuple(missing))


def _streamed(session: Session, asked: FileRequest, days: Period, outbox: files.Outbox, known: Known | None) -> Exported | None:
    """Matches slice after slice; None where the form of the file, or what was known at another time, asks for all of them at once."""
    if asked.new or asked_for(session, days.last, known).known is not None or outbox.waits(asked.path):
        return None
    rows = 0

    def counted() -> Iterator[Report]:
        nonlocal rows
        for part in matched.reports(session, days.last):
            report = _of_month(part, asked, days)
            if asked.since is not None:
                report = replace(report, frame=report.frame.filter(_recorded_after(session, asked.since)))
            rows += report.frame.height
            yield report
            del part, report

    made = tables.streamed(counted(), asked.path, asked.locale)
    if made is None:
        return None
    outbox.add(asked.path, lambda: made)
    return Exported(asked.what, (str(asked.path),), rows, {}, "", journal.last_batch(session.store), since=asked.since)


def contents(session: Session, what: str, as_of: date, known: Known | None = None) -> Iterator[bytes]:
    """What `export` would write to a CSV file, and writes nowhere; not for receipts, which the books remember."""
    return tables.csv_chunks(tables.rendered(_report(session, FileRequest(what, Path()), period(last=as_of, present=as_of), known)))


def _report(session: Session, asked: FileRequest, days: Period, known: Known | None) -> Report:
    """The rows of an export."""
    if asked.what == "journal":
        entries = [asdict(one) for one in journal.batches(session.store) if known is None or one.batch <= known.batch]
        return Report(pl.DataFrame(entries, schema=_JOURNAL))
    if asked.what == "proof":
        return Report(proof.proof(session, days.last, known=known).placed, {"amount": "currency"})
    then = with_buckets(asked_for(session, days.last, known), asked.aging)
    if made := _OF_OWED.get(asked.what):
        return made(session, owed(session, days.last, then.known, _UNASKED[asked.what]), then, asked, days)
    state = whole(session, days.last, then.known, _UNASKED.get(asked.what, ()), moving=asked.what not in _UNMOVED)
    return _of_month(_REPORTS[asked.what](session, state, then, asked, days), asked, days)


def _check(asked: FileRequest, as_of: date | None) -> None:
    if asked.what not in WHAT:
        raise MatcherError("usage.option", f"there is no export {asked.what!r}; known are {', '.join(WHAT)}")
    if asked.month and as_of is not None:
        raise MatcherError("usage.option", "a month and a day cannot be asked for together")
    if asked.new and asked.since is not None:
        raise MatcherError("usage.option", "what is new and what is new since a batch cannot be asked for together")
    if (asked.new or asked.since is not None) and asked.what not in _CHANGING:
        raise MatcherError("usage.option", f"what is new can be asked for of {', '.join(_CHANGING)}, not of {asked.what}")
    if asked.target != GENERIC and asked.what not in ("receipts", "customers"):
        raise MatcherError("usage.option", "only receipts and customers are written for a target")
    if asked.locale and asked.what == "customers" and asked.target != GENERIC:
        raise MatcherError("usage.option", "a file for a CRM has no locale")
    if asked.locale and asked.what == "receipts":
        raise MatcherError("usage.option", "receipts are for a program and have no locale")


def _matches(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    return matches(state)


def _aging(session: Session, owing: Owed, then: Asked, asked: FileRequest, days: Period) -> Report:
    rows = aging(owing, then.buckets, asked.aging.by)
    return receivables.aged(rows, owing, closing_rates(session, owing.as_of, then))


def _bridge(session: Session, owing: Owed, then: Asked, asked: FileRequest, days: Period) -> Report:
    return receivables.bridged(bridge(owing.movements, owing.items, days.first, days.last), owing.customers, days.first, days.last)


def _discrepancies(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    statements = {statement.statement_id: statement for statement in facts.statement_records(facts.statements(session.store))}
    gap_rows = []
    for gap in breaks(facts.statement_facts(session.store, then.known.batch if then.known else None)):
        after = statements[gap.later]
        gap_rows.append((gap.account, after.entity, after.currency, after.first_day, gap.closing, gap.opening, gap.missing))
    gaps = pl.DataFrame(gap_rows, schema=GAP, orient="row").filter(pl.col("date") <= state.as_of)
    follow = follow_up(state.decisions)
    rows = discrepancies(
        state, follow.owners, notes=follow.notes, gaps=gaps, buckets=then.buckets, discount_grace_days=then.discount_grace_days
    )
    taken = state.decisions.select("decision_id", decided_on="effective_date").unique("decision_id")
    booked = pl.concat([state.lines.select("line_id", "booking_date"), state.excluded.select("line_id", "booking_date")]).unique("line_id")
    dated = rows.join(taken, on="decision_id", how="left", maintain_order="left").join(
        booked, on="line_id", how="left", maintain_order="left"
    )
    return receivables.differing(dated, state)


def _dunning(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    from matcher.pipeline.credit_control import dunning  # a listing must not wait for it

    rows = dunning.rows(dunning.of_state(session, state, known=then.known))
    # the amounts of a letter, and of the receipts that wait for it, stand in each of its rows
    return Report(rows, dunning.DUNNING_AMOUNTS, totals=("open_amount", "amount", "interest"))


def _kpi(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    rows = figures.kpi_table(session, state, then.known).with_columns(pl.col("first", "last").str.to_date("%Y-%m-%d", strict=False))
    return Report(rows, numbers=("value", "numerator", "denominator"))


def _forecast(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    return Report(figures.forecast_table(session, state, then), FORECAST_AMOUNTS)


def _customers(session: Session, state: State, then: Asked, asked: FileRequest, days: Period) -> Report:
    return customers.standing(customer_status(state, discount_grace_days=then.discount_grace_days))


def customers_standing(session: Session, as_of: date, known: Known | None = None) -> pl.DataFrame:
    """How each customer stood at the end of a day, as rows of `ledger.customer_status.STATUS`."""
    then = asked_for(session, as_of, known)
    return customer_status(whole(session, as_of, then.known, moving=False), discount_grace_days=then.discount_grace_days)


def _customers_for(session: Session, as_of: date, asked: FileRequest, outbox: files.Outbox, known: Known | None) -> Exported:
    """How each customer stands, in the form of a CRM."""
    rows = customers_standing(session, as_of, known)
    target = erp.load(asked.target)
    made = erp.customers(target, rows, asked.path.name, session.config.target.get(target.name, {}))
    for file in made:
        outbox.add(asked.path.with_name(file.name), file.chunks)
    written = tuple(str(asked.path.with_name(file.name)) for file in made)
    return Exported("customers", written, rows.height, {}, "", journal.last_batch(session.store))


_Make = Callable[[Session, State, Asked, FileRequest, Period], Report]
_REPORTS: dict[str, _Make] = {
    "matches": _matches, "discrepancies": _discrepancies, "dunning": _dunning, "kpi": _kpi, "forecast": _forecast, "customers": _customers,
}  # fmt: skip
_OF_OWED: dict[str, Callable[[Session, Owed, Asked, FileRequest, Period], Report]] = {"aging": _aging, "bridge": _bridge}
"""Exports that do not ask what became of lines."""
_UNASKED = {
    "aging": tuple(name for name in UNSUMMED if name not in TEXTS),
    "bridge": UNSUMMED,
    "discrepancies": tuple(name for name in UNSUMMED if name not in (*TEXTS, "terms")),
    "kpi": (*UNTOLD, *TEXTS),
    "forecast": (*UNTOLD, *TEXTS),
}
"""Columns that an export does without."""
_UNMOVED = ("matches", "discrepancies", "customers")
"""Exports that ask for balances, and for no movements."""


def _of_month(report: Report, asked: FileRequest, days: Period) -> Report:
    """The rows of the month: of lines that were booked in it, and of decisions that took effect in it. Balances are of its last day."""
    if not asked.month or asked.what not in ("matches", "discrepancies"):
        return report
    inside = pl.col("booking_date").is_between(days.first, days.last)
    if asked.what == "discrepancies":
        decided = pl.col("decided_on").is_between(days.first, days.last)
        # a gap between statements, and a document that was re-issued, have neither
        inside = inside.fill_null(value=False) | decided.fill_null(value=False) | pl.all_horizontal(
            pl.col("booking_date", "decided_on").is_null()
        )  # fmt: skip
    return replace(report, frame=report.frame.filter(inside))


def _recorded_after(session: Session, batch: int) -> pl.Expr:
    """Rows about lines that came in or were decided on after a batch, and about items that were listed or moved by a decision since."""
    changed = recorded.changed_since(session.store, batch)
    named = [pl.col(name).is_in(sorted(ids)) for name, ids in changed.items()]
    return pl.any_horizontal(named)


def _receipts(session: Session, as_of: date, asked: FileRequest, outbox: files.Outbox) -> Exported:
    how, path = asked.sending, asked.path
    if how.dry_run:
        done = receipts.make(session, path.name, as_of, asked.target, how)
    else:
        done = receipts.export(session, path, as_of, asked.target, outbox, how)
    made = done.export
    head = journal.last_batch(session.store)
    written = () if how.dry_run else tuple(str(path.with_name(file.name)) for file in made.files)
    return Exported(
        "receipts", written, made.batch.count, made.batch.control_totals, made.batch.batch_id, head, made.documents, made.refused,
        done.left_sent, done.left_rejected, done.left_unknown,
    )  # fmt: skip
