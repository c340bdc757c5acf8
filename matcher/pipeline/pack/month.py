"""What a month's pack is made of: the books as they stood on its last day, and on the last day of the month before."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from matcher.frames import UNTOLD, State
from matcher.journal.chain import Head
from matcher.ledger.aging import aging_summary
from matcher.ledger.chain import Gap, breaks
from matcher.ledger.figures.key import KeyFigures
from matcher.ledger.followup import FollowUp, follow_up
from matcher.ledger.periods import Close, Locks, first_day, last_day
from matcher.pipeline import figures
from matcher.pipeline.pack import settings
from matcher.pipeline.pack.settings import Settings
from matcher.pipeline.rates import of_base
from matcher.pipeline.session import Session
from matcher.pipeline.view import Asked, base_currency, whole
from matcher.store import facts, journal
from matcher.store import month as told
from matcher.store.journal import Known

UNREAD = (*UNTOLD, "counterparty_account", "creditor_reference", "end_to_end_id", "transaction_code", "payment_reference")
"""Columns of lines and items that no section asks for."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is told of the day before a month. The rest of the books as of that day is let go before those of the month are read.

    Attributes:
        owed: columns of `ledger.aging.aging_summary`.
        figures: the key figures of the month that ended then.
    """

    owed: pl.DataFrame
    figures: KeyFigures


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it is reported.

    Attributes:
        name: as in 2026-10.
        first, last: its days.
        close: what closed it; None while it is open.
        prepared: who has prepared it; '' when nobody has.
        known: what the books knew then; None for now.
        batch: the last batch that is told of; `after`: the last one of the month before, as far as that was closed.
        head: number and hash of that batch.
        state: the books as of the last day. owed: columns of `ledger.aging.aging_summary`.
        before: of the day before the first, by what is known of it in the same batch.
        buckets, discount_grace_days: as in `view.Asked`.
        settings: names and limits.
        statements: columns of `facts.statements`; gaps: breaks in the accounts' chains.
        events: columns of `store.month.batches`, rulings: of `store.month.rulings`; since the month before was closed.
        periods: columns of `ledger.periods.PERIOD`, up to that batch.
        follow: who follows what up.
        rates: exchange rates, columns of `ledger.conversion.RATE`.
    """

    name: str
    first: date
    last: date
    close: Close | None
    prepared: str
    known: Known | None
    batch: int
    after: int
    head: Head
    state: State
    owed: pl.DataFrame
    before: Before
    buckets: tuple[int, ...]
    discount_grace_days: int
    settings: Settings
    statements: pl.DataFrame
    gaps: tuple[Gap, ...]
    events: pl.DataFrame
    rulings: pl.DataFrame
    periods: pl.DataFrame
    follow: FollowUp
    rates: pl.DataFrame

    @property
    def lines(self) -> pl.DataFrame:
        """Lines of the month that count."""
        return self.state.lines.filter(pl.col("booking_date").is_between(self.first, self.last))

    @property
    def excluded(self) -> pl.DataFrame:
        """Lines of the month that do not count."""
        return self.state.excluded.filter(pl.col("booking_date").is_between(self.first, self.last))

    @property
    def names(self) -> dict[str, str]:
        """Customers' names by id."""
        return dict(self.state.customers.group_by("customer_id").agg(pl.col("name").min()).iter_rows())


def read(session: Session, month: str, then: Asked) -> Month:
    """Reads a month: as it was known when it was closed, else as asked for, else as it is known now.

    `then`: what its last day is told with.

    Raises:
        MatcherError: ``usage.option`` for what is no month.
    """
    first, last = first_day(month), last_day(month)
    batch = then.known.batch if then.known else None
    periods = journal.periods(session.store, batch)
    locks = Locks(periods)
    close = locks.closing(last)
    head = told.head(session.store, batch) if batch is not None else journal.last_batch(session.store)
    day_before = locks.closing(first - timedelta(1))
    after = day_before.batch if day_before is not None and day_before is not close else 0
    # the facts are read twice: both states at once would be a gigabyte more of a million lines
    before = _before(session, first - timedelta(1), then)
    state = whole(session, last, then.known, UNREAD)
    base = base_currency(session, then.known)
    return Month(
        name=month, first=first, last=last, close=close, prepared=locks.prepared.get(month, ""), known=then.known, batch=head.batch,
        after=after, head=head,
        state=state, owed=aging_summary(state, then.buckets), before=before, buckets=then.buckets,
        discount_grace_days=then.discount_grace_days, settings=settings.read(close.settings if close else "", session.config),
        statements=facts.statements(session.store, batch), gaps=tuple(breaks(facts.statement_facts(session.store, batch))),
        events=told.batches(session.store, after, batch), rulings=told.rulings(session.store, after, batch), periods=periods,
        follow=follow_up(state.decisions), rates=of_base(session, base, batch),
    )  # fmt: skip


def _before(session: Session, day: date, then: Asked) -> Before:
    state = whole(session, day, then.known, UNREAD)
    return Before(aging_summary(state, then.buckets), figures.kpi(session, state, figures.span(day), then.known))
