"""The steps from one balance to the next, row by row."""

from datetime import date

import polars as pl
import pytest

from matcher.frames import MOVEMENT
from matcher.ledger.bridge import BRIDGE, STEPS, Step, bridge, by_entity
from matcher.states import MovementKind

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
ITEMS = pl.DataFrame(
    {
        "item_id": ["INV", "DEB", "CRN", "ACC", "INS"],
        "document_type": ["invoice", "debit_note", "credit_note", "on_account", "instalment"],
    }
)


def moved(*rows: tuple[str, int, date, str, str], customer: str = "C1", currency: str = "EUR") -> pl.DataFrame:
    """Movements: item, amount, day, kind, reason."""
    told = [
        {"item_id": item, "entity": "1", "customer_id": customer, "currency": currency, "amount": amount, "effective_date": day,
         "recorded": 1, "kind": kind, "reason": reason, "decision_id": "", "line_id": ""}
        for item, amount, day, kind, reason in rows
    ]  # fmt: skip
    return pl.DataFrame(told, schema=MOVEMENT)


def steps(frame: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    return [tuple(row) for row in bridge(frame, ITEMS, FIRST, LAST).select("step", "reason", "amount", "movements").iter_rows()]  # type: ignore[misc]


DAY = date(2026, 10, 15)


@pytest.mark.parametrize(
    ("item", "amount", "kind", "reason", "step"),
    [
        ("INV", 100_00, "issue", "", "invoices"), ("INS", 100_00, "issue", "", "invoices"), ("DEB", 5_00, "issue", "", "debit_notes"),
        ("CRN", -30_00, "issue", "", "credit_notes"), ("ACC", -30_00, "issue", "", "erp_credits"),
        ("GONE", -1, "issue", "", "credit_notes"), ("GONE", 1, "issue", "", "invoices"),
        ("INV", -50_00, "cash", "", "receipts"), ("U-1", -20_00, "unapplied", "", "unapplied"),
        ("INV", -2_00, "adjustment", "discount", "discounts"), ("INV", -2_00, "adjustment", "discount_unearned", "discounts"),
        ("INV", -2_00, "adjustment", "write_off", "write_offs"), ("INV", -2_00, "adjustment", "bad_debt", "write_offs"),
        ("INV", -2_00, "adjustment", "withholding_tax", "withholding_tax"),
        ("INV", 2_00, "adjustment", "exchange_difference", "exchange_differences"),
        ("INV", -2_00, "adjustment", "fee", "other_adjustments"), ("INV", -2_00, "adjustment", "own word", "other_adjustments"),
        ("INV", -9_00, "set_off", "", "set_offs"), ("U-1", 9_00, "refund", "", "refunds"), ("INV", 9_00, "return", "", "returns"),
        ("INV", 9_00, "reversal", "", "reversals"), ("INV", -9_00, "erp", "", "erp"),
    ],
)  # fmt: skip
def test_each_movement_is_one_step(item: str, amount: int, kind: str, reason: str, step: str) -> None:
    told = reason if kind == "adjustment" else ""
    assert steps(moved((item, amount, DAY, kind, reason))) == [("opening", "", 0, 0), (step, told, amount, 1), ("closing", "", amount, 1)]


def test_every_kind_of_movement_has_its_step() -> None:
    for kind in MovementKind:
        rows = steps(moved(("INV", 1, DAY, kind.value, "")))
        assert [row[0] for row in rows[1:-1]] == [row for row in (rows[1][0],) if row in STEPS], kind


def test_days_at_both_ends_count_and_the_rest_is_before_or_left_out() -> None:
    frame = moved(
        ("INV", 100_00, date(2026, 9, 30), "issue", ""), ("INV", -10_00, FIRST, "cash", ""), ("INV", -20_00, LAST, "cash", ""),
        ("INV", -40_00, date(2026, 11, 1), "cash", ""),
    )  # fmt: skip
    assert steps(frame) == [("opening", "", 100_00, 1), ("receipts", "", -30_00, 2), ("closing", "", 70_00, 3)]


def test_adjustments_stand_reason_by_reason_and_steps_in_their_order() -> None:
    frame = moved(
        ("INV", -1, DAY, "erp", ""), ("INV", -2, DAY, "adjustment", "tolerance"), ("INV", -3, DAY, "adjustment", "fee"),
        ("INV", 100, DAY, "issue", ""), ("INV", -4, DAY, "adjustment", "fee"),
    )  # fmt: skip
    assert [row[:3] for row in steps(frame)] == [
        ("opening", "", 0), ("invoices", "", 100), ("other_adjustments", "fee", -7), ("other_adjustments", "tolerance", -2),
        ("erp", "", -1), ("closing", "", 90),
    ]  # fmt: skip


def test_a_customer_without_balance_and_movement_has_no_rows_and_one_who_paid_all_has() -> None:
    gone = moved(("A", 5, date(2026, 1, 1), "issue", ""), ("A", -5, date(2026, 2, 1), "cash", ""), customer="C0")
    paid = moved(("B", 5, DAY, "issue", ""), ("B", -5, DAY, "cash", ""), customer="C1")
    rows = bridge(pl.concat([gone, paid]), ITEMS, FIRST, LAST)
    assert rows.select("customer_id", "step", "amount").rows() == [
        ("C1", "opening", 0), ("C1", "invoices", 5), ("C1", "receipts", -5), ("C1", "closing", 0),
    ]  # fmt: skip
    assert rows.schema == BRIDGE


def test_customers_add_up_by_entity_and_currencies_stay_apart() -> None:
    frame = pl.concat([
        moved(("INV", 10, DAY, "issue", ""), ("INV", -1, DAY, "adjustment", "fee")), moved(("INV", 20, DAY, "issue", ""), customer="C2"),
        moved(("INV", 7, DAY, "issue", ""), customer="C2", currency="USD"),
    ])  # fmt: skip
    rows = by_entity(bridge(frame, ITEMS, FIRST, LAST)).select("customer_id", "currency", "step", "amount", "movements").rows()
    assert rows == [
        ("", "EUR", "opening", 0, 0), ("", "EUR", "invoices", 30, 2), ("", "EUR", "other_adjustments", -1, 1),
        ("", "EUR", "closing", 29, 3),
        ("", "USD", "opening", 0, 0), ("", "USD", "invoices", 7, 1), ("", "USD", "closing", 7, 1),
    ]  # fmt: skip


def test_the_first_step_is_the_opening_and_the_last_the_closing() -> None:
    assert (next(iter(Step)), list(Step)[-1]) == (Step.OPENING, Step.CLOSING)
    assert set(STEPS) == {step.value for step in Step} - {"opening", "closing"}
