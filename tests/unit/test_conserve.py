"""A decision is refused unless each of its allocations lowers what its item has open, and all of them fit the line and the items."""

from datetime import date
from pathlib import Path

import pytest
from support import filled

from matcher.errors import MatcherError
from matcher.journal.decisions import Draft, conserve
from matcher.model import Allocation
from matcher.pipeline.actions.requests import AllocationRequest

OPENS = {"A": (600_00, "EUR"), "B": (400_00, "EUR"), "GS": (-100_00, "EUR"), "USD": (500_00, "USD"), "ZERO": (0, "EUR")}


def draft(*allocations: Allocation) -> Draft:
    return Draft("allocate", "L1", "EUR", date(2026, 10, 1), allocations=allocations)


def part(item: str, cash: int, adjustment: int = 0, reason: str = "discount", item_amount: int | None = None) -> Allocation:
    return Allocation(item, cash, cash if item_amount is None else item_amount, adjustment, reason if adjustment else "")


@pytest.mark.parametrize(
    ("pending", "allocations"),
    [
        (100_00, [part("A", 100_00)]),
        (100_00, [part("A", 98_00, 2_00)]),
        (100_00, [part("A", 0, 2_00)]),
        (300_00, [part("B", 400_00), part("GS", -100_00)]),
        (300_00, [part("B", 390_00, 10_00), part("GS", -90_00, -10_00)]),
        (450_00, [part("USD", 450_00, item_amount=500_00)]),
        (100_00, [part("A", 60_00), part("A", 40_00)]),
        (-70_00, [part("GS", -100_00), part("A", 30_00)]),
        (-100_00, [part("GS", -100_00)]),
        (100_00, []),
    ],
    ids=str,
)
def test_what_lowers_each_item_within_its_bounds_is_right(pending: int, allocations: list[Allocation]) -> None:
    conserve([(draft(*allocations), pending)], OPENS)


@pytest.mark.parametrize(
    ("pending", "allocations", "names"),
    [
        (100_00, [part("A", -300_00, 300_00), part("B", 400_00)], "item A"),
        (100_00, [part("A", -300_00, 400_00), part("B", 400_00)], "item A"),
        (100_00, [part("A", 500_00, -400_00), part("B", -400_00, 400_00)], "item A"),
        (150_00, [part("A", 100_00), part("A", 50_00, -50_00)], "item A"),
        (100_00, [part("A", 200_00), part("A", -100_00)], "item A"),
        (150_00, [part("A", 100_00), part("GS", 50_00, -60_00)], "item GS"),
        (100_00, [part("A", 100_00), part("GS", -50_00, 20_00)], "item GS"),
        (100_00, [part("USD", 100_00, 10_00, item_amount=-5_00)], "item USD"),
        (100_00, [part("A", 100_00), part("B", 0)], "item B"),
        (100_00, [part("A", 100_00), part("ZERO", 0)], "item ZERO"),
        (100_00, [part("A", 90_00), part("ZERO", 10_00, -10_00)], "item ZERO"),
        (100_00, [part("A", 100_00, item_amount=90_00)], "item A"),
        (100_00, [part("USD", 100_00, item_amount=0)], "item USD"),
        (100_00, [part("A", 98_00, 2_00, reason="")], "reason"),
        (100_00, [part("A", 98_00, 2_00, reason="  ")], "reason"),
        (-70_00, [part("GS", -170_00, 100_00), part("A", 100_00)], "item GS"),
        (100_00, [part("A", 101_00)], "line L1"),
        (700_00, [part("A", 601_00)], "item A"),
        (100_00, [part("A", 0, 601_00)], "item A"),
    ],
    ids=str,
)
def test_what_does_not_is_refused(pending: int, allocations: list[Allocation], names: str) -> None:
    with pytest.raises(MatcherError) as refused:
        conserve([(draft(*allocations), pending)], OPENS)
    assert refused.value.code == "decision.amount"
    assert names in str(refused.value)


def test_a_persons_allocations_pass_the_same_checks(tmp_path: Path) -> None:
    items = [{"item_id": i, "customer_id": "C1", "document_no": i, "amount": amount} for i, amount in (("A", "600.00"), ("B", "400.00"))]
    books = filled(tmp_path, items=items, lines=[{"amount": "100.00"}])
    (line,) = books.state().lines["line_id"]
    for wanted in (
        [AllocationRequest("A", "-300.00", "300.00", "write_off"), AllocationRequest("B", "400.00")],
        [AllocationRequest("A", "98.00", "2.00")],
        [AllocationRequest("A", "-1.00", "101.00", "discount")],
    ):
        with pytest.raises(MatcherError) as refused:
            books.allocate(line, wanted)
        assert refused.value.code == "decision.amount"
    assert books.state().allocations.is_empty()
