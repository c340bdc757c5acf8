"""Whether a row of a list is open, settled, or no receivable at all: a draft, or a document that was cancelled."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.openitems.layouts.detect import Header
from matcher.openitems.layouts.schema import LEFT_OUT
from matcher.openitems.layouts.words import key, vocabulary


class Statuses(NamedTuple):
    """The status of every row, whether it is a receivable, and the words of those that are none."""

    status: list[str]
    kept: list[bool]
    left_out: list[str]


def statuses(columns: Sequence[Sequence[str]], known: Mapping[str, str], left_out: Sequence[bool]) -> Statuses:
    """What the cells of the status say.

    Args:
        columns: the column of the status, and others that are called so: a draft may be unpaid as well.
        known: what words stand for, by their keys.
        left_out: rows that are no receivables by their kind.
    """
    first, *others = columns
    meant = {cell: known.get(key(cell), _by_beginning(cell, known)) for cell in set(first) if cell}
    status = [meant[cell] if cell else "" for cell in first]
    words: set[str] = set()
    kept = []
    for row, (one, draft) in enumerate(zip(status, left_out, strict=True)):
        said = [first[row]] if one == LEFT_OUT else [cells[row] for cells in others if known.get(key(cells[row])) == LEFT_OUT]
        kept.append(not (said or draft))
        words |= {*said, *((first[row],) if draft else ())} - {""}
    return Statuses(status, kept, sorted(words))


def also_status(header: Header) -> list[int]:
    """Columns beside the one of the status that are called so, too."""
    own = header.columns.get("status", -1)
    called, taken = {*vocabulary().columns["items"]["status"]}, {*header.columns.values()}
    return [n for n, title in enumerate(header.titles) if own >= 0 and n not in taken and key(title) in called]


def _by_beginning(cell: str, known: Mapping[str, str]) -> str:
    """What a status such as ``Overdue by 5 days`` stands for by its first word; the cell itself when nothing does."""
    folded = key(cell)
    return next((known[word] for word in sorted(known, key=len, reverse=True) if len(word) > 2 and folded.startswith(word)), cell)
