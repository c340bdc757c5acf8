"""The demo month tells each story that an accountant knows, and the program tells it the same way every time."""

import csv
import glob
import io
import shlex
from pathlib import Path

import pytest
from desk import FIXTURES, Desk, prepared

from matcher import codes

DEMO = FIXTURES / "demo"
LAST = "2026-10-31"
STORIES = {
    "a clean reference": ("DE-EUR", "2026-10-01", "18640.75", "matched", "posted", ["RE-2026-00326"]),
    "two invoices in one payment": ("DE-EUR", "2026-10-02", "11464.50", "matched", "posted", ["RE-2026-00355", "RE-2026-00361"]),
    "three invoices, payer under its alias": (
        "DE-EUR", "2026-10-08", "18043.65", "matched", "posted", ["RE-2026-00336", "RE-2026-00339", "RE-2026-00348"],
    ),
    "a number that lost its prefix and zeros": ("DE-EUR", "2026-10-05", "1127.85", "matched", "posted", ["RE-2026-00398"]),
    "a number written in another way": ("DE-EUR", "2026-10-16", "6871.95", "matched", "posted", ["RE-2026-00375"]),
    "a number that lost its zeros alone": ("DE-EUR", "2026-10-26", "3975.00", "matched", "posted", ["RE-2026-00395"]),
    "two short numbers": ("NL-EUR", "2026-10-06", "2139.35", "matched", "posted", ["RE-2026-00351", "RE-2026-00409"]),
    "a structured reference": ("DE-EUR", "2026-10-21", "3612.75", "matched", "posted", ["RE-2026-00401"]),
    "one rate of an invoice in two": ("DE-EUR", "2026-10-15", "9000.00", "matched", "posted", ["RE-2026-00320"]),
    "a purchase order for a reference": ("US-USD", "2026-10-19", "11240.75", "matched", "posted", ["EX-2026-0115"]),
    "a part payment": ("DE-EUR", "2026-10-06", "5000.00", "partial", "posted", ["RE-2026-00341"]),
    "a wire short of its fee": ("US-USD", "2026-10-09", "15845.00", "matched", "proposed", ["EX-2026-0111"]),
    "an overpayment": ("DE-EUR", "2026-10-08", "5500.00", "overpaid", "posted", ["RE-2026-00346"]),
    "a discount in terms": ("DE-EUR", "2026-10-05", "4225.76", "matched", "posted", ["RE-2026-00404"]),
    "a discount in terms, in dollars": ("US-USD", "2026-10-07", "5623.20", "matched", "posted", ["EX-2026-0117"]),
    "a discount taken late": ("DE-EUR", "2026-10-16", "2891.00", "partial", "posted", ["RE-2026-00421"]),
    "a duplicate payment": ("DE-EUR", "2026-10-09", "14225.10", "duplicate", "none", []),
    "a payment of a closed invoice": ("DE-EUR", "2026-10-12", "12480.00", "closed_item", "none", []),
    "a netted credit note": ("DE-EUR", "2026-10-12", "4500.00", "matched", "posted", ["GS-2026-0014", "RE-2026-00389"]),
    "goods sent back, netted": ("CN-CNY", "2026-10-20", "106400.00", "matched", "posted", ["SZ2609-018", "TZ2609-001"]),
    "a payer known by its account only": ("DE-EUR", "2026-10-06", "23417.60", "matched", "posted", ["RE-2026-00331"]),
    "no text at all, a known account": ("NL-EUR", "2026-10-16", "1540.25", "matched", "posted", ["RE-2026-00377"]),
    "a payer known by its name only": ("DE-EUR", "2026-10-07", "2318.45", "matched", "proposed", ["RE-2026-00380"]),
    "two firms of almost one name": ("CN-CNY", "2026-10-27", "84300.00", "matched", "posted", ["SZ2609-012"]),
    "an amount that two customers owe": ("DE-EUR", "2026-10-19", "2735.00", "matched", "posted", ["RE-2026-00358"]),
    "one of two equal invoices, no reference, a known account": (
        "DE-EUR", "2026-10-13", "1190.00", "matched", "proposed", ["RE-2026-00329"],
    ),
    "a private person for a firm": ("CN-CNY", "2026-10-23", "19990.00", "unexplained", "none", []),
    "a receipt that nothing explains": ("DE-EUR", "2026-10-15", "240.00", "unexplained", "none", []),
    "a fee": ("DE-EUR", "2026-10-01", "-36.80", "outgoing", "none", []),
    "interest": ("DE-EUR", "2026-10-30", "18.42", "non_receivable", "none", []),
    "a transfer between own accounts, in": ("DE-EUR", "2026-10-14", "20000.00", "non_receivable", "none", []),
    "a transfer between own accounts, out": ("NL-EUR", "2026-10-13", "-20000.00", "outgoing", "none", []),
    "a debit that the bank takes back, with its fee": ("DE-EUR", "2026-10-29", "-643.00", "outgoing", "proposed", []),
    "what was taken back pays nothing": ("DE-EUR", "2026-10-21", "640.00", "unexplained", "none", []),
    "a deposit": ("DE-EUR", "2026-10-22", "2500.00", "on_account", "none", []),
    "a double payment that we pay back": ("DE-EUR", "2026-10-23", "-14225.10", "outgoing", "none", []),
    "a supplier paid": ("DE-EUR", "2026-10-22", "-11205.00", "outgoing", "none", []),
}  # fmt: skip
"""What the line is about: account, day, amount; then what becomes of it: outcome, state, documents."""

Row = dict[str, str]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """The exports of the demo month, by name."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    statements = sorted(map(str, (DEMO / "statements").iterdir()))
    with pytest.MonkeyPatch.context() as monkeypatch:
        kinds = ("customers", "items", "rates")
        commands = [["init", "."], *(["import", kind, str(DEMO / f"{kind}.csv")] for kind in kinds), ["ingest", *statements]]
        desk = prepared(Desk(folder, monkeypatch), [*commands, ["run", "--as-of", LAST], ["verify"], ["status", "--as-of", LAST]])
        exports = ("matches", "aging", "discrepancies")
        prepared(desk, [["export", name, "-o", f"{name}.csv", "--as-of", LAST] for name in exports])
        listed = {name: _rows((folder / f"{name}.csv").read_text(encoding="utf-8")) for name in exports}
        return listed | {"statements": _rows(desk.do("statement", "list", "--format", "csv"))}


def _rows(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("story", STORIES)
def test_the_story(story: str, month: dict[str, list[Row]]) -> None:
    account, day, amount, outcome, state, documents = STORIES[story]
    rows = [r for r in month["matches"] if (r["account"], r["booking_date"], r["line_amount"]) == (account, day, amount)]
    assert {(row["outcome"], row["state"]) for row in rows} == {(outcome, state)}
    assert sorted(row["document_no"] for row in rows if row["document_no"]) == documents


def test_no_cent_is_lost_between_the_bank_and_the_export(month: dict[str, list[Row]]) -> None:
    lines = {row["line_id"]: row for row in month["matches"]}
    statements = sum(_cents(row["credit"]) - _cents(row["debit"]) for row in month["statements"])
    assert sum(_cents(row["line_amount"]) for row in lines.values()) == statements
    for line_id, line in lines.items():
        applied = sum(_cents(r["amount_applied"]) for r in month["matches"] if r["line_id"] == line_id)
        assert 0 <= applied <= max(0, _cents(line["line_amount"]))


def test_the_statements_follow_each_other_and_are_proven_where_the_bank_allows(month: dict[str, list[Row]]) -> None:
    german = [row for row in month["statements"] if row["account"] == "DE-EUR"]
    assert german[0]["closing"] == german[1]["opening"]
    assert {row["account"]: row["state"] for row in month["statements"]} == {
        "CN-CNY": "balanced", "DE-EUR": "balanced", "NL-EUR": "balanced", "US-USD": "unproven",
    }  # fmt: skip


def test_the_follow_up_list_names_what_was_odd(month: dict[str, list[Row]]) -> None:
    found = {(row["type"], row["document_no"]) for row in month["discrepancies"]}
    for expected in (
        ("partial", "RE-2026-00341"), ("short_pay", "EX-2026-0111"), ("unearned_discount", "RE-2026-00421"), ("overpay", "RE-2026-00346"),
        ("duplicate", ""), ("returned", ""), ("unexplained", ""),
    ):  # fmt: skip
        assert expected in found


def test_the_aged_ledger_has_every_age_and_one_dispute(month: dict[str, list[Row]]) -> None:
    assert {row["bucket"] for row in month["aging"]} == {"not_due", "1-30", "31-60", "61-90", "91-120", ">120"}
    assert [row["document_no"] for row in month["aging"] if _cents(row["disputed_amount"])] == ["RE-2026-00231"]
    assert {row["document_type"] for row in month["aging"]} == {"invoice", "instalment", "debit_note", "unapplied"}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, str]]]:
    """The folder in which every command of run.sh was run, and what each one printed; `|| true` stands behind what is refused."""
    folder, told = tmp_path_factory.mktemp("script"), []
    (folder / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    (folder / "out").mkdir()
    known = {"$day": LAST, "$november": str(DEMO / "november"), "$here": str(DEMO), "$books": str(folder), "$out": str(folder / "out")}
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(folder, monkeypatch)
        for line in (DEMO / "run.sh").read_text(encoding="utf-8").splitlines():
            if line.startswith("step matcher "):
                command, _, refused = line.removeprefix("step matcher ").partition(" || ")
                for name, value in known.items():
                    command = command.replace(name, value)
                words = [found for word in shlex.split(command) for found in (sorted(glob.glob(word)) if "*" in word else [word])]
                printed = desk.do(*words, status=codes.POLICY if refused else codes.DONE)
                told.append((command, printed))
    return folder, told


def test_every_line_of_the_month_is_placed(script: tuple[Path, list[tuple[str, str]]]) -> None:
    _, told = script
    first, second = (text for command, text in told if command.startswith("queue"))
    assert "17 receipts wait, " in first
    assert "0 receipts wait." in second


def test_november_changes_nothing_of_october(script: tuple[Path, list[tuple[str, str]]]) -> None:
    folder, told = script
    (refused,) = (text for command, text in told if "cut_off" in command)
    assert "items.closing" in refused
    assert (folder / "out" / "aging.csv").read_bytes() == (folder / "out" / "aging_again.csv").read_bytes()
    (taken,) = (text for command, text in told if command.startswith("import items") and "november/items" in command)
    assert "Late: 1 document (1420.00 EUR)" in taken
    assert "AZ-2026-0007 over 2500.00 EUR is what is left of receipt" in taken
    later = {row["document_no"]: row["open_amount"] for row in _rows((folder / "out" / "aging_november.csv").read_text(encoding="utf-8"))}
    assert later["RE-2026-00490"] == "1420.00", "a late document"
    assert later["AZ-2026-0007"] == "-2500.00", "the ERP's own credit for the deposit"
    assert "261022000040" not in later, "is counted once"
    assert not {"RE-2026-00455", "RE-2026-00448", "RE-2026-00436"} & later.keys(), "paid in November, one after a return"
    assert "Closed through 2026-10-31." in told[-1][1]


def test_the_fixtures_are_in_the_encodings_of_their_banks() -> None:
    assert "布伦霍夫" in (DEMO / "matcher.toml").read_text(encoding="utf-8")
    chinese = (DEMO / "statements" / "cn-cny-2026-10.csv").read_bytes()
    assert "贷方发生额" in chinese.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        chinese.decode("utf-8")
    assert all(b"\r\n" in path.read_bytes() for path in Path(DEMO / "statements").iterdir())


def _cents(amount: str) -> int:
    whole, _, fraction = amount.lstrip("-").partition(".")
    return (-1 if amount.startswith("-") else 1) * (int(whole) * 100 + int(fraction))
