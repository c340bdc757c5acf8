"""The sums that key figures are made of, by legal entity and currency. They add up: the whole is the sum of its parts."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from matcher.amounts import shown
from matcher.frames import State
from matcher.ledger import conversion, unapplied
from matcher.ledger.aging import aging, days_past_due
from matcher.ledger.figures.ratio import Number
from matcher.states import ENGINE, NOT_RECEIVABLE, AllocationState, DecisionKind, DocumentType, MovementKind


@dataclass(frozen=True, slots=True)
class Span:
    """The days that figures are of.

    Attributes:
        first, last: the period of receipts and decisions, and of the collection index.
        sales_first: the first day of the sales that receivables are compared with; they end on `last`, too.
    """

    first: date
    last: date
    sales_first: date

    @property
    def sales_days(self) -> int:
        """Number of days of these sales."""
        return (self.last - self.sales_first).days + 1


class Place(NamedTuple):
    """What sums are of: a legal entity ('' for all of them) and a currency."""

    entity: str
    currency: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one legal entity in one currency, or of several together. Amounts in minor units.

    Attributes:
        receivables: open documents and unapplied receipts at the end of the last day.
        current: of these, open debts that are not due yet, as in the aging.
        opening: receivables before the first day.
        sales: invoices, instalments and debit notes issued in the days of the sales, less credit notes.
        period_sales: the same, of the period.
        monthly_sales: the same, by month of issue as (year, month); all that the books hold.
        invoice_days: open debts times the days since their issue, by month of issue.
        receipts, receipts_value: receipts of the period that are business of the receivables ledger: number and amount.
        auto, auto_value: of these, receipts of which everything that documents took was posted by the engine.
        parts, parts_value: documents paid by receipts of the period, one for each receipt and document, posted or proposed; their cash.
        auto_parts, auto_parts_value: of these, those that the engine posted.
        decisions: postings of the engine in the period, those that were taken back included.
        wrong: of these, those that a person took back and did not make again just so.
        unapplied: of the receipts of the period what no document has taken by the last day.
        left, left_days: of all receipts up to the last day what no document has taken; and the same times the days since its booking.
        applied, applied_days: cash of the period's receipts on documents; and the same times the days from its value to the decision.
    """

    receivables: Number = 0
    current: Number = 0
    opening: Number = 0
    sales: Number = 0
    period_sales: Number = 0
    receipts: Number = 0
    receipts_value: Number = 0
    auto: Number = 0
    auto_value: Number = 0
    parts: Number = 0
    parts_value: Number = 0
    auto_parts: Number = 0
    auto_parts_value: Number = 0
    decisions: Number = 0
    wrong: Number = 0
    unapplied: Number = 0
    left: Number = 0
    left_days: Number = 0
    applied: Number = 0
    applied_days: Number = 0
    monthly_sales: Mapping[tuple[int, int], Number] = field(default_factory=dict)
    invoice_days: Mapping[tuple[int, int], Number] = field(default_factory=dict)

    def __add__(self, other: "Sums") -> "Sums":
        """Of both together. They must be in one currency."""
        plain = {name: getattr(self, name) + getattr(other, name) for name in PLAIN}
        return _made(plain, {name: _added(getattr(self, name), getattr(other, name)) for name in BY_MONTH})

    def converted(self, convert: Callable[[Number], Number]) -> "Sums":
        """The same in another currency; counts stay as they are."""
        plain = {name: getattr(self, name) if name in COUNTS else convert(getattr(self, name)) for name in PLAIN}
        months = {name: {month: convert(value) for month, value in getattr(self, name).items()} for name in BY_MONTH}
        return _made(plain, months)


class Aged(NamedTuple):
    """What the aging in the base currency comes to, minor units: all of it, and debts that are not due yet."""

    receivables: int
    current: int


def aged(state: State, rates: conversion.ClosingRates) -> dict[Place, Aged]:
    """By legal entity and currency of the documents: the sums of `aging` with each row converted by itself; only what has a rate."""
    rows = rates.converted(aging(state), ["open_amount"]).filter(pl.col("open_amount").is_not_null())
    amount = pl.col("open_amount")
    current = shown(amount.filter(amount > 0, pl.col("days_past_due") <= 0))
    sums = rows.group_by(_PLACE).agg(receivables=shown(amount), current=current).select(*_PLACE, "receivables", "current")
    return {Place(entity, currency): Aged(*both) for entity, currency, *both in sums.iter_rows()}


BY_MONTH = ("monthly_sales", "invoice_days")
COUNTS = frozenset(("receipts", "auto", "parts", "auto_parts", "decisions", "wrong"))
"""Fields that are numbers, not amounts."""
PLAIN = tuple(name for name in Sums.__dataclass_fields__ if name not in BY_MONTH)


def _made(plain: Mapping[str, Number], months: Mapping[str, Mapping[tuple[int, int], Number]]) -> Sums:
    fields: dict[str, Any] = {**plain, **months}
    return Sums(**fields)


def _added(one: Mapping[tuple[int, int], Number], other: Mapping[tuple[int, int], Number]) -> dict[tuple[int, int], Number]:
    return {month: one.get(month, 0) + other.get(month, 0) for month in sorted(one.keys() | other.keys())}


def sums(state: State, span: Span, wrong: Collection[str] = ()) -> dict[Place, Sums]:
    """The sums of each legal entity and currency that has any, in that order.

    Args:
        state: the books as of the last day of the span.
        span: the days.
        wrong: ids of postings of the engine that a person took back; see `taken_back`.
    """
    balances = _balances(state, span)  # the first, while nothing else takes memory
    receipts, parts = _receipts(state), _parts(state)
    of_period = receipts.filter(pl.col("booking_date") >= span.first)
    issued = _issued(state)
    found = (
        balances, _current(state), _sales(issued, span), _matched(of_period, parts), _by_document(of_period, parts),
        _decisions(state, span, wrong), _left(state, receipts, span), _applied(state, of_period, parts),
    )  # fmt: skip
    plain = _gathered(found)
    months = {"monthly_sales": _by_month(issued, pl.col("amount")), "invoice_days": _by_month(_ages(state, issued), pl.col("days"))}
    places = sorted(plain.keys() | {place for by in months.values() for place in by})
    return {place: _made(plain.get(place, {}), {name: by.get(place, {}) for name, by in months.items()}) for place in places}


_PLACE = Place._fields


def _gathered(frames: Iterable[pl.DataFrame]) -> dict[Place, dict[str, int]]:
    found: dict[Place, dict[str, int]] = {}
    for frame in frames:
        names = [name for name in frame.columns if name not in _PLACE]
        for entity, currency, *values in frame.select(*_PLACE, *names).iter_rows():
            found.setdefault(Place(entity, currency), {}).update(zip(names, values, strict=True))
    return found


def _balances(state: State, span: Span) -> pl.DataFrame:
    amount = pl.col("amount")
    return state.movements.group_by(_PLACE).agg(
        receivables=shown(amount), opening=shown(amount.filter(pl.col("effective_date") < span.first))
    )


def _debts(state: State) -> pl.DataFrame:
    items = state.items.select("item_id", *_PLACE, "open", "issue_date", "due_date")
    return items.filter(pl.col("open") > 0, pl.col("issue_date") <= state.as_of)


def _current(state: State) -> pl.DataFrame:
    days = days_past_due(state, pl.col("due_date").fill_null(pl.col("issue_date")))
    return _debts(state).filter(days <= 0).group_by(_PLACE).agg(current=shown(pl.col("open")))


def _issued(state: State) -> pl.DataFrame:
    """Documents that were sold or credited, by the day on which they count."""
    moved = state.movements.select(*_PLACE, "item_id", "amount", "effective_date", "kind")
    issued = moved.filter(pl.col("kind") == MovementKind.ISSUE)
    on_account = state.items.select("item_id", "document_type").filter(pl.col("document_type") == DocumentType.ON_ACCOUNT)
    return issued.join(on_account, on="item_id", how="anti") if on_account.height else issued


def _sales(issued: pl.DataFrame, span: Span) -> pl.DataFrame:
    day, amount = pl.col("effective_date"), pl.col("amount")
    return issued.group_by(_PLACE).agg(
        sales=shown(amount.filter(day >= span.sales_first)), period_sales=shown(amount.filter(day >= span.first))
    )


def _ages(state: State, issued: pl.DataFrame) -> pl.DataFrame:
    """Open debts with ``days``: what is open times the days since the issue."""
    since = (pl.lit(state.as_of) - pl.col("issue_date")).dt.total_days().cast(pl.Int128)
    aged = _debts(state).select("item_id", days=pl.col("open").cast(pl.Int128) * since)
    return issued.join(aged, on="item_id")


def _by_month(rows: pl.DataFrame, amount: pl.Expr) -> dict[Place, dict[tuple[int, int], int]]:
    day = pl.col("effective_date")
    grouped = rows.group_by(*_PLACE, year=day.dt.year(), month=day.dt.month()).agg(sum=shown(amount)).sort(*_PLACE, "year", "month")
    found: dict[Place, dict[tuple[int, int], int]] = {}
    for entity, currency, year, month, value in grouped.iter_rows():
        found.setdefault(Place(entity, currency), {})[year, month] = value
    return found


def _receipts(state: State) -> pl.DataFrame:
    lines = state.lines.select("line_id", *_PLACE, "amount", "pending", "booking_date", "value_date", "outcome")
    return lines.filter(pl.col("amount") > 0, ~pl.col("outcome").is_in(NOT_RECEIVABLE))


def _parts(state: State) -> pl.DataFrame:
    """What receipts pay, posted or proposed: one row for each receipt and document."""
    on_document = ~pl.col("item_id").str.starts_with(unapplied.PREFIX) & (pl.col("item_id") != "") & (pl.col("amount") != 0)
    posted = pl.col("state") == AllocationState.POSTED
    return state.allocations.filter(on_document).select(
        "line_id", "item_id", "decision_id", cash="amount", posted=posted, auto=posted & (pl.col("actor") == ENGINE)
    )


def _matched(receipts: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    by_engine = parts.filter("posted").group_by("line_id").agg(auto=pl.col("auto").all())
    amount, auto = pl.col("amount"), pl.col("auto").fill_null(value=False)
    judged = receipts.join(by_engine, on="line_id", how="left")
    return judged.group_by(_PLACE).agg(
        receipts=pl.len(), receipts_value=shown(amount), auto=auto.sum(), auto_value=shown(amount.filter(auto))
    )


def _by_document(receipts: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    cash, auto = pl.col("cash").abs(), pl.col("auto")
    on = receipts.select("line_id", *_PLACE).join(parts, on="line_id")
    return on.group_by(_PLACE).agg(
        parts=pl.len(), parts_value=shown(cash), auto_parts=auto.sum(), auto_parts_value=shown(cash.filter(auto))
    )


def _decisions(state: State, span: Span, wrong: Collection[str]) -> pl.DataFrame:
    by_engine = (pl.col("kind") == DecisionKind.MATCH) & (pl.col("actor") == ENGINE)
    made = state.decisions.filter(by_engine, pl.col("effective_date").is_between(span.first, span.last))
    return (
        made.join(state.lines.select("line_id", *_PLACE), on="line_id")
        .group_by(_PLACE)
        .agg(decisions=pl.len(), wrong=pl.col("decision_id").is_in(list(wrong)).sum())
    )


def _left(state: State, receipts: pl.DataFrame, span: Span) -> pl.DataFrame:
    waiting = receipts.filter(pl.col("pending") > 0)
    left, day = pl.col("pending"), pl.col("booking_date")
    since = (pl.lit(state.as_of) - day).dt.total_days().cast(pl.Int128)
    return waiting.group_by(_PLACE).agg(
        unapplied=shown(left.filter(day >= span.first)), left=shown(left), left_days=shown(left.cast(pl.Int128) * since)
    )


def _applied(state: State, receipts: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    value = pl.coalesce("value_date", "booking_date")
    decided = state.decisions.select("decision_id", day=pl.col("at").str.slice(0, 10).str.to_date(strict=False))
    on = receipts.select("line_id", *_PLACE, value=value).join(parts.filter("posted"), on="line_id").join(decided, on="decision_id")
    cash, waited = pl.col("cash").cast(pl.Int128), (pl.col("day") - pl.col("value")).dt.total_days().clip(lower_bound=0).cast(pl.Int128)
    return on.filter(pl.col("day").is_not_null()).group_by(_PLACE).agg(applied=shown(cash), applied_days=shown(cash * waited))
