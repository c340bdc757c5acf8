"""What banks' transaction codes in MT940 mean, as far as it is certain. A code that is not listed says nothing of the kind."""

import re

from matcher.model import TransactionKind
from matcher.parsers.german_codes import by_code

SWIFT_TYPES = by_code(
    {
        "transfer": "TRF IDB IOB OVB ACC",
        "direct_debit": "DDT INC",
        "card": "BEA",
        "cheque": "CHK CLR ECK TCK",
        "cash": "GEA",
        "fee": "BRF CHG COM KST",
        "interest": "INT RNT",
        "tax": "TAX",
        "salary": "SAL",
        "return": "RTI",
        "own_transfer": "CMI CMN CMS CMT CMZ",
    }
)
"""Kind by the last three characters of the transaction type in :61:. SWIFT's list (Standards MT, category 9, field 61), and the
codes of SNS and ASN. STO is left out: a standing order to SWIFT, a returned payment to SNS."""

_TITLES: tuple[tuple[str, TransactionKind], ...] = (
    ("STORNO", "return"),
    ("INCASSO", "direct_debit"),
    ("OVERBOEKING", "transfer"),
    ("IDEAL", "transfer"),
    ("ACCEPTGIRO", "transfer"),
    ("BETAALAUTOMAAT", "card"),
    ("GELDAUTOMAAT", "cash"),
)
_CARD_TEXT = re.compile(r"(?:BEA|Betaalautomaat)\b")
_CASH_TEXT = re.compile(r"(?:GEA|Geldautomaat)\b")


def kind_of_type(code: str) -> TransactionKind:
    """Kind by the transaction type of :61:, e.g. ``NTRF``, or ``S103`` for an entry that the SWIFT message 103 made."""
    if code[:1] == "S":
        return "transfer" if code in ("S102", "S103", "S202", "S203") else ""
    return SWIFT_TYPES.get(code[1:4], "")


def kind_of_title(title: str) -> TransactionKind:
    """Kind by a Dutch bank's own title of the entry (``/TRTP/SEPA OVERBOEKING``)."""
    upper = title.upper()
    return next((kind for word, kind in _TITLES if word in upper), "")


def kind_of_text(text: str) -> TransactionKind:
    """Kind by the word that Dutch banks put before card payments and cash withdrawals in free text."""
    return "card" if _CARD_TEXT.match(text) else "cash" if _CASH_TEXT.match(text) else ""
