"""What a person was shown is told from everything else that could be posted in its place."""

from datetime import date

import pytest

from matcher.pipeline.choices.records import Choice, OpenItem, Share
from matcher.pipeline.listed import proposal_key

ITEM = OpenItem("I1", "EX-1", "C1", "1", date(2026, 9, 1), None, "USD", 1_100_00)


@pytest.mark.parametrize(
    "other",
    [
        ("C2", "", 100, [("I1", 98, 98, 2, "fee")]),
        ("C1", "L2", 100, [("I1", 98, 98, 2, "fee")]),
        ("C1", "", 101, [("I1", 98, 98, 2, "fee")]),
        ("C1", "", 100, [("I2", 98, 98, 2, "fee")]),
        ("C1", "", 100, [("I1", 97, 98, 2, "fee")]),
        ("C1", "", 100, [("I1", 98, 97, 2, "fee")]),
        ("C1", "", 100, [("I1", 98, 98, 3, "fee")]),
        ("C1", "", 100, [("I1", 98, 98, 2, "discount")]),
        ("C1", "", 100, [("I1", 98, 98, 2, "fee"), ("I2", 1, 1, 0, "")]),
    ],
)
def test_a_proposal_that_differs_in_anything_has_another_key(other: tuple[str, str, int, list[tuple[str, int, int, int, str]]]) -> None:
    assert proposal_key(*other) != proposal_key("C1", "", 100, [("I1", 98, 98, 2, "fee")])


def test_of_a_choice_in_another_currency_the_item_loses_what_the_cash_settles() -> None:
    share = Share(ITEM, 912_40, settled=1_100_00)
    assert (share.left, share.item_amount) == (0, 1_100_00)
    shown = Choice("C1", "", (share,), 0, "")
    assert shown.digest != Choice("C1", "", (Share(ITEM, 912_40, settled=1_099_00),), 0, "").digest
