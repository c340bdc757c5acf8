"""A handful of mappings becomes what the engine decides, by the same checks as files."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.errors import MatcherError
from matcher.matching.decisions.decide import MatchResult, decide
from matcher.matching.decisions.policy import Policy
from matcher.pipeline.in_memory import Row, entity_from_rows
from matcher.rules import rulebook

LINE: Row = {
    "booking_date": date(2026, 10, 14),
    "amount": Decimal("1190.00"),
    "currency": "EUR",
    "counterparty_name": "ALSTERWERFT GMBH",
    "remittance_information": "Rechnung RE-2026-00417",
}
ITEM: Row = {
    "item_id": "I1",
    "customer_id": "C1",
    "document_no": "RE-2026-00417",
    "issue_date": "2026-09-14",
    "currency": "EUR",
    "amount": "1190.00",
    "terms": "net 30",
}
CUSTOMER: Row = {"customer_id": "C1", "name": "Alsterwerft GmbH", "account": ["DE02120300000000202051", "DE02500105170137075030"]}


def judged(lines: list[Row], items: list[Row], customers: list[Row]) -> list[MatchResult]:
    company = entity_from_rows(lines, items, customers)
    policy = Policy(500_000, auto_post=True, rejected=frozenset(), grace_days=0)
    return decide(company.receipts, company.pool, company.known, rulebook.default(), policy)


def test_dates_decimals_and_lists_are_read_like_a_file() -> None:
    (verdict,) = judged([{**LINE, "counterparty_account": "DE02 5001 0517 0137 0750 30"}], [ITEM], [CUSTOMER])
    assert (verdict.line_id, verdict.state, verdict.customer_id) == ("1", "posted", "C1")
    assert verdict.explanation is not None
    assert [(s.item_id, s.amount) for s in verdict.explanation.shares] == [("I1", 1190_00)]
    assert {"reference_whole", "payer_account", "payer_name", "date_due"} <= {kind for kind, _ in verdict.explanation.evidence}


def test_neither_customers_nor_items_are_needed() -> None:
    assert [v.state for v in judged([LINE], [ITEM], [])] == ["posted"]
    assert [(v.state, v.outcome) for v in judged([LINE], [], [])] == [("none", "unexplained")]


def test_a_closed_item_takes_nothing() -> None:
    (verdict,) = judged([LINE], [{**ITEM, "status": "closed"}], [CUSTOMER])
    assert verdict.outcome == "closed_item"


def test_the_second_of_two_equal_lines_is_a_repetition() -> None:
    company = entity_from_rows([LINE, LINE], [ITEM], [CUSTOMER])
    assert company.known.repeats == {"2": "1"}


@pytest.mark.parametrize(
    ("line", "item", "code", "where"),
    [
        ({"amount": 1190.0}, {}, "row.invalid", "lines:1"),
        ({"amount": "1190.001"}, {}, "amount.decimals", "lines:1"),
        ({"booking_date": "14.10.2026"}, {}, "date.invalid", "lines:1"),
        ({"instructed_amount": "5"}, {}, "amount.invalid", "lines:1"),
        ({"entity": "2"}, {"customer_id": ""}, "row.invalid", "items:1"),
        ({}, {"currency": "EURO"}, "currency.unknown", "items:1"),
    ],
)
def test_what_a_file_could_not_say_is_refused(line: Row, item: Row, code: str, where: str) -> None:
    with pytest.raises(MatcherError) as caught:
        entity_from_rows([{**LINE, **line}], [{**ITEM, **item}])
    assert (caught.value.code, caught.value.where) == (code, where)


def test_lines_of_two_selling_companies_are_refused() -> None:
    with pytest.raises(MatcherError, match=r"row\.invalid: lines: lines of one legal entity"):
        entity_from_rows([{**LINE, "entity": "1"}, {**LINE, "entity": "2"}], [ITEM])
