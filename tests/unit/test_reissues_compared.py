"""Pairing what a statement lacks with what it tells anew."""

from datetime import date
from typing import Any

from matcher.ledger.reissues import contradictory, differences

FIRST, SECOND = date(2026, 10, 1), date(2026, 10, 2)


def line(line_id: str, day: date, amount: int, text: str = "", **more: str) -> dict[str, Any]:
    texts = dict.fromkeys(("bank_reference", "counterparty_account", "counterparty_name", "end_to_end_id", "creditor_reference"), "")
    return {"line_id": line_id, "booking_date": day, "amount": amount, "remittance_information": text, **texts, **more}


def found(gone: list[dict[str, Any]], new: list[dict[str, Any]], whole: bool) -> list[tuple[str, str]]:
    spans = [(FIRST, SECOND)] if whole else []
    return [(d.before["line_id"] if d.before else "", d.now["line_id"] if d.now else "") for d in differences(gone, new, spans)]


def test_a_reference_pairs_before_the_amount_and_the_amount_before_the_text() -> None:
    gone = [line("a", FIRST, 10, "rent", bank_reference="R1"), line("b", FIRST, 20, "fee"), line("c", SECOND, 30, "tea")]
    new = [line("x", SECOND, 20, "rent", bank_reference="R1"), line("y", FIRST, 20, "charge"), line("z", SECOND, 31, "tea")]
    assert found(gone, new, whole=True) == [("a", "x"), ("b", "y"), ("c", "z")]


def test_of_several_of_one_amount_the_likest_text_is_the_partner() -> None:
    gone = [line("a", FIRST, 10, "Hafenkiosk"), line("b", FIRST, 10, "Rent Oct")]
    new = [line("x", FIRST, 10, "Rent October"), line("y", FIRST, 10, "Hafenkiosk Kiel")]
    assert found(gone, new, whole=False) == [("a", "y"), ("b", "x")]


def test_a_day_that_may_be_told_in_part_lacks_nothing_that_has_no_partner() -> None:
    gone = [line("a", FIRST, 10, "rent"), line("b", FIRST, 20, "fee", counterparty_account="DE1")]
    new = [line("x", FIRST, 20, "charge", counterparty_account="DE2")]
    assert found(gone, new, whole=False) == [("", "x")]
    assert found(gone, new, whole=True) == [("a", ""), ("b", "x")]


def test_only_fewer_or_only_more_entries_contradict_nothing() -> None:
    assert not contradictory(differences([line("a", FIRST, 10)], [], [(FIRST, FIRST)]))
    assert not contradictory(differences([], [line("x", FIRST, 10)], [(FIRST, FIRST)]))
    assert contradictory(differences([line("a", FIRST, 10)], [line("x", FIRST, 11)], [(FIRST, FIRST)]))
