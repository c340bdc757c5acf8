"""Which columns a page has room for, and how wide each of them is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GAP = 2
"""Blanks between two columns."""
SPARE = 5
"""The priority from which on a column is shown only where everything else is whole."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a column asks of a page.

    Attributes:
        least: columns of the page below which it cannot be shown.
        cells: what its cells take when none of them is cut.
        heading: what its heading takes on one line.
        priority: see `Column`.
        group: see `Column`.
        blank: whether nothing stands in any of its cells.
    """

    least: int
    cells: int
    heading: int
    priority: int
    group: str
    blank: bool


def chosen(needs: Sequence[Need], page: int) -> list[int]:
    """Places of the columns that fit on a page, in their order.

    They are taken by priority, each that still fits; of one priority the ones further left first. The first is taken whatever the page.
    From the priority `SPARE` on no text is cut for them. Columns of one group are taken together; a blank one is taken where there is room
    and its group is shown, and never without a group.
    """
    taken: list[int] = []
    refused: set[str] = set()
    room = spare = page + GAP
    for places in _units(needs):
        first = needs[places[0]]
        least = sum(needs[place].least + GAP for place in places)
        full = sum(needs[place].cells + GAP for place in places)
        fits = full <= spare if first.priority >= SPARE else least <= room
        if (fits and first.group not in refused) or not taken:
            taken += places
            room -= least
            spare -= full
        elif first.group:
            refused.add(first.group)
    return sorted(taken)


def _units(needs: Sequence[Need]) -> Iterator[list[int]]:
    order = sorted(range(len(needs)), key=lambda place: (needs[place].blank, needs[place].priority, place))
    filled = {need.group for need in needs if not need.blank}
    seen: set[str] = set()
    for place in order:
        need = needs[place]
        if (need.blank and (need.group or not filled)) or (not need.blank and not need.group):
            yield [place]
        elif not need.blank and need.group not in seen:
            seen.add(need.group)
            yield [other for other in order if needs[other].group == need.group and not needs[other].blank]


def widths(needs: Sequence[Need], page: int) -> list[int]:
    """How wide columns are that fit on a page: what their cells take, as evenly as there is room; what is left goes to headings."""
    given = [need.least for need in needs]
    room = page - sum(given) - GAP * (len(needs) - 1)
    for wanted in ([need.cells for need in needs], [need.heading for need in needs]):
        while room > 0 and (short := [place for place, width in enumerate(given) if width < wanted[place]]):
            narrow = min(given[place] for place in short)
            for place in [place for place in short if given[place] == narrow][:room]:
                given[place] += 1
                room -= 1
    return given
