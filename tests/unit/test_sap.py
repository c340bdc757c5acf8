"""Targets ``sap`` and ``sap-lockbox``: documents that balance and fit SAP's fields; counts and totals of a lockbox file."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from erp_month import exported, month
from hypothesis import given
from hypothesis import strategies as st
from target_parts import GOLDEN, HOSTILE, document, expected_answers, on_line, part, rendered, table, why_not

from matcher.errors import MatcherError
from matcher.exports.erp import ExportRequest, export, load, settings_of
from matcher.exports.erp.answers import answers, layout
from matcher.exports.erp.records import Adjustment, Customer, Kind
from matcher.exports.erp.targets import datev, sap
from matcher.exports.erp.targets.sap import reference

SETTINGS = table("sap", "on-premise")
LOCKBOX = table("sap-lockbox", "plain")
LENGTHS = {"BKTXT": 25, "BUKRS": 4, "BLART": 2, "XBLNR": 16, "HKONT": 10, "KUNNR": 10, "ZUONR": 18, "SGTXT": 50}
"""Of the fields in BKPF and BSEG (transaction SE11)."""
KEYS = {"40": ("S", "S"), "50": ("S", "H"), "05": ("D", "S"), "07": ("D", "S"), "15": ("D", "H"), "17": ("D", "H")}
"""Account type, and debit or credit, of the standard posting keys (transaction OB41)."""


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def document_faults(data: bytes) -> Iterator[str]:
    """What posting refuses: a balance that is not zero (F5 702), a key that does not fit the account, lines out of order, long fields."""
    balance, places = Counter[str](), defaultdict[str, list[int]](list)
    for row in rows(data):
        key = row["BKTXT"]
        sign = 1 if row["SHKZG"] == "S" else -1
        if not re.fullmatch(r"\d+(\.\d{1,3})?", row["WRBTR"]) or not float(row["WRBTR"]):
            yield f"{key}: amount {row['WRBTR']}"
        balance[key] += int(Decimal(row["WRBTR"]) * 1000) * sign
        places[key].append(int(row["BUZEI"]))
        accounts = (bool(row["KUNNR"]), bool(row["HKONT"]))
        if KEYS[row["BSCHL"]] != (row["KOART"], row["SHKZG"]) or accounts != (row["KOART"] == "D", row["KOART"] == "S"):
            yield f"{key}: posting key {row['BSCHL']}"
        yield from (f"{key}: {name} is too long" for name, most in LENGTHS.items() if len(row[name]) > most)
        yield from (f"{key}: {name} is no day" for name in ("BLDAT", "BUDAT") if not re.fullmatch(r"2\d{7}", row[name]))
        if f"{int(row['XBLNR'], 36):020x}" != key:
            yield f"{key}: reference"
    yield from (f"{key} does not balance" for key, amount in balance.items() if amount)
    yield from (f"{key}: lines {found}" for key, found in places.items() if found != list(range(1, len(found) + 1)))


def lockbox_faults(data: bytes) -> Iterator[str]:
    """What the lockbox import checks: widths, the order of records, counts, totals, sequence numbers and the end of a series."""
    lines = data.decode("ascii").removesuffix("\r\n").split("\r\n")
    yield from (f"line {at}: {len(line)} characters" for at, line in enumerate(lines, 1) if len(line) != 80)
    order = "".join(line[0] for line in lines)
    if not re.fullmatch(r"12(5(64+)+7)+89", order):
        yield f"records {order}"
    amounts = list[int]()
    batch = list[int]()
    for line, after in pairwise(lines):
        match line[0]:
            case "5":
                batch = []
            case "6":
                batch.append(int(line[7:17]))
                amounts.append(batch[-1])
                left, sequence = batch[-1], 0
                if int(line[4:7]) != len(batch):
                    yield f"item {line[4:7]}"
            case "4":
                sequence += 1
                left -= int(line[27:37])
                int(line[37:47])
                if (line[7], int(line[8:10]), line[10] == "9") != ("6", sequence, after[0] != "4"):
                    yield f"sequence {line[7:11]}"
                if left < 0:
                    yield f"{line[11:27]} is paid with more than the payment"
                if bool(int(line[37:47])) != bool(line[47:50].strip()):
                    yield f"{line[11:27]}: a deduction and its reason belong together"
            case "7":
                if (int(line[20:23]), int(line[23:33])) != (len(batch), sum(batch)):
                    yield f"batch total {line}"
            case "8":
                if (int(line[20:24]), int(line[24:34])) != (len(amounts), sum(amounts)):
                    yield f"lockbox total {line}"
    if int(lines[-1][1:7]) != len(lines):
        yield f"{lines[-1]}: {len(lines)} records"


def test_the_month_balances_and_comes_to_the_control_totals() -> None:
    made = exported("sap", "receipts.csv", SETTINGS)
    (data,) = (b"".join(file.chunks()) for file in made.files)
    assert list(document_faults(data)) == []
    banks, customers = defaultdict[str, Decimal](Decimal), defaultdict[tuple[str, str], Decimal](Decimal)
    for row in rows(data):
        amount = Decimal(row["WRBTR"]) * (1 if row["SHKZG"] == "S" else -1)
        if row["HKONT"] in SETTINGS["accounts"].values():
            banks[row["WAERS"]] += amount
        customers[row["KUNNR"], row["ZUONR"]] -= amount
    assert dict(banks) == {currency: Decimal(total) for currency, total in made.batch.control_totals.items()}
    assert customers["C-1002", "INV-2026-0005"] == Decimal("2400.00"), "paid and discount"
    assert customers["C-1001", "U-0000000000000003"] == Decimal("150.00"), "what is left of the advance"


def test_a_lockbox_file_adds_up() -> None:
    made = exported("sap-lockbox", "receipts.txt", LOCKBOX)
    files = {file.name: b"".join(file.chunks()) for file in made.files}
    assert [fault for data in files.values() for fault in lockbox_faults(data)] == []
    total = sum(int(line[7:17]) for data in files.values() for line in data.decode().split("\r\n") if line.startswith("6"))
    assert total == sum(one.amount for one in made.documents)
    assert len(made.documents) == 4


def test_a_lockbox_has_at_most_999_payments_in_a_batch_and_a_file_of_its_own() -> None:
    many = [document(part(1_00, number=f"I{number}"), external_id=f"{number:020x}") for number in range(1001)]
    other = on_line(many[0], account="cny")
    files = rendered("sap-lockbox", LOCKBOX, *many, other)
    assert list(files) == ["r.1.txt", "r.txt"]
    assert [fault for data in files.values() for fault in lockbox_faults(data)] == []
    assert [line[20:23] for line in files["r.1.txt"].decode().split("\r\n") if line.startswith("7")] == ["999", "002"]
    assert [len(data) for data in rendered("sap-lockbox", LOCKBOX).values()] == [0]


def test_a_deduction_of_two_reasons_is_two_records_and_the_money_stands_once() -> None:
    one = document(part(90_00, Adjustment("fee", 3_00), Adjustment("discount", 7_00)))
    (data,) = rendered("sap-lockbox", LOCKBOX, one).values()
    assert list(lockbox_faults(data)) == []
    assert [line[27:50] for line in data.decode().split("\r\n") if line.startswith("4")] == [
        "00000090000000000300FEE", "00000000000000000700SKO"
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_one_line(text: str) -> None:
    one = document(part(5_00), customer=Customer("C-1001", "", text))
    one = on_line(one, bank_reference=text, counterparty_account=text, text=text)
    (data,) = rendered("sap", SETTINGS, one).values()
    assert list(document_faults(data)) == []
    assert not [row for row in rows(data) if any(cell.startswith(("=", "+", "@")) for cell in row.values())]
    (data,) = rendered("sap-lockbox", LOCKBOX, one).values()
    assert list(lockbox_faults(data)) == []


@pytest.mark.parametrize(
    ("kind", "cash", "cleared", "amount", "expected"),
    [
        (Kind.RECEIPT, 99_00, (Adjustment("fee", 1_00),), None, [("40", "99.00"), ("40", "1.00"), ("15", "100.00")]),
        (Kind.RECEIPT, 99_00, (), 100_00, [("40", "100.00"), ("15", "99.00"), ("15", "1.00")]),
        (Kind.RETURN, -99_00, (Adjustment("fee", -1_00),), None, [("50", "99.00"), ("50", "1.00"), ("05", "100.00")]),
        (Kind.APPLICATION, 5_00, (), 0, [("17", "5.00"), ("07", "5.00")]),
        (Kind.RECEIPT, 100_01, (Adjustment("fee", -1),), None, [("40", "100.01"), ("50", "0.01"), ("15", "100.00")]),
    ],
)  # fmt: skip
def test_signs(kind: Kind, cash: int, cleared: tuple[Adjustment, ...], amount: int | None, expected: list[tuple[str, str]]) -> None:
    (data,) = rendered("sap", SETTINGS, document(part(cash, *cleared), kind=kind, amount=amount)).values()
    assert [(row["BSCHL"], row["WRBTR"]) for row in rows(data)] == expected
    assert list(document_faults(data)) == []


_AMOUNTS = st.integers(-(10**9), 10**9).filter(bool)
_PARTS = st.lists(
    st.tuples(_AMOUNTS, st.lists(st.tuples(st.sampled_from(("fee", "discount", "bad_debt")), _AMOUNTS), max_size=2)), max_size=4
)


@given(parts=_PARTS, rest=_AMOUNTS)
def test_whatever_a_document_pays_both_systems_book_it_whole(parts: list[tuple[int, list[tuple[str, int]]]], rest: int) -> None:
    made = [part(cash, *(Adjustment(*one) for one in cleared), item=f"A{at}") for at, (cash, cleared) in enumerate(parts)]
    one = document(*made, amount=sum(cash for cash, _ in parts) + rest)
    assert sum(line.amount for line in sap.lines(one, sap.Settings.model_validate(SETTINGS))) == 0
    settings = table("datev", "plain")
    reasons = settings["reasons"] | {"discount": "8730"}
    rows = list(datev.postings(one, datev.Settings.model_validate(settings | {"reasons": reasons})))
    assert sum(row.amount + row.discount for row in rows) == rest + sum(each.settled for each in made)
    if one.amount:
        assert sum(row.amount for row in rows if row.account == "1200") == one.amount


def test_a_currency_has_its_own_places() -> None:
    one = replace(document(part(1_200, currency="JPY")), currency="JPY")
    (data,) = rendered("sap", SETTINGS, one).values()
    assert [row["WRBTR"] for row in rows(data)] == ["1200", "1200"]
    assert why_not("sap-lockbox", LOCKBOX, one) == "takes currencies of two places only"


def test_workbooks_and_empty_files() -> None:
    assert list(rendered("sap", SETTINGS, document(part(5_00)), name="r.xlsx")) == ["r.xlsx"]
    (data,) = rendered("sap", SETTINGS).values()
    assert rows(data) == []


def test_references_are_as_many_as_ids() -> None:
    ids = ["0" * 20, "0" * 19 + "1", "f" * 20, "0123456789abcdef0123"]
    assert [f"{int(reference(one), 36):020x}" for one in ids] == ids
    assert {len(reference(one)) for one in ids} == {16}


def test_what_no_field_takes_is_refused() -> None:
    for one, said in (
        (document(part(5_00, number="N" * 19)), "takes numbers of up to 18 characters"),
        (document(part(5_00, number="")), "has none"),
        (document(part(5_00, number="-1")), "takes no number that a spreadsheet would run"),
        (document(part(5_00), customer=Customer("C" * 11)), "takes customers of up to 10 characters"),
        (document(amount=5_00, customer=Customer("")), "money of an unknown payer"),
        (document(*(part(1, item=f"A{number}") for number in range(999))), "takes 999 line items"),
    ):
        assert said in why_not("sap", SETTINGS, one)
    assert why_not("sap", SETTINGS | {"customers": {"C" * 11: "100001"}}, document(customer=Customer("C" * 11), amount=1)) == ""
    for one, said in (
        (document(part(5_00, number="N" * 17)), "takes numbers of up to 16 characters"),
        (document(part(5_00, number="发票1")), "takes numbers of up to 16 characters"),
        (document(part(5_00, Adjustment("fee", -1))), "takes no deduction below zero"),
        (document(part(10**10)), "takes amounts of up to ten digits"),
        (document(*(part(1, item=f"A{number}") for number in range(100))), "takes 99 documents in a payment"),
        (document(amount=5_00), "this payment pays none"),
        (document(part(5_00), kind=Kind.RETURN), "takes payments received only"),
    ):
        assert said in why_not("sap-lockbox", LOCKBOX, one)


def test_what_is_mapped_to_nothing_is_named_at_once() -> None:
    for name, file, lacking in (
        ("sap", "r.csv", "accounts.1, accounts.cny, entities.1, reasons.bad_debt, reasons.discount, reasons.fee, reasons.withholding_tax"),
        ("sap-lockbox", "r.txt", "codes.discount, codes.fee, codes.withholding_tax, lockboxes.1, lockboxes.cny"),
    ):
        with pytest.raises(MatcherError) as raised:
            export(load(name), month().state(), ExportRequest(file, "books"), {}, skip_unsupported=True)
        assert (raised.value.code, raised.value.what) == ("target.setting", f"[target.{name}] has no {lacking}")


@pytest.mark.parametrize(
    "settings",
    [{"codes": {"fee": "LONG"}}, {"lockboxes": {"1": {"destination": "A", "origin": "B", "number": "12345678"}}}, {"check_width": 8}],
)
def test_settings_of_a_lockbox_are_checked(settings: dict[str, Any]) -> None:
    with pytest.raises(MatcherError, match=r"target\.setting"):
        settings_of(load("sap-lockbox"), settings)


def test_a_list_of_documents_is_the_answer() -> None:
    how = layout(load("sap").answers[0], "sap")
    with (GOLDEN / "target_answers" / "sap.csv").open(encoding="utf-8-sig", newline="") as stream:
        found, faults = answers(((f"sap.csv:{at}", row) for at, row in enumerate(csv.DictReader(stream, delimiter=";"), 2)), how)
    assert [(one.external_id, one.result.value, one.number, one.message) for one in found] == expected_answers("sap")
    assert faults == []
