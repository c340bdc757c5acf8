"""A line's money put on documents as a person says."""

from collections.abc import Sequence

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Allocation
from matcher.pipeline import lookup
from matcher.pipeline.actions import limits, payers, requests
from matcher.pipeline.actions.base import Decided, Line, Look, append, needs
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.pipeline.session import Session
from matcher.states import DecisionKind, Outcome

INTERCOMPANY = "intercompany"
"""Kept with a decision that puts a line's money on a document of another legal entity."""


def allocate(session: Session, typed: str, wanted: Sequence[AllocationRequest], reason: str) -> list[Decided]:
    """Puts a line's money on items: of any customer and entity, in another currency for the amount that the person states.

    Raises:
        MatcherError: ``line.*``, ``item.*``, ``amount.*``, ``decision.amount``, ``currency.mixed``, ``reason.unknown``, ``policy.limit``;
            ``usage.option`` without an item.
    """
    needs(wanted, "item")
    line_id = lookup.line(session, typed)
    try:
        meant = requests.meant(session, [request.item for request in wanted])
    except MatcherError:
        Look(session, [line_id]).line(line_id)  # that the line does not count comes first
        raise
    look = Look(session, [line_id], requests.ids(meant))
    line = look.line(line_id)
    items = [requests.chosen(look, meant[request.item], line.entity) for request in wanted]
    allocations = _shares(line, wanted, items)
    by_id = {item.item_id: item for item in items}
    limits.check(look, allocations, by_id)
    customers = {item.customer_id for item in items}
    payer = payers.of_line(look, line) or (customers.pop() if len(customers) == 1 else "")
    day = look.open_day(line.booking_date)
    if look.credit_decided(line_id):
        day = look.open_day(look.today, line.booking_date, *(item.issue_date for item in items))
    draft = look.draft(
        DecisionKind.ALLOCATE, line, reason, allocations, outcome=_outcome(line, allocations, by_id), customer_id=payer, effective_date=day,
        classified=INTERCOMPANY if any(item.entity != line.entity for item in items) else "",
    )  # fmt: skip
    return with_words(look, append(look, "allocate", [draft, *look.rests_decided(by_id, reason)]))


def _outcome(line: Line, allocations: Sequence[Allocation], items: dict[str, ItemSnapshot]) -> Outcome:
    if line.pending != sum(a.amount for a in allocations):
        return Outcome.OVERPAID
    settled: dict[str, int] = {}
    for a in allocations:
        settled[a.item_id] = settled.get(a.item_id, 0) + a.item_amount + a.adjustment
    return Outcome.MATCHED if all(items[i].open == amount for i, amount in settled.items()) else Outcome.PARTIAL


def _shares(line: Line, wanted: Sequence[AllocationRequest], items: Sequence[ItemSnapshot]) -> list[Allocation]:
    """What each item gets. Credits that a receipt nets give their money first, in whatever order the documents are named."""
    pairs = list(zip(wanted, items, strict=True))
    left = line.pending
    # what one request of an item takes, the next one of it has no more
    opens = {item.item_id: item.open for item in items}
    made: dict[int, Allocation] = {}
    fixed = [n for n, (request, _) in enumerate(pairs) if request.amount]
    netted = [n for n, (request, item) in enumerate(pairs) if not request.amount and item.open * (line.pending or 1) < 0]
    rest = [n for n in range(len(pairs)) if n not in fixed and n not in netted]
    for n in (*fixed, *netted, *rest):
        request, item = pairs[n]
        made[n] = _share(line, request, item, left, opens[item.item_id])
        left -= made[n].amount
        opens[item.item_id] -= made[n].item_amount + made[n].adjustment
    return [made[n] for n in range(len(pairs))]


def _share(line: Line, request: AllocationRequest, item: ItemSnapshot, left: int, still_open: int) -> Allocation:
    adjustment = money.parse(request.adjustment, item.currency) if request.adjustment else 0
    if item.currency != line.currency:
        amount, item_amount = _converted(line, request, item, still_open - adjustment)
    else:
        if request.item_amount:
            what = f"item {item.item_id} and the line are both in {line.currency}: an amount behind @ says nothing"
            raise MatcherError("usage.option", what)
        open_amount = still_open - adjustment
        within = max(open_amount, left) if left < 0 else min(open_amount, left)
        # of a credit that the line's money nets all is taken
        fits = open_amount if open_amount * (left or 1) < 0 else within
        amount = item_amount = money.parse(request.amount, line.currency) if request.amount else fits
    if not amount and not adjustment:
        raise MatcherError("decision.amount", f"nothing is left for item {item.item_id}, or it has nothing open")
    return Allocation(item.item_id, amount, item_amount, adjustment, request.adjustment_reason, item.open_amount)


def _converted(line: Line, request: AllocationRequest, item: ItemSnapshot, still_open: int) -> tuple[int, int]:
    """Cash in the line's currency, and what it settles in the item's. No rate is guessed: a person or the bank states both amounts."""
    if request.amount and request.item_amount:
        return money.parse(request.amount, line.currency), money.parse(request.item_amount, item.currency)
    stated = line.instructed_amount or 0
    if not request.amount and not request.item_amount and line.instructed_currency == item.currency and 0 < stated <= still_open:
        return line.pending, stated
    what = f"item {item.item_id} is in {item.currency}, the line in {line.currency}"
    raise MatcherError("currency.mixed", what, hint=f"Say how much of the item the cash settles: {item.item_id}=CASH@AMOUNT.")
