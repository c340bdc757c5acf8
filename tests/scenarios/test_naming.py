"""People name lines, documents and customers as they write them, and what is not found is answered with what is near."""

from pathlib import Path

import pytest
import steady
from support import Row, copied, filled
from teller import Teller

CUSTOMERS: list[Row] = [{"customer_id": "N-41", "name": "Obsthof Lauterbach"}, {"customer_id": "N-42", "name": "Obsthof Laubach"}]
ITEMS: list[Row] = [
    {"item_id": "77001", "customer_id": "N-41", "document_no": "RG/2026/00815", "amount": "210.00"},
    {"item_id": "77002", "customer_id": "N-41", "document_no": "RG/2026/00816", "amount": "95.40"},
    {"item_id": "77003", "customer_id": "N-42", "document_no": "LS-0816", "amount": "33.00"},
    {"item_id": "77004", "customer_id": "N-42", "document_no": "A=5+1", "amount": "6.00"},
]
LINES: list[Row] = [
    {"bank_reference": "ZV 4471", "amount": "400.00", "counterparty_name": "Hofladen"},
    {"bank_reference": "ZV 4472", "amount": "12.00", "counterparty_name": "Hofladen"},
    {"bank_reference": "doppelt", "amount": "1.00", "counterparty_name": "Eins"},
    {"bank_reference": "doppelt", "amount": "1.00", "counterparty_name": "Zwei"},
]


def after_a_run(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        Teller(filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch).do("run")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    return Teller(copied(tmp_path, after_a_run), monkeypatch)


def _paid(desk: Teller, name: str) -> str:
    (told,) = desk.told("allocate", "ref:ZV 4471", f"{name}=1.00", "--dry-run")
    (item,) = told["items"]
    return str(item["item_id"])


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("77001", "77001"),
        ("RG/2026/00815", "77001"),
        ("rg 2026 815", "77001"),
        ("RG2026-815", "77001"),
        ("815", "77001"),
        ("00815", "77001"),
        ("ls 816", "77003"),
        ("2026/816", "77002"),
        ("A=5+1", "77004"),
    ],
)
def test_a_document_is_found_as_people_write_it(desk: Teller, name: str, item: str) -> None:
    assert _paid(desk, name) == item


def test_a_name_of_several_documents_is_answered_with_all_of_them(desk: Teller) -> None:
    said = desk.do("allocate", "ref:ZV 4471", "816", status=2)
    assert "item.ambiguous" in said
    assert "77002" in said
    assert "77003" in said
    desk.do("write-off", "77003", "--reason", "write_off")
    assert _paid(desk, "816") == "77002", "one of the two has nothing open any more"


def test_what_is_not_found_is_answered_with_the_nearest_names(desk: Teller) -> None:
    said = desk.do("allocate", "ref:ZV 4471", "RG/2026/00851", status=2)
    assert "item.unknown" in said
    assert "RG/2026/00815" in said
    said = desk.do("on-account", "ref:ZV 4471", "--customer", "Obsthof Lauterbch", status=2)
    assert "N-41 (Obsthof Lauterbach)" in said


def test_a_line_is_named_by_its_bank_reference(desk: Teller) -> None:
    line_id = desk.told("show", "ref:ZV 4472")[0]["line_id"]
    assert desk.told("show", line_id[:7])[0]["bank_reference"] == "ZV 4472"
    assert "line.ambiguous" in desk.do("show", "ref:doppelt", status=2)
    assert "line.unknown" in desk.do("show", "ref:ZV 9", status=2)
    assert "line.unknown" in desk.do("show", "ref:", status=2)


def test_the_rest_of_a_receipt_is_an_item_with_a_name(desk: Teller) -> None:
    desk.do("on-account", "ref:ZV 4471", "--customer", "N-41")
    line_id = desk.told("show", "ref:ZV 4471")[0]["line_id"]
    for name in (f"U-{line_id}", f"u-{line_id[:6]}", "U-ref:ZV 4471"):
        (told,) = desk.told("set-off", name, "815", "--dry-run")
        assert (told["line_id"], told["left"]) == (line_id, "190.00")
    (told,) = desk.told("allocate", "ref:ZV 4472", "U-ref:ZV 4471=-12.00", "77001=24.00")
    assert [(item["item_id"], item["open_after"]) for item in told["items"]] == [(f"U-{line_id}", "-388.00"), ("77001", "186.00")]
    assert "item" in desk.do("set-off", "U-0123456789abcdef", "815", status=2)


def test_a_line_that_is_named_twice_is_refused(desk: Teller) -> None:
    line_id = desk.told("show", "ref:ZV 4472")[0]["line_id"]
    for command in (["hold", "--until", "2026-12-01"], ["assign", "--owner", "ben"], ["classify", "--as", "other"]):
        assert "named twice" in desk.do(command[0], "ref:ZV 4472", line_id, *command[1:], status=2)
    assert "twice" in desk.do("on-account", "ref:ZV 4472", line_id, "--customer", "N-41", status=2)
