"""Numbers that a spreadsheet has damaged: it keeps fifteen digits, and saves long numbers as powers of ten."""

import re

from matcher.parsers.csv.cells import Exact

KEPT_DIGITS = 15
IDENTIFYING = frozenset(
    {"account", "bank_reference", "counterparty_account", "creditor_reference", "end_to_end_id", "mandate_id", "counterparty_bank"}
)
"""Fields that name something: with wrong digits they name something else."""
DAMAGED = r"^(?:[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}|[0-9]{15}0{3,}|\".*|[^\"]*\")$"
"""The same as one pattern for text; and an account with a quotation mark."""
_POWER = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
_ZEROS = 3


class Rounded(Exact):
    """A number of a workbook that has more digits than the workbook keeps: its last ones are lost."""

    __slots__ = ()


def is_damaged(text: str) -> bool:
    """Whether a cell is such a number, or what is left of one in a text file that was saved from a spreadsheet."""
    if type(text) is Rounded:
        return True
    if len(text) >= KEPT_DIGITS + _ZEROS and text.isdecimal():
        return not text[KEPT_DIGITS:].strip("0")
    return "+" in text and _POWER.fullmatch(text) is not None
