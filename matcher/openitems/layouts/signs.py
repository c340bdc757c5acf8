"""Signs of currency beside amounts: one that several currencies share says none, but it says what the currency is not."""

from collections.abc import Sequence

from matcher.openitems.faults import RowFault
from matcher.openitems.layouts.words import cell_currency, name_currencies

_SHARED = {
    "$": frozenset("USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS BRL".split()),
    "¥": frozenset(("CNY", "JPY")),
    "￥": frozenset(("CNY", "JPY")),
}
_NAME_IT = 'Export the currency too, or say it in a layout: constants = { currency = "USD" }.'


def contradictions(amounts: Sequence[str], title: str, stated: Sequence[str], base: str) -> list[RowFault]:
    """The rows whose amount stands beside the sign or code of another currency than the one that it would get.

    Args:
        amounts: cells of the column of amounts. title: of the column.
        stated: the currency that the list says of each row; '' for none: it would be `base`.
        base: currency of the books.
    """
    together = title + "".join(amounts)
    if not name_currencies(amounts) and not any(sign in together for sign in _SHARED):
        return []
    found = []
    for row, (cell, code) in enumerate(zip(amounts, stated, strict=True)):
        beside = cell_currency(cell)
        if code and beside and code != beside:
            found.append(RowFault(row, "currency.unknown", f"the amount is in {beside}, and the list says {code}", _NAME_IT))
        sign = next((sign for sign in _SHARED if sign in cell or (sign in title and not code and not beside)), "")
        if sign and not beside and (code or base) not in _SHARED[sign]:
            found.append(
                RowFault(row, "currency.unknown", f"the sign {sign} is of several currencies, of which {code or base} is none", _NAME_IT)
            )
    return found
