"""A provider's payout from its settlement file and the bank's line to the postings: invoices are paid, the fee is cleared, to the cent."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from settlement_files import WITH_FEES, Movement, Writer, mollie, paypal_activity, stripe
from support import Row, filled

from matcher.books import Books
from matcher.cli import main
from matcher.codes import BAD_INPUT, DONE, NEEDS_PERSON

CUSTOMERS = [
    {"customer_id": "C1", "name": "Heron Books Ltd", "country": "GB"},
    {"customer_id": "C2", "name": "Kestrel GmbH", "country": "DE"},
]
ITEMS = [
    {"item_id": "A1", "customer_id": "C1", "document_no": "R-2026-0101", "amount": "1190.00"},
    {"item_id": "B1", "customer_id": "C2", "document_no": "R-2026-0102", "amount": "250.00"},
    {"item_id": "B2", "customer_id": "C2", "document_no": "R-2026-0103", "amount": "1440.00"},
    {"item_id": "C9", "customer_id": "C1", "document_no": "R-2026-0090", "document_type": "credit_note", "amount": "-90.00"},
]
SOLD = [Movement("payment", 101, 1190_00, 17_90), Movement("payment", 102, 250_00, 3_95)]
PAID = {"A1": ("posted", 1172_10, 17_90, "fee"), "B1": ("posted", 246_05, 3_95, "fee")}
NAMES = {
    "stripe": "Stripe Payments Europe Ltd",
    "paypal_activity": "PayPal (Europe) S.a.r.l. et Cie, S.C.A.",
    "paypal_settlement": "PayPal",
}


def made(folder: Path, amount: str, payer: str, text: str = "Auszahlung", day: str = "2026-03-13", more: Sequence[Row] = ()) -> Books:
    line = {"amount": amount, "counterparty_name": payer, "remittance_information": text, "bank_reference": "R1", "booking_date": day}
    items = [item | {"issue_date": "2026-02-01", "due_date": "2026-03-01"} for item in (*ITEMS, *more)]
    return filled(folder, items=items, customers=CUSTOMERS, lines=[line])


def cli(books: Books, *words: str) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])


def taken(books: Books, folder: Path, data: bytes) -> Result:
    folder.joinpath("payouts.csv").write_bytes(data)
    return cli(books, "import", "remittance", str(folder / "payouts.csv"))


def postings(books: Books) -> dict[str, tuple[str, int, int, str]]:
    """State, cash, what is cleared without cash and why, by item, after a run."""
    books.run()
    rows = books.state().allocations.sort("item_id").select("item_id", "state", "amount", "adjustment", "adjustment_reason").rows()
    return {item: tuple(rest) for item, *rest in rows}


@pytest.mark.parametrize("write", WITH_FEES, ids=lambda write: write.__name__)
def test_a_payout_settles_its_invoices_and_clears_its_fees(tmp_path: Path, write: Writer) -> None:
    books = made(tmp_path, "1418.15", NAMES.get(write.__name__, f"{write.__name__.title()} payments"))
    assert taken(books, tmp_path, write([SOLD])).exit_code == DONE
    assert postings(books) == PAID
    assert cli(books, "verify").exit_code == DONE


def test_fees_in_rows_of_their_own_are_borne_by_the_invoices(tmp_path: Path) -> None:
    books = made(tmp_path, "1418.15", "Stichting Mollie Payments", "12345.2603.00")
    assert taken(books, tmp_path, mollie([SOLD])).exit_code == DONE
    found = postings(books)
    assert {item: (state, cash + fee, reason) for item, (state, cash, fee, reason) in found.items()} == {
        "A1": ("posted", 1190_00, "fee"), "B1": ("posted", 250_00, "fee"),
    }  # fmt: skip
    assert sum(cash for _, cash, *_ in found.values()) == 1418_15


def test_a_refund_pays_its_credit_note_back(tmp_path: Path) -> None:
    books = made(tmp_path, "1328.15", "Stripe", "STRIPE po_0")
    taken(books, tmp_path, stripe([[*SOLD, Movement("refund", 90, -90_00, 0)]]))
    assert postings(books) == PAID | {"C9": ("posted", -90_00, 0, "")}


def test_without_its_file_a_payout_pays_nothing(tmp_path: Path) -> None:
    assert {state for state, *_ in postings(made(tmp_path, "1418.15", "Stripe")).values()} <= {"proposed"}


@pytest.mark.parametrize("amount", ["1418.14", "1418.16"])
def test_a_bank_line_of_another_amount_is_not_this_payout(tmp_path: Path, amount: str) -> None:
    books = made(tmp_path, amount, "Stripe", "STRIPE po_0")
    taken(books, tmp_path, stripe([SOLD]))
    assert "posted" not in {state for state, *_ in postings(books).values()}


RESERVE = "txn_7,2026-03-02 09:12:44,eur,-100.00,0.00,-100.00,risk_reserved_funds,rsv_7,Reserve,po_0,\n"


def shares(books: Books) -> list[tuple[object, ...]]:
    books.run()
    return sorted(books.state().allocations.select("item_id", "state", "amount", "adjustment", "adjustment_reason").rows())


def test_what_the_provider_keeps_in_reserve_is_proposed_as_a_difference_of_its_own(tmp_path: Path) -> None:
    books = made(tmp_path, "1318.15", "Stripe", "STRIPE po_0")
    taken(books, tmp_path, (stripe([SOLD]).decode().replace("-1418.15", "-1318.15") + RESERVE).encode())
    assert shares(books) == [
        ("A1", "proposed", 0, 100_00, "retention"), ("A1", "proposed", 1072_10, 17_90, "fee"), ("B1", "proposed", 246_05, 3_95, "fee"),
    ]  # fmt: skip
    (line,) = books.state().lines["line_id"]
    assert "it keeps 100.00 EUR (risk_reserved_funds: Reserve)" in cli(books, "explain", line, "-O", "json").output
    accepted = cli(books, "accept", line, "--reason", "seen")
    assert accepted.exit_code == DONE
    assert shares(books)[0] == ("A1", "posted", 0, 100_00, "retention")
    assert set(books.state().items.filter(pl.col("item_id").is_in(["A1", "B1"]))["open"]) == {0}
    assert cli(books, "verify").exit_code == DONE
    assert cli(books, "export", "discrepancies", "-o", str(tmp_path / "d.csv")).exit_code == DONE
    assert "retention" in (tmp_path / "d.csv").read_text()
    assert cli(books, "undo", line, "--reason", "no").exit_code == DONE
    assert cli(books, "verify").exit_code == DONE


def test_a_reserve_beside_documents_without_fees_needs_no_second_share(tmp_path: Path) -> None:
    sold = [Movement("payment", 101, 1190_00, 0)]
    books = made(tmp_path, "1090.00", "Stripe", "STRIPE po_0")
    taken(books, tmp_path, (stripe([sold]).decode().replace("-1190.00", "-1090.00") + RESERVE).encode())
    assert shares(books) == [("A1", "proposed", 1090_00, 100_00, "retention")]


def test_a_refund_of_an_invoice_uses_the_customer_s_credit_note_of_that_amount(tmp_path: Path) -> None:
    # the provider names the invoice that was refunded, the books have the credit note under a number of its own
    note = {"item_id": "C8", "customer_id": "C2", "document_no": "G-2026-0007", "document_type": "credit_note", "amount": "-90.00"}
    books = made(tmp_path, "1328.15", "Stripe", "STRIPE po_0", more=[note])
    taken(books, tmp_path, stripe([[*SOLD, Movement("refund", 103, -90_00, 0)]]))
    assert shares(books) == [
        ("A1", "proposed", 1172_10, 17_90, "fee"), ("B1", "proposed", 246_05, 3_95, "fee"), ("C8", "proposed", -90_00, 0, ""),
    ]  # fmt: skip


def test_a_refund_without_a_credit_note_is_proposed_as_netted(tmp_path: Path) -> None:
    books = made(tmp_path, "1338.15", "Stripe", "STRIPE po_0")
    taken(books, tmp_path, stripe([[*SOLD, Movement("refund", 77, -80_00, 0)]]))
    assert shares(books) == [
        ("A1", "proposed", 0, 80_00, "netted"), ("A1", "proposed", 1092_10, 17_90, "fee"), ("B1", "proposed", 246_05, 3_95, "fee"),
    ]  # fmt: skip
    (line,) = books.state().lines["line_id"]
    assert "document R-2026-0077 is not in the books" in cli(books, "explain", line, "-O", "json").output


def test_the_largest_fee_that_is_believed_is_a_limit_of_the_rules(tmp_path: Path) -> None:
    books = made(tmp_path, "1418.15", "Stripe", "STRIPE po_0")
    (books.directory / "rules.toml").write_text("[limits]\npayout_fee_share = 10000\n")
    taken(books, tmp_path, stripe([SOLD]))
    assert {state for _, state, *_ in shares(books)} == {"proposed"}
    (books.directory / "rules.toml").unlink()
    assert postings(books) == PAID


def test_a_payout_that_does_not_add_up_is_shown_and_not_used(tmp_path: Path) -> None:
    books = made(tmp_path, "1418.15", "Stripe", "STRIPE po_0")
    result = taken(books, tmp_path, stripe([SOLD]).replace(b"-1418.15", b"-1418.05"))
    assert (result.exit_code, "its entries are 1418.15 EUR, it is 1418.05 EUR" in result.output) == (NEEDS_PERSON, True)
    assert "posted" not in {state for state, *_ in postings(books).values()}


def test_a_file_that_is_cut_off_changes_nothing(tmp_path: Path) -> None:
    books = made(tmp_path, "1418.15", "PayPal")
    assert taken(books, tmp_path, paypal_activity([SOLD])[:-70]).exit_code == BAD_INPUT


def test_two_payouts_of_one_file_are_two_receipts(tmp_path: Path) -> None:
    books = made(tmp_path, "1418.15", "Stripe", "STRIPE po_0")
    other = [Movement("payment", 103, 1440_00, 20_00)]
    assert taken(books, tmp_path, stripe([SOLD, other])).exit_code == DONE
    assert postings(books) == PAID
