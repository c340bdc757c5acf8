"""The codes of German banks (DFÜ-Abkommen, Anlage 3), in MT940 and in the proprietary codes of camt: what they say of an entry."""

import re

from matcher.model import TransactionKind


def by_code(codes: dict[TransactionKind, str]) -> dict[str, TransactionKind]:
    """Kinds by code, from codes by kind."""
    return {code: kind for kind, listed in codes.items() for code in listed.split()}


GVC = by_code(
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

_PROPRIETARY = re.compile(r"(?:[NSF][A-Z0-9]{3})?\+?(?P<gvc>\d{3})(?:\+[^+]*(?:\+(?P<extension>\d{3}))?)?")
"""``NTRF+166+9201+000``: the type of :61:, Geschäftsvorfallcode, Primanota and Textschlüsselergänzung."""


def proprietary(code: str) -> tuple[TransactionKind, str]:
    """Kind and reason of return by the proprietary code of a camt file (issuer DK or ZKA); empty where it is none or says nothing."""
    match = _PROPRIETARY.fullmatch(code)
    kind = GVC.get(match["gvc"], "") if match else ""
    extension = (match["extension"] or "").strip("0") and match["extension"] if match else ""
    return kind, RETURN_REASONS.get(extension or "", "") if kind == "return" else ""
