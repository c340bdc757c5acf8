"""The dunning list asks for what is overdue, and for nothing that is paid, on its way, contested, promised or on hold."""

import csv
from datetime import date
from pathlib import Path

import pytest
from support import CONFIG, NOW, Row, customers_file, items_file, lines_file, new_books
from teller import Teller

from matcher.books import Books

CUSTOMERS: list[Row] = [
    {"customer_id": "K10", "name": "Wiesental Holzbau GmbH", "account": "DE75512108001245126199", "country": "DE"},
    {"customer_id": "K20", "name": "Tischlerei Amrum KG", "account": "DE02100500000054540402", "country": "DE"},
]
ITEMS: list[Row] = [
    {"item_id": "F1", "customer_id": "K10", "document_no": "FA-7001", "amount": "864.00", "due_date": "2026-09-20"},  # 41 days
    {"item_id": "F2", "customer_id": "K10", "document_no": "FA-7002", "amount": "310.50", "due_date": "2026-10-10"},  # 21 days
    {"item_id": "F3", "customer_id": "K10", "document_no": "FA-7003", "amount": "55.00", "due_date": "2026-10-24"},  # 7 days
    {"item_id": "F4", "customer_id": "K10", "document_no": "FA-7004", "amount": "99.00", "due_date": "2026-10-25"},  # 6 days
    {
        "item_id": "F5", "customer_id": "K20", "document_no": "FA-7005", "amount": "200.00", "due_date": "2026-09-01",
        "payment_reference": "RF18539007547034",
    },
]  # fmt: skip
DAY = date(2026, 10, 31)


class Desk(Teller):
    """A teller with the library's own view of the books."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(books, monkeypatch, "2026-10-31")
        self.books = Books(books.directory, actor="ada", clock=lambda: NOW.replace(month=10, day=31))

    def asked(self, *, customer: str = "") -> dict[str, tuple[int, int]]:
        """Amount and level of each document that is dunned."""
        made, _ = self.books.dunning(DAY, customer=customer)
        return {item.document_no: (item.amount, item.level) for letter in made.dunning.letters for item in letter.items}

    def left_out(self) -> dict[str, str]:
        return {item.document_no: item.left_out for item in self.books.dunning(DAY)[0].dunning.left_out}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = new_books(tmp_path / "books")
    made.import_files("items", [items_file(tmp_path, ITEMS)])
    made.import_files("customers", [customers_file(tmp_path, CUSTOMERS)])
    return Desk(made, monkeypatch)


def test_levels_go_by_days_past_due(desk: Desk) -> None:
    assert desk.asked() == {"FA-7001": (86400, 3), "FA-7002": (31050, 2), "FA-7003": (5500, 1), "FA-7005": (20000, 3)}
    assert desk.asked(customer="Tischlerei") == {"FA-7005": (20000, 3)}


def test_levels_are_those_of_the_configuration(desk: Desk) -> None:
    (desk.folder / "books" / "matcher.toml").write_text(CONFIG + "[dunning]\nlevels = [30, 60]\n", encoding="utf-8")
    assert desk.asked() == {"FA-7001": (86400, 1), "FA-7005": (20000, 2)}
    (desk.folder / "books" / "matcher.toml").write_text(CONFIG + "[dunning]\nlevels = [30, 10]\n", encoding="utf-8")
    assert "config.invalid" in desk.do("dunning", status=2)


def test_what_is_too_little_is_not_asked_for(desk: Desk) -> None:
    settings = desk.folder / "books" / "matcher.toml"
    settings.write_text(CONFIG + '[dunning]\nleast_amount = "55.01"\n', encoding="utf-8")
    assert desk.asked() == {"FA-7001": (86400, 3), "FA-7002": (31050, 2), "FA-7005": (20000, 3)}
    assert desk.left_out()["FA-7003"] == "less than dunning.least_amount"
    settings.write_text(CONFIG + "[dunning]\nleast_amount = 55\nleast_total = 200.01\n", encoding="utf-8")
    assert desk.asked() == {"FA-7001": (86400, 3), "FA-7002": (31050, 2), "FA-7003": (5500, 1)}
    assert desk.left_out() == {"FA-7005": "less than dunning.least_total in all"}
    # a dollar is less than a euro; without a rate nothing is too little
    dollars = {
        "item_id": "F9",
        "customer_id": "K20",
        "document_no": "FA-9",
        "amount": "201.00",
        "due_date": "2026-09-01",
        "currency": "USD",
    }
    desk.books.import_files("items", [items_file(desk.folder, [*ITEMS, dollars])])
    assert desk.asked()["FA-9"] == (20100, 3)
    rates = desk.folder / "rates.csv"
    rates.write_text("date,currency,per_base\n2026-10-30,USD,1.10\n", encoding="utf-8")
    desk.books.import_files("rates", [rates])
    assert "FA-9" not in desk.asked()


def test_receipts_that_wait_stand_beside_what_is_asked_for(desk: Desk) -> None:
    ours = {"booking_date": "2026-10-30", "counterparty_name": "Wiesental Holzbau GmbH", "counterparty_account": "DE75512108001245126199"}
    rows = [
        {"bank_reference": "B1", "amount": "40.00", "remittance_information": "part", **ours},
        {"bank_reference": "B2", "amount": "864.00", "remittance_information": "FA-7001", **ours},
        {"bank_reference": "B3", "amount": "9.00", "booking_date": "2026-10-30", "counterparty_name": "somebody"},
    ]
    desk.books.ingest([lines_file(desk.folder, rows)])
    said = desk.do("dunning")
    assert "Receipts that no run has looked at: 3 (913.00 EUR)." in said
    desk.do("run")
    after = desk.do("dunning")
    assert "no run has looked at" not in after
    waits = {row["customer_id"]: (row["receipts_waiting"], row["waiting_amount"]) for row in desk.told("dunning")}
    assert waits == {"K10": (1, "40.00"), "K20": (None, "")}
    assert {row["receipts_waiting"] for row in desk.rows("dunning") if row["customer_id"] == "K10"} == {"1"}


def test_a_letter_has_all_documents_of_a_customer_at_its_highest_level(desk: Desk) -> None:
    (one, other) = desk.books.dunning(DAY)[0].dunning.letters
    assert (one.customer_id, one.amount, one.level, one.oldest_due) == ("K10", 122950, 3, date(2026, 9, 20))
    assert (other.customer_id, other.amount, other.level) == ("K20", 20000, 3)


def test_what_a_receipt_is_proposed_for_is_on_its_way(desk: Desk) -> None:
    row = {"bank_reference": "B1", "booking_date": "2026-10-30", "amount": "864.00", "counterparty_name": "Wiesental Holzbau GmbH"}
    desk.books.ingest([lines_file(desk.folder, [row])])
    desk.books.run()
    assert desk.left_out()["FA-7001"] == "a receipt is proposed for it"
    desk.do("accept", "ref:B1")
    assert "FA-7001" not in desk.left_out() | desk.asked()


def test_money_that_is_not_applied_covers_the_oldest_documents_that_it_pays_in_full(desk: Desk) -> None:
    row = {"bank_reference": "B1", "booking_date": "2026-10-30", "amount": "900.00", "counterparty_name": "Wiesental Holzbau GmbH"}
    desk.books.ingest([lines_file(desk.folder, [row])])
    desk.do("on-account", "ref:B1", "--customer", "K10")
    assert desk.left_out() == {"FA-7001": "covered by unapplied money"}
    (letter, _) = desk.books.dunning(DAY)[0].dunning.letters
    assert (letter.amount, letter.credits) == (36550, -90000)


def test_who_paid_all_but_what_is_disputed_is_not_asked_again(desk: Desk) -> None:
    desk.do("dispute", "FA-7001=64", "--reason", "price")
    row = {"bank_reference": "B1", "booking_date": "2026-10-30", "amount": "800.00", "counterparty_name": "Wiesental Holzbau GmbH"}
    desk.books.ingest([lines_file(desk.folder, [row])])
    desk.do("on-account", "ref:B1", "--customer", "K10")
    assert desk.left_out() == {"FA-7001": "covered by unapplied money"}


def test_a_promise_that_was_kept_is_not_called_broken(desk: Desk) -> None:
    desk.do("promise", "FA-7001=464", "--until", "2026-11-05")
    row = {"bank_reference": "B1", "booking_date": "2026-10-30", "amount": "464.00", "counterparty_name": "Wiesental Holzbau GmbH"}
    desk.books.ingest([lines_file(desk.folder, [row])])
    desk.do("allocate", "ref:B1", "FA-7001=464")
    assert desk.asked()["FA-7001"] == (40000, 3)
    first = desk.books.dunning(date(2026, 11, 6))[0].dunning.letters[0].items[0]
    assert (first.document_no, first.amount, first.notes) == ("FA-7001", 40000, ())


def test_credit_notes_are_a_note_and_nothing_is_set_off(desk: Desk) -> None:
    row = {"item_id": "G1", "customer_id": "K10", "document_no": "GU-1", "amount": "-900.00", "document_type": "credit_note"}
    desk.books.import_files("items", [items_file(desk.folder, [row])], partial=True)
    (letter, _) = desk.books.dunning(DAY)[0].dunning.letters
    assert (letter.amount, letter.credits) == (122950, -90000)


def test_what_an_advice_announces_is_not_dunned_for_two_weeks(desk: Desk) -> None:
    head = "advice_id,payment_reference,customer_id,date,currency,total,document_no,gross,discount,deduction,reason,net\n"
    (desk.folder / "advice.csv").write_text(f"{head}A-9,,K10,2026-10-29,EUR,864.00,fa 7001,864.00,0,0,,864.00\n", encoding="utf-8")
    desk.do("import", "remittance", "advice.csv")
    assert desk.left_out() == {"FA-7001": "an advice announces its payment: A-9"}
    made, _ = desk.books.dunning(date(2026, 11, 13))
    assert "FA-7001" in [item.document_no for item in made.dunning.letters[0].items]


def test_an_advice_without_a_day_is_of_the_day_on_which_it_came(desk: Desk) -> None:
    (desk.folder / "advice.csv").write_text("advice_id,currency,total,document_no,net\nA-9,EUR,864.00,fa 7001,864.00\n", encoding="utf-8")
    desk.books.import_remittance([desk.folder / "advice.csv"])
    assert desk.left_out() == {"FA-7001": "an advice announces its payment: A-9"}
    made, _ = desk.books.dunning(date(2026, 11, 15))
    assert "FA-7001" in [item.document_no for item in made.dunning.letters[0].items]


def test_what_is_disputed_is_not_asked_for(desk: Desk) -> None:
    desk.do("dispute", "FA-7001=64", "--reason", "price")
    desk.do("dispute", "FA-7002", "--reason", "damage")
    assert (desk.asked()["FA-7001"], desk.left_out()) == ((80000, 3), {"FA-7002": "disputed"})
    assert "64.00 EUR are disputed and not asked for" in desk.do("dunning", "--detail")


def test_a_promise_holds_until_its_day_is_over(desk: Desk) -> None:
    desk.do("promise", "FA-7001", "--until", "2026-11-05")
    desk.do("promise", "FA-7002=100", "--until", "2026-11-05")
    assert (desk.asked()["FA-7002"], desk.left_out()) == ((21050, 2), {"FA-7001": "promised for 2026-11-05"})
    made, _ = desk.books.dunning(date(2026, 11, 6))
    first = made.dunning.letters[0].items[0]
    assert (first.document_no, first.amount, first.notes) == ("FA-7001", 86400, ("promised for 2026-11-05 and not kept",))


def test_a_hold_ends_on_its_day(desk: Desk) -> None:
    desk.do("dunning-hold", "FA-7001", "--until", "2026-11-05", "--reason", "talks")
    assert desk.left_out() == {"FA-7001": "on hold until 2026-11-05"}
    assert "FA-7001" in [item.document_no for item in desk.books.dunning(date(2026, 11, 5))[0].dunning.letters[0].items]
    desk.do("dunning-hold", "FA-7001", "--end")
    assert desk.left_out() == {}


def test_what_was_sent_at_a_level_comes_again_at_the_next_one(desk: Desk) -> None:
    assert "4 documents were recorded as dunned" in desk.do("dunning", "--sent", "--as-of", "2026-10-31")
    assert desk.asked() == {}
    assert desk.left_out()["FA-7002"] == "dunned at this level already: 2026-10-31"
    made, _ = desk.books.dunning(date(2026, 11, 14))
    (letter,) = made.dunning.letters
    assert [(item.document_no, item.level, item.last_level) for item in letter.items] == [
        ("FA-7002", 3, 2), ("FA-7003", 2, 1), ("FA-7004", 1, 0),
    ]  # fmt: skip
    assert "dunned FA-7001 at level 3, for 864.00 EUR" in desk.do("log", "FA-7001")
    assert not any(check.failure for check in desk.books.verify())


def test_the_export_has_a_row_for_each_document(desk: Desk) -> None:
    desk.do("export", "dunning", "-o", "dunning.csv", "--as-of", "2026-10-31")
    text = (desk.folder / "dunning.csv").read_text(encoding="utf-8")
    rows = {row["document_no"]: row for row in csv.DictReader(text.splitlines(keepends=True))}
    assert list(rows) == ["FA-7001", "FA-7002", "FA-7003", "FA-7005"]
    assert (rows["FA-7001"]["letter_amount"], rows["FA-7001"]["letter_level"]) == ("1229.50", "3")
    # 86400 x 10.52 x 41 / 36500 = 1020.99
    assert (rows["FA-7001"]["interest"], rows["FA-7001"]["fixed_sum"]) == ("10.21", "40.00")
    assert rows["FA-7005"]["payment_code"].split("\n") == [
        "BCD", "002", "1", "SCT", "", "Nordkai Handel GmbH", "DE02120300000000202051", "EUR200.00", "", "RF18539007547034",
    ]  # fmt: skip
    assert desk.do("dunning", "--customer", "nobody", status=2).startswith("customer.unknown")
