"""`matcher.rank`: one line against a handful of items, by the scorer of a run."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import steady
from support import with_lists

import matcher
from matcher.errors import MatcherError

Cells = Mapping[str, object]
LINE: Cells = {"booking_date": "2026-10-15", "amount": "1190.00", "currency": "EUR", "counterparty_name": "Brandt Maschinenbau GmbH",
               "remittance_information": "RE-2026-00401"}  # fmt: skip
CUSTOMERS: list[dict[str, str]] = [
    {"customer_id": "C1", "name": "Brandt Maschinenbau GmbH", "account": "DE02100100100006820101"},
    {"customer_id": "C2", "name": "Ohlsen Logistik KG"},
]


def item(item_id: str, amount: str, customer: str = "C1", **more: str) -> dict[str, str]:
    return {
        "item_id": item_id, "entity": "1", "customer_id": customer, "document_type": "invoice", "document_no": f"RE-2026-00{item_id}",
        "issue_date": "2026-09-15", "due_date": "2026-10-15", "currency": "EUR", "amount": amount,
    } | more  # fmt: skip


ITEMS = [item("401", "1190.00"), item("402", "595.00"), item("403", "1190.00", customer="C2")]


def test_the_named_item_comes_first_and_what_nothing_names_last() -> None:
    found = matcher.rank(LINE, ITEMS, CUSTOMERS)
    assert [(one.item_id, one.applied, one.difference) for one in found] == [("401", 1190_00, "none"), ("402", 0, ""), ("403", 0, "")]
    assert [(one.points, one.confidence, one.evidence) for one in found[1:]] == [(0, None, ()), (0, None, ())]
    best = found[0]
    assert best.points == sum(one.points for one in best.evidence) == found.sets[0].points
    assert best.confidence is not None
    assert 0.9 < best.confidence == found.sets[0].confidence < 1
    assert "reference_whole" in [one.kind for one in best.evidence]
    assert found.outcome == "matched"


def test_a_set_is_told_whole() -> None:
    found = matcher.rank({**LINE, "amount": "1785.00", "remittance_information": "RE-2026-00401 RE-2026-00402"}, ITEMS, CUSTOMERS)
    assert [(one.item_id, one.together_with) for one in found[:2]] == [("401", ("402",)), ("402", ("401",))]
    assert [share.applied for share in found.sets[0].shares] == [1190_00, 595_00]
    confidences = [one.confidence for one in found.sets]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1


def test_a_discount_is_cleared_beside_the_cash() -> None:
    on_terms = item("401", "1190.00", terms="2/30 net 60")
    (one,) = matcher.rank({**LINE, "amount": "1166.20"}, [on_terms], CUSTOMERS)
    assert (one.applied, one.adjustment, one.reason, one.difference) == (1166_20, 23_80, "discount", "discount")


def test_an_item_in_another_currency_that_the_bank_converted() -> None:
    line = {**LINE, "amount": "1090.91", "instructed_amount": "1200.00", "instructed_currency": "USD"}
    (one,) = matcher.rank(line, [item("401", "1200.00", currency="USD")], CUSTOMERS)
    assert (one.applied, one.difference) == (1090_91, "converted")


def test_an_item_at_about_the_days_rate_needs_rates() -> None:
    line, items = {**LINE, "amount": "1000.00"}, [item("401", "1100.00", currency="USD")]
    rates = [{"date": "2026-10-14", "currency": "USD", "per_base": "1.1"}]
    assert [one.difference for one in matcher.rank(line, items, CUSTOMERS, rates=rates)] == ["exchange"]
    assert [one.difference for one in matcher.rank(line, items, CUSTOMERS)] == [""]


def test_a_closed_item_takes_nothing_and_is_said() -> None:
    found = matcher.rank(LINE, [item("401", "1190.00", status="closed"), item("402", "80.00")], CUSTOMERS)
    assert [(one.item_id, one.points, one.confidence) for one in found] == [("401", 0, None), ("402", 0, None)]
    assert (found.state, found.outcome, found.blocked_by) == ("none", "closed_item", "item 401 is closed in the ERP")


def test_money_going_out_pays_nothing() -> None:
    found = matcher.rank({**LINE, "amount": "-1190.00"}, ITEMS, CUSTOMERS)
    assert (found.outcome, [one.points for one in found]) == ("outgoing", [0, 0, 0])


def test_no_items_are_an_empty_ranking() -> None:
    found = matcher.rank(LINE, [], CUSTOMERS)
    assert (len(found), found.sets, found.state) == (0, (), "none")


def test_an_unlikely_set_has_no_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    steady.install(monkeypatch)
    line = {**LINE, "counterparty_name": "Ohlsen Logistik KG", "amount": "1000.55"}
    found = matcher.rank(line, ITEMS[:1], CUSTOMERS)
    assert found[0].points < 0
    assert found[0].confidence == 0


def test_typed_cells_say_the_same_as_text() -> None:
    typed = {**LINE, "booking_date": date(2026, 10, 15), "amount": Decimal("1190.00"), "value_date": None}
    items = [{**one, "amount": Decimal(one["amount"]), "issue_date": date.fromisoformat(one["issue_date"])} for one in ITEMS]
    assert matcher.rank(typed, items, CUSTOMERS) == matcher.rank(LINE, ITEMS, CUSTOMERS)
    assert matcher.rank({**LINE, "amount": 1190}, ITEMS, CUSTOMERS) == matcher.rank(LINE, ITEMS, CUSTOMERS)


@pytest.mark.parametrize(
    ("line", "items", "code"),
    [
        ({"amount": 1190.0}, ITEMS, "row.invalid"),
        ({"amount": "1190.005"}, ITEMS, "amount.decimals"),
        ({"amount": ""}, ITEMS, "row.invalid"),
        ({"booking_date": "15.10.2026"}, ITEMS, "date.invalid"),
        ({"currency": "EURO"}, ITEMS, "currency.unknown"),
        ({}, [ITEMS[0], ITEMS[0]], "row.invalid"),
        ({}, [{**ITEMS[0], "document_type": "bill"}], "value.unknown"),
        ({}, [{"item_id": "1"}], "column.missing"),
        ({}, [ITEMS[0], {**ITEMS[1], "entity": "2"}], "row.invalid"),
    ],
)
def test_bad_input_has_a_code(line: Cells, items: list[Cells], code: str) -> None:
    with pytest.raises(MatcherError) as caught:
        matcher.rank({**LINE, **line}, items, CUSTOMERS)
    assert caught.value.code == code


def test_a_line_of_one_company_pays_no_item_of_another() -> None:
    found = matcher.rank({**LINE, "entity": "2"}, [ITEMS[0], {**ITEMS[1], "entity": "2"}], CUSTOMERS)
    assert [one.points for one in found if one.item_id == "401"] == [0]


RUNS = {
    "named": LINE,
    "part": {**LINE, "amount": "500.00"},
    "over": {**LINE, "amount": "2000.00"},
    "two": {**LINE, "amount": "1785.00", "remittance_information": "RE-2026-00401 + RE-2026-00402"},
    "by account": {**LINE, "amount": "595.00", "remittance_information": "Rechnung", "counterparty_account": "DE02100100100006820101"},
    "by name": {**LINE, "amount": "595.00", "remittance_information": "Rechnung"},
    "nothing": {**LINE, "amount": "595.00", "remittance_information": "", "counterparty_name": "Unbekannt"},
}


@pytest.mark.parametrize("name", RUNS)
def test_points_and_confidence_are_those_of_a_run(name: str, tmp_path: Path) -> None:
    line = {key: str(cell) for key, cell in RUNS[name].items()}
    books = with_lists(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=[line])
    books.run(date(2026, 10, 31))
    (line_id,) = books.state().lines["line_id"]
    why, found = books.explain(line_id), matcher.rank(line, ITEMS, CUSTOMERS)
    assert (found.state, found.outcome, found.blocked_by) == (why.line["state"], why.line["outcome"], why.blocked_by)
    if why.chosen is None:
        assert found.state == "none"
        return
    best = found.sets[0]
    assert (best.points, round(best.confidence * 1_000_000), best.evidence) == (why.chosen.points, why.confidence, why.chosen.evidence)
    assert [(s.item_id, s.applied, s.adjustment) for s in best.shares] == [(i.item_id, i.applied, i.adjustment) for i in why.chosen.items]
    assert found.margin == (None if why.margin is None else why.margin / 1_000_000)


def test_importing_the_package_stays_cheap() -> None:
    program = "import matcher, sys; sys.exit(any(name in sys.modules for name in ('polars', 'duckdb', 'rapidfuzz', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    assert {"rank", "Ranking"} <= set(matcher.__all__)
