"""Both legs of transfers between our accounts."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from states import Books, frame

from matcher.frames import CUSTOMER, STATE_LINE
from matcher.matching.classify import ours, own_side
from matcher.matching.own_transfers import own_transfers

NUMBERS = {"main": "DE12 0300", "second": "DE44 0300"}
OUT, IN = {"account": "main", "day": date(2026, 10, 14)}, {"account": "second", "day": date(2026, 10, 15)}


def legs(books: Books) -> dict[str, tuple[str, str]]:
    """Partner and outcome of each leg."""
    lines = frame(list(books.lines.values()), STATE_LINE)
    own = ours(lines, list(NUMBERS.values()), ["Kestrel Messtechnik GmbH"], pl.DataFrame(schema=CUSTOMER))
    found = own_transfers(lines, own_side(lines, own), NUMBERS)
    return {line: (other, outcome) for line, other, outcome in found.select("line_id", "other_line", "outcome").iter_rows()}


def transfer(out: dict[str, Any], into: dict[str, Any], amount: int = 500_00) -> bool:
    books = Books()
    books.line("A", -500_00, **OUT | out)
    books.line("B", amount, **IN | into)
    found = legs(books)
    return found == {"A": ("B", "outgoing"), "B": ("A", "non_receivable")}


@pytest.mark.parametrize(
    ("out", "into", "paired"),
    [
        ({"counterparty_account": "DE440300"}, {}, True),  # one leg names the other's account
        ({}, {"counterparty_account": "DE12-0300"}, True),
        ({"counterparty_name": "KESTREL MESSTECHNIK"}, {"counterparty_name": "Kestrel Messtechnik GmbH"}, True),
        ({"kind": "own_transfer"}, {"transaction_code": "PMNT/RCDT/BOOK", "counterparty_name": "Kestrel Messtechnik GmbH"}, True),
        ({"counterparty_name": "Kestrel Messtechnik GmbH"}, {"counterparty_name": "Somebody"}, False),
        ({"counterparty_account": "DE440300"}, {"account": "main"}, False),
        ({"counterparty_account": "DE440300"}, {"day": date(2026, 10, 19)}, True),
        ({"counterparty_account": "DE440300"}, {"day": date(2026, 10, 20)}, False),
        ({"counterparty_account": "DE440300"}, {"currency": "USD"}, False),
        ({}, {}, False),
    ],
)
def test_which_lines_are_one_transfer(out: dict[str, Any], into: dict[str, Any], paired: bool) -> None:
    assert transfer(out, into) is paired


def test_another_amount_is_another_transfer() -> None:
    assert not transfer({"counterparty_account": "DE440300"}, {}, 499_99)


def test_equal_transfers_are_paired_by_their_days() -> None:
    books = Books()
    for n, day in enumerate((12, 14), 1):
        books.line(f"A{n}", -500_00, **OUT | {"day": date(2026, 10, day), "counterparty_account": "DE440300"})
        books.line(f"B{n}", 500_00, **IN | {"day": date(2026, 10, day), "counterparty_account": "DE120300"})
    assert {line: other for line, (other, _) in legs(books).items()} == {"A1": "B1", "B1": "A1", "A2": "B2", "B2": "A2"}
