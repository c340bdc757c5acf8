"""The gate on literal rows: what posts, what is only proposed and which sentence says why, what is left."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from engine import BOOK, DAY, POLICY, book, item, judge, kinds, names, paid, rates, receipt

from matcher.matching.decisions import assignment
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import Settlement, SettlementHistory
from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS
from matcher.matching.records import Payer


def test_a_named_item_paid_in_full_posts() -> None:
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "matched", {"1": (119_00, 0)})
    assert (verdict.rule, verdict.reason, verdict.margin) == ("named-full@3", "the named items are paid in full", None)


def test_several_named_items_paid_in_full_post() -> None:
    (verdict,) = judge(receipt(169_00, names("1"), names("2")), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (119_00, 0), "2": (50_00, 0)})


def test_a_number_that_several_customers_items_carry_does_not_post_one_of_them() -> None:
    shared = [names(str(n), "run", item_count=3, key="12345") for n in (1, 2, 3)]
    (verdict,) = judge(receipt(50_00, *shared), items=[item("1", 50_00), item("2", 50_00, "C2"), item("3", 50_00, "C3")])
    assert verdict.state != "posted"


def test_a_part_payment_posts_when_the_customer_is_known() -> None:
    (verdict,) = judge(receipt(60_00, names("1"), account="C1"), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "partial", {"1": (60_00, 0)})


def test_a_part_payment_by_an_unknown_payer_is_only_proposed() -> None:
    (verdict,) = judge(receipt(60_00, names("1")), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome) == ("proposed", "partial")


def test_a_part_payment_that_lacks_little_is_only_proposed() -> None:
    (verdict,) = judge(receipt(1_149_37, names("1"), account="C1"), items=[item("1", 1_200_00)])
    assert (verdict.state, verdict.outcome, verdict.rule) == ("proposed", "partial", "named-likely@2")


def test_an_overpayment_clears_the_item_and_leaves_the_rest() -> None:
    (verdict,) = judge(receipt(150_00, names("1"), account="C1"), items=[item("1", 119_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "overpaid", {"1": (119_00, 0)})


def test_a_discount_in_terms_posts_and_clears_the_item() -> None:
    (verdict,) = judge(receipt(98_00, names("1"), account="C1"), items=[item("1", 100_00, discount=2_00)])
    assert (verdict.state, verdict.outcome, paid(verdict)) == ("posted", "matched", {"1": (98_00, 2_00)})


def test_a_discount_in_grace_is_in_terms() -> None:
    late, terms = receipt(98_00, names("1"), account="C1", day=DAY + timedelta(2)), [item("1", 100_00, discount=2_00)]
    (verdict,) = judge(late, items=terms)
    assert (verdict.rule, paid(verdict)) == ("named-part@3", {"1": (98_00, 0)})
    (verdict,) = judge(late, items=terms, policy=replace(POLICY, grace_days=2))
    assert (verdict.rule, paid(verdict)) == ("named-discount@4", {"1": (98_00, 2_00)})


def test_an_invoice_in_another_currency_posts_with_its_own_amount_stated() -> None:
    paying = receipt(921_13, names("1"), instructed_amount=1_000_00, instructed_currency="USD")
    (verdict,) = judge(paying, items=[item("1", 1_000_00, currency="USD")], rate=rates(USD=1.0856))
    assert (verdict.state, verdict.outcome) == ("posted", "matched")
    assert verdict.explanation is not None
    assert [(s.amount, s.item_amount) for s in verdict.explanation.shares] == [(921_13, 1_000_00)]


def test_a_known_account_and_the_only_item_of_that_amount_post() -> None:
    (verdict,) = judge(receipt(50_00, account="C1"), items=[item("1", 119_00), item("2", 50_00)])
    assert (verdict.state, verdict.rule, paid(verdict)) == ("posted", "payer-amount@4", {"2": (50_00, 0)})


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Inv no 5156 acct 2104", "proposed"),
        ("Rechnung 443", "proposed"),
        ("发票号 8817", "proposed"),
        ("Rechnung 380", "posted"),
        ("invoice 2026", "posted"),
        ("invoices October 2026", "posted"),
    ],
)
def test_a_payer_who_calls_another_number_a_document_s_does_not_pay_by_amount(text: str, state: str) -> None:
    owed = [item("1", 119_00), item("380", 50_00)]
    (verdict,) = judge(receipt(50_00, account="C1", text=text), items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"380": (50_00, 0)})


@pytest.mark.parametrize(
    ("text", "state"),
    [("PO 4500071893", "proposed"), ("Beleg 4500071893", "posted"), ("RE-2026-00999", "proposed"), ("2026 00999", "posted")],
)
def test_a_number_of_another_make_is_the_payer_s_own(text: str, state: str) -> None:
    (verdict,) = judge(receipt(50_00, account="C1", text=text), items=[item("1", 119_00), item("2", 50_00)])
    assert verdict.state == state


def test_interchangeable_items_are_no_ambiguity() -> None:
    (verdict,) = judge(receipt(50_00, account="C1"), items=[item("2", 50_00), item("1", 50_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (50_00, 0)})


def test_equal_items_due_on_different_days_are_proposed_oldest_first() -> None:
    older, newer = item("2", 50_00, due=DAY - timedelta(40)), item("1", 50_00)
    (verdict,) = judge(receipt(50_00, account="C1"), items=[newer, older])
    assert (verdict.state, paid(verdict)) == ("proposed", {"2": (50_00, 0)})
    assert verdict.reason == "several open items have this amount and are due on different days"


def test_an_account_known_for_two_customers_does_not_post_by_amount() -> None:
    (verdict,) = judge(receipt(50_00, account=["C1", "C2"]), items=[item("1", 50_00), item("2", 70_00, "C2")])
    assert verdict.state == "proposed"


def test_a_payer_of_the_customer_s_group_does_not_post_by_amount() -> None:
    family = {"C1": frozenset({"C2"}), "C2": frozenset({"C1"})}
    (verdict,) = judge(receipt(50_00, account="C2"), items=[item("1", 50_00)], relatives=family)
    assert (verdict.state, "payer_account_group" in kinds(verdict.explanation)) == ("proposed", True)


def test_a_name_that_is_only_like_the_customer_s_does_not_post_by_amount() -> None:
    (verdict,) = judge(receipt(50_00, alike=Payer("C1", "alike", 97, 30)), items=[item("1", 50_00)])
    assert (verdict.state, paid(verdict)) == ("proposed", {"1": (50_00, 0)})


def test_amount_alone_is_not_even_proposed() -> None:
    (verdict,) = judge(receipt(50_00), items=[item("1", 50_00)])
    assert (verdict.state, verdict.outcome, verdict.explanation) == ("none", "unexplained", None)


def test_the_only_set_with_the_sum_posts_for_a_known_account_and_an_ambiguous_one_does_not() -> None:
    unique = [item("1", 10_01), item("2", 20_02, due=DAY + timedelta(3)), item("3", 40_04)]
    (verdict,) = judge(receipt(30_03, account="C1"), items=unique)
    assert (verdict.state, verdict.rule, sorted(paid(verdict))) == ("posted", "payer-set@4", ["1", "2"])
    ambiguous = [item("1", 50_00), item("2", 30_00), item("3", 20_00), item("4", 40_00), item("5", 10_00)]
    (verdict,) = judge(receipt(60_00, account="C1"), items=ambiguous)
    assert verdict.state != "posted"


def test_a_netted_credit_note_is_part_of_the_set() -> None:
    (verdict,) = judge(receipt(80_00, account="C1"), items=[item("1", 100_00), item("2", -20_00)])
    assert (verdict.state, paid(verdict)) == ("posted", {"1": (100_00, 0), "2": (-20_00, 0)})


def test_each_instalment_is_paid_in_its_turn() -> None:
    plan = [item(n, 90_00 + int(n), no="RE-2026-00320", due=DAY + timedelta(30 * int(n)), document_type="instalment") for n in "12"]
    lines = [receipt(90_00 + n, names("1"), names("2"), line_id=f"L{n}", account="C1", day=DAY + timedelta(n)) for n in (1, 2)]
    verdicts = judge(*lines, items=plan)
    assert [(v.state, list(paid(v))) for v in verdicts] == [("posted", ["1"]), ("posted", ["2"])]


@pytest.mark.parametrize(("kind", "key", "evidence"), [
    ("whole", "RF18539007547034", "reference_structured"), ("digits", "18539007547034", "reference_structured"),
    ("run", "7034", "reference_short"), ("run", "77034", "reference_run"), ("tail", "7034", "reference_short"),
    ("tail", "77034", "reference_tail"),
])  # fmt: skip
def test_a_part_of_a_payment_reference_is_no_payment_reference(kind: str, key: str, evidence: str) -> None:
    paying = receipt(50_00, names("1", kind, key=key, source="payment_reference"), account="C1")
    (verdict,) = judge(paying, items=[item("1", 50_00)])
    assert evidence in kinds(verdict.explanation)


# hindrances: the one thing that stands in the way, alone


def test_a_rule_that_only_proposes() -> None:
    (verdict,) = judge(receipt(50_00, account=["C1", "C2"]), items=[item("1", 50_00)])
    assert (verdict.state, verdict.reason) == ("proposed", "a likely customer has items of that amount: this evidence alone does not post")


def test_a_posting_that_a_person_took_back() -> None:
    undone = replace(POLICY, undone=frozenset([("L1", frozenset(["1"]))]))
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], policy=undone)
    assert (verdict.state, verdict.reason, paid(verdict)) == ("proposed", "a person has taken this posting back", {"1": (119_00, 0)})
    (other,) = judge(receipt(119_00, names("1"), line_id="L2"), items=[item("1", 119_00)], policy=undone)
    assert other.state == "posted"


def test_a_set_that_a_person_rejected_is_not_looked_at_again() -> None:
    rejected = replace(POLICY, rejected=frozenset([("L1", frozenset(["1"]))]))
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], policy=rejected)
    assert (verdict.state, verdict.explanation) == ("none", None)


def test_a_repeat_of_an_earlier_line_waits_when_only_payer_and_amount_speak() -> None:
    known = SettlementHistory({}, {}, {"L1": "L0"})
    (verdict,) = judge(receipt(50_00, account="C1"), items=[item("1", 50_00)], known=known)
    assert (verdict.state, verdict.reason) == ("proposed", "line L0 has the same payer and amount, and nothing says what this one is for")
    (verdict,) = judge(receipt(50_00, names("1"), account="C1"), items=[item("1", 50_00)], known=known)
    assert verdict.state == "posted"


def test_of_two_payers_with_like_claims_on_one_item_none_is_posted() -> None:
    one = receipt(50_00, line_id="L1", account="C1", payer="A")
    two = receipt(50_00, line_id="L2", account="C1", payer="B")
    verdicts = judge(one, two, items=[item("1", 50_00)])
    assert [v.state for v in verdicts] == ["proposed", "none"]
    assert verdicts[0].reason == "another receipt has a like claim on the item"


def test_a_claim_that_both_can_have_hinders_nobody() -> None:
    one = receipt(40_01, names("1"), line_id="L1", account="C1", payer="A")
    two = receipt(50_01, names("1"), line_id="L2", account="C1", payer="B")
    assert [v.state for v in judge(one, two, items=[item("1", 200_00)])] == ["posted", "posted"]


def test_a_much_weaker_claim_hinders_nobody() -> None:
    one = receipt(50_00, names("1"), line_id="L1", account="C1", payer="A")
    two = receipt(50_00, line_id="L2", alike=Payer("C1", "alike", 85, 3), payer="B")
    first, _ = judge(one, two, items=[item("1", 50_00)])
    assert first.state == "posted"


def test_another_explanation_that_is_too_near() -> None:
    near = BOOK.changed(rule=tuple(r.model_copy(update={"min_log_odds": 1_000}) for r in BOOK.rule))
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], rules=near)
    assert (verdict.state, verdict.reason) == ("proposed", "another explanation is too near")


def test_less_confidence_than_is_asked_for() -> None:
    doubtful = book({"named-full": 998_700})
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], rules=doubtful)
    assert (verdict.state, verdict.confidence, verdict.eligible) == ("proposed", 998_700, True)
    assert "99.87 %" in verdict.reason
    assert "99.95 %" in verdict.reason


def test_the_bar_of_a_precision_is_read_from_the_table() -> None:
    table = book({"named-full": 998_700}).calibration.model_copy(update={"bar": ((990_000, 900_000), (999_500, 998_700))})
    lenient = BOOK.changed(calibration=table)
    for precision, state in ((990_000, "posted"), (999_500, "posted"), (999_600, "proposed")):
        (verdict,) = judge(
            receipt(119_00, names("1")), items=[item("1", 119_00)], rules=lenient, policy=replace(POLICY, precision_ppm=precision)
        )
        assert verdict.state == state


def test_too_many_receipts_that_compete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "MAX_STEPS", 1)
    lines = [receipt(50_00, line_id=f"L{n}", account="C1") for n in range(3)]
    verdicts = judge(*lines, items=[item("1", 50_00), item("2", 50_00)])
    assert {v.state for v in verdicts} <= {"proposed", "none"}
    assert "too many receipts compete for these items" in {v.reason for v in verdicts}


def test_no_posting_at_all_when_the_policy_says_so() -> None:
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], policy=replace(POLICY, auto_post=False))
    assert (verdict.state, verdict.reason) == ("proposed", "the named items are paid in full")


def test_evidence_for_another_customer_lowers_the_points() -> None:
    (mine,) = judge(receipt(119_00, names("1"), account="C1"), items=[item("1", 119_00)])
    (theirs,) = judge(receipt(119_00, names("1"), account="C2"), items=[item("1", 119_00)])
    assert mine.log_odds - theirs.log_odds >= 50
    assert (theirs.state, "payer_account_other" in kinds(theirs.explanation)) == ("proposed", True)


def test_below_the_least_confidence_only_the_nearest_miss_is_kept() -> None:
    doubtful = BOOK.calibration.model_copy(update={"rule": BOOK.calibration.rule | {"named-full": ((0, 99_999),)}})
    (verdict,) = judge(receipt(119_00, names("1")), items=[item("1", 119_00)], rules=BOOK.changed(calibration=doubtful))
    assert (verdict.state, verdict.outcome, verdict.confidence) == ("none", "unexplained", None)
    assert verdict.explanation is not None


# rounds


def test_named_items_are_settled_before_amounts_are_looked_at() -> None:
    """The line without a text is later and fits both items; the named one leaves it only the other."""
    bare = receipt(50_00, line_id="L1", account="C1", day=DAY + timedelta(2))
    named = receipt(50_00, names("1"), line_id="L2", account="C1")
    items = [item("1", 50_00, due=DAY - timedelta(9)), item("2", 50_00)]
    assert [(v.state, list(paid(v))) for v in judge(bare, named, items=items)] == [("posted", ["2"]), ("posted", ["1"])]


def test_a_line_that_names_an_item_waits_for_an_earlier_one_that_may_be_for_it() -> None:
    """Which of two equal payments is the second is not known while the first is undecided."""
    bare = receipt(50_00, line_id="L1", account="C1", day=DAY - timedelta(2))
    named = receipt(50_00, names("1"), line_id="L2", account="C1")
    first, second = judge(bare, named, items=[item("1", 50_00, due=DAY - timedelta(9)), item("2", 50_00)])
    assert (first.state, second.state) == ("proposed", "proposed")
    assert second.reason == "line L1 of the same customer and amount came earlier and waits"


OLDER = [item(str(n), 50_00, due=DAY - timedelta(9 + n), issue=DAY - timedelta(40 + n)) for n in range(11, 15)]


@pytest.mark.parametrize(
    ("number", "text", "count", "state"),
    [
        ("R-440417", "", 1, "posted"),
        ("R-440417", "Lieferung 31", 1, "posted"),
        ("R-440417", "Rechnung 417", 1, "proposed"),
        ("R-440417", "Rechnung 44417", 1, "proposed"),
        ("R-440417", "", 5, "proposed"),
    ],
    ids=["names nothing", "names something else", "names its end", "names it with a slip", "too many for the older ones"],
)
def test_an_earlier_payment_that_names_nothing_is_for_an_older_item(number: str, text: str, count: int, state: str) -> None:
    """As long as there is an older one of the amount for each, and no number that may be the later one's."""
    bare = [receipt(50_00, line_id=f"L{n}", account="C1", day=DAY - timedelta(12), text=text) for n in range(count)]
    named = receipt(50_00, names("2"), line_id="L9", account="C1")
    assert judge(*bare, named, items=[*OLDER, item("2", 50_00, no=number, issue=DAY - timedelta(20))])[-1].state == state


def test_an_older_item_that_another_receipt_names_is_no_item_for_an_earlier_payment() -> None:
    """Each of the older ones has its payment: that which names nothing may be the payment of the last one, and the next its second."""
    named = [receipt(50_00, names(str(n)), line_id=f"L{n}", account="C1", day=DAY - timedelta(20)) for n in range(11, 15)]
    bare = receipt(50_00, line_id="L5", account="C1", day=DAY - timedelta(2))
    last = receipt(50_00, names("2"), line_id="L9", account="C1")
    *_, verdict = judge(*named, bare, last, items=[*OLDER, item("2", 50_00, no="R-440417", issue=DAY - timedelta(20))])
    assert verdict.state == "proposed"


@pytest.mark.parametrize("text", ["RF18 5390 0754", "Bestellung 4500017"], ids=["a reference that is cut off", "an order"])
def test_an_earlier_payment_may_mean_the_later_one_s_item_by_another_number(text: str) -> None:
    bare = receipt(50_00, line_id="L1", account="C1", day=DAY - timedelta(2), text=text)
    meant = item("2", 50_00, no="R-440417", issue=DAY - timedelta(20), payment_reference="RF18539007547034", purchase_order="PO-4500017")
    assert judge(bare, receipt(50_00, names("2"), line_id="L9", account="C1"), items=[*OLDER, meant])[-1].state == "proposed"


def test_what_a_round_posts_may_decide_the_next() -> None:
    """Once the named item is paid, only one set is left that has the other line's sum."""
    named = receipt(30_00, names("2"), line_id="L1", account="C1")
    rest = receipt(60_00, line_id="L2", account="C1")
    items = [
        item("1", 50_00),
        item("2", 30_00, due=DAY + timedelta(1)),
        item("3", 10_00, due=DAY + timedelta(2)),
        item("4", 30_00, due=DAY + timedelta(5)),
    ]
    assert judge(rest, items=items)[0].state == "proposed"
    first, second = judge(named, rest, items=items)
    assert (first.state, second.state, sorted(paid(second))) == ("posted", "posted", ["1", "3"])


def test_the_second_payment_of_one_payer_is_a_duplicate() -> None:
    one = receipt(50_00, names("1"), line_id="L1")
    two = receipt(50_00, names("1"), line_id="L2", day=DAY + timedelta(3))
    first, second = judge(two, one, items=[item("1", 50_00)])
    assert (first.line_id, first.state) == ("L1", "posted")
    assert (second.state, second.outcome, "L1" in second.reason) == ("none", "duplicate", True)


def test_the_second_payment_is_told_of_the_first_one_that_waits_for_a_person() -> None:
    one = receipt(50_00, names("1"), line_id="L1")
    two = receipt(50_00, names("1"), line_id="L2", day=DAY + timedelta(3))
    first, second = judge(two, one, items=[item("1", 50_00)], policy=replace(POLICY, auto_post=False))
    assert (first.line_id, first.state) == ("L1", "proposed")
    assert (second.state, second.reason) == ("none", "line L1 names the same items for the same amount, and comes first")


def test_an_amount_that_a_posting_makes_rare_brings_up_the_customer_of_a_damaged_number() -> None:
    stock = [item(str(n), 50_00, f"C{n}") for n in range(1, RARE_AMOUNT_MAX_ITEMS + 2)]
    damaged = receipt(50_00, line_id="L2", payer="", text=f"RE-2026-0000{RARE_AMOUNT_MAX_ITEMS + 1}7")
    alone, _ = judge(damaged, receipt(1_00, line_id="L9"), items=stock)
    assert alone.explanation is None, "too many items have the amount"
    _, verdict = judge(receipt(50_00, line_id="L1", account="C1"), damaged, items=stock)
    assert verdict.explanation is not None
    assert verdict.explanation.items == {str(RARE_AMOUNT_MAX_ITEMS + 1)}


def test_a_named_item_that_is_closed_is_never_replaced_by_a_neighbour_unasked() -> None:
    known = SettlementHistory({"1": Settlement("L0", "OTHER", 50_00, DAY)}, {"1": (50_00, "C1")})
    (verdict,) = judge(receipt(50_00, names("1"), account="C1"), items=[item("2", 50_00)], known=known)
    assert (verdict.state, verdict.rule, verdict.blocked_by) == ("proposed", "payer-likely@2", "")
    (verdict,) = judge(receipt(50_00, names("1"), account="C1"), items=[item("2", 30_00), item("3", 20_00)], known=known)
    assert (verdict.state, verdict.rule) == ("proposed", "payer-likely@2"), "all that is open has the amount"
    (verdict,) = judge(receipt(50_00, names("1"), account="C1"), items=[item("2", 60_00)], known=known)
    assert (verdict.state, verdict.outcome, verdict.customer_id) == ("none", "closed_item", "C1")


def test_no_item_is_given_more_than_it_has_open() -> None:
    lines = [receipt(40_00, names("1"), line_id=f"L{n}", account="C1", day=DAY + timedelta(n)) for n in range(5)]
    verdicts = judge(*lines, items=[item("1", 100_00)])
    assert sum(paid(v)["1"][0] for v in verdicts if v.state == "posted") <= 100_00


def test_a_payment_in_advance_is_on_account() -> None:
    (verdict,) = judge(receipt(80_00, account="C1", text="Anzahlung Auftrag 881"), items=[item("1", 50_00)])
    assert (verdict.state, verdict.outcome, verdict.customer_id) == ("none", "on_account", "C1")


def test_the_margin_is_the_distance_to_the_next_explanation() -> None:
    paying = receipt(150_00, names("1"), account="C1")
    alone = judge(paying, items=[item("1", 150_00)])[0]
    assert alone.margin is None
    (rival,) = judge(paying, items=[item("1", 100_00), item("2", 50_00, due=DAY + timedelta(1))])
    assert rival.runner_up is not None
    assert rival.margin is not None
    assert rival.confidence is not None
    assert 0 <= rival.margin <= rival.confidence


def test_verdicts_are_the_same_in_any_order_of_lines_and_items() -> None:
    lines = [receipt(50_00, line_id=f"L{n}", account="C1", day=date(2026, 10, 1 + n)) for n in range(3)]
    items = [item("1", 50_00), item("2", 50_00, due=DAY + timedelta(2)), item("3", 100_00)]
    assert judge(*lines, items=items) == judge(*lines[::-1], items=items[::-1])


def test_a_policy_needs_no_list_of_what_was_undone() -> None:
    assert Policy(1, auto_post=True, rejected=frozenset(), grace_days=0).undone == frozenset()
