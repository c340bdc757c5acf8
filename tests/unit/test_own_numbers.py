"""A line that names one item in full does not name the items whose numbers are pieces of that number."""

import matcher

ITEM = {"issue_date": "2026-09-01", "currency": "EUR"}
FULL = ITEM | {"item_id": "1", "customer_id": "C1", "document_no": "RE-2026-020413", "amount": "119.00"}
PIECE = ITEM | {"item_id": "2", "customer_id": "C2", "document_no": "INV-20413", "amount": "119.00"}


def ranked(text: str) -> list[tuple[str, bool]]:
    line = {"booking_date": "2026-10-01", "amount": "119.00", "currency": "EUR", "remittance_information": text}
    return [(one.item_id, one.points > 0) for one in matcher.rank(line, [FULL, PIECE])]


def test_a_piece_of_a_number_is_no_reference() -> None:
    assert ranked("RE-2026-020413") == [("1", True), ("2", False)]


def test_a_number_that_stands_by_itself_as_well_is_one() -> None:
    assert ranked("RE-2026-020413, 20413") == [("1", True), ("2", True)]


def test_items_that_share_one_number_stay_named() -> None:
    """Two instalments of one document: both carry the whole number, and neither is a piece of the other."""
    line = {"booking_date": "2026-10-01", "amount": "119.00", "currency": "EUR", "remittance_information": "RE-2026-020413"}
    plan = [FULL | {"item_id": str(n), "document_type": "instalment", "amount": "119.00", "due_date": f"2026-1{n}-01"} for n in (0, 1)]
    assert all(one.points > 0 for one in matcher.rank(line, plan))
