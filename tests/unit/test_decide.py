"""Single rules on literal rows: what posts, what is only proposed, what is left, and why."""

from datetime import date, timedelta

import pytest

from matcher.matching.decide import Policy, Settled, Verdict, decide
from matcher.matching.records import Item, Receipt, Reference
from matcher.rules import rulebook

DAY = date(2026, 10, 15)
POLICY = Policy(999_500, auto_post=True, rejected=frozenset(), grace_days=0)


def item(item_id: str, amount: int, customer: str = "C1", discount: int = 0, due: date = DAY) -> Item:
    return Item(item_id, "1", customer, f"RE-{item_id}", due - timedelta(30), due, "EUR", amount, discount, DAY if discount else None)


def names(item_id: str, kind: str = "whole", carriers: int = 1, key: str = "RE202600123") -> Reference:
    return Reference(item_id, "document", key, carriers, kind)


def receipt(
    amount: int,
    *references: Reference,
    line_id: str = "L1",
    account: str = "",
    name: str = "",
    alike: tuple[str, int, int] | None = None,
    payer: str = "PAYER",
    day: date = DAY,
) -> Receipt:
    known = frozenset([account] if account else [])
    return Receipt(line_id, "1", "EUR", amount, day, day, payer, references, known, frozenset([name] if name else []), alike)


def judge(*receipts: Receipt, items: list[Item], settled: dict[str, Settled] | None = None, policy: Policy = POLICY) -> list[Verdict]:
    return decide(list(receipts), items, settled or {}, rulebook.default(), policy)


def paid(verdict: Verdict) -> dict[str, tuple[int, int]]:
    assert verdict.explanation is not None
    return {s.item_id: (s.amount, s.adjustment) for s in verdict.explanation.shares}


def test_a_named_item_paid_in_full_posts() -> None:
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "matched", {"1": (119_00, 0)})


def test_several_named_items_paid_in_full_post() -> None:
    (verdict,) = judge(receipt(169_00, names("1"), names("2")), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (119_00, 0), "2": (50_00, 0)})


def test_a_number_that_many_items_carry_does_not_post_a_wrong_neighbour() -> None:
    shared = [names(str(n), "run", carriers=3, key="12345") for n in (1, 2, 3)]
    (verdict,) = judge(receipt(50_00, *shared), items=[item("1", 50_00), item("2", 50_00, "C2"), item("3", 50_00, "C3")])
    assert verdict.state != "posted"


def test_a_part_payment_posts_when_the_customer_is_known() -> None:
    (verdict,) = judge(receipt(60_00, names("1"), account="C1"), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "partial", {"1": (60_00, 0)})


def test_a_part_payment_by_an_unknown_payer_is_only_proposed() -> None:
    (verdict,) = judge(receipt(60_00, names("1")), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome) == ("proposed", "partial")
    assert "account and name do not tell" in verdict.reason


def test_a_part_payment_that_lacks_little_is_only_proposed() -> None:
    (verdict,) = judge(receipt(117_50, names("1"), account="C1"), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome) == ("proposed", "partial")
    assert "fee" in verdict.reason


def test_an_overpayment_clears_the_item_and_leaves_the_rest() -> None:
    (verdict,) = judge(receipt(150_00, names("1"), account="C1"), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "overpaid", {"1": (119_00, 0)})


def test_an_overpayment_that_other_items_explain_is_only_proposed() -> None:
    (verdict,) = judge(receipt(150_00, names("1"), account="C1"), items=[item("1", 119_00), item("2", 31_00)])
    assert verdict.state == "proposed"
    assert "other open items" in verdict.reason


def test_a_discount_in_terms_posts_and_clears_the_item() -> None:
    (verdict,) = judge(receipt(98_00, names("1"), account="C1"), items=[item("1", 100_00, discount=2_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (98_00, 2_00)})


@pytest.mark.parametrize(("days", "grace", "cleared"), [(0, 0, True), (1, 0, False), (1, 1, True), (3, 2, False)])
def test_a_discount_ends_with_its_last_day_and_grace(days: int, grace: int, cleared: bool) -> None:
    late = receipt(98_00, names("1"), account="C1", day=DAY + timedelta(days))
    policy = Policy(999_500, auto_post=True, rejected=frozenset(), grace_days=grace)
    (verdict,) = judge(late, items=[item("1", 100_00, discount=2_00)], policy=policy)
    assert (paid(verdict) == {"1": (98_00, 2_00)}) is cleared
    if not cleared:
        assert (verdict.outcome, "taken late" in verdict.reason) == ("partial", True)


def test_a_known_account_and_the_only_item_of_that_amount_post() -> None:
    (verdict,) = judge(receipt(50_00, account="C1"), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"2": (50_00, 0)})


def test_interchangeable_items_are_no_ambiguity() -> None:
    (verdict,) = judge(receipt(50_00, account="C1"), items=[item("b", 50_00), item("a", 50_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"a": (50_00, 0)})


def test_equal_items_due_on_different_days_are_proposed_oldest_first() -> None:
    older, newer = item("b", 50_00, due=DAY - timedelta(40)), item("a", 50_00)
    (verdict,) = judge(receipt(50_00, account="C1"), items=[newer, older])
    assert (verdict.state, paid(verdict)) == ("proposed", {"b": (50_00, 0)})
    assert "different days" in verdict.reason


def test_an_amount_that_one_item_and_a_sum_of_others_explain_is_a_tie() -> None:
    items = [item("1", 100_00), item("2", 60_00), item("3", 40_00)]
    (verdict,) = judge(receipt(100_00, account="C1"), items=items)
    assert verdict.state == "proposed"


@pytest.mark.parametrize("kind", ["name", "alike"])
def test_name_and_amount_alone_never_post(kind: str) -> None:
    who = receipt(50_00, name="C1") if kind == "name" else receipt(50_00, alike=("C1", 97, 30))
    (verdict,) = judge(who, items=[item("1", 50_00)])
    assert (verdict.state, paid(verdict)) == ("proposed", {"1": (50_00, 0)})


def test_amount_alone_is_not_even_proposed() -> None:
    (verdict,) = judge(receipt(50_00), items=[item("1", 50_00)])
    assert (verdict.state, verdict.outcome, verdict.explanation) == ("none", "unexplained", None)


def test_the_only_set_with_the_sum_posts_for_a_known_account_and_an_ambiguous_one_is_left() -> None:
    unique = [item("1", 10_01), item("2", 20_02), item("3", 40_04)]
    (verdict,) = judge(receipt(30_03, account="C1"), items=unique)
    assert (verdict.state, sorted(paid(verdict))) == ("posted", ["1", "2"])
    ambiguous = [item("1", 50_00), item("2", 30_00), item("3", 20_00), item("4", 40_00), item("5", 10_00)]
    (verdict,) = judge(receipt(60_00, account="C1"), items=ambiguous)
    assert verdict.state == "none"


def test_a_netted_credit_note_is_part_of_the_set() -> None:
    (verdict,) = judge(receipt(80_00, account="C1"), items=[item("1", 100_00), item("2", -20_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (100_00, 0), "2": (-20_00, 0)})


def test_two_payers_with_equal_claims_on_one_item_both_wait() -> None:
    one = receipt(50_00, names("1"), line_id="L1", payer="A")
    two = receipt(50_00, names("1"), line_id="L2", payer="B")
    verdicts = judge(one, two, items=[item("1", 50_00)])
    assert {v.state for v in verdicts} == {"proposed"}


def test_the_second_payment_of_one_payer_is_a_duplicate() -> None:
    one = receipt(50_00, names("1"), line_id="L1")
    two = receipt(50_00, names("1"), line_id="L2", day=DAY + timedelta(3))
    first, second = judge(two, one, items=[item("1", 50_00)])
    assert (first.line_id, first.state) == ("L1", "posted")
    assert (second.state, second.outcome, "L1" in second.reason) == ("none", "duplicate", True)


def test_a_named_item_that_is_closed_is_never_replaced_by_a_neighbour() -> None:
    paying = receipt(50_00, names("1"), account="C1")
    (verdict,) = judge(paying, items=[item("2", 50_00)], settled={"1": Settled("L0", "OTHER", 50_00, DAY)})
    assert (verdict.state, verdict.outcome) == ("none", "closed_item")


def test_evidence_for_another_customer_keeps_it_from_posting() -> None:
    (verdict,) = judge(receipt(119_00, names("1"), account="C2"), items=[item("1", 119_00)])
    assert verdict.state == "proposed"
    assert "another customer" in verdict.reason


def test_a_rejected_set_is_not_proposed_again() -> None:
    policy = Policy(999_500, auto_post=True, rejected=frozenset([("L1", frozenset(["1"]))]), grace_days=0)
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], policy=policy)
    assert verdict.explanation is None


def test_a_higher_precision_posts_less_and_no_posting_at_all_only_proposes() -> None:
    paying, items = receipt(119_00, names("1")), [item("1", 119_00)]
    strict = Policy(999_999, auto_post=True, rejected=frozenset(), grace_days=0)
    cautious = Policy(999_500, auto_post=False, rejected=frozenset(), grace_days=0)
    assert [judge(paying, items=items, policy=p)[0].state for p in (POLICY, strict, cautious)] == ["posted", "proposed", "proposed"]


def test_no_item_is_given_more_than_it_has_open() -> None:
    lines = [receipt(40_00, names("1"), line_id=f"L{n}", account="C1") for n in range(5)]
    verdicts = judge(*lines, items=[item("1", 100_00)])
    posted = [v for v in verdicts if v.state == "posted"]
    assert sum(paid(v)["1"][0] for v in posted) <= 100_00
    assert [v.outcome for v in posted] == ["partial", "partial", "overpaid"]
