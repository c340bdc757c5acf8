"""The legal entity of a list's documents: what its column says, what a person says, or the only one of the books."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.openitems.faults import HEADER, RowFault
from matcher.openitems.layouts.words import key

_SAY_IT = 'Say it with --entity ID, or in a layout: [constants] entity = "1".'


class Owners(NamedTuple):
    """The legal entity of every row, what is wrong, and what a person should know."""

    entities: list[str]
    faults: list[RowFault]
    notes: list[str]


def owners(
    column: Sequence[str] | None, title: str, size: int, entities: Mapping[str, str], stated: str, words: Mapping[str, Sequence[str]]
) -> Owners:
    """Whose every document of a list is.

    Args:
        column: the list's cells; None when it has none.
        title: of the column, for people.
        size: rows of the list.
        entities: id and name of those of the books.
        stated: the one that a person names; '' for none.
        words: by entity, what a layout says that the list calls it.
    """
    only = stated or (next(iter(entities)) if len(entities) == 1 else "")
    if column is None:
        what = "the list does not say the legal entity, and these books have several"
        lacking = not only and len(entities) > 1
        return Owners([only or next(iter(entities), "")] * size, [RowFault(HEADER, "column.missing", what, _SAY_IT)] if lacking else [], [])
    own = {key(word): entity for entity, texts in words.items() for word in texts}
    named = {key(name): entity for entity, name in entities.items()}
    meant = {cell: cell if cell in entities else own.get(key(cell)) or named.get(key(cell)) or cell for cell in set(column)}
    others = sorted(cell for cell in meant.values() if cell and cell not in entities)
    if only and len(set(meant.values())) == 1 and others:
        why = "as --entity says" if stated else "the only one of these books"
        return Owners([only] * size, [], [f"{title} {others[0]} is taken for the entity {only}, {why}"])
    made = [meant[cell] or only for cell in column]
    return Owners(made, contradictions(made, stated, entities), [])


def contradictions(said: Sequence[str], stated: str, entities: Mapping[str, str]) -> list[RowFault]:
    """The rows of which a list says another legal entity of the books than a person does. `stated`: '' when nobody does."""
    return [
        RowFault(row, "value.unknown", f"the list says the entity {one}, and --entity says {stated}", "Leave --entity out.")
        for row, one in enumerate(said)
        if stated and one != stated and one in entities
    ]
