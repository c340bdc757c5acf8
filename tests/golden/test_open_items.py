"""Lists of open items and customers as each system writes them, and what is read of them.

After a change that is meant, write the expected rows anew with ``python tests/golden/test_open_items.py --write``, and read the difference.
"""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from matcher import money
from matcher.openitems.layouts import library
from matcher.openitems.layouts.convert import Context
from matcher.openitems.readers import FileRead, How, read_file

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "open_items"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")
CUSTOMERS = {
    "10001": "Domkapitel Erlenstein", "10002": "Blue Ridge Water Inc.", "10000": "Adatum Corporation", "A1": "Azure Interior",
    "A2": "Deco Addict", "CUST-0001": "Palmer Productions Ltd.", "R1": "Ridgeway University", "Y1": "Young Bros Transport, Ltd",
    "Y2": "Young Bros Transport", "Q1": "Amy's Bird Sanctuary", "Q2": "Bill's Windsurf Shop", "K1": "Kochi Spice Traders",
    "K2": "Marina Foods", "C1001": "Coastal Supply Inc", "C1002": "Delta Marine", "KH001": "上海腾达贸易有限公司",
    "KH002": "深圳市海纳科技有限公司",
}  # fmt: skip
ITEM = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount",
    "discount_ppm", "discount_date", "purchase_order", "payment_reference", "status",
)  # fmt: skip
CUSTOMER = ("customer_id", "customer_no", "name", "trade_name", "country", "currency", "parent_id", "account", "terms")


def how(layout: str = "", own: dict[str, str] | None = None) -> How:
    """Books of one legal entity in EUR, with some customers."""
    rows = [(number, "", name, "", "", "") for number, name in CUSTOMERS.items()]
    known = pl.DataFrame(rows, schema=["customer_id", "customer_no", "name", "trade_name", "alias", "currency"], orient="row")
    return How(library.available(own or {}), layout, Context({"1": "Nordwerk GmbH"}, "EUR", known))


def kind_of(path: Path) -> str:
    return (
        "customers"
        if "customers" in path.name or path.name.startswith(("odoo-contacts", "xero-contacts", "zoho-contacts", "datev-deb"))
        else "items"
    )


def read(path: Path) -> FileRead:
    return read_file(kind_of(path), path.read_bytes(), path.name, ["1"], how=how())


def told(read_: FileRead, kind: str) -> dict[str, object]:
    """What a file says, for a person to read: empty cells are left out."""
    rows = []
    for row in read_.frame.iter_rows(named=True):
        cells = {name: row[name] for name in (ITEM if kind == "items" else CUSTOMER) if row[name] not in ("", None)}
        cells |= {name: money.render(row[name], row["currency"]) for name in ("amount", "open_amount") if name in cells}
        rows.append({name: str(value) for name, value in cells.items()})
    return {"layout": read_.table.layout, "notes": list(read_.notes), "rows": rows}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_list_is_read_as_it_was_written(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    assert told(read(path), kind_of(path)) == expected


def test_every_shipped_layout_has_a_list() -> None:
    read_with = {json.loads(path.read_text(encoding="utf-8"))["layout"] for path in FOLDER.glob("*.json")}
    assert read_with == set(library.shipped())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_list_is_read_the_same_by_name(path: Path) -> None:
    found = read(path)
    named = read_file(kind_of(path), path.read_bytes(), path.name, ["1"], how=how(found.table.layout))
    assert named.frame.equals(found.frame)


if __name__ == "__main__" and "--write" in sys.argv:
    for file in FILES:
        text = json.dumps(told(read(file), kind_of(file)), ensure_ascii=False, indent=1)
        file.with_name(f"{file.name}.json").write_text(text + "\n", encoding="utf-8")
