"""Whether a text was cut off within its last row."""

import re
from collections.abc import Iterable

_PLACES = re.compile(r"[.,](\d{1,2})\D*$")


def is_cut(width: int, widths: Iterable[int], amount: str | None = None, amounts: Iterable[str] = ()) -> bool:
    """Whether the last row of a text that ends without the end of a line looks cut: it has fewer cells, or fewer places, than all others.

    Args:
        width: cells of the last row. widths: of the others.
        amount: the last cell of the last row, where that column holds amounts; else None. amounts: the same of the others.
    """
    full = set(widths)
    if len(full) != 1:
        return False
    if width < min(full):
        return True
    places = {_places(cell) for cell in amounts}
    return amount is not None and len(places) == 1 and _places(amount) < min(places)


def _places(cell: str) -> int:
    found = _PLACES.search(cell)
    return len(found[1]) if found else 0
