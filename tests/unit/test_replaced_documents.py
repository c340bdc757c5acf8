"""Documents that were cancelled and issued again: which numbers tell it, and which only look so."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from matcher import frames
from matcher.ledger.replaced_documents import DOCUMENT_COLUMNS, ReplacedDocument, replaced_documents

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def documents(*rows: dict[str, Any]) -> pl.DataFrame:
    standard = {
        "entity": "1", "customer_id": "C1", "document_type": "invoice", "issue_date": SEPTEMBER, "due_date": OCTOBER, "currency": "EUR",
        "amount": 100_00,
    }  # fmt: skip
    schema = {name: frames.ITEM[name] for name in DOCUMENT_COLUMNS}
    return pl.DataFrame([standard | row for row in rows], schema=schema)


def pairs(gone: pl.DataFrame, new: pl.DataFrame) -> list[tuple[str, str]]:
    return [(one.item_id, one.by_item_id) for one in replaced_documents(gone, new)]


def found(old: str, now: str, **more: Any) -> bool:
    return bool(pairs(documents({"item_id": "A1", "document_no": old}), documents({"item_id": "A7", "document_no": now, **more})))


@pytest.mark.parametrize(
    "now",
    ["KM-2026-00417-1", "KM-2026-00417/2", "KM-2026-00417A", "KM-2026-00417-R", "KM-2026-00417R", "KM-2026-00417_neu", "km-2026-00417 a",
     "KM-2026-00417 (2)", "KM-2026-00417.1", "KM-2026-00417-KORR", "KM-2026-00417", "KM-2026-0417", "KM2026-00417", "KN-2026-00417",
     "XKM-2026-00417"],
)  # fmt: skip
@pytest.mark.parametrize("issued", [SEPTEMBER, date(2026, 9, 20)])
def test_a_number_that_extends_or_corrects_the_old_one(now: str, issued: date) -> None:
    only_digits = now == "KM-2026-0417"
    assert found("KM-2026-00417", now, issue_date=issued) == (not only_digits or issued == SEPTEMBER)


def test_the_next_invoice_of_the_same_amount_is_none() -> None:
    for now in ("KM-2026-00418", "KM-2026-004171", "KM-2026-10417"):
        assert not found("KM-2026-00417", now, issue_date=OCTOBER)
        assert found("KM-2026-00417", now)


@pytest.mark.parametrize("now", ["KM-2026-00500", "KM-2026-00417-storniert", "RE-1", "KM-2026-00428", "00417"])
def test_another_number_is_another_document(now: str) -> None:
    assert not found("KM-2026-00417", now)


@pytest.mark.parametrize("more", [{"customer_id": "C2"}, {"currency": "USD"}, {"amount": 100_01}, {"amount": -100_00}], ids=str)
def test_customer_currency_and_amount_are_the_same(more: dict[str, Any]) -> None:
    assert not found("KM-1", "KM-1-1", **more)


def test_two_instalments_are_two_documents() -> None:
    first = documents({"item_id": "A1", "document_no": "KM-1", "document_type": "instalment"})
    second = {"item_id": "A2", "document_no": "KM-1", "document_type": "instalment"}
    assert pairs(first, documents(second | {"due_date": date(2026, 11, 1)})) == []
    assert pairs(first, documents(second)) == [("A1", "A2")]


def test_each_document_is_in_one_pair_and_the_surest_is_taken() -> None:
    gone = documents({"item_id": "A1", "document_no": "KM-1000"}, {"item_id": "A2", "document_no": "KM-1001"})
    new = documents(
        {"item_id": "B1", "document_no": "KM-1001-1"},
        {"item_id": "B2", "document_no": "KM-1000"},
        {"item_id": "B3", "document_no": "KM-1002"},
    )
    assert pairs(gone, new) == [("A1", "B2"), ("A2", "B1")]
    assert pairs(gone.reverse(), new.reverse()) == [("A1", "B2"), ("A2", "B1")]


def test_it_is_said_in_words_with_the_lines_whose_money_is_on_the_old_one() -> None:
    gone = documents({"item_id": "A1", "document_no": "KM-2026-00417"}, {"item_id": "A2", "document_no": "X-99"})
    new = documents({"item_id": "A7", "document_no": "KM-2026-00417-1"})
    postings = pl.DataFrame({"item_id": ["A1", "A1", "A1", "A2"], "line_id": ["l2", "l1", "l2", "l3"]})
    (one,) = replaced_documents(gone, new, postings)
    assert one == ReplacedDocument("A1", "KM-2026-00417", "A7", "KM-2026-00417-1", "1", "C1", "EUR", 100_00, ("l1", "l2"))
    assert one.said() == "KM-2026-00417 (A1) was re-issued as KM-2026-00417-1 (A7)"
    assert one.to_dict() == {
        "item_id": "A1", "document_no": "KM-2026-00417", "by_item_id": "A7", "by_document_no": "KM-2026-00417-1", "entity": "1",
        "customer_id": "C1", "currency": "EUR", "amount": "100.00", "lines": ["l1", "l2"],
    }  # fmt: skip
    assert replaced_documents(gone.clear(), new) == []
    assert replaced_documents(gone, new.clear()) == []


def test_thousands_of_like_documents_take_no_time_of_their_square() -> None:
    gone = documents(*({"item_id": f"A{n}", "document_no": f"KM-{n:06}"} for n in range(3000)))
    new = documents(*({"item_id": f"B{n}", "document_no": f"KM-{n:06}-1"} for n in range(3000)))
    assert pairs(gone, new) == [(f"A{n}", f"B{n}") for n in sorted(range(3000), key=str)]
