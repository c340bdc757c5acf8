"""How a payer writes numbers, and what he gets wrong in them."""

import re
from collections.abc import Sequence

from benchmarks.second.chance import Chance

_LOOK_ALIKE = str.maketrans("0158OI", "OlSB01")


def written(chance: Chance, number: str, how: str) -> str:
    """A document's number as somebody copies it."""
    runs: list[str] = re.findall(r"\d+", number)
    if not runs:
        return number
    if how == "bare":
        bare = re.sub(r"^\D+", "", number)
        return bare if chance.happens(700) else re.sub(r"\D", "", number)
    if how == "counter":
        return runs[-1].lstrip("0") or runs[-1]
    if how == "spaced":
        return re.sub(r"[-/. ]", " ", number) if re.search(r"[-/. ]", number) else re.sub(r"(\d{3})(?=\d)", r"\1 ", number)
    if how == "joined":
        return re.sub(r"[^0-9A-Za-z]", "", number)
    if how == "lower":
        return number.lower()
    if how == "last":
        return re.sub(r"\D", "", number)[-4:]
    if how == "year_cut":
        return re.sub(r"20(\d\d)", r"\1", number, count=1)
    return number


def mistyped(chance: Chance, number: str) -> str:
    """One slip of a clerk: a digit wrong, two swapped, one missing, one doubled, or a letter for a digit."""
    places = [at for at, sign in enumerate(number) if sign.isdigit()]
    if len(places) < 2:
        return number
    at = places[len(places) - 1 - chance.low(0, len(places) - 1)]
    how = chance.below(6)
    if how <= 1:
        return number[:at] + str((int(number[at]) + chance.between(1, 9)) % 10) + number[at + 1 :]
    if how == 2 and at + 1 < len(number):
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if how == 3:
        return number[:at] + number[at + 1 :]
    if how == 4:
        return number[:at] + number[at] + number[at:]
    return number[:at] + number[at].translate(_LOOK_ALIKE) + number[at + 1 :]


def shortened(numbers: Sequence[str], mark: str = "/") -> str:
    """A list whose later numbers show only their last digits."""
    first, parts = numbers[0], [numbers[0]]
    for number in numbers[1:]:
        same = 0
        while same < min(len(first), len(number)) and first[same] == number[same]:
            same += 1
        keep = max(2, len(number) - same)
        short = len(number) == len(first) and keep <= 5 and number[-keep:].isdigit()
        parts.append(number[-keep:] if short else number)
    return mark.join(parts)


def in_a_row(numbers: Sequence[str]) -> bool:
    """Whether the numbers follow each other without a gap."""
    ends = [re.search(r"\d+$", number) for number in numbers]
    counts = [int(end.group()) for end in ends if end]
    if len(counts) != len(numbers) or len(numbers) < 3:
        return False
    fronts = {number[: end.start()] for number, end in zip(numbers, ends, strict=True) if end}
    return len(fronts) == 1 and counts == list(range(counts[0], counts[0] + len(counts)))
