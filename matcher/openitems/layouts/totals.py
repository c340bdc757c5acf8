"""A list's own sums, held against its rows."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from matcher.openitems.layouts.rows import Body, Total

_NOTHING = Decimal(0)


class Mismatch(NamedTuple):
    """A total that is not the sum of its rows: its row in the sheet, and both figures in words."""

    row: int
    what: str


class Proof(NamedTuple):
    """How many totals were held against the rows and agree, how many could not be, and those that do not agree."""

    proven: int
    unproven: int
    wrong: tuple[Mismatch, ...]


def prove(
    body: Body,
    written: Mapping[int, Sequence[str]],
    signed: Mapping[int, Sequence[str]],
    currencies: Sequence[str],
    stated: Callable[[Total, int], str],
    currency_of: Callable[[Total], str],
) -> Proof:
    """Holds every total of a list against the documents above it.

    Args:
        body: the rows.
        written: by column, the plain amounts of the documents as they are written. signed: with the sign that they were given.
        currencies: of the documents.
        stated: a total's own plain figure in a column; '' without one.
        currency_of: the currency that a total names; '' without one.
    """
    numbers = {place: [_figure(cell) or _NOTHING for cell in cells] for place, cells in written.items()}
    turned = {place: [_figure(cell) or _NOTHING for cell in cells] for place, cells in signed.items()}
    proven = unproven = 0
    wrong: list[Mismatch] = []
    for total in body.totals:
        currency = currency_of(total)
        for place, values in numbers.items():
            figure = _figure(stated(total, place))
            if figure is None:
                continue
            right = False
            for start in dict.fromkeys((total.first, *reversed(total.starts))):
                span = [n for n in range(start, total.last) if not currency or currencies[n] == currency]
                right = right or figure in (
                    sum((values[n] for n in span), _NOTHING),
                    sum((turned.get(place, values)[n] for n in span), _NOTHING),
                )
                if right:
                    break
            if right:
                proven += 1
            elif len({currencies[n] for n in range(total.first, total.last)}) > 1 and not currency:
                unproven += 1
            else:
                whole = (n for n in range(total.first, total.last) if not currency or currencies[n] == currency)
                rows = sum((values[n] for n in whole), _NOTHING)
                wrong.append(Mismatch(total.row, f"the total {total.label[:40]!r} is {figure:f}, the rows above add up to {rows:f}"))
    return Proof(proven, unproven, tuple(wrong))


def _figure(text: str) -> Decimal | None:
    """The decimal of a plain amount; None for a cell that is none."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
