"""What a remittance advice says of one receipt, as the matcher sees it: rows with the open items that they are about."""

from typing import NamedTuple


class AdvisedRow(NamedTuple):
    """A row of an advice. Minor units; gross - discount - deduction = net.

    Attributes:
        document_no: as the advice writes it; '' for a row about no document.
        item_id: the one item of the books with that number, open or closed; '' where there is not exactly one.
        kind: how the number was found: ``whole`` (letters and digits) or ``digits``; '' without an item.
        reason: a code of `matcher.reasons` for the deduction; reason_text the advice's own words.
        doubt: why there is no item, or why the item is not the row's; '' for none.
    """

    document_no: str
    item_id: str
    kind: str
    gross: int
    discount: int
    deduction: int
    net: int
    reason: str
    reason_text: str = ""
    doubt: str = ""


class BoundAdvice(NamedTuple):
    """An advice that is about a receipt.

    Attributes:
        key: of the books for it.
        advice_id, place: the sender's number of it, and its file.
        by: ``reference`` when the bank line carries its number, ``payer`` when payer, amount and date are the same, ``amount`` when
            amount and date are, and the payer has to be known by his name or account yet.
        payout: whether a payment provider sends it: its customers' documents, less fees.
        rows: what the payment is for.
        doubt: why a person decides whether it is about this receipt; '' for none.
    """

    key: str
    advice_id: str
    place: str
    by: str
    payout: bool
    rows: tuple[AdvisedRow, ...]
    doubt: str = ""

    @property
    def named(self) -> str:
        """The advice as it is named to a person."""
        return f"advice {self.advice_id} ({self.place})"
