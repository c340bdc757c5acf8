"""What a QR code for a SEPA credit transfer says: EPC069-12, version 002 (European Payments Council, guidelines on the QR code of the SCT).

Twelve elements at most, one a line: service tag, version, character set, identification, BIC, name, IBAN, amount, purpose, structured
reference, text, information. Reference and text never stand together, and nothing follows the last element.
"""

import re

from matcher import account_numbers, money

_MOST_MINOR = 99_999_999_999
_NAME, _TEXT, _BYTES = 70, 140, 331
_RF = re.compile(r"RF\d{2}[A-Z0-9]{1,21}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def epc(name: str, iban: str, minor: int, currency: str, reference: str) -> str:
    """The text of the code; '' where the standard has none for such a payment: another currency than the euro, an account that is no IBAN.

    Args:
        name: of who is paid.
        iban: of the account, with or without spaces.
        minor: the amount in cents.
        currency: ISO 4217.
        reference: an ISO 11649 reference goes to its own element, anything else is text.
    """
    account, payee = account_numbers.normal(iban), " ".join(name.split())[:_NAME]
    if currency != "EUR" or not payee or not is_iban(account) or not 0 < minor <= _MOST_MINOR:
        return ""
    structured = account_numbers.normal(reference)
    pair = ("", " ".join(reference.split())[:_TEXT])
    if is_rf(structured):
        pair = (structured, "")
    lines = ["BCD", "002", "1", "SCT", "", payee, account, f"EUR{money.render(minor, currency)}", "", *pair]
    while not lines[-1]:
        lines.pop()
    text = "\n".join(lines)
    return text if len(text.encode()) <= _BYTES else ""


def is_iban(account: str) -> bool:
    """Whether a number has the form and the check digits of an IBAN (ISO 13616: modulus 97, remainder 1)."""
    return bool(_IBAN.fullmatch(account)) and _remainder(account) == 1


def is_rf(reference: str) -> bool:
    """Whether a text without spaces is an ISO 11649 creditor reference: its form, and modulus 97 with remainder 1."""
    return bool(_RF.fullmatch(reference)) and _remainder(reference) == 1


def _remainder(text: str) -> int:
    """ISO 7064 MOD 97-10 with the first four characters moved to the end."""
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97
