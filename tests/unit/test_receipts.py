import csv
import hashlib
import io
import json
from datetime import date
from typing import Any

import polars as pl
import pytest
from states import Books, Part

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp import Export, ExportRequest, names, target
from matcher.exports.erp.generic import ALLOCATION, DOCUMENT


def export(books: Books, name: str = "receipts.jsonl", **more: Any) -> Export:
    return erp.export(target("generic"), books.state(), ExportRequest(file_name=name, books="Northgate group", **more), {})


def content(made: Export, name: str = "receipts.jsonl") -> str:
    (found,) = [file for file in made.files if file.name == name]
    return b"".join(found.chunks()).decode()


def records(made: Export) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(made).splitlines()]


@pytest.fixture
def books() -> Books:
    made = Books(date(2026, 3, 31))
    made.item("I1", 100_00)
    made.item("I2", 50_00)
    made.line("L1", 160_00, customer="C1", remittance_information="N-I1 and N-I2", counterparty_account="DE02120300000000202051")
    made.post("D1", "L1", {"I2": 50_00, "I1": Part(97_50, 2_50, "BANK_FEE")})
    return made


def test_a_receipt_record_says_everything_an_erp_books(books: Books) -> None:
    header, receipt, trailer = records(export(books))
    assert header == {
        "record": "header", "format": "matcher.receipts/1", "batch_id": trailer["batch_id"], "books": "Northgate group",
        "as_of": "2026-03-31", "journal_batch": 0, "journal_hash": "0" * 64, "count": 1, "control_totals": {"EUR": "160.00"},
    }  # fmt: skip
    assert trailer == {"record": "trailer", "batch_id": header["batch_id"], "count": 1, "control_totals": {"EUR": "160.00"}}
    digest = hashlib.sha256(b"1\x1fD1\x1f1").hexdigest()[:20]
    assert receipt == {
        "record": "receipt", "external_id": digest, "version": 1, "reverses": "", "payload_hash": receipt["payload_hash"], "entity": "1",
        "decision_id": "D1", "effective_date": "2026-03-10", "actor": "engine", "rule": "ref-exact@1", "line_id": "L1", "account": "1",
        "booking_date": "2026-03-10", "value_date": "2026-03-10", "bank_reference": "B-L1", "end_to_end_id": "", "counterparty_name": "",
        "counterparty_account": "DE02120300000000202051", "remittance_information": "N-I1 and N-I2", "customer_id": "C1",
        "currency": "EUR", "amount": "160.00", "applied": "147.50", "unapplied": "12.50",
        "allocations": [
            {"item_id": "I1", "document_no": "N-I1", "amount_applied": "97.50", "item_currency": "EUR", "item_amount": "97.50",
             "adjustment_amount": "2.50", "adjustment_reason": "BANK_FEE"},
            {"item_id": "I2", "document_no": "N-I2", "amount_applied": "50.00", "item_currency": "EUR", "item_amount": "50.00",
             "adjustment_amount": "0.00", "adjustment_reason": ""},
        ],
    }  # fmt: skip


def test_csv_repeats_the_receipt_for_each_allocation_and_has_a_sibling_with_the_totals(books: Books) -> None:
    books.line("L2", 5_00, customer="C1")
    books.post("D2", "L2")
    made = export(books, "march.csv")
    assert [file.name for file in made.files] == ["march.batch.json", "march.csv"]
    rows = list(csv.DictReader(io.StringIO(content(made, "march.csv"))))
    assert tuple(rows[0]) == (*DOCUMENT, *ALLOCATION)
    shown = ("line_id", "amount", "unapplied", "item_id", "amount_applied", "adjustment_amount")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("L1", "160.00", "12.50", "I1", "97.50", "2.50"),
        ("L1", "160.00", "12.50", "I2", "50.00", "0.00"), ("L2", "5.00", "5.00", "", "", ""),
    ]  # fmt: skip
    about = json.loads(content(made, "march.batch.json"))
    assert about["header"]["count"] == about["trailer"]["count"] == 2
    assert about["header"]["control_totals"] == {"EUR": "165.00"}


def test_csv_text_is_neutralised_and_json_is_not(books: Books) -> None:
    books.lines["L1"]["counterparty_name"] = "=HYPERLINK(1)"
    assert records(export(books))[1]["counterparty_name"] == "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(content(export(books, "r.csv"), "r.csv"))))
    assert {row["counterparty_name"] for row in rows} == {"'=HYPERLINK(1)"}


def test_what_is_not_decided_or_not_a_receivable_is_not_exported(books: Books) -> None:
    books.item("I3", 10_00)
    books.line("L2", 10_00, customer="C1")
    books.propose("P2", "L2", {"I3": 10_00})
    books.line("L3", 7_00)
    books.line("L4", -9_00)
    books.post("D4", "L4", outcome="non_receivable")
    assert [row["line_id"] for row in records(export(books))[1:-1]] == ["L1"]


def test_a_second_decision_on_a_line_applies_the_rest_and_brings_no_money(books: Books) -> None:
    books.item("I3", 12_50)
    books.post("D2", "L1", {"I3": 12_50})
    found = [(row["record"], row["amount"], row["applied"], row["unapplied"]) for row in records(export(books))[1:-1]]
    assert found == [("receipt", "160.00", "147.50", "12.50"), ("application", "0.00", "12.50", "-12.50")]


def test_a_second_decision_that_applies_nothing_is_no_document(books: Books) -> None:
    books.post("D2", "L1")
    assert [row["decision_id"] for row in records(export(books))[1:-1]] == ["D1"]


def test_what_is_acknowledged_is_never_sent_again(books: Books) -> None:
    first = export(books)
    again = export(books, sent=first.sent, acknowledged=frozenset(first.sent["external_id"]))
    assert (again.batch.count, again.batch.control_totals) == (0, {})
    assert [row["record"] for row in records(again)] == ["header", "trailer"]


def test_what_is_not_acknowledged_is_sent_again_with_the_same_bytes(books: Books) -> None:
    first = export(books)
    assert content(export(books, sent=first.sent)) == content(first)
    assert content(export(books, sent=pl.concat([first.sent, first.sent]))) == content(first)


def test_a_reversed_decision_that_was_sent_is_taken_back_by_a_document_of_its_own(books: Books) -> None:
    first = export(books)
    books.undo("D1")
    (row,) = records(export(books, sent=first.sent, acknowledged=frozenset(first.sent["external_id"])))[1:-1]
    assert (row["record"], row["reverses"], row["version"]) == ("reversal", first.sent["external_id"][0], 2)
    assert (row["amount"], row["applied"], row["unapplied"], row["allocations"]) == ("-160.00", "-147.50", "-12.50", [])
    assert (row["line_id"], row["bank_reference"], row["effective_date"]) == ("L1", "B-L1", "2026-03-10")
    assert row["external_id"] != first.sent["external_id"][0]


def test_a_reversed_decision_that_was_never_sent_is_not_mentioned(books: Books) -> None:
    books.undo("D1")
    assert export(books).batch.count == 0


def test_a_receipt_the_erp_refused_is_not_taken_back(books: Books) -> None:
    first = export(books)
    books.undo("D1")
    assert export(books, sent=first.sent, rejected=frozenset(first.sent["external_id"])).batch.count == 0


def test_a_refused_receipt_is_sent_again_as_it_was(books: Books) -> None:
    first = export(books)
    assert content(export(books, sent=first.sent, rejected=frozenset(first.sent["external_id"]))) == content(first)


def test_a_reversal_is_sent_until_it_is_acknowledged(books: Books) -> None:
    first = export(books)
    books.undo("D1")
    second = export(books, sent=first.sent, acknowledged=frozenset(first.sent["external_id"]))
    history = pl.concat([first.sent, second.sent])
    third = export(books, sent=history, acknowledged=frozenset(first.sent["external_id"]))
    assert records(third)[1] == records(second)[1]
    done = frozenset(history["external_id"])
    assert export(books, sent=history, acknowledged=done).batch.count == 0


def test_a_document_never_changes_under_its_id(books: Books) -> None:
    """When the first of two decisions is undone, the second becomes the receipt: what used the old one's money is taken back before it."""
    books.item("I3", 12_50)
    books.post("D2", "L1", {"I3": 12_50})
    first = export(books)
    books.undo("D1")
    found = records(export(books, sent=first.sent, acknowledged=frozenset(first.sent["external_id"])))[1:-1]
    shown = [(row["decision_id"], row["record"], row["version"], row["amount"], row["unapplied"]) for row in found]
    assert shown == [
        ("D2", "reversal", 2, "0.00", "12.50"), ("D1", "reversal", 2, "-160.00", "-12.50"), ("D2", "receipt", 3, "160.00", "147.50"),
    ]  # fmt: skip
    assert [len(row["allocations"]) for row in found] == [0, 0, 1]
    rows = list(csv.DictReader(io.StringIO(content(export(books, "r.csv", sent=first.sent), "r.csv"))))
    assert [(row["record"], row["item_id"]) for row in rows] == [("reversal", ""), ("reversal", ""), ("receipt", "I3")]
    assert len({*first.sent["external_id"], *(row["external_id"] for row in found)}) == 5


def test_a_corrected_document_number_or_name_is_no_reason_to_take_a_receipt_back(books: Books) -> None:
    first = export(books)
    books.items["I1"]["document_no"] = "N-1"
    books.lines["L1"]["counterparty_name"] = "Corrected"
    assert export(books, sent=first.sent, acknowledged=frozenset(first.sent["external_id"])).batch.count == 0


def test_an_export_of_an_earlier_day_leaves_out_what_takes_effect_later(books: Books) -> None:
    books.line("L2", 5_00, customer="C1", day=date(2026, 4, 2))
    books.post("D2", "L2")
    books.as_of = date(2026, 4, 30)
    april = export(books)
    assert [row["line_id"] for row in records(april)[1:-1]] == ["L1", "L2"]
    march = records(export(books, as_of=date(2026, 3, 31), sent=april.sent))[1:-1]
    assert [(row["line_id"], row["version"]) for row in march] == [("L1", 1)], "told again under the same id, not as new"
    unsent = records(export(books, as_of=date(2026, 3, 31)))[1:-1]
    assert [row["line_id"] for row in unsent] == ["L1"]


def test_an_unknown_target_or_ending_is_refused(books: Books) -> None:
    with pytest.raises(MatcherError, match=r"usage\.option.*generic"):
        target("abacus")
    with pytest.raises(MatcherError, match=r"usage\.option.*\.jsonl or \.csv"):
        export(books, "receipts.xml")


def test_every_target_says_what_it_is() -> None:
    assert all(target(name).name == name and target(name).description for name in names())
