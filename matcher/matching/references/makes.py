"""What numbers of one make have in common, and letters that are read as digits."""

import re

_ALIKE = str.maketrans("OQILSBZ", "0011582")
_RUN = re.compile(r"\d+")


def shape(number: str) -> str:
    """What numbers of one make have in common: the letters with a sign for each run of digits; of digits alone how many they are."""
    return "#" * len(number) if number.isdigit() else _RUN.sub("#", number)


def alike(number: str) -> str:
    """A number with the letters that look like digits read as those."""
    return number.translate(_ALIKE)
