"""Evidence of the payer, of references and of dates; what is absent gives nothing."""

from datetime import timedelta

import pytest
from engine import BOOK, DAY, item, pool, receipt, view

from matcher.matching.explanations import evidence as found_by
from matcher.matching.explanations.item_sets import ItemSet
from matcher.matching.records import Item, Payer, Receipt

FAMILY = {"C1": frozenset({"C2"}), "C2": frozenset({"C1"})}


def alike(customer: str, kind: str = "alike", similarity: int = 95, margin: int = 20) -> Receipt:
    return receipt(50_00, alike=Payer(customer, kind, similarity, margin))


@pytest.mark.parametrize(
    ("paying", "evidence"),
    [
        (receipt(50_00), ()),
        (receipt(50_00, account="C1"), ("payer_account",)),
        (receipt(50_00, account=["C1", "C3"]), ("payer_account_shared",)),
        (receipt(50_00, account="C2"), ("payer_account_group",)),
        (receipt(50_00, account="C3"), ("payer_account_other", "payer_is_other")),
        (receipt(50_00, name="C1"), ("payer_name",)),
        (receipt(50_00, alike=Payer("C1", "equal", 100, 0)), ("payer_name_shared", "payer_name_few")),
        (receipt(50_00, alike=Payer("C1", "equal", 100, 5)), ("payer_name_shared", "payer_name_few")),
        (receipt(50_00, name="C2"), ("payer_name_group",)),
        (receipt(50_00, name="C3"), ("payer_name_other", "payer_is_other")),
        (receipt(50_00, account="C1", name="C3"), ("payer_account", "payer_name_other")),
        (receipt(50_00, alike=Payer("C1", "number")), ("payer_number",)),
        (receipt(50_00, alike=Payer("C3", "number")), ()),
        (alike("C1"), ("payer_name_alike",)),
        (alike("C1", similarity=79), ("payer_name_near",)),
        (alike("C1", margin=5), ("payer_name_near",)),
        (alike("C1", "script"), ("payer_name_script",)),
        (alike("C1", "trade"), ("payer_name_part",)),
        (alike("C1", "cut"), ("payer_name_part",)),
        (alike("C1", "part"), ("payer_name_part",)),
        (alike("C1", "abbreviated"), ("payer_name_part",)),
        (alike("C1", "branch", 80), ("payer_name_group",)),
        (alike("C1", "part", 95, 5), ("payer_name_near", "payer_name_few")),
        (alike("C1", "part", 91, 5), ("payer_name_near",)),
        (alike("C1", "cut", 95, 0)._replace(payers=(Payer("C1", "cut", 93, 0), Payer("C2", "part", 100, 5))), ("payer_name_near",)),
        (alike("C3"), ("payer_name_other",)),
        (alike("C2"), ("payer_name_group",)),
        (alike("C3", similarity=79), ()),
        (alike("C3", margin=5), ()),
    ],
)
def test_who_paid(paying: Receipt, evidence: tuple[str, ...]) -> None:
    assert found_by.payer(paying, "C1", pool([], relatives=FAMILY)) == evidence


def refer(
    basis: str, *chosen: str, keys: dict[str, str], item_count: dict[str, int] | None = None, items: list[Item] | None = None
) -> list[str]:
    mine = items or [item(n, 10_00 + int(n)) for n in "123"]
    one = view(receipt(10_00), mine, keys)
    return found_by.reference(one, ItemSet(basis, tuple(i for i in mine if i.item_id in chosen)), item_count or {})


def test_a_set_that_is_named_is_as_strong_as_its_weakest_reference() -> None:
    assert refer("named", "1", "2", keys={"1": "whole", "2": "run"}) == ["reference_run"]
    assert refer("completed", "1", "2", keys={"1": "whole", "2": "run"}) == ["reference_whole"]


def test_a_set_that_nothing_names_has_no_reference() -> None:
    assert refer("single", "1", keys={}) == []


def test_a_named_item_outside_the_set_is_left_out() -> None:
    assert refer("named_one", "1", keys={"1": "whole", "2": "whole"}) == ["reference_whole", "reference_left_out"]
    assert refer("single", "3", keys={"1": "whole"}) == ["reference_left_out"]
    assert refer("single", "3", keys={"1": "short"}) == []


def test_another_instalment_of_the_document_is_not_left_out() -> None:
    plan = [item(n, 10_00, no="RE-1", document_type="instalment", due=DAY + timedelta(int(n))) for n in "12"]
    assert refer("named", "1", keys={"1": "whole", "2": "whole"}, items=plan) == ["reference_whole"]
    assert refer("named", "1", keys={"1": "whole", "2": "whole"}, item_count={"1": 2, "2": 2}, items=plan) == ["reference_whole"]


def test_a_number_that_other_items_carry_too_is_shared() -> None:
    assert refer("named", "1", keys={"1": "whole"}, item_count={"1": 2}) == ["reference_whole", "reference_shared"]
    assert refer("named", "1", keys={"1": "whole"}, item_count={"1": 1, "2": 3}) == ["reference_whole"]


@pytest.mark.parametrize(
    ("due_in", "evidence"), [(0, "date_due"), (20, "date_due"), (21, "date_early"), (-60, "date_due"), (-61, "date_overdue")]
)
def test_whether_the_day_is_ordinary(due_in: int, evidence: str) -> None:
    one = item("1", 10_00, due=DAY + timedelta(due_in), issue=DAY - timedelta(90))
    assert found_by.dates([one], receipt(10_00), BOOK.limits) == [evidence]


def test_a_payment_before_every_item_was_issued() -> None:
    later = item("1", 10_00, issue=DAY + timedelta(1), due=DAY + timedelta(1))
    assert found_by.dates([later], receipt(10_00), BOOK.limits) == ["date_before"]
    assert found_by.dates([later, item("2", 10_00)], receipt(20_00), BOOK.limits) == ["date_due"]


def test_each_kind_of_evidence_counts_once() -> None:
    judged = BOOK.judged("single", "none", ["payer_account", "amount_unique", "payer_account"], 1)
    assert judged.evidence == (("payer_account", 20), ("amount_unique", 15))
    assert judged.points == 35
