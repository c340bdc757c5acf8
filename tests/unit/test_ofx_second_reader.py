"""The second opinion: agreement on good files, and on others who is right."""

from pathlib import Path

import pytest

from matcher.model import Transaction
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.ofx import rows as ofx_rows
from matcher.parsers.ofx import second_reader
from matcher.parsers.ofx import statement as ofx_statement
from matcher.parsers.ofx.second_reader import ReadingDifference, second_opinion

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "ofx"
AGREED = (
    "plain.ofx",
    "plain_xml.ofx",
    "leaves_empty.ofx",
    "dates_with_zone.ofx",
    "body_one_line.ofx",
    "several_statements.ofx",
    "investment_cash.qfx",
)
"""Among them files on which ofxparse alone raises or moves a date."""


def opinion(name: str) -> list[ReadingDifference]:
    return second_opinion(Source.of((FIXTURES / name).read_bytes(), name), ParseOptions())


@pytest.mark.parametrize("name", AGREED)
def test_both_readings_agree(name: str) -> None:
    assert opinion(name) == []


@pytest.mark.parametrize(
    ("name", "what", "ours", "theirs", "reason"),
    [
        ("grouping_comma.ofx", "amount of entry 1 (line 43)", "1234.00", "1.234", "a point as decimal mark"),
        ("decimal_comma.ofx", "amount of entry 3 (line 60)", "3000.00", "3.000", "a comma as decimal mark"),
        ("amount_refused.ofx", "entry 3 (line 59)", "", "2026-10-07 NaN", "'NaN' is not an amount"),
        ("amount_refused.ofx", "transactions", "1", "2", "2 of 5 differ"),
        ("balance_markers.ofx", "entry 3 (line 60)", "", "2026-10-05 1420.00", "a balance written as a transaction"),
        ("dates_refused.ofx", "entry 5 (line 68)", "", "None 1.00", "no booking date"),
        ("dates_six_digits.ofx", "date of entry 1 (line 44)", "2026-10-05", "0510-02-06", "only order"),
        ("end_tag_missing.ofx", "entry 2 (line 51)", "", "2026-10-12 -86.40", "no end tag"),
        ("cut_after_list.ofx", "file", "file.cut", "", "its text holds 3 transactions"),
    ],
)
def test_a_difference_says_who_is_right_and_why(name: str, what: str, ours: str, theirs: str, reason: str) -> None:
    found = next(difference for difference in opinion(name) if difference.what == what)
    assert (found.ours, found.theirs, found.verdict) == (ours, theirs, "ours")
    assert reason in found.reason


def test_a_fault_of_ours_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ofx_rows.RowReader.read

    def a_cent_too_much(*args: object) -> object:
        row = honest(*args)
        return row._replace(amount=row.amount + 1) if isinstance(row, Transaction) else row

    monkeypatch.setattr(ofx_rows.RowReader, "read", a_cent_too_much)
    found = opinion("plain.ofx")
    assert [(d.what, d.ours, d.theirs, d.verdict) for d in found[:3]] == [
        ("credit", "1250.01", "1250.00", "theirs"),
        ("debit", "99.28", "99.30", "theirs"),
        ("amount of entry 1 (line 43)", "1250.01", "1250.00", "theirs"),
    ]


def test_a_row_we_drop_without_a_word_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ofx_statement.OpenStatement.add

    def forgetful(statement: ofx_statement.OpenStatement, block: str, line: int, pending: bool) -> None:
        if line != 51:
            honest(statement, block, line, pending)

    monkeypatch.setattr(ofx_statement.OpenStatement, "add", forgetful)
    found = opinion("plain.ofx")
    assert [(d.what, d.verdict) for d in found] == [("transactions", "theirs"), ("debit", "theirs"), ("entry 2 (line 51)", "theirs")]


def test_many_transactions_go_to_it_in_small_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reader, "CHUNK", 2)
    assert opinion("plain.ofx") == []
    data = (FIXTURES / "plain.ofx").read_bytes().replace(b"<TRNAMT>-12.90", b"<TRNAMT>-12,345")
    found = second_opinion(Source.of(data), ParseOptions())
    assert [d.what for d in found] == ["debit", "amount of entry 3 (line 59)"]
    assert (found[1].ours, found[1].theirs, found[1].verdict) == ("-12345.00", "-12.345", "ours")


def test_what_ofxparse_raises_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_reader, "_parse", lambda *_: "IndexError")
    found = opinion("plain.ofx")
    assert ("entry 1 (line 43)", "ofxparse raises IndexError", "ours") in {(d.what, d.theirs, d.verdict) for d in found}
