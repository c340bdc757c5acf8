"""Targets that are called in steps, ``xero`` and ``quickbooks-online``: the checks of the system, totals, answers; and Xero's statement."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from erp_month import exported, month
from target_parts import GOLDEN, HOSTILE, answered, document, expected_answers, on_line, part, rendered, table, why_not

from matcher.errors import MatcherError
from matcher.exports.erp import ExportRequest, export, load, settings_of
from matcher.exports.erp.records import Adjustment, Customer, Document, Kind, Part
from matcher.exports.erp.targets.xero import netted

XERO, QUICKBOOKS = table("xero", "plain"), table("quickbooks-online", "plain")
OPEN = {f"V{number:03}": amount for number, amount in enumerate((1190, 535.5, 400, 170, 2400, 980, 61.2, 80, 1500, 8800, 300), 1)}
"""What is open of the month's documents, by their ids there."""
Call = dict[str, Any]


def calls(data: bytes) -> list[Call]:
    return [json.loads(line, parse_float=Decimal) for line in data.decode().split("\n") if line]


def of(call: Call) -> Any:
    return next(iter(call["body"].values()))[0]


def step_faults(every: list[Call]) -> Iterator[str]:
    """Keys are one for each call, and short enough for both systems (50 and 128 characters); steps are counted from one."""
    if len({one["key"] for one in every}) != len(every) or any(len(one["key"]) > 50 for one in every):
        yield "keys"
    steps = Counter[str]()
    for one in every:
        steps[one["external_id"]] += 1
        if one["step"] != steps[one["external_id"]] or one["step"] > one["steps"]:
            yield f"{one['key']}: step {one['step']} of {one['steps']}"


def xero_faults(every: list[Call]) -> Iterator[str]:
    """Amounts above zero, never more than is open; each payment is for one document (Xero-OpenAPI, Payment)."""
    still = {key: Decimal(str(amount)) for key, amount in OPEN.items()}
    for one in every:
        if one["body"] == {"Status": "DELETED"}:
            continue
        body = of(one)
        if one["path"] == "Payments":
            paid = [name for name in ("Invoice", "CreditNote", "Prepayment", "Overpayment") if name in body]
            if len(paid) != 1 or not body["Account"]["Code"]:
                yield f"{one['key']}: {paid}"
            still[next(iter(body[paid[0]].values()))] -= body["Amount"]
        elif one["path"].endswith("/Allocations"):
            still[one["path"].split("/")[1]] -= body["Amount"]
            still[body["Invoice"]["InvoiceID"]] -= body["Amount"]
        elif (
            body["LineAmountTypes"] != "NoTax"
            or not body["Contact"]
            or len(body["LineItems"]) != 1
            or body["LineItems"][0]["LineAmount"] <= 0
        ):
            yield f"{one['key']}: overpayment"
        if body.get("Amount", 1) <= 0:
            yield f"{one['key']}: amount"
    yield from (f"{key}: more than is open" for key, amount in still.items() if amount < 0)


def quickbooks_faults(every: list[Call]) -> Iterator[str]:
    """Lines above zero; invoices less credits never more than the total (6240); entries balance; 21 characters of a reference."""
    still = {key: Decimal(str(amount)) for key, amount in OPEN.items()}
    for one in every:
        body = one["body"]
        if one["method"] == "GET" or "void" in one["path"]:
            continue
        if f"requestid={one['key']}" not in one["path"] or body["CurrencyRef"]["value"] not in ("EUR", "CNY"):
            yield f"{one['key']}: head"
        if any(line["Amount"] <= 0 for line in body.get("Line", ())):
            yield f"{one['key']}: a line of nothing"
        if one["path"].startswith("journalentry"):
            sides = Counter[str]()
            for line in body["Line"]:
                sides[line["JournalEntryLineDetail"]["PostingType"]] += line["Amount"]
            if sides["Debit"] != sides["Credit"] or len(body["DocNumber"]) > 21:
                yield f"{one['key']}: entry"
            continue
        linked = Decimal(0)
        for line in body.get("Line", ()):
            ((kind, key),) = [(link["TxnType"], link["TxnId"]) for link in line["LinkedTxn"]]
            linked += line["Amount"] if kind == "Invoice" else -line["Amount"]
            if key in still:
                still[key] -= line["Amount"]
        if linked > body["TotalAmt"] or len(body["PaymentRefNum"]) > 21 or bool(body["TotalAmt"]) != ("DepositToAccountRef" in body):
            yield f"{one['key']}: {linked} of {body['TotalAmt']}"
    yield from (f"{key}: more than is open" for key, amount in still.items() if amount < 0)


CHECKS: dict[str, Callable[[list[Call]], Iterator[str]]] = {"xero": xero_faults, "quickbooks-online": quickbooks_faults}


def money(target: str, every: list[Call]) -> dict[str, Decimal]:
    """What the calls move on bank accounts, by account."""
    found = dict[str, Decimal]()
    for one in every:
        body = one["body"]
        if one["method"] == "GET" or body == {"Status": "DELETED"} or "void" in one["path"]:
            continue
        if target == "quickbooks-online":
            account, amount = body.get("DepositToAccountRef", {}).get("value"), body.get("TotalAmt", 0)
        elif one["path"] == "Payments":
            body = of(one)
            account = body["Account"]["Code"]
            amount = (body["Amount"] / body.get("CurrencyRate", 1)).quantize(Decimal("0.01")) * (-1 if "CreditNote" in body else 1)
        elif one["path"] == "BankTransactions":
            account, amount = of(one)["BankAccount"]["Code"], of(one)["LineItems"][0]["LineAmount"]
        else:
            continue
        if account in (XERO if target == "xero" else QUICKBOOKS)["accounts"].values():
            found[account] = found.get(account, Decimal(0)) + amount
    return found


@pytest.mark.parametrize("name", CHECKS)
def test_the_month_passes_the_checks_of_the_system_and_comes_to_the_control_totals(name: str) -> None:
    made = exported(name, "receipts.jsonl", table(name, "plain"))
    (data,) = (b"".join(file.chunks()) for file in made.files)
    every = calls(data)
    assert [*step_faults(every), *CHECKS[name](every)] == []
    accounts = table(name, "plain")["accounts"]
    expected = dict[str, Decimal]()
    for one in made.documents:
        if one.line and one.amount and one.kind != Kind.REVERSAL:  # what is deleted or voided says no amount
            account = accounts[one.line.account]
            expected[account] = expected.get(account, Decimal(0)) + one.decimal(one.amount)
    assert money(name, every) == expected


@pytest.mark.parametrize("name", CHECKS)
def test_an_export_of_nothing_is_an_empty_file(name: str) -> None:
    assert rendered(name, table(name, "plain")) == {"r.jsonl": b""}


@pytest.mark.parametrize("name", [*CHECKS, "xero-statement"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_one_line(name: str, text: str) -> None:
    one = replace(on_line(document(amount=5_00), text=text, bank_reference=text), customer=Customer("C-1001", "", text))
    ((file, data),) = rendered(name, table(name, "plain"), one).items()
    if file.endswith(".csv"):
        (titles, row) = csv.reader(io.StringIO(data.decode(), newline=""))
        assert len(titles) == len(row) == 6
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    else:
        assert len(data.decode().splitlines()) == len(calls(data)) == 1


@pytest.mark.parametrize("name", CHECKS)
def test_answers_are_read(name: str) -> None:
    assert answered(name, (GOLDEN / "target_answers" / f"{name}.jsonl").read_bytes(), settings={}) == expected_answers(name)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"), (b"\xff\xfe", "file.encoding"), (b"a,b\n1,2\n", "ack.unreadable"), (b"[1]", "ack.unreadable"),
        (b'{"external_id":"a1","step":1,"steps":1}', "ack.unreadable"), (b'{"step":1,"steps":1,"response":{}}', "ack.unreadable"),
        (b'{"external_id":"a1","step":"x","steps":1,"response":{}}', "ack.unreadable"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_answer_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(MatcherError) as raised:
        answered(name, data, settings={})
    assert raised.value.code == code


def test_an_answer_of_nothing_or_of_something_else_is_unknown() -> None:
    for name in CHECKS:
        for response in (
            None,
            "timeout",
            [],
            {},
            {"Status": 429, "Title": "Too many"},
            {"Fault": {"type": "SystemFault", "Error": [{"code": "3001"}]}},
        ):
            line = json.dumps({"external_id": "a1", "step": 1, "steps": 1, "response": response}).encode()
            assert [one[:3] for one in answered(name, line, settings={})] == [("a1", "unknown", "")]


def credit(cash: int, number: str = "CN-1", **more: Any) -> Part:
    return part(cash, number=number, document_type="credit_note", **more)


@pytest.mark.parametrize(
    ("parts", "left", "pairs"),
    [
        ((part(300), credit(-150)), [150], [("CN-1", "INV-1", 150)]),
        ((part(100), part(200, number="INV-2"), credit(-150)), [0, 150], [("CN-1", "INV-1", 100), ("CN-1", "INV-2", 50)]),
        ((credit(-20), credit(-30, "CN-2"), part(50)), [0], [("CN-1", "INV-1", 20), ("CN-2", "INV-1", 30)]),
    ],
)  # fmt: skip
def test_credits_go_against_documents_in_their_order(parts: tuple[Part, ...], left: list[int], pairs: list[tuple[str, str, int]]) -> None:
    found = netted(parts)
    assert found is not None
    assert [amount for _, amount in found[0]] == left
    assert [(one.document_no, other.document_no, amount) for one, other, amount in found[1]] == pairs
    for odd in ((part(100), credit(-150)), (part(300), credit(-150, customer=Customer("C-2"))), (part(300), credit(-150, currency="USD"))):
        assert netted(odd) is None


def paths(target: str, settings: dict[str, Any], one: Document) -> list[tuple[str, str]]:
    (data,) = rendered(target, settings, one).values()
    return [(call["method"], call["path"]) for call in calls(data)]


def test_xero_uses_money_on_account_by_its_number() -> None:
    settings = {**XERO, "id_column": ""}
    guid = "0b1e2f3a-0000-4000-8000-0000000000aa"
    one = document(part(5_00, item=guid), kind=Kind.APPLICATION, amount=0)
    assert why_not("xero", settings, one) == "uses money on account of which it told the number: take the receipt's answer in first"
    told = replace(one, receipt_number=f"BankTransactions/b1 Overpayments/{guid}")
    assert why_not("xero", settings, told) == ""
    assert paths("xero", settings, told) == [("PUT", f"Overpayments/{guid}/Allocations")]
    rest = part(-5_00, item="U-00000000000000a1", document_type="unapplied", receipt_number=f"Prepayments/{guid}")
    both = document(part(9_00, item=guid), rest)
    assert paths("xero", settings, both) == [("PUT", "Payments"), ("PUT", f"Prepayments/{guid}/Allocations")]
    refund = document(rest, kind=Kind.REFUND)
    (data,) = rendered("xero", settings, refund).values()
    assert of(calls(data)[0])["Prepayment"] == {"PrepaymentID": guid}
    (data,) = rendered("xero", settings | {"prepayment_account": "820"}, document(amount=5_00)).values()
    assert (of(calls(data)[0])["Type"], of(calls(data)[0])["LineItems"][0]["AccountCode"]) == ("RECEIVE-PREPAYMENT", "820")


def test_xero_refuses_by_name() -> None:
    settings = {**XERO, "id_column": ""}
    for one, said in (
        (document(part(5_00, number="")), "knows documents by number or id, and AR- has neither"),
        (document(part(9_00), credit(-5_00)), "sets credits against documents by its own ids"),
        (document(part(5_00, Adjustment("rounding", -1))), "clears no amount below zero"),
        (document(part(9_00), credit(-10_00), amount=5_00), "not more than is paid"),
        (document(part(5_00), kind=Kind.REFUND), "pays back credits only"),
        (document(part(1_00, currency="USD", item_amount=0)), "at a rate of six places"),
        (document(part(9_00), part(-5_00, number="OA", document_type="on_account")), "knows credit notes and overpayments as credits"),
    ):
        assert said in why_not("xero", settings, one)


def test_xero_takes_back_as_many_as_it_told() -> None:
    back = document(part(-5_00, Adjustment("fee", -1_00)), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses="e1")
    assert "take its answer in first" in why_not("xero", XERO, replace(back, reverses_number="Payments/p1"))
    told = replace(back, reverses_number="Payments/p1 Payments/p2")
    assert why_not("xero", XERO, told) == ""
    assert paths("xero", XERO, told) == [("POST", "Payments/p2"), ("POST", "Payments/p1")]
    used = replace(told, reversed_kind=Kind.APPLICATION, reverses_number="Overpayments/o1/Allocations/a1 Payments/p1")
    assert paths("xero", XERO, used) == [("POST", "Payments/p1"), ("DELETE", "Overpayments/o1/Allocations/a1")]
    netting = document(part(-9_00), credit(5_00), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses_number="Payments/p1")
    assert "take its answer in first" in why_not("xero", XERO, netting)
    both = replace(netting, reverses_number="CreditNotes/c1/Allocations/a1 Payments/p1")
    assert paths("xero", XERO, both) == [("POST", "Payments/p1"), ("DELETE", "CreditNotes/c1/Allocations/a1")]


def test_xero_rates_lead_back_to_the_money() -> None:
    usd = document(part(1380_00, currency="USD", item_amount=1500_00))
    (data,) = rendered("xero", XERO, usd).values()
    assert (of(calls(data)[0])["Amount"], of(calls(data)[0])["CurrencyRate"]) == (Decimal("1500.00"), Decimal("1.086957"))
    big = document(part(9_999_999_999_99, currency="USD", item_amount=12_345_678_901_23))
    assert "at a rate of six places" in why_not("xero", XERO, big)


def test_quickbooks_links_what_is_cleared_by_an_entry() -> None:
    one = document(part(90_00, Adjustment("fee", 3_00), Adjustment("discount", 7_00), extra={"voucher_id": "71"}))
    assert why_not("quickbooks-online", QUICKBOOKS, one) == ""
    (data,) = rendered("quickbooks-online", QUICKBOOKS, one).values()
    entry, payment = calls(data)
    assert [(line["JournalEntryLineDetail"]["PostingType"], line["Amount"]) for line in entry["body"]["Line"]] == [
        ("Debit", Decimal("7.00")), ("Debit", Decimal("3.00")), ("Credit", Decimal("10.00"))
    ]  # fmt: skip
    assert [(line["Amount"], line["LinkedTxn"][0]["TxnId"]) for line in payment["body"]["Line"]] == [
        (Decimal("100.00"), "71"), (Decimal("10.00"), "${1.JournalEntry.Id}")
    ]  # fmt: skip
    assert payment["body"]["TotalAmt"] == Decimal("90.00")


def test_quickbooks_refuses_by_name() -> None:
    settings = {**QUICKBOOKS, "id_column": ""}
    for one, said in (
        (document(part(5_00)), "links documents by its own ids, and AR-INV-1 has none"),
        (document(part(5_00, item="7"), customer=Customer("C-9")), "knows customers by its own ids, and 'C-9' is none"),
        (document(part(5_00, item="7", customer=Customer("C-2"))), "links documents of one customer"),
        (document(part(5_00, item="7", document_type="unapplied")), "links invoices and credit memos only"),
        (document(part(-5_00, item="7")), "credit memos with amounts below"),
        (document(part(5_00, Adjustment("rounding", -1), item="7")), "clears no amount below zero"),
        (document(credit(-5_00, item="7")), "takes no payment below zero"),
    ):
        assert said in why_not("quickbooks-online", settings, one)


def test_quickbooks_voids_and_deletes_with_the_token_of_the_day() -> None:
    back = document(part(-5_00, Adjustment("fee", -1_00)), kind=Kind.REVERSAL, reversed_kind=Kind.RECEIPT, reverses="e1")
    assert "take its answer in first" in why_not("quickbooks-online", QUICKBOOKS, replace(back, reverses_number="payment/163"))
    told = replace(back, reverses_number="journalentry/12 payment/163")
    assert why_not("quickbooks-online", QUICKBOOKS, told) == ""
    (data,) = rendered("quickbooks-online", QUICKBOOKS, told).values()
    every = calls(data)
    assert [(one["method"], one["path"].split("&requestid")[0]) for one in every] == [
        ("GET", "payment/163"), ("POST", "payment?operation=update&include=void"), ("GET", "journalentry/12"),
        ("POST", "journalentry?operation=delete"),
    ]  # fmt: skip
    assert [one["body"]["SyncToken"] for one in every if one["body"]] == ["${1.Payment.SyncToken}", "${3.JournalEntry.SyncToken}"]
    assert list(step_faults(every)) == []


def test_a_statement_has_a_file_for_each_account_of_at_most_1000_lines() -> None:
    many = [document(part(1_00), external_id=f"{number:020x}") for number in range(1001)]
    files = rendered("xero-statement", {}, *many, on_line(many[0], account="cny"))
    assert [(name, data.count(b"\r\n")) for name, data in files.items()] == [("r.1.1.csv", 1001), ("r.1.2.csv", 2), ("r.csv", 2)]
    made = exported("xero-statement", "r.csv", {})
    rows = [row for file in made.files for row in list(csv.reader(io.StringIO(b"".join(file.chunks()).decode())))[1:]]
    assert sum(Decimal(row[1]) for row in rows) == sum(one.decimal(one.amount) for one in made.documents)
    assert rendered("xero-statement", {}) == {"r.csv": b"*Date,*Amount,Payee,Description,Reference,Cheque Number\r\n"}
    assert why_not("xero-statement", {}, document(part(0, Adjustment("bad_debt", 1)), kind=Kind.WRITE_OFF)) == "has lines of money only"
    with pytest.raises(MatcherError, match=r"target\.setting"):
        settings_of(load("xero-statement"), {"day": "dd.mm.yyyy"})


def test_what_is_mapped_to_nothing_is_named_at_once() -> None:
    ids = {"customers": QUICKBOOKS["customers"], "id_column": "voucher_id"}
    lacks = "accounts.1, accounts.cny, reasons.bad_debt, reasons.discount, reasons.fee, reasons.withholding_tax"
    for name, settings, lacking in (
        ("xero", {"id_column": "voucher_id"}, lacks),
        ("quickbooks-online", ids, f"{lacks}, receivables"),
    ):
        with pytest.raises(MatcherError) as raised:
            export(load(name), month().state(), ExportRequest("r.jsonl", "books"), settings, skip_unsupported=True)
        assert (raised.value.code, raised.value.what) == ("target.setting", f"[target.{name}] has no {lacking}")
