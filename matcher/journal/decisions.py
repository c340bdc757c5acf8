"""Building decisions: ids from contents, and the checks that money is neither lost nor doubled before anything is appended."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import frames, ids, money
from matcher.errors import MatcherError
from matcher.model import Allocation
from matcher.states import DecisionKind


class Draft(NamedTuple):
    """A decision before it has an id and a place in the journal. Fields as in `frames.DECISION`."""

    kind: str
    line_id: str
    currency: str
    effective_date: date
    customer_id: str = ""
    outcome: str = ""
    rule: str = ""
    confidence: int | None = None
    margin: int | None = None
    basis: str = ""
    difference: str = ""
    log_odds: int | None = None
    evidence: str = ""
    runner_up: str = ""
    blocked_by: str = ""
    reason: str = ""
    reverses: str = ""
    refused: str = ""
    counts_instead: str = ""
    other_line: str = ""
    classified: str = ""
    gl_account: str = ""
    until: date | None = None
    owner: str = ""
    allocations: tuple[Allocation, ...] = ()
    after: str = ""
    """Id of the line's latest decision before this one: the same verdict given twice is two decisions."""


def build(drafts: Sequence[Draft], batch: int, actor: str, at: str, run_by: str = "") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions and allocations as frames, ready to seal and append. Ids are made from contents.

    Args:
        drafts: the decisions, in order.
        batch, at: of the journal's batch that is going to hold them.
        actor: who decides; `run_by` who started the run when that is the engine.
    """
    keys = [
        (
            d.kind,
            d.line_id,
            # as JSON, since an item's id may hold any character that could part them
            json.dumps([[a.item_id, a.amount, a.adjustment, a.adjustment_reason] for a in d.allocations], ensure_ascii=False),
            d.reverses + d.after,
        )
        for d in drafts
    ]
    names = ids.decision_ids(keys)
    decisions = frames.of_rows(
        [
            (batch, n, name, d.kind, d.line_id, d.customer_id, d.outcome, actor, at, d.effective_date, d.rule, d.confidence, d.margin,
             d.basis, d.difference, d.log_odds, d.evidence, d.runner_up, d.blocked_by, d.reason, d.reverses, d.refused, d.counts_instead,
             run_by, d.other_line, d.classified, d.gl_account, d.until, d.owner)
            for n, (name, d) in enumerate(zip(names, drafts, strict=True))
        ],
        frames.DECISION,
    )  # fmt: skip
    allocations = frames.of_rows(
        [
            (name, n, d.line_id, a.item_id, a.amount, d.currency, a.item_amount, a.adjustment, a.adjustment_reason, a.item_open)
            for name, d in zip(names, drafts, strict=True)
            for n, a in enumerate(d.allocations)
        ],
        frames.ALLOCATION,
    )
    return decisions, allocations


def refusal(item_ids: Iterable[str]) -> str:
    """What a reject keeps of the items it refuses: a JSON array, since an id may hold any character."""
    return json.dumps(sorted(item_ids), ensure_ascii=False)


def refused_items(text: str) -> tuple[str, ...]:
    """The items of a `refusal`; none of an empty text."""
    return tuple(json.loads(text)) if text else ()


def conserve(drafts: Iterable[tuple[Draft, int]], opens: Mapping[str, tuple[int, str]]) -> None:
    """Refuses decisions that would break conservation. They are checked one after the other, so that no two spend the same cent.

    Args:
        drafts: each with what its line has left, minor units.
        opens: open amount and currency of every item that they name.

    Raises:
        MatcherError: ``decision.amount``.
    """
    open_now = dict(opens)
    for draft, pending in drafts:
        _check(draft, pending, open_now)
        for a in draft.allocations:
            still_open, currency = open_now[a.item_id]
            open_now[a.item_id] = (still_open - a.item_amount - a.adjustment, currency)


def _check(draft: Draft, pending: int, opens: Mapping[str, tuple[int, str]]) -> None:
    total = sum([a.amount for a in draft.allocations])
    if (pending >= 0 and not 0 <= total <= pending) or (pending < 0 and not pending <= total <= 0):
        has, wants = money.render(pending, draft.currency), money.render(total, draft.currency)
        whose = f"line {draft.line_id} has {has} {draft.currency} left" if draft.line_id else "no money moves"
        raise MatcherError("decision.amount", f"{whose}, the allocations take {wants}")
    if draft.kind == DecisionKind.RETURN:
        return  # it opens again what was settled: how far, the sums of the books say when it is committed
    taken: dict[str, int] = {}
    for a in draft.allocations:
        _check_alone(draft, a, *opens[a.item_id])
        taken[a.item_id] = taken.get(a.item_id, 0) + a.item_amount + a.adjustment
    for item_id, settled in taken.items():
        still_open, currency = opens[item_id]
        if (still_open >= 0 and not 0 <= settled <= still_open) or (still_open < 0 and not still_open <= settled <= 0):
            has, wants = money.render(still_open, currency), money.render(settled, currency)
            raise MatcherError("decision.amount", f"item {item_id} has {has} {currency} open, the allocations clear {wants}")


def _check_alone(draft: Draft, a: Allocation, still_open: int, currency: str) -> None:
    """Refuses an allocation that does not lower what its item has open: sums over several would hide it.

    Cash and adjustment are positive on a debt and negative on a credit, whatever the sign of the line: a receipt takes a credit note
    with a negative amount.
    """
    sign = -1 if still_open < 0 else 1
    if min(a.amount * sign, a.item_amount * sign, a.adjustment * sign) < 0:
        kind = "a credit: its cash and adjustment are not above zero" if sign < 0 else "a debt: its cash and adjustment are not below zero"
        cash, beside = money.render(a.amount, draft.currency), money.render(a.adjustment, currency)
        raise MatcherError("decision.amount", f"item {a.item_id} is {kind}, here they are {cash} and {beside}")
    if not (a.amount or a.adjustment):
        raise MatcherError("decision.amount", f"item {a.item_id} gets nothing")
    if bool(a.amount) != bool(a.item_amount) or (currency == draft.currency and a.amount != a.item_amount):
        cash, counts = money.render(a.amount, draft.currency), money.render(a.item_amount, currency)
        raise MatcherError("decision.amount", f"{cash} {draft.currency} of the line cannot settle {counts} {currency} of item {a.item_id}")
    if a.adjustment and not a.adjustment_reason.strip():
        what = f"{money.render(a.adjustment, currency)} {currency} of item {a.item_id} are cleared without cash and without a reason"
        raise MatcherError("decision.amount", what, hint="Name the reason, as in ITEM=98.00+2.00:discount.")
