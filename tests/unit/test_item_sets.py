"""Which sets of a customer's open items are looked at: one test for each way a payer names or implies them."""

from datetime import date, timedelta

import pytest
from engine import BOOK, DAY, ids, item, kinds, receipt, view

from matcher.matching.explanations import item_sets
from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.records import Item

WHOLE = {"1": "whole", "2": "whole", "3": "whole"}


def three() -> list[Item]:
    return [item("1", 100_00), item("2", 50_00), item("3", 25_00)]


def of(found: list[ItemSet], basis: str) -> list[ItemSet]:
    return [one for one in found if one.basis == basis]


def sure(one: CustomerContext) -> list[ItemSet]:
    return list(item_sets.unnamed(one, ("payer_account",)))


def test_all_named_items_are_one_set_and_each_is_looked_at_alone() -> None:
    found = list(item_sets.named(view(receipt(150_00), three(), {"1": "whole", "2": "digits"})))
    assert ids(found, "named") == [("1", "2")]
    assert ids(found, "named_one") == [("1",), ("2",)]


def test_the_only_named_item_is_not_named_one_of_several() -> None:
    found = list(item_sets.named(view(receipt(100_00), three(), {"1": "whole"})))
    assert (ids(found, "named"), ids(found, "named_one")) == ([("1",)], [])


def test_those_of_the_named_items_that_have_the_sum() -> None:
    found = list(item_sets.named(view(receipt(125_00), three(), WHOLE)))
    assert [(ids([one]), one.unique) for one in of(found, "named_subset")] == [([("1", "3")], True)]


def test_two_sums_among_the_named_items_are_both_looked_at_and_neither_is_unique() -> None:
    items = [item("1", 50_00), item("2", 30_00), item("3", 20_00), item("4", 10_00, due=DAY - timedelta(1)), item("5", 40_00)]
    found = list(item_sets.named(view(receipt(60_00), items, {i.item_id: "whole" for i in items})))
    subsets = of(found, "named_subset")
    assert len(subsets) == 2
    assert not any(one.unique for one in subsets)


def test_a_weak_reference_is_no_strong_one() -> None:
    found = list(item_sets.named(view(receipt(100_00), three(), {"1": "short", "2": "short"})))
    assert (ids(found, "named"), ids(found, "named_one")) == ([], [("1",), ("2",)])
    found = list(item_sets.named(view(receipt(150_00), three(), {"1": "short", "2": "short"})))
    assert ids(found, "named") == [("1", "2")]


def test_the_items_of_an_order() -> None:
    found = list(item_sets.named(view(receipt(150_00), three(), {"1": "order", "2": "order"})))
    assert ids(found, "order") == [("1", "2"), ("1",), ("2",)]


def test_items_in_other_currencies_are_looked_at_one_by_one() -> None:
    items = [item("1", 100_00, currency="USD"), item("2", 50_00, currency="USD")]
    found = list(item_sets.named(view(receipt(100_00), items, {"1": "whole", "2": "whole"})))
    assert ids(found) == [("1",), ("2",)]


def test_a_number_that_only_a_close_reading_finds_names_its_item() -> None:
    found = list(item_sets.named(view(receipt(100_00, text="RE-2026-0 0001 DANKE"), three())))
    assert ids(found, "named") == [("1",)]


def plan(*amounts: int) -> list[Item]:
    """Instalments of one document, in the order in which they are due."""
    return [item(str(n), a, no="RE-2026-00320", due=DAY + timedelta(30 * n), document_type="instalment") for n, a in enumerate(amounts)]


@pytest.mark.parametrize(
    ("amount", "paid"),
    [
        (100_00, [("0",)]),
        (90_00, [("1",)]),
        (190_00, [("0", "1")]),
        (270_00, [("0", "1", "2")]),
        (70_00, [("0",)]),
        (150_00, [("0", "1")]),  # one and a part of the next: no overpayment of the first
        (191_00, [("0", "1", "2")]),
        (300_00, [("0", "1", "2")]),
    ],
)
def test_instalments_of_a_document_are_paid_in_the_order_in_which_they_are_due(amount: int, paid: list[tuple[str, ...]]) -> None:
    found = list(item_sets.named(view(receipt(amount), plan(100_00, 90_00, 80_00), {"0": "whole", "1": "whole", "2": "whole"})))
    assert ids(found, "named") == paid
    assert all(one.unique for one in found)


def test_of_equal_instalments_the_first_due_is_paid() -> None:
    found = list(item_sets.named(view(receipt(90_00), plan(90_00, 90_00), {"0": "whole", "1": "whole"})))
    assert (ids(found, "named"), found[0].unique, found[0].evidence) == ([("0",)], True, ())
    unnamed = list(item_sets.unnamed(view(receipt(90_00), plan(90_00, 90_00), {}), ["payer_account"]))
    assert (ids(unnamed, "single"), unnamed[0].unique, unnamed[0].evidence) == ([("0",)], True, ())


@pytest.mark.parametrize(("days", "asked"), [(19, False), (20, True), (40, True)])
def test_where_a_second_instalment_has_fallen_due_a_person_says_which_is_paid(days: int, asked: bool) -> None:
    late = receipt(90_00, day=DAY + timedelta(days))  # the second is due thirty days after the first
    found = list(item_sets.named(view(late, plan(90_00, 90_00), {"0": "whole", "1": "whole"})))
    assert all(one.unique for one in found) is not asked


def test_equal_instalments_of_two_documents_are_no_schedule() -> None:
    items = [*plan(90_00), item("7", 90_00, no="RE-2026-00321", due=DAY + timedelta(30), document_type="instalment")]
    found = list(item_sets.unnamed(view(receipt(90_00), items, {}), ["payer_account"]))
    assert not any(one.unique for one in found)


def test_with_another_policy_a_person_says_which_of_equal_instalments_is_paid() -> None:
    context = view(receipt(90_00), plan(90_00, 90_00), {"0": "whole", "1": "whole"})
    context.pool.instalments_in_order = False
    found = list(item_sets.named(context))
    assert {ids([one])[0] for one in found} == {("0",), ("1",)}
    assert not any(one.unique for one in found)


def numbered(count: int, amount: int = 10_00) -> list[Item]:
    """Items 101, 102, ... of slowly rising amounts, all due on one day."""
    return [item(str(100 + n), amount + n, no=f"RE-2026-{100 + n:05d}") for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("RE-2026-00101/102/104", ("101", "102", "104")),
        ("RE-2026-00101 - RE-2026-00104", ("101", "102", "103", "104")),
        ("RE-2026-00102 bis 104", ("102", "103", "104")),
        ("RE-2026-00101, 3", ("101", "103")),
    ],
)
def test_a_shortened_list_and_a_range_are_written_out(text: str, listed: tuple[str, ...]) -> None:
    items = numbered(6)
    amount = sum(i.open for i in items if i.item_id in listed)
    found = list(item_sets.named(view(receipt(amount, text=text), items, {listed[0]: "whole"})))
    assert ids(found, "listed") == [listed]


def test_a_list_with_a_number_that_is_not_open_is_not_guessed_at() -> None:
    found = list(item_sets.named(view(receipt(50_00, text="RE-2026-00101/102/199"), numbered(6), {"101": "whole"})))
    assert ids(found, "listed") == []


def test_a_list_that_was_cut_off_is_completed_by_those_that_follow() -> None:
    items = numbered(6)
    amount = sum(i.open for i in items[:4])
    paying = receipt(amount, text="RE-2026-00101, RE-2026-00102, RE-20")
    found = list(item_sets.named(view(paying, items, {"101": "whole", "102": "whole"})))
    best = of(found, "completed")[0]
    assert ids([best]) == [("101", "102", "103", "104")]
    assert kinds(best) == {"set_completed", "set_run"}


def test_a_completed_list_and_everything_are_told_to_be_the_same_items() -> None:
    items = [item("1", 17_01), item("2", 29_02), item("3", 100_00)]
    here = view(receipt(146_03), items, {"3": "whole"})
    assert [one.items for one in (*of(list(item_sets.named(here)), "completed"), *of(sure(here), "everything"))] == [tuple(items)] * 2


def test_a_list_is_also_completed_by_any_items_that_make_up_the_rest() -> None:
    items = [item("1", 100_00), item("2", 17_01), item("3", 29_02), item("4", 31_03)]
    found = list(item_sets.named(view(receipt(100_00 + 17_01 + 31_03), items, {"1": "whole"})))
    (completed,) = of(found, "completed")
    assert (ids([completed]), completed.unique) == ([("1", "2", "4")], True)


def test_two_ways_to_complete_a_list_are_ambiguous() -> None:
    items = [item("1", 100_00), item("2", 30_00), item("3", 20_00), item("4", 10_00), item("5", 40_00)]
    found = of(list(item_sets.named(view(receipt(150_00), items, {"1": "whole"}))), "completed")
    found = [one for one in found if "set_run" not in kinds(one)]
    assert {ids([one])[0] for one in found} == {("1", "2", "3"), ("1", "4", "5")}
    assert all("set_ambiguous" in kinds(one) and not one.unique for one in found)


def test_a_count_bounds_what_completes_the_list() -> None:
    items = [item("1", 100_00), item("2", 30_00), item("3", 20_00), item("4", 50_00)]
    text = "RE-2026-00001 + 2 others"
    found = of(list(item_sets.named(view(receipt(150_00, text=text), items, {"1": "whole"}))), "counted")
    assert {ids([one])[0] for one in found} == {("1", "2", "3")}
    assert all("set_counted" in kinds(one) for one in found)


def test_a_total_counts_the_named_items_too() -> None:
    items = [item("1", 100_00), item("2", 30_00), item("3", 20_00), item("4", 50_00)]
    found = of(list(item_sets.named(view(receipt(150_00, text="2 invoices, RE-2026-00001"), items, {"1": "whole"}))), "counted")
    assert {ids([one])[0] for one in found} == {("1", "4")}


def test_a_run_is_ambiguous_when_another_item_has_an_amount_of_it() -> None:
    items = [
        item("1", 100_00),
        item("2", 30_00, due=DAY + timedelta(1)),
        item("3", 30_00, due=DAY + timedelta(9)),
        item("4", 5_00, due=DAY - timedelta(9)),
    ]
    run = next(one for one in item_sets.named(view(receipt(130_00), items, {"1": "whole"})) if "set_run" in kinds(one))
    assert ("set_ambiguous" in kinds(run), run.unique) == (True, False)


@pytest.mark.parametrize(("text", "kind"), [("RE-2026-0O0O1", "ocr"), ("RE-2026-00011", "typo"), ("RE-2026-000", "cut")])
def test_a_damaged_number_counts_only_with_the_amount(text: str, kind: str) -> None:
    fitting = view(receipt(100_00, text=text), three())
    found = item_sets.damaged(fitting)
    assert (ids(found.sets, "damaged"), found.references) == ([("1",)], {"1": kind})
    assert dict(fitting.refs) == {}, "who looked says what was found, and the receipt's context stays as it was"
    assert item_sets.damaged(view(receipt(99_00, text=text), three())) == ([], {})


def test_a_damaged_number_may_be_paid_less_the_discount() -> None:
    items = [item("1", 100_00, discount=2_00), item("2", 50_00)]
    assert ids(item_sets.damaged(view(receipt(98_00, text="RE-2026-00011"), items)).sets) == [("1",)]


def test_without_a_number_in_the_text_nothing_is_damaged() -> None:
    assert item_sets.damaged(view(receipt(100_00, text="Danke"), three())).sets == []


def test_the_only_item_of_the_amount() -> None:
    (found,) = item_sets.unnamed(view(receipt(50_00), three()), ())
    assert (found.basis, ids([found]), found.evidence, found.unique) == ("single", [("2",)], (), True)


def test_one_item_less_its_discount() -> None:
    found = list(item_sets.unnamed(view(receipt(98_00), [item("1", 100_00, discount=2_00), item("2", 7_00)]), ()))
    assert ids(found, "single") == [("1",)]


def test_twins_due_on_one_day_are_no_ambiguity_and_on_different_days_are() -> None:
    same = [item("1", 50_00), item("2", 50_00)]
    assert [(ids([one]), one.evidence, one.unique) for one in item_sets.unnamed(view(receipt(50_00), same), ())] == [([("1",)], (), True)]
    apart = [item("1", 50_00), item("2", 50_00, due=DAY - timedelta(30))]
    found = [(ids([one]), one.evidence, one.unique) for one in item_sets.unnamed(view(receipt(50_00), apart), ())]
    assert found == [([("2",)], ("twin_oldest",), False), ([("1",)], ("twin_younger",), False)]


def test_everything_that_is_open() -> None:
    assert ids(sure(view(receipt(175_00), three())), "everything") == [("1", "2", "3")]


def test_everything_net_of_a_credit_note() -> None:
    items = [item("1", 100_00), item("2", -20_00), item("3", 25_00)]
    assert ids(sure(view(receipt(105_00), items)), "everything") == [("1", "2", "3")]


def test_everything_due_up_to_a_day() -> None:
    items = [item(str(n), 10_00 + n, due=DAY + timedelta(n // 2)) for n in range(6)]
    found = sure(view(receipt(sum(i.open for i in items[:4])), items))
    assert ids(found, "due") == [("0", "1", "2", "3")]


def test_what_is_due_on_one_day_is_not_cut_in_two() -> None:
    items = [item(str(n), 10_00 + n, due=DAY + timedelta(n // 2)) for n in range(6)]
    assert ids(sure(view(receipt(sum(i.open for i in items[:3])), items)), "due") == []


def test_everything_of_one_month() -> None:
    months = (date(2026, 7, 3), date(2026, 8, 3), date(2026, 8, 20), date(2026, 9, 3))
    items = [item(str(n), 10_00 + n, issue=day, due=day + timedelta(30)) for n, day in enumerate(months)]
    assert ids(sure(view(receipt(items[1].open + items[2].open), items)), "due") == [("1", "2")]


def test_the_only_set_with_the_sum() -> None:
    items = [item("1", 10_01), item("2", 20_02), item("3", 40_04)]
    (found,) = sure(view(receipt(50_05), items))
    assert (found.basis, ids([found]), kinds(found), found.unique) == ("subset", [("1", "3")], {"set_subset"}, True)


def test_a_set_with_rivals_is_ambiguous() -> None:
    items = [item("1", 50_00), item("2", 30_00), item("3", 20_00), item("4", 40_00), item("5", 10_00)]
    found = of(sure(view(receipt(60_00), items)), "subset")
    assert len(found) > 1
    assert all(not one.unique and "set_ambiguous" in kinds(one) for one in found)


def test_a_set_with_interchangeable_items_is_unique() -> None:
    items = [item("1", 30_01), item("2", 10_00), item("3", 10_00), item("4", 77_00)]
    (found,) = sure(view(receipt(40_01), items))
    assert (ids([found]), found.unique) == ([("1", "2")], True)


def test_bare_sums_need_a_payer_that_is_known() -> None:
    items = [item("1", 10_01), item("2", 20_02), item("3", 40_04)]
    assert ids(item_sets.unnamed(view(receipt(50_05), items), ("payer_name_near",))) == []


@pytest.mark.parametrize(("count", "size", "found"), [(15, 5, True), (16, 3, True), (16, 4, False), (25, 3, True), (26, 2, False)])
def test_the_more_items_are_open_the_smaller_the_sets_that_count(count: int, size: int, found: bool) -> None:
    items = [item(str(n), 2**n + 10**8, due=DAY + timedelta(n)) for n in range(count)]
    chosen = items[1 : 2 * size : 2]
    sums = of(sure(view(receipt(sum(i.open for i in chosen)), items)), "subset")
    assert bool(sums) is found
    assert all(("set_large" in kinds(one)) is (count > 15) for one in sums)


def test_a_count_in_the_text_lets_a_larger_set_count() -> None:
    items = [item(str(n), 2**n + 10**8, due=DAY + timedelta(n)) for n in range(26)]
    amount = sum(i.open for i in items[1:8:2])
    (found,) = of(sure(view(receipt(amount, text="4 invoices"), items)), "subset")
    assert (len(found.items), "set_counted" in kinds(found)) == (4, True)


def test_the_numbers_of_a_large_customer_are_read_too() -> None:
    items = [item(str(n), 100 + n) for n in range(1, 400)]
    assert view(receipt(9_99_99, text="R E 2 0 2 6 0 0 3 0 7"), items).refs == {"307": "whole"}


def test_the_bounds_are_those_of_the_rulebook() -> None:
    narrow = BOOK.changed(limits=BOOK.limits.model_copy(update={"subset_items": 2, "triple_items": 2}))
    items = [item("1", 10_01), item("2", 20_02), item("3", 40_04)]
    assert ids(item_sets.unnamed(view(receipt(50_05), items, rules=narrow), ("payer_account",))) == []


def test_what_completes_a_list_is_no_large_set_among_many() -> None:
    others = [item(str(n), 10_00 + n) for n in range(2, 20)]
    four = sum(10_00 + n for n in (2, 5, 9, 14))
    found = of(list(item_sets.named(view(receipt(100_00 + four), [item("1", 100_00), *others], {"1": "whole"}))), "completed")
    assert not [one for one in found if len(one.items) > 4]


@pytest.mark.parametrize(("amount", "unique"), [(100_00, False), (60_00, True)])
def test_the_named_item_may_be_paid_twice_where_another_has_its_amount(amount: int, unique: bool) -> None:
    items = [item("1", 100_00), item("2", amount), item("3", 37_00)]
    completed = of(list(item_sets.named(view(receipt(100_00 + amount), items, {"1": "whole"}))), "completed")
    assert {(*ids([one]), one.unique) for one in completed} == {(("1", "2"), unique)}
    both = view(receipt(100_00 + amount), items[:2], {"1": "whole"})
    assert [one.unique for one in of(sure(both), "everything")] == [unique]
