"""One bank line against a handful of open items, without any books: what `matcher.rank` does.

It is a run in the small: the same candidates, explanations, points and confidence; nothing is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import overload

from matcher.matching.decisions.decide import MatchResult
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityItems, match
from matcher.matching.explanations.build import explanations
from matcher.matching.records import Explanation
from matcher.money import PPM
from matcher.pipeline.in_memory import Row, entity_from_rows
from matcher.rules import rulebook
from matcher.rules.rulebook import Rulebook
from matcher.rules.vocabulary import Evidence
from matcher.states import ANSWERED, LineState, Outcome


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
            others a part of what is left, by their points; 0 where a run would rather leave the line unexplained.
        rule, basis, difference: id of the rule ('' for none), how the set was found, and what lies between its sum and the amount.
        note: what a person should know.
    """

    points: int
    confidence: float
    rule: str
    basis: str
    difference: str
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
        difference: what lies between that set's sum and the amount; '' when no set has the item.
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
    difference: str = ""
    together_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking(Sequence[RankedItem]):
    """The items, best first, and what a run would make of the line. As a sequence it is its items.

    Attributes:
        sets: the best explanations as sets of items, best first.
        state: ``posted``, ``proposed`` or ``none``: what a run with these items alone would do.
        outcome: of the line, a word of the contract.
        margin: 0 to 1, how far the best set lies before the next; None when there is no other or nothing is proposed.
        reason, blocked_by: why, and the one test that keeps it from being posted.
    """

    items: tuple[RankedItem, ...]
    sets: tuple[RankedSet, ...]
    state: str
    outcome: str
    margin: float | None
    reason: str
    blocked_by: str

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
    line: Row,
    items: Sequence[Row],
    customers: Sequence[Row] = (),
    *,
    rates: Sequence[Row] = (),
    base_currency: str = "",
    precision: float = 0.9995,
    discount_grace_days: int = 0,
    rules: Rulebook | None = None,
) -> Ranking:
    """Scores one bank line against a handful of open items with the engine's own scorer; see docs/library.md.

    Args:
        line: columns of a bank line in the canonical layout, all but the date, the amount and the currency may be left out; ``entity``
            is needed when the items are of several legal entities.
        items, customers, rates: columns of those files.
        base_currency: of the rates; the line's currency when left out.
        precision: share of postings that must be right, for `Ranking.state`.
        discount_grace_days: days after the discount date on which an early-payment discount is still accepted.
        rules: the rulebook; the shipped one when left out.

    Raises:
        MatcherError: ``column.missing``, ``row.invalid``, ``amount.*``, ``date.invalid``, ``currency.unknown`` or ``value.unknown``,
            with ``lines``, ``items``, ``customers`` or ``rates`` and the place of the row.
    """
    book = rules or rulebook.default()
    company = entity_from_rows(
        [line], items, customers, rates=rates, base_currency=base_currency, duplicate_days=book.limits.duplicate_days
    )
    (receipt,) = company.receipts
    if receipt.amount <= 0:
        return Ranking(_ranked(items, ()), (), LineState.NONE, Outcome.OUTGOING, None, "money going out is not matched with open items", "")
    options = _options(company, book, discount_grace_days)
    (verdict,) = match([company], book, Policy(round(precision * PPM), True, frozenset(), discount_grace_days))
    sets = _sets(options, verdict, book)
    margin = None if verdict.margin is None else verdict.margin / PPM
    return Ranking(_ranked(items, sets), sets, verdict.state, verdict.outcome, margin, verdict.reason, verdict.blocked_by)


def _options(company: EntityItems, book: Rulebook, grace_days: int) -> list[Explanation]:
    """All explanations, before anything is taken from the items."""
    (receipt,) = company.receipts
    return [option for option in explanations(receipt, company.pool, book, grace_days) if company.pool.fits(option)]


def _sets(options: Sequence[Explanation], verdict: MatchResult, book: Rulebook) -> tuple[RankedSet, ...]:
    """Explanations with their share of certainty."""
    if not options:
        return ()
    best = options[0]
    stopped = verdict.outcome in ANSWERED
    first = 0 if stopped or not best.rule or best.points <= 0 else book.calibration.confidence(best.rule, verdict.log_odds)
    weights = [exp(max(-500, min(0, option.points - best.points)) / 10) for option in options[1:]]
    none = exp(max(-500, min(0, -best.points)) / 10)
    chances = [min(first, (PPM - first) * weight / (sum(weights) + none)) for weight in weights]
    return tuple(
        RankedSet(
            option.points, round(share / PPM, 6), option.rule, option.basis, option.difference, option.customer_id,
            tuple(RankedShare(s.item_id, s.amount, s.adjustment, s.adjustment_reason) for s in option.shares),
            tuple(Evidence.of(kind, points, option.basis) for kind, points in option.evidence), option.note,
        )
        for option, share in zip(options, (first, *chances), strict=True)
    )  # fmt: skip


def _ranked(items: Sequence[Row], sets: Sequence[RankedSet]) -> tuple[RankedItem, ...]:
    """Items in the order of the best set that has them; then those that none has, by id."""
    rows = sorted([str(item[name]).strip() for name in ("item_id", "document_no", "customer_id")] for item in items)
    plain = {item_id: RankedItem(item_id, number, customer, 0, None) for item_id, number, customer in rows}
    placed: dict[str, RankedItem] = {}
    for way in sets:
        ids = [share.item_id for share in way.shares]
        for share in way.shares:
            if share.item_id not in placed:
                placed[share.item_id] = replace(
                    plain[share.item_id], points=way.points, confidence=way.confidence, evidence=way.evidence, difference=way.difference,
                    applied=share.applied, adjustment=share.adjustment, reason=share.reason,
                    together_with=tuple(i for i in ids if i != share.item_id),
                )  # fmt: skip
    return (*placed.values(), *(item for item_id, item in plain.items() if item_id not in placed))
