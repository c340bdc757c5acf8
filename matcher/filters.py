"""Which of the receipts that wait a person asks for."""

from dataclasses import dataclass

SORTS = ("amount", "date", "confidence", "customer", "payer", "account", "outcome")
"""Orders in which they may be asked for; without one proposed ones come first, then the largest."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the receipts that wait are asked for; what is '' or None asks for all.

    Attributes:
        entity, account, outcome, customer, owner: the one that is meant, by its id or word.
        rule: a rule's id, with or without its version.
        state: ``proposed`` or ``none``.
        min_confidence: millionths.
        min_amount, max_amount: decimal text; it bounds the amounts of every currency, and how much goes out as well as what comes in.
        older_than: days since the booking.
        search: a text that the bank's words, the customer's number or name hold, in whatever case.
        held: those on hold, in the place of those that wait.
        sort: one of `SORTS`.
    """

    entity: str = ""
    account: str = ""
    outcome: str = ""
    customer: str = ""
    rule: str = ""
    owner: str = ""
    state: str = ""
    min_confidence: int | None = None
    min_amount: str = ""
    max_amount: str = ""
    older_than: int | None = None
    search: str = ""
    held: bool = False
    sort: str = ""

    @property
    def narrow(self) -> bool:
        """Whether any receipt is left out."""
        return any(getattr(self, name) not in ("", None) for name in self.__slots__ if name not in ("held", "sort"))
