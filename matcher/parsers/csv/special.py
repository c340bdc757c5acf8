"""Rows that are not bookings: announced entries, subtotals, balances written as rows, the end of the table."""

from collections.abc import Mapping, Sequence

from matcher.parsers.csv.schema import Profile
from matcher.parsers.csv.text import bare, fold

Means = str
_Test = tuple[Sequence[int] | str, frozenset[str], tuple[str, ...], Means]


class SpecialRows:
    """Tells what kind of row a row is, '' for a booking.

    Args:
        profile: the layout.
        places: positions of the fields' cells.
    """

    def __init__(self, profile: Profile, places: Mapping[str, tuple[int, ...]]) -> None:
        self._tests: list[_Test] = []
        for entry in profile.special:
            where: Sequence[int] | str = entry.column if entry.column in ("first", "any") else places.get(entry.column, ())
            self._tests.append((where, frozenset(map(fold, entry.words)), tuple(map(fold, entry.starts)), entry.means))

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __call__(self, cells: Sequence[str]) -> Means:
        """What the row is."""
        for where, words, starts, means in self._tests:
            if where == "first":
                candidates: Sequence[str] = [next((cell for cell in cells if cell.strip()), "")]
            elif where == "any":
                candidates = cells
            else:
                candidates = [cells[place] for place in where if isinstance(place, int) and 0 <= place < len(cells)]
            for cell in candidates:
                text = fold(bare(cell[:200].strip()))
                if text in words or (starts and text.startswith(starts)):
                    return means
        return ""
