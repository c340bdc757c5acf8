"""What the words of an advice mean, in English, German, French and Chinese. Words are looked for in lower case."""

import re
import tomllib
from enum import IntEnum
from importlib import resources

from matcher.matching.references.text import says, spoken


class Label(IntEnum):
    """What a line says of the amounts on it."""

    NONE = 0
    TOTAL = 1  # a sum
    PAYMENT = 2  # what is paid
    SUBTOTAL = 3  # a sum on the way: of a page, carried forward
    LESS = 4  # what is taken off


_WORDS = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
_LINES: dict[str, list[str]] = _WORDS["lines"]
_HEADS: dict[str, list[str]] = _WORDS["heads"]


def no_payment(text: str) -> str:
    """The word by which a paper says that it tells of no payment; '' where it has none."""
    told = spoken(text)
    return next((word for word in _WORDS["papers"]["no_payment"] if says(told, [word])), "")


def label(text: str) -> Label:
    """What a line's words say of its amounts."""
    told = spoken(text)
    if says(told, _LINES["subtotal"]):
        return Label.SUBTOTAL
    if says(told, _LINES["payment"]):
        return Label.PAYMENT
    if says(told, _LINES["less"]) or says(told, _HEADS["discount"]):
        return Label.LESS
    return Label.TOTAL if says(told, _LINES["total"]) else Label.NONE


class Head(IntEnum):
    """What the head of a column of amounts says."""

    NONE = 0
    GROSS = 1
    DISCOUNT = 2
    DEDUCTION = 3
    NET = 4
    TAX = 5
    PAID = 6


def head(text: str) -> Head:
    """What the head of a column says; the narrower word counts where it has several."""
    told = spoken(text)
    if says(told, _HEADS["discount"]):
        return Head.DISCOUNT
    if says(told, _HEADS["tax"]):
        return Head.TAX
    if says(told, _LINES["less"]):
        return Head.DEDUCTION
    gross, net, paid = (says(told, _HEADS[name]) for name in ("gross", "net", "paid"))
    if gross:
        return Head.NONE if net or paid else Head.GROSS
    return Head.PAID if paid else Head.NET if net else Head.NONE


def subtracts(text: str) -> bool:
    """Whether a line's words say that its amount is taken off, whatever its sign."""
    return says(spoken(text), _LINES["subtracts"])


def discounted(text: str) -> bool:
    """Whether words speak of an early-payment discount."""
    return says(spoken(text), _HEADS["discount"])


TITLE = re.compile(
    r"remittance|payment advice|advice of payment|zahlungsavis|avis(?!ierung)\b|zahlungsmitteilung"
    r"|avis de (?:paiement|virement|r[èe]glement)"
    r"|bordereau de (?:paiement|règlement|reglement)|付款通知|汇款通知|付款明细|匯款通知",
    re.IGNORECASE,
)
"""The title of an advice."""
