"""The currency of a list's documents: of their own column, their title, what stands above the titles, or that of the books."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.openitems.faults import RowFault
from matcher.openitems.layouts.above import Said
from matcher.openitems.layouts.signs import contradictions
from matcher.openitems.layouts.words import cell_currency, key, name_currencies, title_currency

_NAME_ONE = "Export the list again in one way, or take the row above the titles off where it is wrong."


class Currencies(NamedTuple):
    """The currency of every row, the rows whose currency is that of the books, what is wrong, and what a person should know."""

    codes: list[str]
    assumed: list[int]
    faults: list[RowFault]
    notes: list[str]


def currencies(
    column: Sequence[str], known: Mapping[str, str], amounts: Sequence[str] | None, title: str, base: str, said: Said, *, local: bool
) -> Currencies:
    """The currency of every document.

    Args:
        column: cells that name it; empty where there is none.
        known: codes by the keys of words that stand for them.
        amounts: cells of the column of amounts; None without one. title: of that column.
        base: currency of the books.
        said: what stands above the titles.
        local: whether the amounts are in the company's own currency.
    """
    faults: list[RowFault] = []
    codes = {cell: known.get(key(cell)) or (cell if cell in known.values() else cell.upper()) for cell in set(column) if cell}
    told = title_currency(title) if amounts is not None else ""
    above = "" if local else said.currency
    default = told or above or base
    cells = list(column)
    if amounts is not None and not local:
        faults += contradictions(amounts, title, [codes[cell] if cell else told or above for cell in cells], base)
    if amounts is not None and not told and name_currencies(amounts):
        beside = [cell_currency(cell) for cell in amounts]
        cells = [cell or code for cell, code in zip(cells, beside, strict=True)]
        codes |= {code: code for code in beside if code}
    if above and said.firmly:
        faults += [
            RowFault(row, "currency.unknown", f"all amounts are in {above} by what stands above the titles, and here in {code}", _NAME_ONE)
            for row, cell in enumerate(cells)
            if (code := codes[cell] if cell else told) not in ("", above)
        ]
    empty = [row for row, cell in enumerate(cells) if not cell]
    made = [codes[cell] if cell else default for cell in cells]
    if not empty or told or not default:
        return Currencies(made, [], faults, [])
    if above:
        some = "The list names no currency" if len(empty) == len(cells) else _counted(len(empty))
        return Currencies(made, [], faults, [f"{some} but above its titles: {above} is taken"])
    alone = "The amounts are in the company's currency" if local else "The list names no currency"
    which = alone if len(empty) == len(cells) else _counted(len(empty))
    return Currencies(made, empty, faults, [f"{which}; the base currency {default} is taken"])


def _counted(count: int) -> str:
    return "1 row names no currency" if count == 1 else f"{count} rows name no currency"
