"""What a person says of items, and of what their customers answer: disputed, promised, not to be dunned, dunned. No money moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher import frames, ids, money, reasons
from matcher.errors import MatcherError
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.pipeline.actions import requests, rulings
from matcher.pipeline.actions.base import Decided, Look, needs, text
from matcher.pipeline.actions.limits import known_reasons
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.pipeline.session import Session
from matcher.states import DecisionKind
from matcher.store import item_notes as stored
from matcher.store import learned as store_learned

AGREED, REMARKED = "agreed", "remarked"
"""Codes of a customer's answer that disputes nothing."""


@dataclass(frozen=True, slots=True)
class ItemNote:
    """What is said of an item.

    Attributes:
        kind: one of `states.ON_ITEMS`.
        item: which.
        amount: minor units of its currency; 0 for what ends.
        code: of a dispute the reason code, of a dunning letter its level, of an answer `AGREED` or `REMARKED`.
        reason: why, in words.
        until: of a promise the day of payment, of a dunning hold the first day on which the item is dunned again.
    """

    kind: DecisionKind
    item: ItemSnapshot
    amount: int
    code: str = ""
    reason: str = ""
    until: date | None = None


def dispute(session: Session, wanted: Sequence[AllocationRequest], code: str, note: str = "", *, settled: bool = False) -> list[Decided]:
    """Says that customers dispute items, or a part of them; or that what they disputed is settled.

    Raises:
        MatcherError: ``item.*``, ``reason.unknown``, ``decision.amount`` for more than is open; ``decision.state`` for a credit, and where
            nothing is disputed that could be settled.
    """
    look, items = _named(session, wanted)
    if not settled:
        reasons.check(code, known_reasons(session.config))
    notes = []
    for request, item in items:
        if settled:
            if not _disputed(look, item):
                raise MatcherError("decision.state", f"nothing of item {item.item_id} is disputed")
            notes.append(ItemNote(DecisionKind.DISPUTE, item, 0, code, note))
        else:
            notes.append(ItemNote(DecisionKind.DISPUTE, item, _part(request, item), code, note))
    return append(look, "dispute", notes)


def promise(session: Session, wanted: Sequence[AllocationRequest], until: date, note: str = "") -> list[Decided]:
    """Says that customers have promised to pay items, or a part of them, by a day.

    Raises:
        MatcherError: ``item.*``, ``decision.amount``, ``decision.state`` for a credit, ``usage.option`` for a day that is over.
    """
    look, items = _named(session, wanted)
    if until < look.today:
        raise MatcherError("usage.option", f"{until} is over")
    return append(look, "promise", [ItemNote(DecisionKind.PROMISE, item, _part(one, item), "", note, until) for one, item in items])


def dunning_hold(session: Session, wanted: Sequence[AllocationRequest], until: date | None, note: str = "") -> list[Decided]:
    """Says that items are not dunned until a day; without a day, that they are dunned again.

    Raises:
        MatcherError: ``item.*``, ``decision.amount``, ``decision.state`` for a credit, ``usage.option`` for a day that is over.
    """
    look, items = _named(session, wanted)
    if until is not None and until < look.today:
        raise MatcherError("usage.option", f"{until} is over")
    kind, nothing = DecisionKind.DUNNING_HOLD, until is None
    return append(look, "dunning-hold", [ItemNote(kind, item, 0 if nothing else _part(one, item), "", note, until) for one, item in items])


def _named(session: Session, wanted: Sequence[AllocationRequest]) -> tuple[Look, list[tuple[AllocationRequest, ItemSnapshot]]]:
    """The debts that are meant, each once."""
    needs(wanted, "item")
    meant = requests.meant(session, [request.item for request in wanted])
    look = Look(session, [], requests.ids(meant))
    found: dict[str, tuple[AllocationRequest, ItemSnapshot]] = {}
    for request in wanted:
        item = requests.chosen(look, meant[request.item])
        if item.amount <= 0:
            raise MatcherError("decision.state", f"item {item.item_id} is a credit")
        if item.item_id in found:
            raise MatcherError("usage.option", f"item {item.item_id} is named twice")
        found[item.item_id] = (request, item)
    return look, list(found.values())


def _part(request: AllocationRequest, item: ItemSnapshot) -> int:
    """So much of an item, or all that is open of it."""
    amount = money.parse(request.amount, item.currency) if request.amount else item.open
    if not 0 < amount <= item.open:
        has, wants = text(item.open, item.currency), text(amount, item.currency)
        raise MatcherError("decision.amount", f"item {item.item_id} has {has} open, and {wants} are named")
    return amount


def _disputed(look: Look, item: ItemSnapshot) -> bool:
    rows = look.state.item_notes.select("item_id", "kind", "amount").iter_rows()
    return any(item_id == item.item_id and kind == DecisionKind.DISPUTE and amount for item_id, kind, amount in rows)


def append(look: Look, command: str, notes: Sequence[ItemNote], summary: dict[str, object] | None = None) -> list[Decided]:
    """Appends what is said of items, as decisions of today.

    Raises:
        MatcherError: ``policy.*`` for what the policy does not allow.
    """
    session = look.session
    before, day = store_learned.latest_on_no_line(session.store), look.open_day(look.today)
    drafts = [
        Draft(
            note.kind, "", note.item.currency, day, customer_id=note.item.customer_id, reason=note.reason, until=note.until,
            after=ids.of(before, note.item.item_id),
        )
        for note in notes
    ]  # fmt: skip
    rulings.check(look, drafts)
    made, allocations = decisions.build(drafts, session.next_batch, session.actor, session.at)
    names = list(made["decision_id"])
    rows = [
        (name, note.item.item_id, note.amount, note.item.currency, note.item.open, note.code)
        for name, note in zip(names, notes, strict=True)
    ]
    stored.append(session.store, session.next_batch, frames.of_rows(rows, frames.ITEM_NOTE))
    session.commit(command, {"items": sorted({note.item.item_id for note in notes})} | (summary or {}), made, allocations)
    return [Decided(name, note.kind, "", "", note.item.customer_id, day, f"{said(note)}.") for name, note in zip(names, notes, strict=True)]


def said(note: ItemNote) -> str:
    """What was said, in words."""
    document, amount = note.item.document_no or note.item.item_id, text(note.amount, note.item.currency)
    whole = text(note.item.open, note.item.currency)
    match note.kind:
        case DecisionKind.DISPUTE if not note.amount:
            return f"The dispute about {document} is settled"
        case DecisionKind.DISPUTE:
            return f"{amount} of {whole} open on {document} are disputed: {note.code}"
        case DecisionKind.PROMISE:
            return f"{amount} of {whole} open on {document} are promised for {note.until}"
        case DecisionKind.DUNNING_HOLD if note.until is None:
            return f"{document} is dunned again"
        case DecisionKind.DUNNING_HOLD:
            return f"{document} is not dunned before {note.until}"
        case DecisionKind.ANSWER if note.code == AGREED:
            return f"The customer agrees that {whole} are open on {document}"
        case DecisionKind.ANSWER:
            return f"The customer remarks on {document}"
    return f"{document} was dunned at level {note.code}, for {amount}"
