"""Workbooks of exports: what a spreadsheet finds in them, and that its sums come to the same when it computes them anew."""

import io
import re
import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from states import Books

from matcher.errors import MatcherError
from matcher.exports.matches import matches
from matcher.exports.receivables import aged, bridged
from matcher.exports.report_sheets import workbook
from matcher.exports.tables import Report, write
from matcher.frames import CUSTOMER
from matcher.ledger.aging import aging
from matcher.ledger.bridge import BRIDGE
from matcher.ledger.conversion import RATE, ClosingRates

AS_OF = date(2026, 3, 31)
_CELL = re.compile(r"\$?([A-Z]+)\$?(\d+)")
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def cells(made: bytes) -> dict[str, str]:
    """Formula of each cell that has one, by its name, from the file's own XML."""
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        tree = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
    found = {}
    for cell in tree.iterfind(".//m:c", _NS):
        formula = cell.find("m:f", _NS)
        if formula is not None and formula.text:
            found[cell.attrib["r"]] = formula.text
    return found


def rows(made: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def at(values: list[list[object]], name: str) -> object:
    letters, number = _CELL.fullmatch(name).groups()  # type: ignore[union-attr]
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return values[int(number) - 1][place - 1]


def column(values: list[list[object]], span: str) -> list[object]:
    first, last = (_CELL.fullmatch(end).groups() for end in span.split(":"))  # type: ignore[union-attr]
    return [at(values, f"{first[0]}{row}") for row in range(int(first[1]), int(last[1]) + 1)]


def computed(values: list[list[object]], formula: str) -> float:
    """What a spreadsheet makes of one of our formulas, in binary fractions as it does."""
    places = int(formula.rpartition(",")[2].rstrip(")"))
    if whole := re.match(r"ROUND\(SUM\(([^)]+)\)", formula):
        numbers = [float(cell) for cell in column(values, whole[1]) if cell != ""]  # type: ignore[arg-type]
    else:
        of_code = re.match(r'ROUND\(SUMIFS\(([^,]+),([^,]+),"(\w+)"\)', formula)
        assert of_code is not None, formula
        both = zip(column(values, of_code[1]), column(values, of_code[2]), strict=True)
        numbers = [float(cell) for cell, code in both if code == of_code[3] and cell != ""]  # type: ignore[arg-type]
    exact = Decimal(repr(sum(numbers, 0.0)))
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def agree(made: bytes) -> int:
    """How many formulas there are, each with the value that stands in its cell."""
    values, formulas = rows(made), cells(made)
    for name, formula in formulas.items():
        assert computed(values, formula) == at(values, name), (name, formula)
    return len(formulas)


def books() -> Books:
    made = Books(AS_OF)
    made.customer("C1", "Hafenlogistik Ostsee GmbH")
    made.customer("C2", "=cmd|' /C calc'!A0")
    for number in range(40):
        made.item(f"I{number:02}", 10_01 + number, due=date(2026, 3, 1), disputed_amount=number)
    made.item("J1", 1_200, customer="C2", currency="JPY")
    made.item("K1", 1_250, customer="C2", currency="KWD")
    made.line("L1", 20_00, customer="C1", counterparty_name="HAFEN", remittance_information="=1+1 advance")
    made.post("D1", "L1")
    return made


RATES = pl.DataFrame([(date(2026, 3, 30), "JPY", "160"), (date(2026, 3, 30), "KWD", "0.33")], schema=RATE, orient="row")


def test_an_aging_has_dates_numbers_names_and_sums_that_come_to_the_same() -> None:
    state = books().state()
    made = workbook(aged(aging(state), state, ClosingRates(RATES, "EUR", AS_OF)), "aging")
    values = rows(made)
    head = values[0]
    row = dict(zip(head, values[1], strict=True))
    assert (row["issue_date"], row["open_amount"], row["customer_name"]) == (date(2026, 2, 8), 10.01, "Hafenlogistik Ostsee GmbH")
    yen = dict(zip(head, next(one for one in values if "JPY" in one), strict=True))
    assert (yen["open_amount"], yen["base_open_amount"], yen["per_base"]) == (1200.0, 7.5, 160.0)
    (advance,) = [dict(zip(head, one, strict=True)) for one in values if "unapplied" in one]
    assert (advance["payer"], advance["text"], advance["open_amount"]) == ("HAFEN", "=1+1 advance", -20.0)
    totals = {one[0]: dict(zip(head, one, strict=True)) for one in values if str(one[0]).startswith("total")}
    assert totals["total EUR"]["open_amount"] == 388.2  # 40 items from 10.01 to 10.40, less 20
    assert agree(made) == 7


def test_closing_balances_are_the_sum_of_the_steps_above_them() -> None:
    c1 = [("1", "C1", "EUR", step, "", minor, 1) for step, minor in (("opening", 100_10), ("receipts", -33_37), ("closing", 66_73))]
    c2 = [("1", "C2", "JPY", step, "", minor, 1) for step, minor in (("opening", 0), ("invoices", 12), ("closing", 12))]
    steps = [*c1, *c2]
    report = bridged(pl.DataFrame(steps, schema=BRIDGE, orient="row"), pl.DataFrame(schema=CUSTOMER), AS_OF, AS_OF)
    made = workbook(report, "bridge")
    assert cells(made) == {"F4": "ROUND(SUM($F$2:$F$3),2)", "F7": "ROUND(SUM($F$5:$F$6),0)"}
    assert agree(made) == 2


def test_there_is_no_sum_in_base_currency_where_a_rate_is_missing() -> None:
    state = books().state()
    made = workbook(aged(aging(state), state, ClosingRates(RATES.head(1), "EUR", AS_OF)), "aging")
    values = rows(made)
    place = values[0].index("base_open_amount")
    assert [one[place] for one in values if str(one[0]).startswith("total")] == ["", "", ""]
    assert next(one for one in values if "KWD" in one)[place] == ""


def test_the_header_stays_a_filter_stands_and_formats_are_the_currency_s() -> None:
    state = books().state()
    made = workbook(aged(aging(state), state, ClosingRates(RATES, "EUR", AS_OF)), "aging")
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        sheet, styles = (packed.read(f"xl/{name}").decode() for name in ("worksheets/sheet1.xml", "styles.xml"))
        table = packed.read("xl/tables/table1.xml").decode()
    assert 'state="frozen"' in sheet
    assert 'ySplit="1"' in sheet
    assert "<autoFilter" in table
    for shape in ("#,##0.00;[Red]-#,##0.00", "#,##0;[Red]-#,##0", "#,##0.000;[Red]-#,##0.000", "yyyy-mm-dd"):
        assert f'formatCode="{shape}"' in styles
    assert workbook(aged(aging(state), state, ClosingRates(RATES, "EUR", AS_OF)), "aging") == made


def test_nothing_that_a_payer_wrote_runs() -> None:
    state = books().state()
    for report in (
        matches(state),
        aged(aging(state), state, ClosingRates(RATES, "EUR", AS_OF)),
    ):
        formulas = cells(workbook(report, "x"))
        assert all(formula.startswith("ROUND(SUM") for formula in formulas.values())


def test_an_empty_report_is_a_header(tmp_path: Path) -> None:
    write(matches(Books().state()), tmp_path / "matches.xlsx")
    values = rows((tmp_path / "matches.xlsx").read_bytes())
    assert values[0][0] == "line_id"
    assert cells((tmp_path / "matches.xlsx").read_bytes()) == {}


def test_more_rows_than_a_sheet_takes_are_refused() -> None:
    with pytest.raises(MatcherError, match=r"usage\.option.*1,048,000"):
        workbook(Report(pl.DataFrame({"n": range(1_048_001)})), "x")
