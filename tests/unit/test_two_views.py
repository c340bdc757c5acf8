"""Where a careful accountant sees a second way to read a payment, nothing posts: each kind on literal rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from engine import BOOK, DAY, POLICY, item, judge, names, paid, rates, receipt

from matcher.matching import receipts
from matcher.matching.decisions.decide import decide
from matcher.matching.decisions.stops import SettlementHistory
from matcher.matching.items.open_items import OpenItems
from matcher.matching.items.repetition import Repetition
from matcher.matching.records import Item
from matcher.matching.references.meanings import blanked
from matcher.rules import rulebook

ABROAD: dict[str, Any] = {"countries": {"C1": "US"}}


@pytest.mark.parametrize(("other", "state"), [(2_257_70, "proposed"), (2_257_71, "posted")])
def test_a_bank_kept_no_fee_where_another_document_has_the_amount(other: int, state: str) -> None:
    paying = receipt(2_257_70, names("1"), account="C1", home="SE")
    (verdict,) = judge(paying, items=[item("1", 2_272_70), item("2", other)], rules=rulebook.default(), **ABROAD)
    assert (verdict.state, verdict.explanation is not None and verdict.explanation.difference) == (state, "fee")


@pytest.mark.parametrize(("other", "state"), [(98_00, "proposed"), (97_00, "posted")])
def test_no_discount_is_taken_where_another_document_has_the_amount(other: int, state: str) -> None:
    owed = [item("1", 100_00, discount=2_00), item("2", other)]
    (verdict,) = judge(receipt(98_00, names("1"), account="C1"), items=owed)
    assert verdict.state == state


@pytest.mark.parametrize("booked", [0, 1])
@pytest.mark.parametrize("valued", [0, 1])
def test_the_value_date_says_whether_a_discount_is_in_time(booked: int, valued: int) -> None:
    paying = receipt(98_00, names("1"), account="C1", day=DAY + timedelta(booked), value=DAY + timedelta(valued))
    (verdict,) = judge(paying, items=[item("1", 100_00, discount=2_00)])
    assert (verdict.state, paid(verdict)["1"]) == ("posted", (98_00, 2_00 if valued == 0 else 0))


def test_of_a_list_the_discount_may_be_for_the_document_that_is_too_late() -> None:
    owed = [item("1", 100_00, discount=2_00, discount_until=DAY - timedelta(3)), item("2", 100_00, discount=2_00)]
    (verdict,) = judge(receipt(198_00, names("1"), names("2"), account="C1"), items=owed)
    assert (verdict.state, paid(verdict)) == ("proposed", {"1": (100_00, 0), "2": (98_00, 2_00)})


def test_a_late_discount_on_the_net_amount_is_one_of_many_chances() -> None:
    """23.74 of 1,490.00 is two per cent of the amount without 25.5 per cent of tax, and a bank's fee as well."""
    late = receipt(1_466_26, names("1"), account="C1", day=DAY + timedelta(20))
    (verdict,) = judge(late, items=[item("1", 1_490_00, discount=29_80)])
    assert (verdict.state, paid(verdict)) == ("proposed", {"1": (1_466_26, 0)})


def plan(*amounts: int) -> list[Item]:
    return [item(str(n), a, no="RE-2026-00320", due=DAY + timedelta(30 * n), document_type="instalment") for n, a in enumerate(amounts)]


@pytest.mark.parametrize(("days", "state"), [(5, "posted"), (40, "proposed")])
def test_a_cent_less_than_one_of_two_instalments_that_are_due(days: int, state: str) -> None:
    paying = receipt(89_99, names("0"), names("1"), account="C1", day=DAY + timedelta(days))
    (verdict,) = judge(paying, items=plan(90_00, 90_00), rules=rulebook.default())
    assert (verdict.state, paid(verdict)) == (state, {"0": (89_99, 1)})


@pytest.mark.parametrize(
    ("day", "closed", "state"),
    [
        (4, {"0": (90_00, "C1")}, "proposed"),  # twenty-six days before it is due
        (25, {"0": (90_00, "C1")}, "posted"),
        (4, {"0": (80_00, "C1")}, "posted"),  # only this one has the amount
        (4, {}, "posted"),
    ],
)
def test_the_next_instalment_long_before_it_is_due_may_be_the_last_one_again(
    day: int, closed: Mapping[str, tuple[int, str]], state: str
) -> None:
    rest = plan(90_00, 90_00)[1:]
    paying = receipt(90_00, names("0"), names("1"), account="C1", day=DAY + timedelta(day))
    (verdict,) = judge(paying, items=rest, known=SettlementHistory({}, dict(closed)))
    assert (verdict.state, paid(verdict)) == (state, {"1": (90_00, 0)})


@pytest.mark.parametrize(
    ("text", "other", "state"),
    [
        ("R34925.05", "R34925.059", "proposed"),  # the last word, which may be cut
        ("R34925.05 Danke", "R34925.059", "posted"),
        ("R34925.05", "R34925.069", "posted"),
    ],
)
def test_a_number_that_may_be_the_beginning_of_another_one_of_the_amount(text: str, other: str, state: str) -> None:
    owed = [item("1", 50_00, no="R34925.05"), item("2", 50_00, no=other, due=DAY + timedelta(3)), item("3", 7_00)]
    paying = receipt(50_00, names("1", key="R3492505"), account="C1", text=text)
    (verdict,) = judge(paying, items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"1": (50_00, 0)})


def test_a_number_without_its_zeros_may_be_the_beginning_of_another_one() -> None:
    owed = [item("1", 50_00, no="R34925.005"), item("2", 50_00, no="R34925.059", due=DAY + timedelta(3))]
    (verdict,) = judge(receipt(50_00, account="C1", text="R34925.05 vielen Dank"), items=owed)
    assert verdict.state == "proposed"


@pytest.mark.parametrize(("text", "state"), [("543", "proposed"), ("544", "posted"), ("1592", "posted")])
def test_three_digits_that_end_another_number_of_the_customer(text: str, state: str) -> None:
    owed = [item("1", 50_00, no="1001031592"), item("2", 85_00, no="1001031543")]
    (verdict,) = judge(receipt(50_00, account="C1", text=text), items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"1": (50_00, 0)})


@pytest.mark.parametrize(("earlier", "state"), [("Rechnung 1000903-", "proposed"), ("Rechnung 7700", "posted")])
def test_an_earlier_text_that_is_cut_within_the_number(earlier: str, state: str) -> None:
    owed = [item(str(n), 50_00, no=f"1000903-{120 + n}", due=DAY - timedelta(40 - n)) for n in range(3, 18)]
    owed.append(item("99", 50_00, no="1000903-285"))
    first = receipt(50_00, account="C1", line_id="L1", text=earlier, day=DAY - timedelta(7))
    later = receipt(50_00, names("99", key="1000903285"), account="C1", line_id="L2", text="Rechnung 1000903285")
    assert [v.state for v in judge(first, later, items=owed)][1] == state


@pytest.mark.parametrize(("text", "days", "state"), [("", 9, "proposed"), ("", 11, "posted"), ("RE-2026-77001", 9, "posted")])
def test_an_earlier_payment_without_any_number_some_days_before_may_be_the_same_one(text: str, days: int, state: str) -> None:
    owed = [item(str(n), 50_00, due=DAY - timedelta(40 - n)) for n in range(11, 16)]
    first = receipt(50_00, account="C1", line_id="L1", text=text, day=DAY - timedelta(days))
    later = receipt(50_00, names("99"), account="C1", line_id="L2", text="RE-2026-00099")
    assert [v.state for v in judge(first, later, items=[*owed, item("99", 50_00)])][1] == state


def test_numbers_that_nobody_has_are_not_completed_by_other_documents() -> None:
    owed = [item("1", 100_01), item("2", 20_02), item("3", 7_03), item("4", 55_00)]
    named = names("1", key="RE202600001")
    for text, state in (("RE-2026-00001, RE-2026-70002", "proposed"), ("RE-2026-00001", "posted")):
        (verdict,) = judge(receipt(127_06, named, account="C1", text=text), items=owed)
        assert (verdict.state, set(paid(verdict))) == (state, {"1", "2", "3"})


def test_a_list_with_a_mistyped_number_does_not_pay_two_instalments() -> None:
    owed = [*plan(90_00, 90_00), item("7", 33_00)]
    found = [names("0", key="RE202600320"), names("1", key="RE202600320"), names("7", key="RE202600007")]
    for text, state in (("RE-2026-00320, RE-2026-00007, RE-2026-80001", "proposed"), ("RE-2026-00320, RE-2026-00007", "posted")):
        (verdict,) = judge(receipt(213_00, *found, account="C1", text=text), items=owed)
        assert (verdict.state, set(paid(verdict))) == (state, {"0", "1", "7"})


def documents(*rows: tuple[str, int]) -> pl.DataFrame:
    made = [(number, "C1", "EUR", amount, amount) for number, amount in rows]
    columns = ["document_no", "customer_id", "currency", "amount", "open"]
    return pl.DataFrame(made, schema=columns, orient="row")


@pytest.mark.parametrize(("closed", "state"), [(317_03, "proposed"), (317_04, "posted")])
def test_a_set_with_the_amount_of_one_document_may_be_that_one_paid_again(closed: int, state: str) -> None:
    owed = [item("1", 181_16), item("2", 135_87), item("3", 49_00)]
    known = Repetition(documents(("A1", 181_16), ("A2", 135_87), ("A3", 49_00), ("A4", closed)))
    here = OpenItems(owed, {}, {}, lambda currency, day: None, repetition=known)
    (verdict,) = decide([receipt(317_03, account="C1")], here, SettlementHistory({}, {}), BOOK, POLICY)
    assert (verdict.state, paid(verdict)) == (state, {"1": (181_16, 0), "2": (135_87, 0)})


def test_a_set_of_the_named_document_and_another_of_its_amount() -> None:
    owed = [item("1", 35_50), item("2", 35_50, due=DAY + timedelta(48), issue=DAY - timedelta(9)), item("3", 49_01)]
    paying = receipt(71_00, names("1"), account="C1", name="C1", text="RE-2026-00001")
    (verdict,) = judge(paying, items=owed, rules=rulebook.default())
    assert verdict.state != "posted"


@pytest.mark.parametrize(("again", "found"), [("Metallbau KG, Quenismont", True), ("Metallbau Kessler KG", False)])
def test_the_same_payer_may_be_written_otherwise_the_second_time(again: str, found: bool) -> None:
    columns = {"account": ["A", "A"], "counterparty_account": ["", ""], "currency": ["EUR", "EUR"], "amount": [317_03, 317_03]}
    names_, days = ["Metallbau KG Quenismont", again], [date(2026, 1, 12), date(2026, 1, 14)]
    lines = pl.DataFrame({"line_id": ["L1", "L2"], "counterparty_name": names_, "booking_date": days} | columns)
    assert receipts.repeats(lines, 45) == ({"L2": "L1"} if found else {})


@pytest.mark.parametrize(("text", "day"), [("72/12/2025", False), ("12/12/2025", True), ("31.1.2026", True), ("32.1.2026", False)])
def test_no_month_has_so_many_days(text: str, day: bool) -> None:
    assert (blanked(f"FAK {text}") != f"FAK {text}") is day


@pytest.mark.parametrize(
    ("text", "other", "state"),
    [
        ("factuur 134470-075 d.d. 29/12/2024", "134470-065", "proposed"),
        ("factuur 134470-075 d.d. 07/01/2025", "134470-065", "posted"),
        ("factuur 134470-075 d.d. 29/12/2024", "134470-011", "posted"),
    ],
)
def test_the_day_beside_the_number_is_that_of_a_document_one_digit_away(text: str, other: str, state: str) -> None:
    owed = [
        item("1", 322_01, no="134470-075", issue=date(2025, 1, 7)),
        item("2", 322_01, no=other, issue=date(2024, 12, 29), due=DAY + timedelta(2)),
    ]
    (verdict,) = judge(receipt(322_01, names("1", key="134470075"), account="C1", text=text), items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"1": (322_01, 0)})


@pytest.mark.parametrize(("kept", "kind"), [(11_00, "part"), (12_00, "fee")])
def test_no_bank_keeps_less_than_a_unit_of_the_base_currency(kept: int, kind: str) -> None:
    paying = receipt(10_389_00 - kept, names("1"), account="C1", home="SE", currency="SEK")
    owed = [item("1", 10_389_00, currency="SEK")]
    (verdict,) = judge(paying, items=owed, rate=rates(SEK=11.5), rules=rulebook.default(), **ABROAD)
    assert verdict.explanation is not None
    assert verdict.explanation.difference == kind


STATEMENT = [
    item("1", 246_28, due=DAY - timedelta(20)),
    item("2", 246_28, due=DAY - timedelta(8)),
    item("3", 246_28, due=DAY + timedelta(5)),
    item("4", 99_00, due=DAY + timedelta(9)),
]


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("Kontoauszug zum 08.10.2026", {"1", "2"}),
        ("Statement 2026-10-08", {"1", "2"}),
        ("Kontoauszug zum 21.10.2026", set()),  # three are due by then
        ("Kontoauszug", set()),
    ],
)
def test_everything_that_is_due_up_to_the_day_that_the_text_names(text: str, posted: set[str]) -> None:
    """Two other documents have the sum as well; the payer says which they are."""
    (verdict,) = judge(receipt(492_56, account="C1", text=text), items=STATEMENT)
    assert (set(paid(verdict)) if verdict.state == "posted" else set()) == posted


@pytest.mark.parametrize(
    ("no", "text", "state"),
    [
        ("RE-2026-032237", "Faktura RE-2026-32237 55221", "posted"),
        ("2026-C-13409", "Lasku 2026- C-13409 55221", "posted"),
        ("RE-2026-032237", "Faktura 32237 55221", "proposed"),
    ],
)
def test_a_whole_number_without_its_zeros_or_with_a_blank_names_a_document_for_any_payer(no: str, text: str, state: str) -> None:
    owed = [item("1", 50_00, no=no), *(item(str(n), 50_00, f"C{n}") for n in range(2, 9))]
    (verdict,) = judge(receipt(50_00, names("1", "run", key=no[-5:]), text=text, payer=""), items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"1": (50_00, 0)})


@pytest.mark.parametrize(("text", "state"), [("111756, 112147", "posted"), ("111756, 112147, 107600", "proposed")])
def test_all_numbers_of_the_text_are_one_customer_s_documents_with_the_sum(text: str, state: str) -> None:
    owed = [item("1", 40_00, no="111756"), item("2", 10_00, no="112147")]
    found = [names("1", "run", key="111756"), names("2", "run", key="112147")]
    (verdict,) = judge(receipt(50_00, *found, text=text, payer=""), items=owed)
    assert (verdict.state, paid(verdict)) == (state, {"1": (40_00, 0), "2": (10_00, 0)})
