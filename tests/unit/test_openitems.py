"""The ERP's files: what no term, date, rate, percentage or id may be, said with file and line; and what stays as it was written."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from support import CUSTOMER_COLUMNS, ITEM_COLUMNS, Row, filled, table

from matcher.errors import MatcherError
from matcher.openitems import readers

ITEM = {
    "item_id": "I1", "entity": "1", "customer_id": "C1", "document_type": "invoice", "document_no": "RE-1", "issue_date": "2026-09-01",
    "currency": "EUR", "amount": "100.00",
}  # fmt: skip
CUSTOMER = {"customer_id": "C1", "name": "Domkapitel Erlenstein"}
RATE = {"date": "2026-09-01", "currency": "USD", "per_base": "1.08"}


def read_items(row: Row) -> pl.DataFrame:
    return readers.items(table(ITEM_COLUMNS, [{**ITEM, "item_id": "I0"}, {**ITEM, **row}]).encode(), "items.csv")


def read_customers(row: Row) -> pl.DataFrame:
    return readers.customers(table(CUSTOMER_COLUMNS, [{**CUSTOMER, "customer_id": "C0"}, {**CUSTOMER, **row}]).encode(), "customers.csv")


def read_rates(row: Row) -> pl.DataFrame:
    return readers.rates(table(tuple(RATE), [{**RATE, "currency": "GBP"}, {**RATE, **row}]).encode(), "rates.csv")


def refused(read: Callable[[Row], pl.DataFrame], row: Row) -> MatcherError:
    with pytest.raises(MatcherError) as error:
        read(row)
    assert error.value.where.endswith(".csv:3")
    return error.value


@pytest.mark.parametrize(
    ("terms", "due", "ppm", "until"),
    [
        ("net 30", date(2026, 10, 1), None, None),
        ("immediate", date(2026, 9, 1), None, None),
        ("2/10 net 30", date(2026, 10, 1), 20_000, date(2026, 9, 11)),
        ("2.125/10, net 3660", date(2036, 9, 8), 21_250, date(2026, 9, 11)),
        ("Net 0", date(2026, 9, 1), None, None),
        ("0/0 net 0003660", date(2036, 9, 8), 0, date(2026, 9, 1)),
        ("99.9999/3660", None, 999_999, date(2036, 9, 8)),
        ("as agreed in 2019", None, None, None),
    ],
)
def test_terms_make_dates_and_a_discount(terms: str, due: date | None, ppm: int | None, until: date | None) -> None:
    row = read_items({"terms": terms}).row(1, named=True)
    assert (row["due_date"], row["discount_ppm"], row["discount_date"]) == (due, ppm, until)


ABSURD = (
    "net 4000000", "net 3661", "NET 99999999999999999999999", "9/9999999 net 3", "2/3661", "2/99999999999999999999 net 30", "100/10 net 30",
    "150/10", "1000000000000000000000/10", "2.12345/10 net 30", "2/10 net 4000000",
)  # fmt: skip


@pytest.mark.parametrize("terms", ABSURD)
@pytest.mark.parametrize("more", [{}, {"due_date": "2026-10-01", "discount_pct": "2", "discount_date": "2026-09-11"}], ids=str)
def test_terms_beyond_reason_are_refused(terms: str, more: Row) -> None:
    assert refused(read_items, {"terms": terms, **more}).code == "row.invalid"
    assert refused(read_customers, {"terms": terms}).code == "row.invalid"


@pytest.mark.parametrize("percent", ["100", "100.0001", "-0.0001", "-2", "250"])
def test_a_discount_is_from_0_to_below_100_per_cent(percent: str) -> None:
    assert refused(read_items, {"discount_pct": percent}).code == "row.invalid"
    assert read_items({"discount_pct": "99.9999"})["discount_ppm"][1] == 999_999
    assert read_items({"discount_pct": "0"})["discount_ppm"][1] == 0


@pytest.mark.parametrize("column", ["issue_date", "due_date", "discount_date", "closed_date"])
@pytest.mark.parametrize("day", ["1899-12-31", "2201-01-01", "0001-01-01", "9999-12-31", "0000-01-01", "2026-02-30"])
def test_days_beyond_reason_are_refused(column: str, day: str) -> None:
    assert refused(read_items, {column: day}).code == "date.invalid"
    for good in ("1900-01-01", "2200-12-31"):
        assert str(read_items({column: good})[column][1]) == good


@pytest.mark.parametrize("rate", ["0", "0.0", "-1", "0.0000000009", "1000000000.1", "999999999999", "1e3", "٣", "nan", ".5", "1,08"])
def test_rates_beyond_reason_are_refused(rate: str) -> None:
    assert refused(read_rates, {"per_base": rate}).code == "row.invalid"
    assert refused(read_rates, {"date": "9999-12-31"}).code == "date.invalid"
    for good in ("0.000000001", "1000000000", "1000000000.000", "42105.5", "001.08"):
        assert read_rates({"per_base": good})["per_base"][1] == good


def test_a_bad_row_that_is_in_the_books_already_stops_nothing(tmp_path: Path) -> None:
    """Books of an earlier day may hold what an import no longer takes: the item is without what cannot be, and the work goes on."""
    items = [{"item_id": i, "customer_id": "C1", "document_no": f"RE-2026-{n}", "amount": f"{n}.00"} for n, i in enumerate("ABCDE", 401)]
    payer = {"counterparty_name": CUSTOMER["name"]}
    lines = [{**payer, "amount": f"{n}.00", "remittance_information": f"RE-2026-{n}"} for n in range(401, 406)]
    books = filled(tmp_path, items=items, customers=[CUSTOMER], lines=lines)
    bad = {
        "A": "due_date = DATE '12978-04-18', discount_date = DATE '12978-04-18', discount_ppm = 20000",
        "B": "issue_date = DATE '0044-03-15 (BC)'",
        "C": "closed_date = DATE '29999-01-01', due_date = DATE '0044-03-15 (BC)'",
        "D": "discount_ppm = 5000000, discount_date = DATE '9999-12-31'",
        "E": "issue_date = DATE '0001-01-01', due_date = DATE '9999-12-31'",
    }
    with books._session(write=True) as session:
        for item_id, change in bad.items():
            sets = dict(part.split(" = ", 1) for part in change.split(", "))
            swaps = ", ".join(f"{value} AS {name}" for name, value in sets.items())
            session.store.run(f"INSERT INTO raw.item SELECT * REPLACE (99 AS batch, {swaps}) FROM raw.item WHERE item_id = '{item_id}'")
        rates = "(2, DATE '29999-01-01', 'USD', '1.1'), (2, DATE '2026-01-01', 'USD', 'about one'), (2, DATE '2026-01-02', 'USD', '0')"
        session.store.run(f"INSERT INTO raw.rate VALUES {rates}")
    assert books.run().posted == 5
    assert books.aging(date(2026, 12, 31)).filter(pl.col("open_amount") != 0).is_empty()
    assert books.state().items["open"].to_list() == [0] * 5
    for name in ("matches", "aging", "discrepancies"):
        books.export(name, tmp_path / f"{name}.csv")
    for line in books.state().lines["line_id"]:
        books.explain(line)
        books.undo(line)
    aged = books.aging(date(2026, 12, 31)).filter(pl.col("document_type") != "unapplied")
    assert aged["open_amount"].sum() == sum(range(40100, 40600, 100))


HIDDEN = (
    "A\x1b[2J",
    "A\u202eB",
    "A\u200b",
    "\ufeffA",
    "A\x9b1m",
    "A\tB",
    "A\nB",
    "A\u00a0B",
    "A\u00a0",
    "\u3000A",
    "A\U000e0041",
    "Se\u0301",
)


@pytest.mark.parametrize("bad", HIDDEN, ids=ascii)
def test_an_id_hides_nothing_and_has_one_form(bad: str) -> None:
    for column in ("item_id", "customer_id", "entity"):
        error = refused(read_items, {column: bad})
        assert error.code == "row.invalid"
        assert error.what.startswith(f"{column} {bad!r} ")
    for column in ("customer_id", "parent_id", "entity"):
        assert refused(read_customers, {column: bad}).code == "row.invalid"


@pytest.mark.parametrize("good", ["RE 2026/1", "a=b", "a,b;c|d", "Sé", "客户一号", "-1", "--help", "../x", "=1+1"])
def test_an_id_may_be_any_other_text(good: str) -> None:
    assert read_items({"item_id": f" {good} ", "customer_id": good})["item_id"][1] == good
    assert read_customers({"customer_id": good})["customer_id"][1] == good


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_names_and_texts_stay_as_they_were_written(text: str) -> None:
    kept = text.strip()
    assert read_items({"document_no": f"x{text}x", "payment_reference": text})["document_no"][1] == f"x{text}x"
    assert read_customers({"name": text})["name"][1] == kept
