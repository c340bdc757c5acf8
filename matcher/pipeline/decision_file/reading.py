"""A decision file's rows as they were filled in.

A row whose cells may not be what was typed is not guessed at: it carries the fault, and is refused when the file is applied.
"""

from collections.abc import Iterable, Iterator, Sequence

from matcher.errors import MatcherError
from matcher.pipeline import filled_in
from matcher.pipeline.decision_file.columns import FILLED, KEY, FilledRow, header_places

_HINT = "Fill in a file that `matcher decisions export` has written, and leave its columns as they are."


def rows(data: bytes, name: str) -> list[FilledRow]:
    """The rows of a decision file that have a key, or anything filled in.

    Args:
        data: the file's bytes.
        name: of the file, for messages.

    Raises:
        MatcherError: what `filled_in.below` raises; ``column.missing`` for a file that is none of this kind.
    """
    found = filled_in.below(data, name, lambda cells: header_places(cells) if {"decision", KEY} <= header_places(cells).keys() else {})
    if found is None:
        raise MatcherError("column.missing", f"there is no row with the columns decision and {KEY}", name, _HINT)
    return list(_below(found.rows, found.places, sure=found.sure))


def _below(grid: Iterable[tuple[int, Sequence[str]]], places: dict[str, int], *, sure: bool) -> Iterator[FilledRow]:
    for number, cells in grid:
        told = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        filled = {name: told[name] for name in FILLED if told.get(name)}
        if told.get(KEY) or filled:
            fault = next((fault for name, text in filled.items() if (fault := filled_in.fault(name, text, sure=sure))), None)
            yield FilledRow(number, told.get(KEY, ""), filled, fault)
