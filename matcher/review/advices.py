"""Remittance advices as a person looks at them: what each says, and whether it was used, waits or does not add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher import money
from matcher.frames import State
from matcher.pipeline.remittance import records
from matcher.pipeline.remittance.binding import Bond
from matcher.pipeline.remittance.told import World
from matcher.pipeline.session import Session
from matcher.pipeline.set_aside import with_credits
from matcher.pipeline.view import near_state, present
from matcher.remittance.records import AdviceRow
from matcher.store import advices as stored

STATES = ("used", "about a line", "waits for its payment", "unproven")
"""What an advice may be."""


@dataclass(frozen=True, slots=True)
class AdviceView:
    """An advice of the books. Minor units; what is unproven has a total of None and no currency.

    Attributes:
        state: a word of `STATES`.
        lines: ids of the lines that it is about.
        why: why it is not used; '' where nothing is known against it.
        rows: what it says, document by document.
    """

    advice_id: str
    kind: str
    payment_reference: str
    sender: str
    day: date | None
    currency: str
    total: int | None
    place: str
    state: str
    lines: tuple[str, ...]
    why: str
    rows: tuple[AdviceRow, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "advice_id": self.advice_id, "kind": self.kind, "payment_reference": self.payment_reference, "sender": self.sender,
            "date": self.day.isoformat() if self.day else None, "currency": self.currency,
            "total": None if self.total is None else money.render(self.total, self.currency), "state": self.state,
            "lines": list(self.lines), "why": self.why, "place": self.place, "rows": [self.row_dict(row) for row in self.rows],
        }  # fmt: skip

    def row_dict(self, row: AdviceRow) -> dict[str, object]:
        """A row as a machine is told; of what is unproven in cents, since no currency is known."""
        amounts = {name: money.render(getattr(row, name), self.currency or "EUR") for name in ("gross", "discount", "deduction", "net")}
        return {
            "document_no": row.document_no, **amounts, "reason": row.reason, "reason_text": row.reason_text, "customer": row.customer,
            "place": row.place,
        }  # fmt: skip


def listing(session: Session, state: str = "") -> list[AdviceView]:
    """All advices that hold, by the batch in which they came; `state` narrows them to a word of `STATES`."""
    found = stored.stored(session.store)
    if found.advices.is_empty() and found.unproven.is_empty():
        return []
    books = present(session)
    views = _views(books, *records.kept(found))
    return [view for view in views if state in ("", view.state)]


def of_line(session: Session, line_id: str) -> list[AdviceView]:
    """The advices about a line, as far as the line itself tells."""
    if not stored.any_advice(session.store):
        return []
    kept, _ = records.kept(stored.stored(session.store))
    return [view for view in _views(near_state(session, [line_id]), kept, ()) if line_id in view.lines]


def _views(state: State, kept: Sequence[records.KeptAdvice], unproven: Sequence[records.KeptUnproven]) -> list[AdviceView]:
    world = World(state, with_credits(state), kept)
    by_key: dict[str, list[tuple[str, Bond]]] = {}
    for line, bonds in world.bonds.items():
        for bond in bonds:
            by_key.setdefault(bond.kept.key, []).append((line, bond))
    paid = world.paid
    views = []
    for one in kept:
        about = by_key.get(one.key, [])
        # another advice of the same payer and amount may have been used on the line
        used = tuple(line for line, _ in about if line in paid and paid[line] <= world.items_named(one.advice))
        lines = used or tuple(line for line, _ in about if line not in paid)
        word = STATES[0] if used else STATES[1] if lines else STATES[2]
        why = next((bond.doubt for _, bond in about if bond.doubt), "")
        advice = one.advice
        sender = advice.payer_name or advice.customer_id or advice.payer_account
        views.append(
            AdviceView(
                advice.advice_id,
                advice.kind.value,
                advice.payment_reference,
                sender,
                advice.date,
                advice.currency,
                advice.total,
                advice.place,
                word,
                lines,
                why,
                advice.rows,
            )
        )
    return views + [
        AdviceView("", "", "", "", None, "", None, one.unproven.place, STATES[3], (), one.unproven.why, one.unproven.rows)
        for one in unproven
    ]
