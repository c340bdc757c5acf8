"""What the open amounts of items, and what is left of receipts, are folded from: less than `journal.facts` has of the same books."""

from collections.abc import Collection

from matcher import frames
from matcher.ledger.movements import Facts
from matcher.store import journal
from matcher.store.database import Store
from matcher.store.journal import Known, until

_LINE = ("line_id", "entity", "booking_date", "amount", "currency", "bank_reference")
_MOVING = (
    "batch", "ordinal", "decision_id", "kind", "line_id", "customer_id", "outcome", "actor", "at", "effective_date", "reason", "reverses",
    "counts_instead", "until",
)  # fmt: skip
"""Columns of decisions that movements and notes on items are made of."""


def item_facts(store: Store) -> Facts:
    """What the open amounts of items are folded from; without lines and findings."""
    return Facts(
        lines=frames.empty(frames.LINE),
        items=journal.items(store),
        customers=frames.empty(frames.CUSTOMER),
        decisions=journal.decisions(store),
        allocations=journal.allocations(store),
        findings=frames.empty(frames.FINDING),
        proposals=frames.empty(frames.ALLOCATION),
        **journal.about(store),
    )


def facts(store: Store, without: Collection[str] = (), known: Known | None = None) -> Facts:
    """What `ledger.fold.owed` is folded from; without findings and proposals.

    Args:
        store: the books.
        without: columns of items that nobody asks for. Those of `frames.TEXTS` that are not among them come with the lines.
        known: what the books knew then; None for now.
    """
    batch = known.batch if known else None
    lines = ", ".join([*_LINE, *(name for name in frames.TEXTS if name not in without)])
    moving = ", ".join(f'"{name}"' for name in _MOVING)
    return Facts(
        lines=store.frame(f"SELECT {lines} FROM {until('raw.line', batch)} ORDER BY line_id"),
        items=journal.items(store, batch, without),
        customers=journal.customers(store, batch=batch),
        decisions=store.frame(f"SELECT {moving} FROM {until('log.decision', batch)} ORDER BY batch, ordinal"),
        allocations=journal.allocations(store, batch),
        findings=frames.empty(frames.FINDING),
        proposals=frames.empty(frames.ALLOCATION),
        **journal.about(store, batch),
    )
