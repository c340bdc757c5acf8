"""What the code of a Swiss QR-bill says (Swiss Implementation Guidelines for the QR-bill, version 2.3, SIX).

Thirty-one elements, one a line, in UTF-8: header, creditor's IBAN and structured address, an ultimate creditor who is never there,
amount and currency, debtor, reference, text, and the trailer. A QR-IBAN takes a QR reference and nothing else; any other IBAN takes an
ISO 11649 reference or none.
"""

import re
from dataclasses import dataclass

from matcher import account_numbers, money
from matcher.credit_control.payment_code import is_iban, is_rf

_CURRENCIES = ("CHF", "EUR")
_MOST_MINOR = 99_999_999_999
_NAME, _STREET, _NUMBER, _POSTCODE, _TOWN, _TEXT = 70, 70, 16, 16, 35, 140
_QR_REFERENCE, _CARRY = 27, (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_QR_BANKS = range(30_000, 32_000)
"""Institution numbers of accounts for QR references: the fifth to ninth character of the IBAN."""
_OTHER_SIGNS = re.compile(r"[^\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u20ac]")
"""Outside Basic Latin, Latin-1, Latin Extended-A, Ș ș Ț ț and the euro sign."""


@dataclass(frozen=True, slots=True)
class Address:
    """A structured address. `country`: ISO 3166-1, two letters."""

    name: str
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""


def swiss(creditor: Address, iban: str, minor: int, currency: str, reference: str) -> str:
    """The text of the code; '' where there is none for such a payment.

    There is none in another currency than francs and euros, for an account that is not Swiss or of Liechtenstein, without the creditor's
    postcode, town and country, and for a QR-IBAN without a QR reference.

    Args:
        creditor: who is paid.
        iban: of the account, with or without spaces.
        minor: the amount in minor units.
        currency: ISO 4217.
        reference: a QR reference or an ISO 11649 reference is structured; anything else is text.
    """
    account = account_numbers.normal(iban)
    if currency not in _CURRENCIES or not 0 < minor <= _MOST_MINOR or account[:2] not in ("CH", "LI") or not is_iban(account):
        return ""
    if not all((creditor.name, creditor.postcode, creditor.town, creditor.country)):
        return ""
    structured = account_numbers.normal(reference)
    kind, told, text = "NON", "", _plain(reference, _TEXT)
    if int(account[4:9]) in _QR_BANKS:
        if not is_qr_reference(structured):
            return ""
        kind, told, text = "QRR", structured, ""
    elif is_rf(structured):
        kind, told, text = "SCOR", structured, ""
    address = (
        "S", _plain(creditor.name, _NAME), _plain(creditor.street, _STREET), _plain(creditor.house_number, _NUMBER),
        _plain(creditor.postcode, _POSTCODE), _plain(creditor.town, _TOWN), creditor.country,
    )  # fmt: skip
    nobody = [""] * 7
    elements = ["SPC", "0200", "1", account, *address, *nobody, money.render(minor, currency), currency, *nobody, kind, told, text, "EPD"]
    return "\n".join(elements)


def is_qr_reference(text: str) -> bool:
    """Whether a text is a QR reference: 27 digits, not all zero, of which the last is the check digit (modulo 10, recursive)."""
    if len(text) != _QR_REFERENCE or not text.isascii() or not text.isdecimal() or not int(text):
        return False
    carry = 0
    for digit in text[:-1]:
        carry = _CARRY[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(text[-1])


def _plain(text: str, most: int) -> str:
    """A text with the signs that the code may hold, cut to its length."""
    return _OTHER_SIGNS.sub(".", " ".join(text.split()))[:most].rstrip()
