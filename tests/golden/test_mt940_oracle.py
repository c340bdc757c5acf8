"""The mt-940 library reads our own fixtures too; where none of its known limits applies, both must agree on the money.

A fixture on which they differ is listed with the reason, and the test holds that it still differs: a list that nobody checks grows.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import mt940
import pytest

from matcher import money
from matcher.parsers.base import ParseOptions, RowBatch, Source
from matcher.parsers.mt940.parser import PARSER
from matcher.parsers.tally import FileTally

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "mt940"
DIFFERS = {
    "beginning_missing": "it starts a statement at :20: only",
    "closing_null": "it refuses the file for :65F:Dnullnull",
    "ctrl_z_two_accounts": "it does not see a :20: behind 0x1A and merges the accounts",
    "decimal_places": "we keep what exceeds the currency's places apart",
    "entry_date_blank": "it refuses the file for a blank or zero entry date",
    "envelope": "it does not see a :20: behind {4: on the same line",
    "february_30": "it clamps 30 February only, and refuses the file for 31 November",
    "free_text_asn": "it refuses the file for an account number of more than 16 places as reference",
    "interim": "it refuses the file for expected entries (EC, ED)",
    "multicash": "it reads a balance without currency as 0.00",
    "pages_gap": "its last balance of a page is another key",
    "points": "it refuses '.' amounts by losing lines: the next :61: overwrites the one it could not read",
    "reversals": "it adds a reversed credit instead of taking it away",
    "row_invalid": "it refuses the whole file for one line",
    "statement_numbers": "it refuses the file for :28:/1",
    "type_codes": "it loses lines whose transaction type it does not know",
}

Row = tuple[Decimal, date]


def ours(path: Path) -> tuple[list[Row], list[Decimal]]:
    tally, rows = FileTally(), []
    for event in tally.watch(PARSER.parse(Source.of(path.read_bytes()), ParseOptions())):
        if isinstance(event, RowBatch):
            assert isinstance(event.rows, list)
            rows += [(money.decimal(row.amount, row.currency), row.booking_date) for row in event.rows]
    closings = [money.decimal(s.closing.amount, s.currency) for s in tally.statements.values() if s.closing]
    return rows, closings


def theirs(path: Path) -> tuple[list[Row], list[Decimal]]:
    rows: list[Row] = []
    closings: list[Decimal] = []
    for statement in mt940.parse_statements(path.read_bytes()):
        for transaction in statement:
            data: dict[str, Any] = transaction.data
            if "amount" in data:
                day = data.get("entry_date") or data["date"]
                rows.append((data["amount"].amount, date(day.year, day.month, day.day)))
        closing = statement.data.get("final_closing_balance")
        if closing is not None:
            closings.append(closing.amount.amount)
    return rows, closings


def agree(path: Path) -> bool:
    our_rows, our_closings = ours(path)
    try:
        their_rows, their_closings = theirs(path)
    except (RuntimeError, ValueError):
        return False
    return sorted(our_rows) == sorted(their_rows) and sorted(our_closings) == sorted(their_closings)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sta")), ids=lambda path: path.stem)
def test_agrees_with_mt_940(path: Path) -> None:
    assert agree(path) is (path.stem not in DIFFERS), DIFFERS.get(path.stem, "rows or closing balances differ")
