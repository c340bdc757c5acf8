"""Every line has a place to go: what is no payment of an invoice is placed in one command, and taken back in another."""

from pathlib import Path

import pytest
import steady
from support import Row, copied, filled
from teller import Teller

CUSTOMERS: list[Row] = [
    {"customer_id": "K10", "name": "Wiesental Holzbau GmbH", "account": "DE75512108001245126199"},
    {"customer_id": "K20", "name": "Tischlerei Amrum KG", "account": "DE02100500000054540402"},
]
ITEMS: list[Row] = [
    {"item_id": "F1", "customer_id": "K10", "document_no": "FA-7001", "amount": "864.00"},
    {"item_id": "F2", "customer_id": "K10", "document_no": "FA-7002", "amount": "1310.50"},
    {"item_id": "F3", "customer_id": "K20", "document_no": "FA-7003", "amount": "73.20"},
    {"item_id": "F4", "customer_id": "K20", "document_no": "GU-300", "amount": "-61.00", "document_type": "credit_note"},
    {"item_id": "F5", "customer_id": "K20", "document_no": "FA-7005", "amount": "415.00"},
]
HOLZBAU: Row = {"counterparty_name": "Wiesental Holzbau GmbH", "counterparty_account": "DE75512108001245126199"}
LINES: list[Row] = [
    {"bank_reference": "B01", "booking_date": "2026-10-06", "amount": "864.00", "remittance_information": "FA-7001", **HOLZBAU},
    {"bank_reference": "B02", "booking_date": "2026-10-08", "amount": "450.00", "remittance_information": "Anzahlung Carport", **HOLZBAU},
    {"bank_reference": "B03", "booking_date": "2026-10-12", "amount": "88.00", "counterparty_name": "Unbekannt"},
    {"bank_reference": "B04", "booking_date": "2026-10-20", "amount": "-867.50", "remittance_information": "Abbuchung", **HOLZBAU},
    {"bank_reference": "B05", "booking_date": "2026-10-21", "amount": "-450.00", "remittance_information": "Erstattung Carport", **HOLZBAU},
    {"bank_reference": "B06", "booking_date": "2026-10-22", "amount": "-9.90", "remittance_information": "Kontoentgelt"},
    {"bank_reference": "B07", "booking_date": "2026-10-23", "amount": "300.00", "remittance_information": "Umbuchung"},
]


def after_a_run(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        steady.install(monkeypatch)
        Teller(filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch).do("run")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    steady.install(monkeypatch)
    return Teller(copied(tmp_path, after_a_run), monkeypatch)


def _state(desk: Teller, reference: str) -> tuple[str, str]:
    (found,) = {(row["state"], row["outcome"]) for row in desk.rows("matches") if row["bank_reference"] == reference}
    return found


def test_a_deposit_is_the_customer_s_credit_and_pays_a_later_invoice(desk: Teller) -> None:
    said = desk.do("on-account", "ref:B02", "--customer", "K10", "--reason", "deposit for the carport")
    assert "Put on account" in said
    assert "450.00 EUR of the line left" in said
    assert "B02" not in desk.waiting()
    assert desk.open()["B02"] == "-450.00"
    desk.do("set-off", "U-ref:B02", "FA-7002=400.00", "--reason", "agreed")
    assert (desk.open()["B02"], desk.open()["FA-7002"]) == ("-50.00", "910.50")
    # the set-off is of today: an aging of the day before does not know it
    assert (desk.open("--as-of", "2026-10-31")["B02"], desk.open("--as-of", "2026-10-31")["FA-7002"]) == ("-450.00", "1310.50")
    assert "450.00 EUR of the line left" in desk.do("undo", "ref:B02", "--reason", "not agreed after all")
    assert (desk.open()["B02"], desk.open()["FA-7002"]) == ("-450.00", "1310.50")
    assert _state(desk, "B02") == ("posted", "on_account")
    desk.do("undo", "ref:B02", "--reason", "whose is it")
    assert _state(desk, "B02")[0] == "none"
    assert "B02" in desk.waiting()
    assert "holds" in desk.do("verify")


def test_money_of_nobody_is_put_on_the_account_that_a_person_names(desk: Teller) -> None:
    assert "B03" not in desk.open()
    refused = desk.do("on-account", "ref:B03", "--customer", "K11", status=2)
    assert "customer.unknown" in refused
    assert "K10" in refused
    desk.do("on-account", "ref:B03", "--customer", "K20")
    assert desk.open()["B03"] == "-88.00"
    assert "decision.state" in desk.do("on-account", "ref:B04", "--customer", "K20", status=2)


def test_a_credit_note_is_set_off_without_money(desk: Teller) -> None:
    before = desk.text("aging")
    shown = desk.do("set-off", "GU-300", "FA-7003", "--dry-run")
    assert "Dry run: nothing was kept." in shown
    assert desk.text("aging") == before
    (told,) = desk.told("set-off", "GU-300", "FA-7003")
    assert [(i["document_no"], i["open_after"]) for i in told["items"]] == [("GU-300", "0.00"), ("FA-7003", "12.20")]
    assert "GU-300" not in desk.open()
    assert desk.open()["FA-7003"] == "12.20"
    assert "decision.state" in desk.do("set-off", "FA-7003", "FA-7005", status=2)
    assert "decision.state" in desk.do("set-off", "GU-300", "FA-7002", status=2), "of another customer"
    desk.do("undo", told["decision_id"])
    assert desk.text("aging") == before


def test_a_rest_is_written_off_for_a_reason_of_the_list_and_the_next_run_goes_on(desk: Teller) -> None:
    before = desk.text("aging")
    assert "Did you mean bad_debt" in desk.do("write-off", "FA-7003", "--reason", "bad dept", status=2)
    desk.do("write-off", "FA-7005=15.00", "--reason", "price", "--note", "scratched door")
    (told,) = desk.told("write-off", "FA-7003", "--reason", "bad_debt")
    assert desk.open()["FA-7005"] == "400.00"
    assert "FA-7003" not in desk.open()
    desk.do("run")  # an item that was closed without any money
    assert "decision.state" in desk.do("write-off", "GU-300", "--reason", "write_off", status=2)
    desk.do("undo", told["decision_id"], "--reason", "they pay after all")
    assert desk.open()["FA-7003"] == "73.20"
    assert desk.text("aging") != before
    assert "holds" in desk.do("verify")


def test_a_limit_of_a_reason_or_a_person_stops_a_write_off(desk: Teller) -> None:
    config = desk.folder / "books" / "matcher.toml"
    limits = "[policy.limits.price]\namount = 20\n[policy.people.ben]\npercent = 2\n[reasons.goodwill]\ngl_account = '4750'\n"
    config.write_text(config.read_text(encoding="utf-8") + limits, encoding="utf-8")
    assert "policy.limit" in desk.do("write-off", "FA-7005=21.00", "--reason", "price", status=4)
    assert "policy.limit" in desk.do("write-off", "FA-7005=8.31", "--reason", "goodwill", status=4, actor="ben")
    desk.do("write-off", "FA-7005=8.30", "--reason", "goodwill", actor="ben")
    desk.do("write-off", "FA-7005=20.00", "--reason", "price")
    assert desk.open()["FA-7005"] == "386.70"


def test_the_bank_takes_a_receipt_back_and_what_it_had_paid_is_open_from_that_day(desk: Teller) -> None:
    assert "FA-7001" not in desk.open()
    assert "decision.state" in desk.do("return", "ref:B01", "--of", "ref:B04", status=2)
    assert "decision.amount" in desk.do("return", "ref:B05", "--of", "ref:B01", status=2)
    desk.do("return", "ref:B04", "--of", "ref:B01", "--reason", "account closed")
    assert desk.open()["FA-7001"] == "864.00"
    assert "FA-7001" not in desk.open("--as-of", "2026-10-19")
    assert desk.open("--as-of", "2026-10-20")["FA-7001"] == "864.00"
    assert "B01" not in desk.waiting()
    assert "undo" in desk.do("undo", "ref:B01", status=2), "what the bank took back is not undone below the return"
    desk.do("undo", "ref:B04", "--reason", "another line")
    assert "FA-7001" not in desk.open()
    assert "holds" in desk.do("verify")


def test_money_going_out_pays_a_credit_back(desk: Teller) -> None:
    desk.do("on-account", "ref:B02", "--customer", "K10")
    said = desk.do("refund", "ref:B05", "U-ref:B02")
    assert "Refunded" in said
    assert "B02" not in desk.open()
    assert desk.open("--as-of", "2026-10-20")["B02"] == "-450.00"
    assert "decision" in desk.do("refund", "ref:B05", "GU-300", status=2)
    desk.do("undo", "ref:B05")
    assert desk.open()["B02"] == "-450.00"
    desk.do("refund", "ref:B05", "GU-300", "U-ref:B02=389.00")
    assert desk.open()["B02"] == "-61.00"
    assert "GU-300" not in desk.open()


def test_what_is_no_receivable_says_what_it_is(desk: Teller) -> None:
    desk.do("classify", "ref:B06", "ref:B07", "--as", "fee", "--gl", "6855")
    assert _state(desk, "B07") == ("posted", "non_receivable")
    assert "B07" not in desk.waiting()
    assert "decision.state" in desk.do("classify", "ref:B07", "--as", "interest", status=2)
    desk.do("undo", "ref:B07", "--reason", "it was a transfer")
    assert "B07" in desk.waiting()
    assert "usage" in desk.do("classify", "ref:B07", "--as", "bonus", status=2).lower()
    desk.do("classify", "ref:B07", "--as", "own_transfer")
    assert "B07" not in desk.waiting()


def test_a_line_is_set_aside_given_to_somebody_and_noted(desk: Teller) -> None:
    desk.do("hold", "ref:B03", "--until", "2026-11-10", "--owner", "ben", "--reason", "asked the bank")
    assert "B03" not in desk.waiting()
    assert "B03" in {row["bank_reference"] for row in desk.rows("matches")}, "out of the queue, never out of the count"
    desk.do("assign", "ref:B03", "--owner", "dora")
    desk.do("note", "ref:B03", "they call back on Monday")
    (row,) = [row for row in desk.rows("discrepancies") if row["type"] == "unexplained" and row["open_after"] == "-88.00"]
    assert row["owner"] == "dora"
    assert "they call back on Monday" in row["note"]
    desk.on("2026-11-10")
    assert "B03" in desk.waiting()
    desk.do("hold", "ref:B03", "--until", "2026-12-01")
    assert "B03" not in desk.waiting()
    desk.do("undo", "ref:B03", "--reason", "today after all")
    assert "B03" in desk.waiting()


def test_a_whole_run_and_a_rule_are_taken_back(desk: Teller) -> None:
    posted = [row for row in desk.rows("matches") if row["state"] == "posted"]
    assert {(row["actor"], row["run_by"]) for row in posted} == {("engine", "ada")}
    before = desk.text("aging")
    assert "1 posting taken back" in desk.do("undo", "--run", "last", "--reason", "wrong list", "--dry-run")
    assert desk.text("aging") == before
    desk.do("undo", "--run", "1", "--reason", "wrong list", actor="ben")
    assert desk.open()["FA-7001"] == "864.00"
    assert _state(desk, "B01") == ("proposed", "matched"), "the proposal stands again at once"
    assert "run.unknown" in desk.do("undo", "--run", "7", status=2)
    desk.do("accept", "ref:B01")
    (row,) = [row for row in desk.rows("matches") if row["bank_reference"] == "B01"]
    assert (row["actor"], row["run_by"]) == ("ada", "")
    assert "rule.unknown" in desk.do("undo", "--rule", posted[0]["rule"].split("@")[0], status=2), "a person has posted it"


def test_what_is_far_more_than_a_receipt_and_a_fee_is_not_its_return(desk: Teller) -> None:
    """The rest of a return leaves the queue with it, so that nothing but a fee may be in it."""
    said = desk.do("return", "ref:B04", "--of", "ref:B03", status=2)
    assert said.startswith("decision.amount: ")
    assert "779.50 EUR more" in said
    assert _state(desk, "B04")[0] != "posted"
    desk.do("return", "ref:B04", "--of", "ref:B01")  # 3.50 of fee


def test_what_was_said_last_of_a_hold_counts(desk: Teller) -> None:
    desk.do("hold", "ref:B03", "--until", "2026-12-15")
    desk.do("hold", "ref:B03", "--until", "2026-10-20")
    assert "B03" in desk.waiting()


def test_an_item_is_written_off_once_in_a_command(desk: Teller) -> None:
    said = desk.do("write-off", "FA-7001=1.00", "F1=1.00", "--reason", "rounding", status=2)
    assert said.startswith("usage.option: item F1 is named twice")


def test_whoever_accepts_is_bound_by_the_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item: Row = {"item_id": "F1", "customer_id": "K10", "document_no": "FA-7001", "amount": "1000.00", "terms": "2/10 net 30"}
    paid: Row = {"bank_reference": "B1", "booking_date": "2026-09-08", "amount": "980.00", "remittance_information": "FA-7001", **HOLZBAU}
    books = filled(tmp_path, items=[item], customers=CUSTOMERS, lines=[paid])
    toml = books.directory / "matcher.toml"
    lines = [line for line in toml.read_text(encoding="utf-8").splitlines() if not line.startswith(("[policy]", "auto_post"))]
    toml.write_text("\n".join([*lines, "[policy]", "auto_post = false", "[policy.people.ben]", "amount = 19", ""]), encoding="utf-8")
    desk = Teller(books, monkeypatch)
    desk.do("run")
    assert desk.do("accept", "ref:B1", status=4, actor="ben").startswith(
        "policy.limit: 20.00 EUR of FA-7001 in all are more than the 19.00"
    )
    desk.do("accept", "ref:B1", actor="ada")
