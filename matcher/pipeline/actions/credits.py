"""A customer's credits: money put on account, set off against invoices, paid back; and what is written off."""

from collections.abc import Sequence
from typing import Any

from matcher import money
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.ledger import unapplied
from matcher.model import Allocation
from matcher.pipeline import lookup, selection
from matcher.pipeline.actions import limits, requests
from matcher.pipeline.actions.base import Decided, Look, append, needs, only_once, text
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.pipeline.session import Session
from matcher.states import DecisionKind, LineState, Outcome


def on_account(session: Session, typed: Sequence[str], customer: str, reason: str) -> list[Decided]:
    """Puts what is left of lines on a customer's account: a credit that pays later invoices or is paid back.

    Raises:
        MatcherError: ``line.*``, ``customer.unknown``, ``decision.state`` when nothing is left or the line is money going out.
    """
    needs(typed, "line")
    customer_id = lookup.customer(session, customer)
    named = selection.lines(session, typed).line_ids
    only_once(named)
    look = Look(session, named)
    drafts = []
    for line_id in named:
        line = look.line(line_id)
        if line.amount < 0:
            raise MatcherError("decision.state", f"line {line_id} is money going out", hint="See `matcher refund` and `matcher classify`.")
        # of an undecided line others may have used all as a credit: it leaves the queue so
        if line.pending <= 0 and line.state == LineState.POSTED:
            raise MatcherError("decision.state", f"nothing is left of line {line_id}")
        drafts.append(look.draft(DecisionKind.ON_ACCOUNT, line, reason, outcome=Outcome.ON_ACCOUNT, customer_id=customer_id))
    return with_words(look, append(look, "on-account", drafts))


def refund(session: Session, typed: str, wanted: Sequence[AllocationRequest], reason: str) -> list[Decided]:
    """Money going out pays credits back: credit notes, credits of the ERP and what is left of receipts.

    Raises:
        MatcherError: ``line.*``, ``item.*``, ``currency.mixed``, ``decision.amount``; ``decision.state`` when the line is no money going
            out, or an item no credit.
    """
    needs(wanted, "credit")
    line_id = lookup.line(session, typed)
    meant = requests.meant(session, [request.item for request in wanted])
    look = Look(session, [line_id], requests.ids(meant))
    line = look.line(line_id)
    if line.amount >= 0:
        raise MatcherError("decision.state", f"line {line_id} is no money going out")
    left, allocations, customers = line.pending, [], set()
    for request in wanted:
        item = requests.chosen(look, meant[request.item], line.entity)
        if item.amount >= 0:
            raise MatcherError("decision.state", f"item {item.item_id} is no credit", hint="See `matcher customer ID` for credits.")
        if item.currency != line.currency:
            raise MatcherError("currency.mixed", f"credit {item.item_id} is in {item.currency}, the line in {line.currency}")
        amount = -abs(money.parse(request.amount, line.currency)) if request.amount else max(left, item.open)
        if not amount:
            raise MatcherError("decision.amount", f"nothing is left for {item.item_id}, or it has nothing open")
        left -= amount
        customers.add(item.customer_id)
        allocations.append(Allocation(item.item_id, amount, amount, item_open=item.open_amount))
    issued = [item.issue_date for item in look.items([a.item_id for a in allocations]).values()]
    draft = look.draft(
        DecisionKind.REFUND, line, reason, allocations, outcome=Outcome.PARTIAL if left else Outcome.MATCHED,
        customer_id=customers.pop() if len(customers) == 1 else "", effective_date=look.open_day(line.booking_date, *issued),
    )  # fmt: skip
    return with_words(look, append(look, "refund", [draft, *look.rests_decided([a.item_id for a in allocations], reason)]))


def set_off(session: Session, credit: str, wanted: Sequence[AllocationRequest], reason: str) -> list[Decided]:
    """A credit against invoices of its customer, without any money; it counts from today.

    Raises:
        MatcherError: ``item.*``, ``currency.mixed``, ``decision.amount``; ``decision.state`` when the first is no credit, another one no
            invoice, or of another customer or entity.
    """
    needs(wanted, "invoice")
    meant = requests.meant(session, [credit, *(request.item for request in wanted)])
    look = Look(session, [], requests.ids(meant))
    giver = requests.chosen(look, meant[credit])
    if giver.amount >= 0:
        raise MatcherError("decision.state", f"item {giver.item_id} is no credit")
    left, shares, takers = -giver.open, [], []
    for request in wanted:
        item = requests.chosen(look, meant[request.item], giver.entity)
        _of_one_account(giver, item)
        amount = money.parse(request.amount, item.currency) if request.amount else min(left, item.open)
        if amount <= 0:
            raise MatcherError("decision.amount", f"nothing is left for item {item.item_id}, or it has nothing open")
        left -= amount
        takers.append(item)
        shares.append(Allocation(item.item_id, amount, amount, item_open=item.open_amount))
    if left < 0:
        has, wants = text(-giver.open, giver.currency), text(-giver.open - left, giver.currency)
        raise MatcherError("decision.amount", f"credit {giver.item_id} has {has} left, the invoices take {wants}")
    day = look.open_day(look.today, giver.issue_date, *(item.issue_date for item in takers))
    return with_words(look, append(look, "set-off", [_set_off(look, giver, shares, reason, day)]))


def _set_off(look: Look, giver: ItemSnapshot, shares: Sequence[Allocation], reason: str, day: Any) -> Draft:
    total = sum(share.amount for share in shares)
    if line_id := unapplied.line_of(giver.item_id):
        line = look.line(line_id)
        outcome = Outcome.MATCHED if total == line.pending else Outcome.ON_ACCOUNT
        return look.draft(DecisionKind.SET_OFF, line, reason, shares, outcome=outcome, customer_id=giver.customer_id, effective_date=day)
    given = Allocation(giver.item_id, -total, -total, item_open=giver.open_amount)
    return Draft(
        DecisionKind.SET_OFF, "", giver.currency, day, customer_id=giver.customer_id, outcome=Outcome.MATCHED, reason=reason,
        allocations=(given, *shares), after=look.after(""),
    )  # fmt: skip


def _of_one_account(giver: ItemSnapshot, item: ItemSnapshot) -> None:
    if item.amount <= 0:
        raise MatcherError("decision.state", f"item {item.item_id} is no invoice")
    if item.currency != giver.currency:
        raise MatcherError("currency.mixed", f"credit {giver.item_id} is in {giver.currency}, item {item.item_id} in {item.currency}")
    if (item.customer_id, item.entity) != (giver.customer_id, giver.entity):
        whose = f"customer {giver.customer_id} and entity {giver.entity}, item {item.item_id} of {item.customer_id} and {item.entity}"
        raise MatcherError("decision.state", f"credit {giver.item_id} is of {whose}")


def write_off(session: Session, wanted: Sequence[AllocationRequest], code: str, note: str = "") -> list[Decided]:
    """Clears items, or a part of them, without money and for a reason code; it counts from today.

    Raises:
        MatcherError: ``item.*``, ``reason.unknown``, ``policy.limit``, ``decision.amount``; ``decision.state`` for a credit: that is the
            customer's money.
    """
    needs(wanted, "item")
    meant = requests.meant(session, [request.item for request in wanted])
    look = Look(session, [], requests.ids(meant))
    drafts, after = [], look.after("")
    items = {}
    for request in wanted:
        item = requests.chosen(look, meant[request.item])
        if item.amount < 0:
            what = f"item {item.item_id} is a credit: the customer's money is not written off"
            raise MatcherError("decision.state", what, hint="Pay it back with `matcher refund`, or set it off with `matcher set-off`.")
        if item.item_id in items:
            raise MatcherError("usage.option", f"item {item.item_id} is named twice")
        amount = money.parse(request.amount, item.currency) if request.amount else item.open
        if amount <= 0:
            raise MatcherError("decision.amount", f"item {item.item_id} has nothing open, or nothing is to be written off")
        items[item.item_id] = item
        cleared = Allocation(item.item_id, 0, 0, amount, code, item.open_amount)
        day = look.open_day(look.today, item.issue_date)
        fields: dict[str, Any] = {"customer_id": item.customer_id, "outcome": Outcome.MATCHED, "reason": note or code, "after": after}
        drafts.append(Draft(DecisionKind.WRITE_OFF, "", item.currency, day, allocations=(cleared,), **fields))
    limits.check(look, [a for draft in drafts for a in draft.allocations], items)
    return with_words(look, append(look, "write-off", drafts))
