"""Lists of documents that a bank cut off: what is paid above the document that can be read is no overpayment of it."""

from pathlib import Path

import pytest
from support import Row, with_lists

CUSTOMER: Row = {"customer_id": "C1", "name": "Mulder & Peters NV"}
ITEMS: list[Row] = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "0363/03/26", "amount": "1248.33"},
    {"item_id": "A2", "customer_id": "C1", "document_no": "0371/03/26", "amount": "184.04"},
    {"item_id": "A3", "customer_id": "C1", "document_no": "0800/04/26", "amount": "977.10"},
]


def posted(folder: Path, text: str, amount: str) -> int:
    line = {"counterparty_name": "MULDER & PETERS N.", "amount": amount, "remittance_information": text}
    books = with_lists(folder, items=ITEMS, customers=[CUSTOMER], lines=[line])
    books.run()
    return books.state().allocations.filter(state="posted").height


@pytest.mark.parametrize(
    "text",
    [
        "FACT 0363/03/26/03",  # cut in the first characters of 0371/03/26, by a bank that gives eighteen
        "MULDER PETERS 0363/03/26 0371/03 BGC",
    ],
)
def test_more_than_the_document_that_can_be_read_waits_for_a_person(tmp_path: Path, text: str) -> None:
    assert posted(tmp_path, text, "1422.37") == 0


def test_an_overpayment_of_one_document_is_still_one(tmp_path: Path) -> None:
    assert posted(tmp_path, "INV 0363/03/26", "1250.00") == 1
