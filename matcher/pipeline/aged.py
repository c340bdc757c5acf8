"""The aging as it is asked for: by which date, in which buckets, by whom, and in the base currency."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher.errors import MatcherError
from matcher.frames import UNSUMMED, Owed
from matcher.ledger.aging import AgedBy, Group, aging, aging_summary, base_totals, in_base_currency, labels
from matcher.ledger.conversion import ClosingRates
from matcher.pipeline.rates import of_base
from matcher.pipeline.session import Session
from matcher.pipeline.view import Asked, asked_for, base_currency, owed
from matcher.store.journal import Known

YEARS = "years"
"""What stands in the place of days where years since the document's date are asked for."""


@dataclass(frozen=True, slots=True)
class AgingRequest:
    """How an aging is made.

    Attributes:
        by: what the buckets count.
        buckets: last day of each; () for those of matcher.toml, or of the close of the day's month.
        group: what a row of the summary is.
        base: whether every amount is in the base currency.
    """

    by: AgedBy = AgedBy.DUE
    buckets: tuple[int, ...] = ()
    group: Group = Group.CUSTOMER
    base: bool = False


@dataclass(frozen=True, slots=True)
class AgingReport:
    """An aging.

    Attributes:
        as_of: its day.
        by: what the buckets count.
        buckets: their names, in order of age.
        rows: columns of `ledger.aging.AGING`, one row for each item.
        summary: as `ledger.aging.aging_summary` gives it.
        totals: columns of `ledger.aging.BASE_TOTAL`: each currency, and its sum in the base currency.
        rates: of the day, as they were known.
        names: of customers, by id.
    """

    as_of: date
    by: AgedBy
    buckets: tuple[str, ...]
    rows: pl.DataFrame
    summary: pl.DataFrame
    totals: pl.DataFrame
    rates: ClosingRates
    names: Mapping[str, str]


def request(by: str = "", buckets: str = "", group: str = "customer", *, base: bool = False) -> AgingRequest:
    """What is asked for in words: `by` is ``due`` or ``document``, `buckets` days as in ``30,60,90``, or ``years``.

    Raises:
        MatcherError: ``usage.option`` for other words, and for years that are counted from the due date.
    """
    for said, words in ((by, ("", "due", "document")), (group, tuple(Group))):
        if said not in words:
            raise MatcherError("usage.option", f"{said!r} is none of {', '.join(filter(None, words))}")
    if buckets == YEARS:
        if by == AgedBy.DUE:
            raise MatcherError("usage.option", "years are counted from the document's date", hint="Leave --by out.")
        return AgingRequest(AgedBy.YEARS, (), Group(group), base)
    days = [day.strip() for day in buckets.split(",")] if buckets else []
    if not all(day.isdecimal() and day.isascii() and len(day) < 6 for day in days):
        raise MatcherError("usage.option", f"{buckets!r} are no days", hint="Write them as in 30,60,90, or write years.")
    return AgingRequest(AgedBy(by or AgedBy.DUE), tuple(map(int, days)), Group(group), base)


def report(session: Session, as_of: date, asked: AgingRequest, known: Known | None = None) -> AgingReport:
    """The aging of a day. That of a closed month is told by what was known when it was closed, rates too.

    Raises:
        MatcherError: ``config.invalid`` for impossible buckets; ``rate.missing`` where all is to be in the base currency and cannot.
    """
    then = asked_for(session, as_of, known)
    return of_state(owed(session, as_of, then.known, UNSUMMED), with_buckets(then, asked), asked, closing_rates(session, as_of, then))


def with_buckets(then: Asked, asked: AgingRequest) -> Asked:
    """What a report is made with, in the buckets that are asked for."""
    return replace(then, buckets=asked.buckets) if asked.buckets else then


def closing_rates(session: Session, as_of: date, then: Asked) -> ClosingRates:
    """The rates of a day, as they were known then: what is imported after a month was closed does not change it."""
    base = base_currency(session, then.known)
    return ClosingRates(of_base(session, base, then.known.batch if then.known else None), base, as_of)


def of_state(owing: Owed, then: Asked, asked: AgingRequest, rates: ClosingRates) -> AgingReport:
    """The aging of what is owed."""
    own = aging(owing, then.buckets, asked.by)
    return AgingReport(
        owing.as_of,
        asked.by,
        labels(then.buckets, asked.by),
        in_base_currency(own, rates) if asked.base else own,
        aging_summary(owing, then.buckets, asked.by, asked.group, rates if asked.base else None),
        base_totals(own, rates),
        rates,
        names(owing.customers),
    )


def names(customers: pl.DataFrame) -> dict[str, str]:
    """Names of customers by id; of one that is listed twice the first in alphabetical order."""
    return dict(customers.group_by("customer_id").agg(pl.col("name").min()).iter_rows())
