"""What banks' transaction codes in MT940 mean, as far as it is certain. A code that is not listed says nothing of the kind."""

import re

from matcher.model import TransactionKind


def _by_code(codes: dict[TransactionKind, str]) -> dict[str, TransactionKind]:
    return {code: kind for kind, listed in codes.items() for code in listed.split()}


SWIFT_TYPES = _by_code(
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

GVC = _by_code(
    {
        "transfer": (
            "008 012 013 015 020 051 052 054 056 063 067 068 069 116 117 118 119 152 154 155 156 161 162 163 164 165 166 167 "
            "168 169 177 188 189 191 194 201 202 206 820"
        ),
        "direct_debit": "004 005 071 104 105 107 171 174 192 196",
        "card": "106 190 198 199",
        "cheque": "001 002 003 011 070 101 102 103 170",
        "cash": "082 083",
        "fee": "801 802 803 805 806 807 808 809 810 811",
        "interest": "812 814 815 817",
        "salary": "053 080 153 157",
        "return": "009 059 108 109 110 111 159 160 181 182 184 193",
        "own_transfer": "823 833",
    }
)
"""Kind by the German Geschäftsvorfallcode (DFÜ-Abkommen, Anlage 3, chapter on MT940). 820, a transfer inside one bank, may come from
a customer and so is no own_transfer."""

RETURN_REASONS = {
    "901": "AC01",
    "902": "AC04",
    "903": "AC06",
    "904": "AG01",
    "906": "AM04",
    "908": "BE04",
    "909": "MD01",
    "910": "MD02",
    "912": "MD06",
    "913": "MD07",
    "914": "MS03",
    "915": "RC01",
}
"""ISO reason of a return by the Textschlüsselergänzung in ?34 (same source). Numbers on which banks' lists differ are left out."""

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
