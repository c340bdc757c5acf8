"""An ERP as the books see it: it books the receipts it is sent, sooner or later, changes documents itself, and tells open amounts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from faults.accounting import Document, text


@dataclass
class Invoice:
    """A document of the ERP. Cents; credit notes below zero."""

    item_id: str
    customer_id: str
    document_no: str
    issue_date: str
    amount: int
    credited: int = 0
    booked: int = 0

    @property
    def open(self) -> int:
        """What the ERP has open."""
        return self.amount - self.credited - self.booked


class Erp:
    """The ERP's documents, and which receipts it has booked.

    Attributes:
        invoices: by item id.
        lists_closed: whether its snapshots list documents with nothing open.
    """

    def __init__(self, invoices: Iterable[Invoice], lists_closed: bool) -> None:
        self.invoices = {one.item_id: one for one in invoices}
        self.lists_closed = lists_closed
        self._standing: dict[str, Document] = {}
        self._done: set[str] = set()
        self.moved: dict[str, list[int]] = defaultdict(list)
        """Bookings on each item since the books had a snapshot: a receipt above zero, its reversal below."""

    def take(self, documents: Sequence[Document]) -> None:
        """Books documents that it has not booked yet, in the file's order."""
        for one in documents:
            if one.external_id in self._done:
                continue
            self._done.add(one.external_id)
            if one.record != "reversal":
                self._standing[one.external_id] = one
                self._book(one, 1)
            elif (taken := self._standing.pop(one.reverses, None)) is not None:
                self._book(taken, -1)
            else:
                self._done.add(one.reverses)  # never came, and must not be booked when it does

    def _book(self, one: Document, sign: int) -> None:
        for item_id, settled in one.settled:
            self.invoices[item_id].booked += sign * settled
            self.moved[item_id].append(sign * settled)

    def standing(self) -> dict[str, list[tuple[str, int]]]:
        """For each item the lines whose documents it has booked, with the amounts."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for one in self._standing.values():
            for item_id, settled in one.settled:
                found[item_id].append((one.line_id, settled))
        return found

    def snapshot(self) -> list[dict[str, str]]:
        """The open items file."""
        rows = []
        for one in self.invoices.values():
            if one.open or self.lists_closed:
                kind = "credit_note" if one.amount < 0 else "invoice"
                rows.append(
                    {
                        "item_id": one.item_id, "customer_id": one.customer_id, "document_type": kind, "document_no": one.document_no,
                        "issue_date": one.issue_date, "due_date": one.issue_date, "amount": text(one.amount), "open_amount": text(one.open),
                        "status": "open" if one.open else "closed",
                    }
                )  # fmt: skip
        return rows


def readings(moved: Sequence[int], pending: Sequence[int]) -> int:
    """In how many ways what an item's figure moved can be read as bookings of pending ones: 1 is certain, 0 is unheard of.

    Args:
        moved: what the ERP booked since the last snapshot.
        pending: everything that it could have booked since, what it did book included.
    """
    found = set()
    for size in range(len(pending) + 1):
        found |= {tuple(sorted(chosen)) for chosen in combinations(pending, size) if sum(chosen) == sum(moved)}
    return len(found)
