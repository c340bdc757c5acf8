"""Targets that are called: what they send passes the checks of the system, as its documents tell them, and what it answers is read."""

import csv
import io
import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from erp_month import exported, month

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp import Export, ExportRequest, Rendering, export, load, settings_of
from matcher.exports.erp.base import ExportBatch
from matcher.exports.erp.calls import json_text
from matcher.exports.erp.records import Adjustment, BankLine, Customer, Document, Kind, Part
from matcher.exports.erp.targets import fxiaoke, yonyou_rates, zoho_crm
from matcher.journal.chain import GENESIS, Head
from matcher.ledger.customer_status import STATUS

GOLDEN = Path(__file__).parents[1] / "golden"
CALLED = ("fxiaoke", "kingdee-cloud", "yonyou-bip", "yonyou-u8", "zoho-crm")
CASES = [path.parent for path in sorted(GOLDEN.glob("targets/*/*/target.toml")) if path.parts[-3] in CALLED]
CALLS = [path for path in CASES if path.name != "table"]
HOSTILE = (
    "=cmd|' /C calc'!A0",
    'a;b,"c"',
    "two\nlines\ttab",
    "Müller & Söhne",
    "华东机械",
    "nul\x00bell\x07",
    "half \ud800 pair",
    "\u2028",
)


def table(target: str, case: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / "targets" / target / case / "target.toml").read_text(encoding="utf-8"))


def document(*parts: Part, kind: Kind = Kind.RECEIPT, amount: int = 0, currency: str = "CNY", text: str = "", **more: Any) -> Document:
    applied = sum(part.cash for part in parts)
    line = BankLine("l1", "cny", date(2026, 3, 2), None, amount or applied, "R1", counterparty_name="付款方", text=text)
    made = Document(
        "0123456789abcdef0123", kind, 1, "1", "d1", "engine", "", date(2026, 3, 2), Customer("C-1003", "", "华东机械有限公司"), currency,
        amount or applied, applied, (amount or applied) - applied, parts, line,
    )  # fmt: skip
    return replace(made, **more)


def part(cash: int, *cleared: Adjustment, customer: str = "C-1003", number: str = "INV-1", currency: str = "CNY") -> Part:
    return Part(f"AR-{number}", number, "invoice", Customer(customer), currency, cash, cash, cleared, extra={"order_id": "ord-1"})


def rendered(target: str, settings: dict[str, Any], *documents: Document, name: str = "") -> dict[str, bytes]:
    known = load(target)
    assert known.render is not None
    batch = ExportBatch("b", "books", date(2026, 3, 31), len(documents), {})
    asked = Rendering(documents, settings_of(known, settings), batch, name or f"r{known.endings[0]}", lambda: Head(0, GENESIS))
    return {file.name: b"".join(file.chunks()) for file in known.render(asked)}


def calls(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line, parse_float=Decimal) for line in data.decode().split("\n") if line]


def why_not(target: str, settings: dict[str, Any], one: Document) -> str:
    known = load(target)
    assert known.refuses is not None
    return known.refuses(one, settings_of(known, settings))


def fxiaoke_faults(files: dict[str, bytes]) -> Iterator[str]:
    """A payment is the sum of its details; an amount is text; a day is a midnight in China (fxiaoke.apifox.cn, PaymentObj)."""
    for call in calls(next(iter(files.values()))):
        data = call["body"]["data"]
        if call["path"].endswith("/invalid"):
            yield from () if data["object_data_id"] else ("nothing is made void",)
            continue
        payment, details = data["object_data"], data["details"]["OrderPaymentObj"]
        if sum(Decimal(one["payment_amount"]) for one in details) != Decimal(payment["payment_amount"]):
            yield f"{call['external_id']}: details"
        if not isinstance(payment["payment_amount"], str) or (payment["payment_time"] + 8 * 3600_000) % 86_400_000:
            yield f"{call['external_id']}: types"


def kingdee_faults(files: dict[str, bytes]) -> Iterator[str]:
    """The amounts of an entry lead from one to the next; the sources come to what is settled; a refund is above zero."""
    for call in calls(next(iter(files.values()))):
        form, model = call["body"]["formid"], call["body"]["data"]["Model"]
        for needed in ("FBillTypeID", "FDATE", "FCONTACTUNIT", "FCURRENCYID", "FPAYORGID", "FSETTLEORGID", "FSALEORGID"):
            if not model.get(needed) or model[needed] == {"FNumber": ""}:
                yield f"{call['external_id']}: {needed} is needed"
        if form == "AR_REFUNDBILL":
            entries = model["FREFUNDBILLENTRY"]
            if sum(one["FREFUNDAMOUNTFOR"] for one in entries) != model["FREFUNDTOTALAMOUNTFOR"]:
                yield f"{call['external_id']}: refund"
            yield from (f"{call['external_id']}: below zero" for one in entries if one["FREFUNDAMOUNTFOR"] <= 0)
            continue
        for one in model["FRECEIVEBILLENTRY"]:
            after = one["FRECTOTALAMOUNTFOR"] - one["FSETTLEDISTAMOUNTFOR"]
            paid = after + one["FOVERUNDERAMOUNTFOR"]
            if (one["FSETTLERECAMOUNTFOR"], one["FRECAMOUNTFOR_E"]) != (after, paid) or one["FREALRECAMOUNTFOR_D"] <= 0:
                yield f"{call['external_id']}: entry"
            if paid - one["FHANDLINGCHARGEFOR"] != one["FREALRECAMOUNTFOR_D"]:
                yield f"{call['external_id']}: fee"
        sales = [one["FRECTOTALAMOUNTFOR"] for one in model["FRECEIVEBILLENTRY"] if one["FPURPOSEID"]["FNumber"] == "SFKYT01_SYS"]
        if sum(one["FREALRECAMOUNT"] for one in model.get("FRECEIVEBILLSRCENTRY", ())) != sum(sales):
            yield f"{call['external_id']}: sources"


def yonyou_faults(files: dict[str, bytes]) -> Iterator[str]:
    """Head and entries are equal in both currencies; no entry is below zero; 48 and 49 only (open.yonyouup.com, accept/add)."""
    for call in calls(next(iter(files.values()))):
        head = call["body"]["accept"]
        for name in ("originalamount", "amount"):
            if sum(one[name] for one in head["entry"]) != head[name] or head[name] <= 0:
                yield f"{call['external_id']}: {name}"
        if any(one["originalamount"] < 0 for one in head["entry"]) or head["vouchtype"] not in ("48", "49"):
            yield f"{call['external_id']}: sign"
        if call["path"].split("biz_id=")[1] != call["external_id"]:
            yield f"{call['external_id']}: biz_id"


def bip_faults(files: dict[str, bytes]) -> Iterator[str]:
    """Lines above zero, each with a number of its own; one key for each document, of 32 characters at most (收款单保存, 收款退款单保存)."""
    for call in calls(next(iter(files.values()))):
        head, key = call["body"]["data"], call["external_id"]
        for needed in ("billDate", "objectType", "exchangeRate", "exchangeRateDate", "_status", "bodyItem", "financeOrgCode", "customer"):
            if not head.get(needed):
                yield f"{key}: {needed} is needed"
        if not head["resubmitCheckKey"] == head["extVouchCode"] == key or len(key) > 32 or not head["extSystemCode"]:
            yield f"{key}: keys"
        lines = head["bodyItem"]
        if any(one["oriTaxIncludedAmount"] <= 0 or one["localTaxIncludedAmount"] <= 0 for one in lines):
            yield f"{key}: below zero"
        if len({one["extRowNo"] for one in lines}) != len(lines) or {one["quickTypeCode"] for one in lines} - {"1", "2"}:
            yield f"{key}: lines"


def zoho_faults(files: dict[str, bytes]) -> Iterator[str]:
    """At most 100 records, each key once, no text above 255 (zoho.com/crm/developer/docs/api/v8/upsert-records.html)."""
    keys = list[str]()
    for data in files.values():
        body = json.loads(data, parse_float=Decimal)
        keys += [one[body["duplicate_check_fields"][0]] for one in body["data"]]
        if len(body["data"]) > 100 or any(isinstance(cell, str) and len(cell) > 255 for one in body["data"] for cell in one.values()):
            yield "size"
    if len(set(keys)) != len(keys):
        yield "a key twice"


CHECKS: dict[str, Callable[[dict[str, bytes]], Iterator[str]]] = {
    "fxiaoke": fxiaoke_faults, "kingdee-cloud": kingdee_faults, "yonyou-u8": yonyou_faults, "yonyou-bip": bip_faults,
    "zoho-crm": zoho_faults,
}  # fmt: skip


def total(target: str, files: dict[str, bytes]) -> dict[tuple[str, str], Decimal]:
    """What the files say of money, by customer and currency."""
    found: dict[tuple[str, str], Decimal] = {}

    def add(customer: str, currency: str, amount: Decimal) -> None:
        found[customer, currency] = found.get((customer, currency), Decimal(0)) + amount

    for data in files.values():
        if target == "zoho-crm":
            for row in json.loads(data, parse_float=Decimal)["data"]:
                add(row["Customer_ID"], row["Payment_Currency"], row["Payment_Amount"])
            continue
        for call in calls(data):
            body = call["body"]
            if target == "yonyou-u8":
                head, names = body["accept"], {"欧元": "EUR", "人民币": "CNY"}
                sign = 1 if head["vouchtype"] == "48" else -1
                add(head["customercode"], names[head["foreigncurrency"]], head["originalamount"] * sign)
            elif target == "kingdee-cloud":
                model, names = body["data"]["Model"], {"PRE001": "CNY", "PRE002": "EUR"}
                received = sum(one["FREALRECAMOUNTFOR_D"] for one in model.get("FRECEIVEBILLENTRY", ()))
                amount = received - model.get("FREFUNDTOTALAMOUNTFOR", 0)
                add(model["FCONTACTUNIT"]["FNumber"], names[model["FCURRENCYID"]["FNumber"]], amount)
            elif target == "yonyou-bip":
                head, sign = body["data"], 1 if "/collection/" in call["path"] else -1
                add(head["customer"], head["oriCurrencyCode"], sum(one["oriTaxIncludedAmount"] for one in head["bodyItem"]) * sign)
            elif "object_data" in body["data"]:
                payment = body["data"]["object_data"]
                add(payment["account_id"], payment.get("mc_currency", "CNY"), Decimal(payment["payment_amount"]))
    return {key: amount for key, amount in found.items() if amount}


def documents_total(target: str, made: Export) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for one in made.documents:
        if target == "fxiaoke" and one.kind == Kind.REVERSAL:
            continue  # it makes a payment void, and says no amount
        key = one.customer.id, one.currency
        found[key] = found.get(key, Decimal(0)) + one.decimal(one.amount)
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.parametrize("case", CALLS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_is_sent_passes_the_checks_of_the_system_and_comes_to_the_control_totals(case: Path) -> None:
    name = case.parent.name
    made = exported(name, f"receipts{load(name).endings[0]}", table(name, case.name))
    files = {file.name: b"".join(file.chunks()) for file in made.files}
    assert list(CHECKS[name](files)) == []
    assert total(name, files) == documents_total(name, made)


@pytest.mark.parametrize("name", CALLED)
def test_an_export_of_nothing_is_a_file_of_nothing(name: str) -> None:
    settings = table(name, next(path.name for path in CALLS if path.parent.name == name))
    for ending in load(name).endings:
        files = rendered(name, settings, name=f"r{ending}")
        assert list(files)[-1] == f"r{ending}"
    assert settings_of(load(name), settings).lacking(()) is not None


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_one_line(name: str, text: str) -> None:
    settings = table(name, next(path.name for path in CALLS if path.parent.name == name)) | (
        {"order_column": "order_id"} if name == "fxiaoke" else {}
    )
    one = replace(document(part(5_00), text=text), customer=Customer("C-1003", "", text))
    for ending in load(name).endings:
        files = rendered(name, settings, one, name=f"r{ending}")
        if ending in (".jsonl", ".json"):
            (data,) = files.values()
            assert len(data.decode().splitlines()) == 1
            assert json.loads(data)
        elif ending == ".csv":
            rows = list(csv.reader(io.StringIO(files["r.csv"].decode("utf-8-sig"))))
            assert len({len(row) for row in rows}) == 1
            assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("name", CALLED)
def test_answers_are_read(name: str) -> None:
    (given,) = (GOLDEN / "target_answers").glob(f"{name}.json*")
    known = load(name)
    assert known.read_answer is not None
    found = known.read_answer(given.read_bytes(), given.name, settings_of(known, {}))
    with (GOLDEN / "target_answers" / f"{name}.expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = [tuple(row.values()) for row in csv.DictReader(stream)]
    assert [(one.external_id, one.result.value, one.number, one.message) for one in found] == expected


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"), (b"\xff\xfe", "file.encoding"), (b"a,b\n1,2\n", "ack.unreadable"), (b"[1]", "ack.unreadable"),
        (b'{"response":{}}', "ack.unreadable"), (b'{"external_id":"a1"}', "ack.unreadable"), (b"[" * 100_000, "ack.unreadable"),
        (b'{"request":{"data":[{}]},"response":{"data":[]}}', "ack.unreadable"),
        (b'{"request":{"data":[{}]},"response":null}', "ack.unreadable"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_answer_is_refused(name: str, data: bytes, code: str) -> None:
    known = load(name)
    assert known.read_answer is not None
    with pytest.raises(MatcherError) as raised:
        known.read_answer(data, "answers.json", settings_of(known, {}))
    assert raised.value.code == code


def test_numbers_of_json_have_their_own_digits() -> None:
    value = {"a": Decimal("0.10"), "b": [Decimal("12345678901234567.89"), None, True], "c": date(2026, 3, 1), "d": 'q"\u2029'}
    assert json_text(value) == '{"a":0.10,"b":[12345678901234567.89,null,true],"c":"2026-03-01","d":"q\\"\\u2029"}'
    with pytest.raises(TypeError):
        json_text(0.1)


def test_fxiaoke_pays_orders_in_its_currencies() -> None:
    settings = {"id_field": "x__c"}
    assert why_not("fxiaoke", settings, document(part(5_00))) == ""
    for one, said in (
        (document(replace(part(5_00), extra={})), "pays orders, and the list has none for INV-1"),
        (document(part(5_00), currency="EUR"), "is not told of payments in EUR"),
        (document(part(5_00), amount=6_00), "has no payment without an order, unless `rest_without_order` says so"),
        (document(part(5_00, Adjustment("fee", 1_00))), "has no field for what is cleared without cash, unless `cleared_field` names one"),
        (document(part(-5_00), kind=Kind.REVERSAL, reverses="e1", reversed_kind=Kind.REFUND), "takes back payments only"),
    ):
        assert why_not("fxiaoke", settings, one) == said
    never = document(part(-5_00), kind=Kind.REVERSAL, reverses="e1", reversed_kind=Kind.RECEIPT)
    assert "take its answer in first" in why_not("fxiaoke", settings, never)
    assert why_not("fxiaoke", settings, replace(never, reverses_number="65f0")) == ""
    assert list(settings_of(load("fxiaoke"), {}).lacking([never])) == ["id_field"]


def test_fxiaoke_days_begin_in_china() -> None:
    assert fxiaoke.milliseconds(date(2018, 1, 31)) == 1517328000000
    assert fxiaoke.milliseconds(date(1970, 1, 1)) == -8 * 3600_000


def test_fxiaoke_tables_are_workbooks_too() -> None:
    settings = {"id_field": "x__c", "rest_without_order": True}
    files = rendered("fxiaoke", settings, document(part(5_00), amount=6_00), name="r.xlsx")
    assert list(files) == ["r.details.xlsx", "r.xlsx"]
    assert files == rendered("fxiaoke", settings, document(part(5_00), amount=6_00), name="r.xlsx")


def test_kingdee_books_what_is_short_and_what_a_customer_pays_for_another() -> None:
    settings = table("kingdee-cloud", "plain")
    one = document(part(99_00, Adjustment("rounding", 3), Adjustment("fee", 2_00), Adjustment("discount", 5_00), customer="C-2"))
    assert why_not("kingdee-cloud", settings, one) == ""
    files = rendered("kingdee-cloud", settings, one)
    assert list(kingdee_faults(files)) == []
    (call,) = calls(files["r.jsonl"])
    model = call["body"]["data"]["Model"]
    (entry,) = model["FRECEIVEBILLENTRY"]
    amounts = ("FRECTOTALAMOUNTFOR", "FSETTLEDISTAMOUNTFOR", "FOVERUNDERAMOUNTFOR", "FHANDLINGCHARGEFOR", "FREALRECAMOUNTFOR_D")
    assert [str(entry[name]) for name in amounts] == ["106.03", "5.00", "-0.03", "2.00", "99.00"]
    assert (model["FCONTACTUNIT"], model["FPAYUNIT"]) == ({"FNumber": "C-2"}, {"FNumber": "C-1003"})
    for odd, said in (
        (document(part(5_00, Adjustment("bad_debt", 1_00))), "books no bad_debt with a receipt, unless `short` names it"),
        (document(part(5_00), part(5_00, customer="C-2")), "has one customer for what a receipt pays"),
        (document(part(5_00, customer="C-2"), amount=6_00), "has one customer for what a receipt pays"),
        (document(part(-5_00), amount=6_00), "has no receipt whose documents come to nothing or less"),
        (document(part(-5_00, Adjustment("fee", -1)), kind=Kind.RETURN), "gives back money only, and not what was cleared without cash"),
    ):
        assert why_not("kingdee-cloud", settings, odd) == said


def test_kingdee_gives_a_returned_payment_back_by_the_number_of_its_receipt() -> None:
    settings = table("kingdee-cloud", "plain") | {"audit": True}
    back = document(part(-5_00), kind=Kind.RETURN, amount=-7_00, receipt_number="SKD00000071")
    (call,) = calls(rendered("kingdee-cloud", settings, back)["r.jsonl"])
    model = call["body"]["data"]["Model"]
    assert call["body"]["data"]["IsAutoSubmitAndAudit"] == "true"
    assert [(one["FPURPOSEID"]["FNumber"], str(one["FREFUNDAMOUNTFOR"])) for one in model["FREFUNDBILLENTRY"]] == [
        ("SFKYT01_SYS", "5.00"), ("SFKYT02_SYS", "2.00")
    ]  # fmt: skip
    assert [(one["FSOURCETYPE"], one["FSRCBILLNO"]) for one in model["FREFUNDBILLSRCENTRY"]] == [("AR_RECEIVEBILL", "SKD00000071")]


def test_yonyou_rounds_the_base_currency_half_up_and_its_entries_add_up() -> None:
    settings = table("yonyou-u8", "plain") | {"base_currency": "CNY", "rates": {"EUR": "7.8125"}}
    assert [str(yonyou_rates.local(amount, "EUR", settings_of(load("yonyou-u8"), settings))) for amount in (4, 100, -4)] == [
        "0.31", "7.81", "-0.31"
    ]  # fmt: skip
    thirds = [replace(part(1_00, number=f"INV-{number}", currency="EUR"), item_id=f"A{number}") for number in range(3)]
    (call,) = calls(rendered("yonyou-u8", settings, document(*thirds, currency="EUR"))["r.jsonl"])
    head = call["body"]["accept"]
    assert [str(one["amount"]) for one in head["entry"]] == ["7.81", "7.81", "7.82"]
    assert str(head["amount"]) == "23.44"


def test_yonyou_pays_back_by_a_payment_and_takes_no_entry_below_zero() -> None:
    settings = table("yonyou-u8", "plain")
    back = document(part(-5_00), kind=Kind.RETURN, amount=-7_00)
    (call,) = calls(rendered("yonyou-u8", settings, back)["r.jsonl"])
    head = call["body"]["accept"]
    assert (head["vouchtype"], str(head["originalamount"])) == ("49", "7.00")
    assert [(one["type"], str(one["originalamount"])) for one in head["entry"]] == [("0", "5.00"), ("1", "2.00")]
    mixed = document(part(-5_00), part(9_00, number="INV-2"))
    assert why_not("yonyou-u8", settings, mixed) == "has no document whose entries are partly below zero"
    assert "is longer" in why_not("yonyou-u8", settings, document(part(5_00, number="X" * 61)))
    with pytest.raises(MatcherError, match=r"target\.setting: .*the rate of EUR is zero"):
        settings_of(load("yonyou-u8"), {"rates": {"EUR": "0.0"}})


def test_yonyou_bip_pays_back_what_lay_on_account_and_names_what_is_done_by_hand() -> None:
    settings = table("yonyou-bip", "plain") | {"base_currency": "CNY", "submit": False}
    kept = replace(part(-5_00), item_id="U-l0", document_type="unapplied", receipt="f" * 20)
    (call,) = calls(rendered("yonyou-bip", settings, document(kept, kind=Kind.REFUND))["r.jsonl"])
    assert call["path"] == "/iuap-api-gateway/yonbip/EFI/arRefund/save"
    (line,) = call["body"]["data"]["bodyItem"]
    assert (line["quickTypeCode"], str(line["oriTaxIncludedAmount"]), line["extRowNo"]) == ("1", "5.00", "1")
    for odd, said in (
        (document(part(-5_00), kind=Kind.REFUND), "what a receipt has left on account only"),
        (document(part(-5_00), kind=Kind.RETURN), "cancel its 核销 there"),
        (document(part(-5_00), part(9_00, number="INV-2")), "partly below zero"),
        (document(part(5_00, Adjustment("discount", 10))), "cleared without cash"),
        (document(part(5_00), kind=Kind.REVERSAL, reverses="a" * 20, reverses_number="RECar1"), "cancel the 核销 of RECar1 there"),
    ):
        assert said in why_not("yonyou-bip", settings, odd)


def test_what_is_mapped_to_nothing_is_named_at_once() -> None:
    state = month().state()
    for name, settings, lacking in (
        ("kingdee-cloud", {}, "accounts.1, accounts.cny, currencies.EUR"),
        ("yonyou-u8", {"cleared_field": "define23"}, "accounts.1, accounts.cny, currencies.EUR, rates.EUR, settlement"),
        ("yonyou-bip", {}, "accounts.1, accounts.cny, rates.EUR"),
        ("fxiaoke", {"order_column": "voucher_id"}, "id_field"),
    ):
        with pytest.raises(MatcherError) as raised:
            export(load(name), state, ExportRequest("r.jsonl", "books"), settings, skip_unsupported=True)
        assert (raised.value.code, raised.value.what) == ("target.setting", f"[target.{name}] has no {lacking}")


def test_zoho_requests_have_100_records_and_a_document_may_go_on_in_the_next() -> None:
    many = document(*(part(1_00, number=f"INV-{number:03}") for number in range(150)))
    files = rendered("zoho-crm", {}, many, document(part(5_00), external_id="f" * 20))
    assert list(files) == ["r.2.json", "r.json"]
    assert list(zoho_faults(files)) == []
    bodies = {name: json.loads(data) for name, data in files.items()}
    assert [len(bodies[name]["data"]) for name in ("r.json", "r.2.json")] == [100, 51]
    done = [
        {"request": body, "response": {"data": [{"status": "success", "details": {"id": row["Name"]}} for row in body["data"]]}}
        for body in bodies.values()
    ]
    found = zoho_crm.read_answer(json.dumps(done).encode(), "answers.json", zoho_crm.Settings())
    assert {one.external_id: one.result.value for one in found} == {many.external_id: "accepted", "f" * 20: "accepted"}
    (half, _) = zoho_crm.read_answer(json.dumps(done[:1]).encode(), "answers.json", zoho_crm.Settings())
    assert (half.result.value, half.message) == ("unknown", "50 of 150 records are answered")


def test_zoho_fields_are_named_by_the_settings() -> None:
    settings = {"fields": {"amount": "Sum", "text": ""}, "workflows": True}
    ((_, data),) = rendered("zoho-crm", settings, document(part(5_00))).items()
    body = json.loads(data)
    assert (body["data"][0]["Sum"], "Bank_Text" in body["data"][0], "trigger" in body) == (5, False, False)
    for fields, said in (({"colour": "x"}, "'colour' is none of"), ({"key": ""}, "key cannot do without a field")):
        with pytest.raises(MatcherError, match=rf"target\.setting: .*{said}"):
            settings_of(load("zoho-crm"), {"fields": fields})
    assert "takes 255 characters" in why_not("zoho-crm", {}, document(part(5_00, number="X" * 256)))


def standing(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of customers, with nothing but what is said."""
    usual = {"key": "k1", "as_of": date(2026, 3, 31), "entity": "1", "customer_id": "C1", "customer_name": "=Brandt", "currency": "EUR"}
    usual |= {"customer_no": "", "standing": "overdue", "days_late": 55, "usual_days_late": ""}
    usual |= dict.fromkeys(("open_amount", "overdue_amount", "balance"), 120_00) | dict.fromkeys(("disputed_amount", "credit_amount"), 0)
    return pl.DataFrame([dict.fromkeys(STATUS) | usual | row for row in rows], schema=STATUS)


def feed(target: str, name: str, settings: dict[str, Any], *rows: dict[str, Any]) -> dict[str, bytes]:
    made = erp.customers(load(target), standing(*rows), name, settings)
    return {file.name: b"".join(file.chunks()) for file in made}


def test_zoho_is_told_how_customers_stand() -> None:
    many = [{"key": f"k{number}", "customer_id": f"C{number}", "last_payment_amount": 5_00} for number in range(101)]
    files = feed("zoho-crm", "c.json", {"account_field": "Account", "customer_fields": {"promised_amount": "", "balance": "Sum"}}, *many)
    assert list(files) == ["c.2.json", "c.json"]
    body = json.loads(files["c.json"], parse_float=Decimal)
    one = body["data"][1]
    assert (len(body["data"]), body["duplicate_check_fields"], body["trigger"]) == (100, ["External_ID"], [])
    assert (one["External_ID"], one["Sum"], one["Last_Payment_Amount"], one["Account"]) == ("k1", 120, 5, {"id": "C1"})
    assert (one["Expected_Date"], one["Usual_Days_Late"], "Promised_Amount" in one) == (None, None, False)
    (row,) = csv.DictReader(io.StringIO(feed("zoho-crm", "c.csv", {}, {})["c.csv"].decode()))
    assert (row["Name"], row["Open Amount"], row["Expected Date"]) == ("'=Brandt", "120.00", "")
    for fields, said in (({"colour": "x"}, "'colour' is none of"), ({"key": ""}, "key cannot do without a field")):
        with pytest.raises(MatcherError, match=rf"target\.setting: .*{said}"):
            feed("zoho-crm", "c.json", {"customer_fields": fields}, {})


def test_fxiaoke_is_told_how_customers_stand() -> None:
    (row,) = csv.DictReader(io.StringIO(feed("fxiaoke", "c.csv", {}, {"expected_date": date(2026, 4, 1)})["c.csv"].decode("utf-8-sig")))
    assert (row["客户编号"], row["账款状态"], row["逾期金额"], row["预计回款日"]) == ("C1", "逾期", "120.00", "2026-04-01")
    settings = {"customer_fields": {"overdue_amount": "a__c", "expected_date": "b__c", "promised_date": "c__c"}}
    (call,) = calls(feed("fxiaoke", "c.jsonl", settings, {"expected_date": date(2018, 1, 31)})["c.jsonl"])
    assert call["path"] == "/cgi/crm/v2/data/update"
    changed = {"dataObjectApiName": "AccountObj", "_id": "C1", "a__c": "120.00", "b__c": 1517328000000, "c__c": None}
    assert call["body"]["data"]["object_data"] == changed
    with pytest.raises(MatcherError, match=r"target\.no_form: .*several currencies or entities: C1"):
        feed("fxiaoke", "c.jsonl", settings, {}, {"key": "k2", "currency": "USD"})
    with pytest.raises(MatcherError, match=r"target\.setting: .*has no customer_fields"):
        feed("fxiaoke", "c.jsonl", {}, {})
    with pytest.raises(MatcherError, match=r"target\.setting: .*'colour' is none of"):
        feed("fxiaoke", "c.jsonl", {"customer_fields": {"colour": "x"}}, {})
    assert list(feed("fxiaoke", "c.xlsx", {}, {})) == ["c.xlsx"]


def test_a_system_without_a_form_for_how_customers_stand_says_so() -> None:
    with pytest.raises(MatcherError, match=r"target\.no_form: .*kingdee-cloud has no form for how customers stand"):
        feed("kingdee-cloud", "c.jsonl", {}, {})
    with pytest.raises(MatcherError, match=r"usage\.option: .*must end with"):
        feed("zoho-crm", "c.xlsx", {}, {})


def test_the_targets_are_registered() -> None:
    assert set(CALLED) <= set(erp.names())
