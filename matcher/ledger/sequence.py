"""Numbers that banks give to statements (MT940 field 28C, camt electronic sequence number): which are missing between two.

Banks count them in many ways: through the year, without end, each day anew, by the day of the year, or not at all. A number alone is
therefore only evidence where the account's other numbers show that the bank counts one by one.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

Number = tuple[int, int]
"""Number of a statement and of its page; page 0 when the bank gives none."""

MAX_NUMBER = 99_999
"""Five digits, as field 28C has; longer ones are dates and ids, and count nothing."""

_WRITTEN = re.compile(r"\s*(\d{1,18})\s*(?:/\s*(\d{1,18})\s*)?", re.ASCII)


def read(text: str) -> Number | None:
    """The number and page in a text like ``00003/001``; None where it is none or counts nothing."""
    match = _WRITTEN.fullmatch(text)
    if not match:
        return None
    number, page = int(match[1]), int(match[2] or 0)
    return (number, page) if 0 < number <= MAX_NUMBER and page <= MAX_NUMBER else None


def between(earlier: Number | None, later: Number | None, present: set[Number]) -> list[Number]:
    """First and last of the numbers (or pages of one number) that are missing between two statements; [] when none is or none is known.

    Args:
        earlier, later: of the statements before and after.
        present: of all statements of the account that may lie between them.
    """
    if earlier is None or later is None:
        return []
    if earlier[0] == later[0]:
        missing = [(earlier[0], page) for page in range(earlier[1] + 1, later[1]) if (earlier[0], page) not in present]
    else:
        there = {number for number, _ in present}
        missing = [(number, 0) for number in range(earlier[0] + 1, later[0]) if number not in there]
    return [missing[0], missing[-1]] if missing else []


def counts_one_by_one(numbers: Sequence[tuple[Number | None, date]], holes: int) -> bool:
    """Whether the numbers of an account's statements, in their order, show that the bank gives each statement the next number.

    Then a number that is missing is a statement that is missing, even where the balances join. A bank that starts again at 1 counts;
    one that writes the day of the year, that repeats a number or that jumps more than now and then does not.

    Args:
        numbers: number and last day of each statement.
        holes: between how many of them numbers are missing.
    """
    if any(number is None for number, _ in numbers):
        return False
    pairs = [(number, day) for number, day in numbers if number is not None]
    if all(number[0] == day.timetuple().tm_yday for number, day in pairs):
        return False
    plain = 0
    for (before, _), (after, _) in pairwise(pairs):
        if after[0] == before[0] + 1:
            plain += 1
        elif after[0] == before[0]:
            if after[1] != before[1] + 1:
                return False
        elif after[0] < before[0] and after[0] != 1:
            return False
    return plain >= 2 and 2 * holes <= plain


def worded(missing: Sequence[Number]) -> str:
    """The missing numbers for a sentence: ``2``, ``2 to 4``, ``3/2`` for a page."""
    return " to ".join(dict.fromkeys(f"{number}/{page}" if page else str(number) for number, page in missing))
