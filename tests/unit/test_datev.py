"""Target ``datev``: its files keep to the description of the format, and move on accounts what the documents say."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from erp_month import exported, month
from target_parts import GOLDEN, HOSTILE, answered, document, expected_answers, part, rendered, table, why_not

from matcher.errors import MatcherError
from matcher.exports.erp import ExportRequest, export, load, settings_of
from matcher.exports.erp.records import Adjustment, Customer, Kind
from matcher.exports.erp.targets import datev
from matcher.exports.erp.targets.datev_columns import TITLES

SETTINGS = table("datev", "plain") | {"reasons": {"fee": "4970", "discount": "8730", "bad_debt": "2400"}}
HEADER = (
    '"EXTF"', "700", "21", '"Buchungsstapel"', "13", r"\d{17}", "", r'"\w{0,2}"', r'".{0,25}"', r'".{0,25}"',
    r"[1-9]\d{3,6}", r"[1-9]\d{0,4}", r"2\d{7}", "[4-8]", r"2\d{7}", r"2\d{7}", '"[^"]{0,30}"', '"([A-Z]{2}){0,2}"', "[12]?",
    "(0|30|40|50|64)?", "[01]", r'"[A-Z]{3}"', "", '""', "", "", r'"(\d{2})?"', r"\d{0,4}", "", '""', '".{0,16}"',
)  # fmt: skip
COLUMNS = {
    1: r"(?!0{1,10},00)\d{1,10},\d{2}", 2: '"[SH]"', 3: '"[A-Z]{3}"', 4: r"([1-9]\d{0,3},\d{2,6})?", 5: r"((?!0{1,10},00)\d{1,10},\d{2})?",
    6: '"([A-Z]{3})?"', 7: r"(?!0{1,9}$)\d{1,9}", 8: r"(?!0{1,9}$)\d{1,9}", 9: r'"(\d{4})?"', 10: r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])",
    11: r'"[\w$&%*+\-/]{0,36}"', 12: r'"[\w$%\-/]{0,12}"', 13: r"([1-9]\d{0,7},\d{2})?", 14: '"([^"]|""){0,60}"', 114: "[01]",
    118: '"[01]?"', 125: r"\d{0,9}",
}  # fmt: skip
"""What the columns of a header and of a posting hold, by the description on developer.datev.de."""


def lines(data: bytes) -> list[str]:
    text = data.decode("cp1252")
    assert text.endswith("\r\n")
    return text[:-2].split("\r\n")


def faults(data: bytes) -> Iterator[str]:
    """What the description of the format forbids: fields, pairs of columns, days outside the header's, control characters."""
    head, titles, *rows = lines(data)
    header = head.split(";")
    if len(header) != len(HEADER):
        yield f"{len(header)} fields of the header"
    yield from (
        f"header {at}: {cell}" for at, (cell, rule) in enumerate(zip(header, HEADER, strict=True), 1) if not re.fullmatch(rule, cell)
    )
    if tuple(titles.split(";")) != TITLES:
        yield "titles"
    for number, row in enumerate(rows, 3):
        if re.search(r"[\x00-\x1f\x7f]", row):
            yield f"line {number}: a control character"
        cells = re.findall(r'(?:^|;)("(?:[^"]|"")*"|[^;]*)', row)
        if len(cells) != 125:
            yield f"line {number}: {len(cells)} cells"
            continue
        yield from (
            f"line {number}: {TITLES[at - 1]} {cells[at - 1]}"
            for at, rule in COLUMNS.items()
            if not re.fullmatch(rule, cells[at - 1], re.A)
        )
        day = f"{header[14][:4]}{cells[9][2:]}{cells[9][:2]}"
        if not header[14] <= day <= header[15]:
            yield f"line {number}: {day} is outside {header[14]} to {header[15]}"
        if (cells[2] != header[21]) != (cells[5] != '""') or (cells[5] != '""') != bool(cells[3]):
            yield f"line {number}: currency, rate and base belong together"
        for at in range(48, 88, 2):
            if (cells[at - 1] == '""') != (cells[at] == '""'):
                yield f"line {number}: a note of one half"
        lengths = {len(cells[6]), len(cells[7])}
        if not lengths <= {int(header[13]), int(header[13]) + 1}:
            yield f"line {number}: accounts of {lengths} digits"


def rows(data: bytes) -> list[dict[str, str]]:
    return [dict(zip(TITLES, row, strict=True)) for row in list(csv.reader(io.StringIO(data.decode("cp1252")), delimiter=";"))[2:]]


def moved(files: dict[str, bytes]) -> Counter[tuple[str, str, str]]:
    """Minor units by account, currency and number: debits above zero. A discount is on the customer's account too."""
    found: Counter[tuple[str, str, str]] = Counter()
    for data in files.values():
        for row in rows(data):
            sign = 1 if row["Soll/Haben-Kennzeichen"] == "S" else -1
            amount, discount = (int(row[title].replace(",", "") or 0) * sign for title in ("Umsatz (ohne Soll/Haben-Kz)", "Skonto"))
            found[row["Konto"], row["WKZ Umsatz"], ""] += amount
            found[row["Gegenkonto (ohne BU-Schlüssel)"], row["WKZ Umsatz"], row["Belegfeld 1"]] -= amount + discount
    return Counter({key: amount for key, amount in found.items() if amount})


def test_the_month_keeps_to_the_format_and_comes_to_the_control_totals() -> None:
    made = exported("datev", "receipts.csv", table("datev", "plain"))
    files = {file.name: b"".join(file.chunks()) for file in made.files}
    assert [fault for data in files.values() for fault in faults(data)] == []
    accounts = moved(files)
    banks = {currency: amount for (account, currency, _), amount in accounts.items() if account in ("1200", "1210")}
    assert {currency: Decimal(amount) / 100 for currency, amount in banks.items()} == {
        currency: Decimal(total) for currency, total in made.batch.control_totals.items()
    }
    assert not [key for key in accounts if key[0] == "1590"], "the clearing account is left at zero"
    settled = Counter[tuple[str, str]]()
    for one in made.documents:
        for of in one.parts:
            settled[of.customer.no, of.document_no] -= of.cash + of.adjusted()
        settled[one.customer.no, f"U-{one.line.id}" if one.line else ""] -= one.unapplied
    customers = {(account, number): amount for (account, _, number), amount in accounts.items() if account.startswith("21")}
    assert customers == {key: amount for key, amount in settled.items() if amount}


def test_a_month_and_a_client_have_a_file_of_their_own() -> None:
    settings = SETTINGS | {"clients": {"1": 55003, "2": 55004}, "fiscal_year_start": "07-01"}
    february = document(part(5_00), date=date(2026, 2, 28))
    other = document(part(7_00), entity="2")
    files = rendered("datev", settings, document(part(6_00)), february, other)
    heads = {name: lines(data)[0].split(";") for name, data in files.items()}
    assert [(name, head[11], head[12], head[14], head[15]) for name, head in heads.items()] == [
        ("r.1.csv", "55003", "20250701", "20260201", "20260228"), ("r.2.csv", "55003", "20250701", "20260301", "20260331"),
        ("r.csv", "55004", "20250701", "20260301", "20260331"),
    ]  # fmt: skip
    assert [fault for data in files.values() for fault in faults(data)] == []


def test_an_export_of_nothing_is_a_file_of_two_lines() -> None:
    ((name, data),) = rendered("datev", SETTINGS).items()
    assert (name, len(lines(data)), list(faults(data))) == ("r.csv", 2, [])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_one_line(text: str) -> None:
    one = replace(document(part(5_00)), customer=Customer("C-1001", "21001", text))
    (data,) = rendered("datev", SETTINGS, one).values()
    assert list(faults(data)) == []
    (row,) = rows(data)
    assert not row["Buchungstext"].startswith(("=", "+", "@", "-"))


@pytest.mark.parametrize(
    ("cash", "cleared", "expected"),
    [
        (99_00, (Adjustment("discount", 1_00),), [("99,00", "S", "1200", "1,00", "8730")]),
        (99_50, (Adjustment("discount", 50),), [("99,50", "S", "1200", "", ""), ("0,50", "S", "8730", "", "")]),
        (-99_00, (Adjustment("discount", -1_00),), [("99,00", "H", "1200", "1,00", "8730")]),
        (0, (Adjustment("bad_debt", 5_00),), [("5,00", "S", "2400", "", "")]),
        (10_00, (Adjustment("bad_debt", -2),), [("10,00", "S", "1200", "", ""), ("0,02", "H", "2400", "", "")]),
        (12345678_90, (), [("12345678,90", "S", "1200", "", "")]),
    ],
)  # fmt: skip
def test_signs_and_the_column_of_discounts(cash: int, cleared: tuple[Adjustment, ...], expected: list[tuple[str, ...]]) -> None:
    one = document(part(cash, *cleared), amount=cash or 1)
    (data,) = rendered("datev", SETTINGS, replace(one, unapplied=0)).values()
    titles = ("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "Konto", "Skonto", "Abw. Skontokonto")
    assert [tuple(row[title] for title in titles) for row in rows(data)] == expected
    assert list(faults(data)) == []


def test_base_amounts_are_rounded_half_up() -> None:
    settings = SETTINGS | {"rates": {"CNY": "8.00"}}
    for cents, base in ((4, "0,01"), (12, "0,02"), (100, "0,13")):
        one = replace(document(part(cents, currency="CNY")), currency="CNY")
        (data,) = rendered("datev", settings, one).values()
        assert rows(data)[0]["Basis-Umsatz"] == base
        assert list(faults(data)) == []


def test_what_no_column_takes_is_refused() -> None:
    for one, said in (
        (
            document(part(5_00, number="RE 2026.1")),
            "takes up to 36 letters, digits and $&%*+-/_ as a number, and AR-RE 2026.1 has 'RE 2026.1'",
        ),
        (document(part(5_00, number="R" * 37)), "takes up to 36 letters"),
        (document(part(5_00), customer=Customer("C-9")), "knows customers by numbers of 5 digits, and C-9 has none"),
        (document(part(5_00), customer=Customer("C-9", "ABC")), "and C-9 has ABC"),
        (document(amount=5_00, customer=Customer("")), "money of an unknown payer, unless `unknown_payer`"),
        (document(part(10**13)), "takes amounts of two places up to 9999999999.99"),
        (replace(document(part(1_234)), currency="KWD"), "takes amounts of two places"),
    ):
        assert said in why_not("datev", SETTINGS, one)
    assert why_not("datev", SETTINGS | {"unknown_payer": "1592"}, document(amount=5_00, customer=Customer(""))) == ""
    assert why_not("datev", SETTINGS | {"customers": {"C-9": "10009"}}, document(part(5_00), customer=Customer("C-9"))) == ""


def test_what_is_mapped_to_nothing_is_named_at_once() -> None:
    with pytest.raises(MatcherError) as raised:
        export(load("datev"), month().state(), ExportRequest("r.csv", "books"), {"consultant": 29098}, skip_unsupported=True)
    lacking = "accounts.1, accounts.cny, clearing, clients.1, rates.CNY, reasons.bad_debt, reasons.fee, reasons.withholding_tax"
    assert (raised.value.code, raised.value.what) == ("target.setting", f"[target.datev] has no {lacking}")


@pytest.mark.parametrize(
    "settings", [{"rates": {"GBP": "0.85"}}, {"rates": {"CNY": "8"}}, {"fiscal_year_start": "13-01"}, {"consultant": 12}, {"colour": 1}]
)
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    with pytest.raises(MatcherError, match=r"target\.setting"):
        settings_of(load("datev"), {"consultant": 29098} | settings)


def test_postings_that_datev_wrote_are_the_answer() -> None:
    assert answered("datev", (GOLDEN / "target_answers" / "datev.csv").read_bytes()) == expected_answers("datev")
    sent = rendered("datev", SETTINGS, document(part(5_00), amount=6_00))["r.csv"]
    assert [one[1] for one in answered("datev", sent)] == ["accepted"], "its own file reads as complete"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\x81\x8d", "file.encoding"),
        (b"a;b\r\n1;2\r\n", "ack.unreadable"),
        (b'"EXTF";700;16\r\nKonto\r\n', "ack.unreadable"),
    ],
)
def test_a_file_that_is_no_answer_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MatcherError) as raised:
        answered("datev", data)
    assert raised.value.code == code


def test_an_application_goes_over_the_clearing_account() -> None:
    one = document(part(5_00), kind=Kind.APPLICATION, amount=0)
    found = list(datev.postings(one, datev.Settings.model_validate(SETTINGS)))
    assert [(each.amount, each.account, each.against, each.number) for each in found] == [
        (5_00, "1590", "21001", "INV-1"), (-5_00, "1590", "21001", "U-00000000000000a1")
    ]  # fmt: skip
