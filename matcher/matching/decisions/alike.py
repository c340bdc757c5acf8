"""Receipts of one amount, of which a later one may be the second payment of what an earlier one pays."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile

from matcher.matching.records import Receipt

MOST_ALIKE = 200
"""Earlier receipts of one amount and payer, or customer, that are looked at; the earliest come first."""


class AlikeReceipts:
    """The receipts of a batch by currency and amount, and by payer or by customers that something speaks for."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        """`receipts`: in the order in which they are settled."""
        self._by_payer: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        self._by_customer: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        self._place: dict[str, int] = {}
        for place, receipt in enumerate(receipts):
            self._place[receipt.line_id] = place
            if receipt.payer:
                self._by_payer[receipt.currency, receipt.amount, receipt.payer].append(receipt.line_id)
            for customer_id in sorted({payer.customer_id for payer in receipt.payers}):
                self._by_customer[receipt.currency, receipt.amount, customer_id].append(receipt.line_id)

    def before(self, receipt: Receipt, customer_id: str) -> Iterator[tuple[str, bool]]:
        """Lines before that of a receipt, with its amount: of the same payer (True), then those that may be the customer's (False)."""
        here = self._place[receipt.line_id]
        for lines, who, of_payer in ((self._by_payer, receipt.payer, True), (self._by_customer, customer_id, False)):
            alike = lines.get((receipt.currency, receipt.amount, who), ())[:MOST_ALIKE]
            yield from ((line, of_payer) for line in takewhile(lambda line: self._place[line] < here, alike))
