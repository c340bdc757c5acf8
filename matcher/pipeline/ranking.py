"""One bank line against a handful of open items, without any books: what `matcher.rank` does.

It is a run in the small: the same candidates, explanations, points and confidence; nothing is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import exp
from typing import overload

import polars as pl

from matcher import frames
from matcher.engines.duckdb import DuckDBEngine
from matcher.errors import MatcherError
from matcher.matching import classify
from matcher.matching.decide import Policy, Verdict
from matcher.matching.hypotheses import explanations
from matcher.matching.match import Company, companies, masters, match
from matcher.matching.records import Explanation
from matcher.openitems.readers import customers_of, items_of, rates_of
from matcher.openitems.tables import Column, read_rows
from matcher.pipeline.why import Evidence
from matcher.rules import rulebook
from matcher.rules.rulebook import PPM, Rulebook
from matcher.rules.vocabulary import EVIDENCE

Cells = Mapping[str, str | date | Decimal | int | None]
"""A row by column name: text as in a file, or typed; amounts as whole units with decimals, never as floats."""

LINE_ID = "line"
"""Id of the line when none is given."""

_TEXTS = ("line_id", "entity", "account", "counterparty_name", "counterparty_account", "remittance_information", "creditor_reference",
          "end_to_end_id", "bank_reference", "transaction_code", "kind")  # fmt: skip
_LINE_COLUMNS = (
    *(Column(name) for name in _TEXTS),
    Column("booking_date", "date", required=True),
    Column("value_date", "date"),
    Column("amount", "amount", required=True),
    Column("currency", "currency", required=True),
    Column("instructed_amount"),
    Column("instructed_currency", "currency"),
)


@dataclass(frozen=True, slots=True)
class RankedShare:
    """What a set gives to one item: cash in minor units of the line's currency; `adjustment` in the item's, cleared for `reason`."""

    item_id: str
    applied: int
    adjustment: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RankedSet:
    """One explanation of the line.

    Attributes:
        points: sum of the evidence.
        confidence: 0 to 1, the estimated probability that exactly this is right: of the best set as a run would record it, of the
            others a part of what is left, by their points.
        rule, basis, gap: id of the rule ('' for none), how the set was found, and what lies between its sum and the amount.
        note: what a person should know.
    """

    points: int
    confidence: float
    rule: str
    basis: str
    gap: str
    customer_id: str
    shares: tuple[RankedShare, ...]
    evidence: tuple[Evidence, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RankedItem:
    """An item, by the best set that has it.

    Attributes:
        points: of that set; 0 when no set has the item.
        confidence: 0 to 1, that set's; None when no set has the item.
        applied, adjustment, reason: what that set gives to the item; minor units, see `RankedShare`.
        gap: what lies between that set's sum and the amount; '' when no set has the item.
        together_with: the other items of that set.
    """

    item_id: str
    document_no: str
    customer_id: str
    points: int
    confidence: float | None
    evidence: tuple[Evidence, ...] = ()
    applied: int = 0
    adjustment: int = 0
    reason: str = ""
    gap: str = ""
    together_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking(Sequence[RankedItem]):
    """The items, best first, and what a run would make of the line. As a sequence it is its items.

    Attributes:
        sets: the best explanations as sets of items, best first.
        state: ``posted``, ``proposed`` or ``none``: what a run with these items alone would do.
        outcome: of the line, a word of the contract.
        margin: 0 to 1, how far the best set lies before the next; None when there is no other or nothing is proposed.
        reason, lacks: why, and the one test that keeps it from being posted.
    """

    items: tuple[RankedItem, ...]
    sets: tuple[RankedSet, ...]
    state: str
    outcome: str
    margin: float | None
    reason: str
    lacks: str

    @overload
    def __getitem__(self, place: int) -> RankedItem: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[RankedItem, ...]: ...
    def __getitem__(self, place: int | slice) -> RankedItem | tuple[RankedItem, ...]:
        """The item at a place."""
        return self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[RankedItem]:
        return iter(self.items)


def rank(
    line: Cells,
    items: Sequence[Cells],
    customers: Sequence[Cells] = (),
    *,
    rates: Sequence[Cells] = (),
    base_currency: str = "",
    precision: float = 0.9995,
    discount_grace_days: int = 0,
) -> Ranking:
    """Scores one bank line against a handful of open items with the engine's own scorer; see docs/library.md.

    Args:
        line: columns of a bank line in the canonical layout; ``entity`` too when the items are of several selling companies.
        items, customers, rates: columns of those files.
        base_currency: of the rates; the line's currency when left out.
        precision: share of postings that must be right, for `Ranking.state`.
        discount_grace_days: days after the discount date on which an early-payment discount is still accepted.

    Raises:
        MatcherError: ``column.missing``, ``row.invalid``, ``amount.*``, ``date.invalid``, ``currency.unknown``, ``value.unknown``;
            ``usage.option`` when the line does not say which selling company it is of and the items are of several.
    """
    receipt, wares = _line(line), items_of(items).sort("item_id")
    if not wares.height:
        return Ranking((), (), "none", "outgoing" if receipt["amount"][0] <= 0 else "unexplained", None, "there are no items", "")
    receipt = receipt.with_columns(pl.lit(_entity(receipt["entity"][0], wares)).alias("entity"))
    known, book = customers_of(customers).sort("customer_id"), rulebook.default()
    about = masters(known, rates_of(rates), base_currency or receipt["currency"][0])
    policy = Policy(round(precision * PPM), True, frozenset(), discount_grace_days)
    aside = classify.aside(receipt, [], [])
    if aside.height:
        return Ranking(_ranked(wares, ()), (), "none", aside["outcome"][0], None, aside["reason"][0], "")
    open_now = pl.when(pl.col("status") == "closed").then(0).otherwise(pl.col("open_amount")).alias("open")
    found = DuckDBEngine().candidates(receipt, wares, known)
    (company,) = companies(receipt, wares.with_columns(open_now), found, {}, {}, about)
    options = _options(company, book, discount_grace_days)
    (verdict,) = match([company], book, policy)
    sets = _sets(options, verdict, book)
    margin = None if verdict.margin is None else verdict.margin / PPM
    return Ranking(_ranked(wares, sets), sets, verdict.state, verdict.outcome, margin, verdict.reason, verdict.lacks)


def _line(line: Cells) -> pl.DataFrame:
    """The line with the columns of `frames.LINE`."""
    frame, _ = read_rows([line], "line", _LINE_COLUMNS)
    instructed, _ = read_rows(
        [{"amount": frame["instructed_amount"][0], "currency": frame["instructed_currency"][0] or frame["currency"][0]}],
        "line (instructed)", (Column("amount", "amount"), Column("currency", "currency")),
    )  # fmt: skip
    typed = frame.with_columns(
        instructed["amount"].alias("instructed_amount"),
        pl.when(pl.col("line_id") == "").then(pl.lit(LINE_ID)).otherwise("line_id").alias("line_id"),
    )
    blank = {pl.String(): "", pl.Boolean(): False}
    rest = [pl.lit(blank.get(kind), kind).alias(name) for name, kind in frames.LINE.items() if name not in typed.columns]
    return typed.with_columns(rest).select(list(frames.LINE))


def _entity(stated: str, items: pl.DataFrame) -> str:
    """The selling company that the line is of."""
    entities = items["entity"].unique().sort().to_list()
    if not stated and len(entities) > 1:
        raise MatcherError("usage.option", f"the items are of the entities {', '.join(entities)}; the line must say its entity")
    return stated or str(entities[0])


def _options(company: Company, book: Rulebook, grace_days: int) -> list[Explanation]:
    """All explanations, before anything is taken from the items."""
    (receipt,) = company.receipts
    return [one for one in explanations(receipt, company.pool, book, grace_days) if company.pool.fits(one)]


def _sets(options: Sequence[Explanation], verdict: Verdict, book: Rulebook) -> tuple[RankedSet, ...]:
    """Explanations with their share of certainty."""
    if not options:
        return ()
    best = options[0]
    stopped = verdict.outcome in ("duplicate", "closed_item")
    first = 0 if stopped or not best.rule else book.calibration.confidence(best.rule, verdict.lead)
    weights = [exp(max(-500, min(0, one.points - best.points)) / 10) for one in options[1:]]
    none = exp(max(-500, min(0, -best.points)) / 10)
    left = [min(first, (PPM - first) * weight / (sum(weights) + none)) for weight in weights]
    return tuple(
        RankedSet(
            one.points, round(share / PPM, 6), one.rule, one.basis, one.gap, one.customer_id,
            tuple(RankedShare(s.item_id, s.amount, s.adjustment, s.reason) for s in one.shares),
            tuple(Evidence(kind, points, EVIDENCE[kind]) for kind, points in one.evidence), one.note,
        )
        for one, share in zip(options, (first, *left), strict=True)
    )  # fmt: skip


def _ranked(items: pl.DataFrame, sets: Sequence[RankedSet]) -> tuple[RankedItem, ...]:
    """Items in the order of the best set that has them; then those that none has, by id."""
    rows = items.select("item_id", "document_no", "customer_id").iter_rows()
    plain = {item_id: RankedItem(item_id, number, customer, 0, None) for item_id, number, customer in rows}
    found: dict[str, RankedItem] = {}
    for one in sets:
        ids = [share.item_id for share in one.shares]
        for share in one.shares:
            if share.item_id not in found:
                found[share.item_id] = replace(
                    plain[share.item_id], points=one.points, confidence=one.confidence, evidence=one.evidence, gap=one.gap,
                    applied=share.applied, adjustment=share.adjustment, reason=share.reason,
                    together_with=tuple(i for i in ids if i != share.item_id),
                )  # fmt: skip
    return (*found.values(), *(item for item_id, item in plain.items() if item_id not in found))
