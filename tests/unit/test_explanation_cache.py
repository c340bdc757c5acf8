"""What is kept of the receipts that wait, and what a posting makes outdated: one test for each thing that an explanation depends on."""

from collections.abc import Iterable
from datetime import timedelta

from engine import BOOK, DAY, item, names, pool, receipt

from matcher.matching.explanations.build import RARE_AMOUNT_MAX_ITEMS
from matcher.matching.explanations.cache import ExplanationCache
from matcher.matching.records import Explanation, Item, Receipt


def cache(*receipts: Receipt, items: Iterable[Item]) -> ExplanationCache:
    return ExplanationCache(receipts, pool(items), BOOK, 0)


def best(one: ExplanationCache, line: str) -> Explanation:
    return one.explanations([line])[line][0]


def paid(one: ExplanationCache, *lines: str) -> dict[str, list[Item]]:
    """Posts the best explanation of each line, one after the other."""
    return one.take([(line, best(one, line)) for line in lines])


def explained_all(*receipts: Receipt, items: Iterable[Item]) -> ExplanationCache:
    made = cache(*receipts, items=items)
    made.explanations(made.waiting)
    made.naming()
    made.named_alone()
    return made


def test_receipts_wait_in_the_order_of_days_and_ids() -> None:
    late, second, first = receipt(1, line_id="L1", day=DAY + timedelta(1)), receipt(1, line_id="L3"), receipt(1, line_id="L2")
    assert list(cache(late, second, first, items=[]).waiting) == ["L2", "L3", "L1"]


def test_only_what_is_asked_for_is_explained() -> None:
    one = cache(receipt(50_00, names("1"), line_id="L1"), receipt(30_00, line_id="L2", account="C1"), items=[item("1", 50_00)])
    assert one.outdated == {"L1", "L2"}
    assert one.explanations(["L1"])["L1"][0].items == {"1"}
    assert one.outdated == {"L2"}


def test_a_posted_line_waits_no_longer_and_tells_what_it_closed() -> None:
    whole, part = item("1", 50_00), item("2", 80_00)
    one = cache(
        receipt(50_00, names("1"), line_id="L1"), receipt(30_00, names("2"), line_id="L2", account="C1"), items=[whole, part]
    )  # fmt: skip
    assert paid(one, "L1", "L2") == {"L1": [whole], "L2": []}
    assert (list(one.waiting), one.outdated, one.pool.items["2"].open) == ([], frozenset(), 50_00)


def test_what_the_items_have_no_room_for_is_not_posted() -> None:
    one = cache(
        receipt(50_00, names("1"), line_id="L1"), receipt(50_00, names("1"), line_id="L2"), items=[item("1", 50_00)]
    )  # fmt: skip
    assert list(paid(one, "L2", "L1")) == ["L2"]
    assert list(one.waiting) == ["L1"]
    assert one.outdated == {"L1"}
    assert one.explanations(["L1"]) == {"L1": []}


def test_a_posting_outdates_the_lines_that_refer_to_its_items() -> None:
    one = explained_all(
        receipt(50_00, names("1"), line_id="L1"), receipt(20_00, names("1"), line_id="L2"), receipt(30_00, names("2"), line_id="L3"),
        items=[item("1", 50_00), item("2", 30_00, "C2")],
    )  # fmt: skip
    paid(one, "L1")
    assert one.outdated == {"L2"}


def test_a_posting_outdates_the_lines_that_looked_at_its_customer() -> None:
    one = explained_all(
        receipt(50_00, names("1"), line_id="L1"), receipt(90_00, line_id="L2", account="C1"), receipt(90_00, line_id="L3", account="C2"),
        items=[item("1", 50_00), item("2", 40_00), item("3", 90_00, "C2")],
    )  # fmt: skip
    assert best(one, "L2").items == {"1", "2"}
    paid(one, "L1")
    assert one.outdated == {"L2"}
    assert "1" not in {i for found in one.explanations(["L2"])["L2"] for i in found.items}


def stock(count: int, amount: int = 50_00) -> list[Item]:
    """Items of one amount, each of a customer of its own."""
    return [item(str(n), amount, f"C{n}") for n in range(1, count + 1)]


def test_a_posting_that_makes_an_amount_rare_outdates_the_lines_of_that_amount() -> None:
    damaged = receipt(50_00, line_id="L2", payer="", text="RE-2026-000037")
    one = explained_all(receipt(50_00, line_id="L1", account="C1"), damaged, items=stock(RARE_AMOUNT_MAX_ITEMS + 1))
    assert one.explanations(["L2"]) == {"L2": []}
    paid(one, "L1")
    assert one.outdated == {"L2"}
    assert best(one, "L2").items == {"3"}
    assert one.differing() == []


def test_a_posting_that_makes_an_amount_common_outdates_them_too() -> None:
    damaged = receipt(50_00, line_id="L2", payer="", text="RE-2026-000037")
    leaves_fifty = receipt(70_00, names("99"), line_id="L1", account="C99")
    one = explained_all(leaves_fifty, damaged, items=[*stock(RARE_AMOUNT_MAX_ITEMS), item("99", 120_00, "C99")])
    assert best(one, "L2").items == {"3"}
    paid(one, "L1")
    assert one.outdated == {"L2"}
    assert one.explanations(["L2"]) == {"L2": []}


def test_lines_that_alone_name_items_of_their_amount() -> None:
    one = cache(
        receipt(50_00, names("1"), line_id="L1"), receipt(30_00, names("2"), line_id="L2"), receipt(10_00, names("2"), line_id="L3"),
        receipt(99_00, names("3"), line_id="L4"), items=[item("1", 50_00), item("2", 30_00), item("3", 70_00)],
    )  # fmt: skip
    assert one.named_alone() == {"L1"}
    paid(one, "L3")
    assert one.named_alone() == {"L1"}, "20.00 are left of item 2, and L2 pays 30.00"


def test_a_line_is_alone_once_the_other_that_names_its_item_is_posted() -> None:
    one = cache(
        receipt(50_00, names("1"), names("2"), line_id="L1"), receipt(30_00, names("2"), line_id="L2"),
        items=[item("1", 50_00), item("2", 60_00)],
    )  # fmt: skip
    assert one.named_alone() == set()
    assert list(one.take([("L2", next(e for e in one.explanations(["L2"])["L2"] if e.difference == "part"))])) == ["L2"]
    assert one.named_alone() == set(), "50.00 and 30.00 are not what L1 pays"
    assert one.pool.items["2"].open == 30_00


def test_lines_whose_text_names_an_open_item() -> None:
    one = cache(
        receipt(50_00, names("1"), line_id="L1"), receipt(30_00, line_id="L2", account="C1", text="RE-2026-000027"),
        receipt(30_00, line_id="L3", account="C1", text="Danke"), items=[item("1", 50_00), item("2", 30_00)],
    )  # fmt: skip
    assert one.naming() == {"L1", "L2"}
    paid(one, "L1")
    assert one.naming() == {"L2"}
    paid(one, "L2")
    assert one.naming() == set()


def test_a_change_behind_its_back_shows() -> None:
    """The check itself: the items are taken from without the cache, and what it keeps is no longer so."""
    one = explained_all(receipt(50_00, names("1"), line_id="L1"), receipt(40_00, line_id="L2", account="C2"), items=[item("1", 50_00)])
    assert one.differing() == []
    one.pool.take(best(one, "L1"))
    assert one.differing() == ["L1"]


def test_each_receipt_is_counted_when_it_is_explained_for_the_first_time() -> None:
    told: list[int] = []
    receipts = [receipt(50_00, names("1"), line_id="L1"), receipt(30_00, line_id="L2", account="C1")]
    one = ExplanationCache(receipts, pool([item("1", 50_00)]), BOOK, 0, told.append)
    paid(one, "L1")
    one.explanations(one.waiting)
    one.explanations(one.waiting)
    assert told == [1, 1]
