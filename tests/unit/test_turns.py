"""Several receipts of one run on one item, and who paid: each is explained with what the ones before it have left."""

from datetime import timedelta

import pytest
from engine import BOOK, DAY, POLICY, item, judge, names, paid, pool, receipt

from matcher.matching.decisions.decide import decide
from matcher.matching.decisions.stops import SettlementHistory
from matcher.matching.records import Payer, Receipt
from matcher.rules import rulebook


def part(amount: int, line_id: str, days: int = 0, **more: object) -> Receipt:
    return receipt(amount, names("1"), account="C1", line_id=line_id, day=DAY + timedelta(days), **more)  # type: ignore[arg-type]


def test_the_second_payment_takes_the_rest_and_is_matched() -> None:
    first, second = judge(part(600_00, "L1"), part(400_00, "L2", 4), items=[item("1", 1_000_00)])
    assert [(v.state, v.outcome, paid(v), v.turn) for v in (first, second)] == [
        ("posted", "partial", {"1": (600_00, 0)}, 1),
        ("posted", "matched", {"1": (400_00, 0)}, 2),
    ]


def test_the_earlier_payment_has_its_turn_first_whatever_the_lines_are_called() -> None:
    second, first = judge(part(400_00, "L1", 4), part(600_00, "L2"), items=[item("1", 1_000_00)])
    assert [(v.outcome, v.turn) for v in (first, second)] == [("partial", 1), ("matched", 2)]


def test_the_rest_less_a_fee_is_matched() -> None:
    foreign = pool([item("1", 1_000_00)])
    foreign.country = {"C1": "SE"}
    payments = [part(600_00, "L1", home="DE"), part(390_00, "L2", 4, home="DE")]
    _, second = decide(payments, foreign, SettlementHistory({}, {}), rulebook.default(), POLICY)
    assert (second.state, second.outcome, paid(second)) == ("posted", "matched", {"1": (390_00, 10_00)})


def test_a_hundred_part_payments_are_posted_in_one_run() -> None:
    many = [part(10_00, f"L{n:03d}", n % 7) for n in range(100)]
    verdicts = judge(*many, items=[item("1", 1_000_00)])
    assert {v.state for v in verdicts} == {"posted"}
    assert sorted(v.turn for v in verdicts) == list(range(1, 101))
    assert [v.outcome for v in verdicts].count("matched") == 1


@pytest.mark.parametrize(
    ("payers", "who"),
    [
        ([Payer("C1", "account")], "C1"),
        ([Payer("C1", "equal")], "C1"),
        ([Payer("C1", "equal"), Payer("C9", "equal", 94, 0)], "C3"),
        ([], "C3"),
    ],
)
def test_the_customer_of_a_decision_is_the_payer_where_that_is_certain(payers: list[Payer], who: str) -> None:
    paying = receipt(50_00, names("1"))._replace(payers=tuple(payers))
    (verdict,) = judge(paying, items=[item("1", 50_00, "C3")])
    assert verdict.customer_id == who
    assert verdict.explanation is not None
    assert verdict.explanation.customer_id == "C3"


def group(amount: int, *references: str, payers: tuple[Payer, ...] = (Payer("P1", "account"),)) -> tuple[str, dict[str, int], str]:
    """State, cash per item and reason of a parent's payment; its subsidiaries S1 and S2 owe 1200.00 and 950.00."""
    about = pool([item("1", 1_200_00, "S1"), item("2", 950_00, "S2")])
    about.relatives = {"P1": frozenset({"S1", "S2"}), "S1": frozenset({"P1", "S2"}), "S2": frozenset({"P1", "S1"})}
    paying = receipt(amount, *(names(i, key=f"20260041{i}") for i in references))._replace(payers=payers)
    (verdict,) = decide([paying], about, SettlementHistory({}, {}), BOOK, POLICY)
    cash = {item_id: amount for item_id, (amount, _) in paid(verdict).items()} if verdict.explanation and verdict.state != "none" else {}
    return verdict.state, cash, verdict.outcome


def test_the_named_documents_of_several_customers_are_posted_together() -> None:
    assert group(2_150_00, "1", "2") == ("posted", {"1": 1_200_00, "2": 950_00}, "matched")
    assert group(2_150_00, "1", "2", payers=()) == ("posted", {"1": 1_200_00, "2": 950_00}, "matched")


def test_all_that_a_group_owes_is_proposed_to_its_payer() -> None:
    assert group(2_150_00) == ("proposed", {"1": 1_200_00, "2": 950_00}, "matched")


def test_what_is_more_than_one_of_several_customers_documents_is_no_overpayment() -> None:
    _, _, outcome = group(2_000_00, "1", "2")
    assert outcome != "overpaid"
