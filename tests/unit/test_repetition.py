"""How often a customer's documents have one amount: what an amount alone says."""

from datetime import date

import polars as pl

from matcher.matching.items.repetition import Repetition
from matcher.matching.records import Item


def documents(*rows: tuple[str, str, int]) -> pl.DataFrame:
    schema = {"customer_id": pl.String(), "document_no": pl.String(), "currency": pl.String(), "amount": pl.Int64()}
    return pl.DataFrame([(customer, number, "EUR", amount) for customer, number, amount in rows], schema=schema, orient="row")


def test_without_documents_nothing_repeats() -> None:
    assert Repetition(documents()).rate("C1") == 0


def test_a_customer_whose_amounts_differ_is_below_one_whose_amounts_repeat() -> None:
    every = [("C1", f"A{n}", 1000 + n) for n in range(40)] + [("C2", f"B{n}", 4900) for n in range(20)]
    known = Repetition(documents(*every))
    assert known.rate("C1") < 20_000
    assert known.rate("C2") > 800_000


def test_an_amount_is_there_once_if_no_closed_document_of_the_company_has_it() -> None:
    every = documents(("C1", "A1", 1000), ("C2", "B1", 1000), ("C1", "A2", 700), ("C3", "C1", 300))
    known = Repetition(every.with_columns(open=pl.Series([1000, 0, 700, 0])))
    day = date(2026, 10, 1)
    one = Item("1", "1", "C1", "invoice", "A1", "", "", day, day, "EUR", 1000)
    assert not known.once(one)
    assert known.once(one._replace(currency="USD"))
    assert known.once(one._replace(open=700))


def test_few_documents_are_drawn_towards_the_entity() -> None:
    calm, subscriptions = [("C1", "A1", 1000)], [("C2", f"B{n}", 4900) for n in range(200)]
    assert Repetition(documents(*calm)).rate("C1") < 10_000
    assert Repetition(documents(*calm, *subscriptions)).rate("C1") > 300_000


def test_an_amount_counts_as_repeated_with_a_closed_document_and_not_with_an_instalment() -> None:
    known = Repetition(documents(("C1", "A1", 1000), ("C1", "A2", 1000), ("C1", "A3", 700), ("C1", "A3", 700), ("C2", "A4", 700)))
    day = date(2026, 10, 1)
    one = Item("1", "1", "C1", "invoice", "A1", "", "", day, day, "EUR", 1000)
    assert known.has(one)
    assert not known.has(one._replace(open=700))
