"""What each customer owes against the limit that he was given, with what should be looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from matcher import money
from matcher.amounts import shown
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.aging import days_past_due
from matcher.ledger.figures.habits import GRADES
from matcher.ledger.figures.rates import ClosingRates
from matcher.ledger.figures.ratio import Ratio, minor

LIMIT, INSURED = "credit_limit", "insured_limit"
"""Columns of the customers' file, in the customer's currency."""
NEAR = 80
"""Per cent of the limit from which a customer is looked at."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of a customer, over all legal entities, in the currency of his limit; minor units.

    Attributes:
        customer_id, name: of the customer.
        currency: the customer's own, else the base currency.
        open: open documents, credit notes taken off; None where a currency of them has no rate.
        unapplied: receipts that no document has taken, below zero; they lower no exposure before they are applied.
        overdue: of the debts those that are overdue.
        limit, insured: what he was given, and what an insurer covers; None where nothing is said.
        converted: other currencies that are in it, at the closing rate.
        grade, grade_before: from A to E, now and thirteen weeks ago; '' where it is not known. The worst of all currencies.
        alerts: what should be looked at, in words.
    """

    customer_id: str
    name: str
    currency: str
    open: int | None
    unapplied: int | None
    overdue: int | None
    limit: int | None
    insured: int | None
    converted: tuple[str, ...]
    grade: str
    grade_before: str
    alerts: tuple[str, ...]

    @property
    def net(self) -> int | None:
        """Open documents less unapplied receipts."""
        return None if self.open is None or self.unapplied is None else self.open + self.unapplied

    @property
    def excess(self) -> int | None:
        """Open documents less the limit; below zero while there is room, None where one of the two is not known."""
        return None if self.open is None or self.limit is None else self.open - self.limit

    @property
    def used(self) -> Fraction | None:
        """Per cent of the limit; None without a limit, or where it is zero."""
        return None if self.open is None or self.limit is None else Ratio(self.open, self.limit, 100).value

    @property
    def uninsured(self) -> int | None:
        """Open documents that no insurer covers; None where nothing is said of one."""
        return None if self.open is None or self.insured is None else max(self.open - self.insured, 0)


def exposures(state: State, rates: ClosingRates, grades: Mapping[str, str], before: Mapping[str, str]) -> tuple[Exposure, ...]:
    """Every customer that owes or has a limit: those beyond their limit first, the furthest first; then by what they owe.

    Args:
        state: the books as of a day.
        rates: closing rates of the day.
        grades: by customer id, as of the day.
        before: the same of thirteen weeks ago.
    """
    sums = _sums(state)
    made = []
    for row in state.customers.select("customer_id", "name", "currency", "extra").sort("customer_id").iter_rows(named=True):
        of_customer = sums.pop(row["customer_id"], {})
        one = _exposure(row, of_customer, rates, grades.get(row["customer_id"], ""), before.get(row["customer_id"], ""))
        if of_customer or one.limit is not None:
            made.append(one)
    for customer, of_customer in sums.items():
        blank = {"customer_id": customer, "name": "", "currency": "", "extra": ""}
        made.append(_exposure(blank, of_customer, rates, grades.get(customer, ""), before.get(customer, "")))
    return tuple(sorted(made, key=lambda one: _order(one, rates)))


def _order(one: Exposure, rates: ClosingRates) -> tuple[bool, Fraction, Fraction, str]:
    excess, owed = (
        Fraction(rates.converted(value or 0, one.currency)) if rates.has(one.currency) else Fraction(0) for value in (one.excess, one.open)
    )
    return one.excess is None, -excess, -owed, one.customer_id


def _sums(state: State) -> dict[str, dict[str, tuple[int, int, int]]]:
    """Open documents, unapplied receipts and overdue debts, by customer and currency."""
    late = days_past_due(state, pl.col("due_date").fill_null(pl.col("issue_date"))) > 0
    documents = state.items.filter(pl.col("open") != 0, pl.col("issue_date") <= state.as_of).select(
        "customer_id",
        "currency",
        "open",
        unapplied=pl.lit(0, pl.Int64),
        overdue=pl.when(late & (pl.col("open") > 0)).then("open").otherwise(0),
    )
    credits = state.credits.select(
        "customer_id", "currency", unapplied="open", open=pl.lit(0, pl.Int64), overdue=pl.lit(0, pl.Int64)
    ).select(documents.columns)
    grouped = pl.concat([documents, credits]).group_by("customer_id", "currency").agg(
        *(shown(pl.col(name)).alias(name) for name in ("open", "unapplied", "overdue"))
    )  # fmt: skip
    found: dict[str, dict[str, tuple[int, int, int]]] = {}
    for customer, currency, *amounts in (
        grouped.sort("customer_id", "currency").select("customer_id", "currency", "open", "unapplied", "overdue").iter_rows()
    ):
        found.setdefault(customer, {})[currency] = (amounts[0], amounts[1], amounts[2])
    return found


def _exposure(row: Mapping[str, str], sums: Mapping[str, tuple[int, int, int]], rates: ClosingRates, grade: str, before: str) -> Exposure:
    currency = row["currency"] or rates.base
    unread: list[str] = []
    limit, insured = (_limit(row["extra"], column, currency, unread) for column in (LIMIT, INSURED))
    missing = [code for code in (*sums, currency) if code != currency and not rates.has(code)]
    if sums.keys() - {currency} and not rates.has(currency):
        missing.append(currency)
    amounts: list[int] | None = None
    if not missing:
        parts = [[rates.between(value, code, currency) for value in values] for code, values in sums.items()]
        amounts = [minor(sum(column, Fraction(0))) for column in zip(*parts, strict=True)] or [0, 0, 0]
    owed, unused, late = amounts or (None, None, None)
    alerts = (
        *unread,
        *(f"no rate for {code}" for code in dict.fromkeys(missing)),
        *_alerts(amounts, limit, insured),
        *_fallen(grade, before),
    )
    others = tuple(sorted(sums.keys() - {currency}))
    return Exposure(row["customer_id"], row["name"], currency, owed, unused, late, limit, insured, others, grade, before, alerts)


def _limit(extra: str, column: str, currency: str, unread: list[str]) -> int | None:
    text = str((json.loads(extra) if extra else {}).get(column, "") or "").strip()
    if not text:
        return None
    try:
        return money.parse(text, currency)
    except MatcherError as error:
        unread.append(f"{column} cannot be read: {error.what}")
        return None


def _alerts(amounts: list[int] | None, limit: int | None, insured: int | None) -> list[str]:
    if amounts is None:
        return []
    said = []
    if limit is not None and amounts[0] > limit:
        said.append("over the limit")
    elif limit and amounts[0] * 100 > limit * NEAR:
        said.append(f"over {NEAR} % of the limit")
    if insured is not None and amounts[0] > insured:
        said.append("over the insured limit")
    return said


def _fallen(grade: str, before: str) -> list[str]:
    fell = bool(grade and before) and GRADES.index(grade) > GRADES.index(before)
    return [f"grade fell from {before} to {grade}"] if fell else []
