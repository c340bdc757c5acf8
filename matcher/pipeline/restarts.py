"""References that begin again in each download: an entry's place in the file, with a prefix or zeros, and no name of the entry.

One file alone cannot show it: the bank may have numbered its entries so for good. The next file of the account does, and the lines that
are in the books are all the memory that this needs.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import polars as pl

_NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.DOTALL)
_PLACE = re.compile(r"(?:.*\D)?0*[01]|.*00[01]", re.DOTALL)
_FEWEST = 2


def begun_again(told: pl.DataFrame) -> set[tuple[str, str]]:
    """Pairs of statements, each way round, that number their entries from the same beginning on and have no day in common.

    Args:
        told: statement_id, account, booking_date and bank_reference of all their lines that have a reference, in the order of the files.
    """
    runs: dict[tuple[str, str, int], list[tuple[str, date, date]]] = {}
    for (statement_id, account), lines in told.group_by("statement_id", "account", maintain_order=True):
        if begin := _beginning(lines["bank_reference"].to_list()):
            days = lines["booking_date"].to_list()
            runs.setdefault((str(account), *begin), []).append((str(statement_id), min(days), max(days)))
    return {
        (one, other)
        for alike in runs.values()
        for one, first, last in alike
        for other, others_first, others_last in alike
        if last < others_first or others_last < first
    }


def _beginning(references: Sequence[str]) -> tuple[str, int] | None:
    """Prefix and lowest number of references that count the entries from the first one on, up or down; None when they do not.

    Two entries that carry neighbouring numbers of a bank count up, too, but from wherever the bank has got to.
    """
    found = [_NUMBERED.fullmatch(reference) for reference in references]
    parts = [(match[1], int(match[2])) for match in found if match]
    steps = {after[1] - before[1] for before, after in pairwise(parts)}
    whole = len(parts) == len(references) >= _FEWEST and len({prefix for prefix, _ in parts}) == 1 and steps in ({1}, {-1})
    return min(parts) if whole and _PLACE.fullmatch(references[parts.index(min(parts))]) else None
