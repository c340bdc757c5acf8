"""Earlier receipts of one amount: those of the payer before those that may be the customer's."""

from engine import receipt

from matcher.matching.decisions.alike import AlikeReceipts


def test_earlier_ones_of_the_payer_then_of_the_customer() -> None:
    one, two, other, last = (
        receipt(50_00, line_id="L1", account="C1"),
        receipt(50_00, line_id="L2", account="C1"),
        receipt(60_00, line_id="L3", account="C1"),
        receipt(50_00, line_id="L4", account="C1"),
    )
    alike = AlikeReceipts([one, two, other, last])
    assert [line for line, _ in alike.before(last, "C1")][-2:] == ["L1", "L2"]
    assert list(alike.before(one, "C1")) == []
    assert list(alike.before(other, "C1")) == []


def test_a_receipt_that_nothing_speaks_for_has_only_those_before_it() -> None:
    """It stands in no list of the customer, and later receipts of the customer are not before it."""
    stranger, later = receipt(50_00, line_id="L1"), receipt(50_00, line_id="L2", account="C1")
    assert list(AlikeReceipts([stranger, later]).before(stranger, "C1")) == []
