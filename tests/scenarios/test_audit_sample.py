"""An auditor draws a sample of a month's postings, fills in what is wrong, and has it projected."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from support import copied, filled
from teller import Teller

COUNT = 24
LARGE = 7


def _amount(number: int) -> str:
    return "5000.00" if number == LARGE else f"{100 + 10 * number}.00"


def _made(folder: Path) -> None:
    items = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-{1000 + n}", "amount": _amount(n)} for n in range(COUNT)]
    items.append({"item_id": "W1", "customer_id": "C1", "document_no": "RE-2026-9000", "amount": "40.00"})
    lines = [
        {"booking_date": f"2026-10-{n % 28 + 1:02}", "amount": _amount(n), "bank_reference": f"B{n}", "counterparty_name": "Brandt GmbH",
         "remittance_information": f"RE-2026-{1000 + n}" if n else "=HYPERLINK(1)"}
        for n in range(COUNT)
    ]  # fmt: skip
    lines.append(
        {"booking_date": "2026-09-30", "amount": "77.00", "bank_reference": "S1", "counterparty_name": "Wer", "remittance_information": "?"}
    )
    books = filled(folder, items=items, customers=[{"customer_id": "C1", "name": "Brandt GmbH"}], lines=lines)
    toml = books.directory / "matcher.toml"
    policy = '[policy.people.petra]\nrole = "auditor"\n'
    toml.write_text(toml.read_text(encoding="utf-8") + policy, encoding="utf-8")
    books.run()
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Teller(books, monkeypatch)
        desk.do("allocate", "ref:B0", "RE-2026-1000", "--reason", "phoned")
        desk.do("on-account", "ref:S1", "--customer", "C1")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    desk = Teller(copied(tmp_path, _made), monkeypatch)
    desk.actor = "petra"
    return desk


DRAW = ("sample", "--month", "2026-10", "--materiality", "3000", "--seed", "4711")


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def _fill(path: Path, wrong: dict[str, str], delimiter: str = ",") -> list[dict[str, str]]:
    """Writes 0 beside every posting, or what is wrong with one, by bank reference."""
    rows = _rows(path)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(row | {"misstatement": wrong.get(row["bank_reference"], "0")} for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return rows


def test_a_sample_is_drawn_filled_in_and_evaluated(desk: Teller) -> None:
    said = desk.do(*DRAW, "-o", "sample.csv")
    rows = _rows(desk.folder / "sample.csv")
    assert {row["bank_reference"]: row["selected"] for row in rows}["B7"] == "certain"
    assert [row["selected"] for row in rows].count("certain") == 1
    # 3,000 over 3.00 is 1,000: the others come to so many intervals, give or take one
    others = sum(100 + 10 * n for n in range(COUNT) if n != LARGE)
    assert 0 <= len(rows) - 1 - others // 1000 <= 1
    assert f"{len(rows)} postings to be looked at; of all, confidence 95 %, seed 4711." in said
    assert "5,000.00" in said
    assert all(row["actor"] == "engine" and row["rule"] and row["confidence"] for row in rows if row["bank_reference"] != "B0")
    assert all(row["documents"].startswith("RE-2026-") for row in rows)

    _fill(desk.folder / "sample.csv", {})
    said = desk.do("sample", "--evaluate", "sample.csv")
    assert "within" in said
    assert "3,000.00" in said

    drawn = next(row for row in rows if row["selected"] == "drawn")
    _fill(desk.folder / "sample.csv", {drawn["bank_reference"]: drawn["amount"], "B7": "25.00"})
    (over, under) = desk.told("sample", "--evaluate", "sample.csv")
    # a wholly wrong posting: 1,000 projected, 0.75 of it more; 25 of the one that is certain; 3,000 basic
    figures = ("errors", "known", "projected", "basic", "incremental", "limit", "materiality", "conclusion")
    assert [over[name] for name in figures] == [2, "25.00", "1000.00", "3000.00", "750.00", "4775.00", "3000.00", "above"]
    assert [under[name] for name in figures] == [0, "0.00", "0.00", "3000.00", "0.00", "3000.00", "3000.00", "within"]
    assert "above" in desk.do("sample", "--evaluate", "sample.csv", status=1)


def test_the_same_words_give_the_same_bytes_and_what_comes_later_changes_nothing(desk: Teller) -> None:
    desk.do(*DRAW, "-o", "one.csv")
    desk.do(*DRAW, "-o", "two.csv")
    assert (desk.folder / "one.csv").read_bytes() == (desk.folder / "two.csv").read_bytes()
    desk.do("sample", "--month", "2026-10", "--materiality", "3000", "--seed", "4712", "-o", "other.csv")
    assert [row["decision_id"] for row in _rows(desk.folder / "one.csv")] != [
        row["decision_id"] for row in _rows(desk.folder / "other.csv")
    ]
    desk.do("undo", "ref:B3", actor="ada")
    desk.do("write-off", "RE-2026-9000", "--reason", "bad_debt", actor="ada")
    _fill(desk.folder / "one.csv", {})
    desk.do("sample", "--evaluate", "one.csv")


def test_postings_of_rules_and_of_people_are_populations_of_their_own(desk: Teller) -> None:
    counts = {}
    for by in ("all", "rules", "people"):
        rows = desk.told("sample", "--month", "2026-10", "--materiality", "0.03", "--by", by)
        # an interval of one cent takes every posting
        assert {row["selected"] for row in rows} == {"certain"}
        counts[by] = len(rows)
    assert counts == {"all": COUNT, "rules": COUNT - 1, "people": 1}
    (placed,) = desk.told("sample", "--month", "2026-09", "--materiality", "0.03")
    assert (placed["kind"], placed["amount"], placed["actor"]) == ("on_account", "77.00", "ada")


def test_a_workbook_is_filled_in_and_comes_back(desk: Teller) -> None:
    desk.do(*DRAW, "-o", "sample.xlsx")
    book = openpyxl.load_workbook(desk.folder / "sample.xlsx")
    sheet = book.active
    assert sheet is not None
    place = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, place["misstatement"]).value = 0
    book.save(desk.folder / "filled.xlsx")
    assert "within" in desk.do("sample", "--evaluate", "filled.xlsx")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_as_other_spreadsheets_save_it_is_read(delimiter: str, desk: Teller) -> None:
    desk.do(*DRAW, "-o", "sample.csv")
    _fill(desk.folder / "sample.csv", {"B7": "12,50"}, delimiter)
    assert desk.told("sample", "--evaluate", "sample.csv")[0]["known"] == "12.50"


def test_what_is_not_the_sample_is_refused(desk: Teller) -> None:
    desk.do(*DRAW, "-o", "sample.csv")
    path = desk.folder / "sample.csv"
    empty = path.read_bytes()
    assert "sample.unfinished: sample.csv:2: " in desk.do("sample", "--evaluate", "sample.csv", status=3)
    for wrong, code in (({"B7": "5000.01"}, "row.invalid"), ({"B7": "much"}, "amount.invalid"), ({"B7": "1.234"}, "amount.decimals")):
        path.write_bytes(empty)
        _fill(path, wrong)
        assert f"{code}: sample.csv:2" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_bytes(empty)
    _fill(path, {})
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert "sample.differs" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    assert "row.invalid" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_text("\n".join(line.replace("4711", "4712") for line in lines), encoding="utf-8")
    assert "sample.differs" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_text("\n".join(line.replace('""hash"":""', '""hash"":""0') for line in lines), encoding="utf-8")
    assert "sample.differs" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_text("\n".join(line.replace('""hash""', '""hush""') for line in lines), encoding="utf-8")
    assert "row.invalid" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    path.write_text("\n".join(line.replace('""by"":""all""', '""by"":""none""') for line in lines), encoding="utf-8")
    assert "row.invalid" in desk.do("sample", "--evaluate", "sample.csv", status=3)
    assert "column.missing" in desk.do("sample", "--evaluate", "lines.csv", status=3)


@pytest.mark.parametrize(
    "words",
    [
        (), ("--month", "2026-10"), ("--month", "October", "--materiality", "1"), ("--month", "2026-10", "--materiality", "0"),
        ("--month", "2026-10", "--materiality", "100", "--materiality", "EUR=200"),
        ("--month", "2026-10", "--materiality", "100", "--expected", "90"), ("--evaluate", "x.csv", "--month", "2026-10"),
        ("--month", "2026-10", "--materiality", "100", "--expected", "USD=1"),
        ("--month", "2026-10", "--materiality", "100", "--confidence", "96", "--expected", "1"),
    ],
)  # fmt: skip
def test_what_makes_no_sample_is_wrong_usage(words: tuple[str, ...], desk: Teller) -> None:
    assert "usage.option" in desk.do("sample", *words, status=2)


def test_a_currency_without_a_materiality_is_named(desk: Teller) -> None:
    said = desk.do("sample", "--month", "2026-10", "--materiality", "USD=100")
    assert f"{COUNT} postings in EUR are not sampled: add --materiality EUR=AMOUNT." in said
