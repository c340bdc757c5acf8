"""The proof: balances, the four lists, errors that a person states, and the four columns of a month."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from proofs import LAST, Row, day, material

from matcher.errors import MatcherError
from matcher.ledger.proof.assemble import prove
from matcher.ledger.proof.balances import Source, statement_balance
from matcher.ledger.proof.cash import Four, prove_month
from matcher.ledger.proof.records import AccountProof, ProofState, StatedError, TransitList
from matcher.ledger.trail import Step

BEFORE = day(0)


def at(*amounts: tuple[int, int]) -> list[Row]:
    """Records of one side, in whole units, each with a reference that nothing else has."""
    return [{"date": day(when), "amount": amount * 100, "reference": f"{when}-{amount}"} for when, amount in amounts]


def only(proof: object) -> AccountProof:
    (one,) = proof.accounts  # type: ignore[attr-defined]
    assert isinstance(one, AccountProof)
    return one


def test_a_published_reconciliation_with_errors_on_both_sides_balances() -> None:
    # bank 22,190 + 3,680 - 150 - 4,820 - 31 + 175 = 21,044 = 20,502 + 600 - 18 - 220 + 180
    bank = at((5, 600), (30, -18), (30, -220))
    book = at((31, 3_680), (28, -150), (29, -4_820), (30, -31))
    errors = [StatedError("bank", 17_500, "a cheque of another company"), StatedError("book", 18_000, "a cheque booked too high")]
    made = material(bank, book, opening=2_182_800, closing=2_219_000, stated=2_050_200, errors=errors)
    proof = only(prove(made, LAST))
    assert (proof.adjusted_bank, proof.adjusted_book, proof.state) == (2_104_400, 2_104_400, ProofState.AGREES)
    totals = {which.name: proof.total(which) // 100 for which in TransitList}
    assert totals == {"BANK_CREDIT": 600, "BANK_DEBIT": -238, "BOOK_RECEIPT": 3_680, "BOOK_PAYMENT": -5_001}
    without = only(prove(replace(made, errors={}), LAST))
    assert (without.state, without.difference, without.unexplained) == (ProofState.DIFFERS, 500, 500)


def test_a_published_proof_of_cash_reaches_one_row() -> None:
    # deposits in transit 40,000 -> 75,000, cheques outstanding 65,000 -> 119,000
    bank = [*at((-5, 9_000)), *at((3, 40_000), (4, -65_000), (10, 130_000), (11, -61_000), (30, 14_000), (30, -4_000))]
    bank[1] |= {"reference": "-1-40000"}
    bank[2] |= {"reference": "-1--65000"}
    bank[3] |= {"reference": "10-116000"}
    bank[3]["amount"] = 11_600_000
    book = [*at((-1, 40_000), (-1, -65_000)), *at((2, 9_000), (10, 116_000), (11, -61_000), (31, 75_000), (31, -119_000))]
    book[2] |= {"reference": "-5-9000"}
    made = material(bank, book, opening=8_400_000 - 900_000, closing=12_400_000, balances=[(BEFORE, 5_000_000)])
    made = replace(made, steps={"main": [Step("A", day(-5), BEFORE, 7_500_000, 8_400_000), Step("S", day(1), LAST, 8_400_000, 12_400_000)]})
    closing, (cash,) = prove_month(made, BEFORE, LAST)
    rows = {(row.side, row.what): row.four for row in cash.rows}
    assert rows["bank", "balance"] == Four(8_400_000, 17_000_000, 13_000_000, 12_400_000)
    assert rows["book", "balance"] == Four(5_000_000, 20_000_000, 18_000_000, 7_000_000)
    assert cash.adjusted("bank") == cash.adjusted("book") == Four(5_900_000, 20_500_000, 18_400_000, 8_000_000)
    assert (cash.agrees, closing.agrees) == (True, True)


def test_a_published_table_that_does_not_balance_is_refused() -> None:
    # book 120 + 50 = 170, bank 150 - 13 = 137; it was printed as "both 167"
    made = material(at((10, 50)), at((31, -13)), opening=10_000, closing=15_000, stated=12_000)
    proof = only(prove(made, LAST))
    assert (proof.adjusted_book, proof.adjusted_bank) == (17_000, 13_700)
    assert (proof.state, proof.difference, proof.unexplained) == (ProofState.DIFFERS, -3_300, -3_300)


@pytest.mark.parametrize(
    ("stated", "balances", "expected"),
    [
        (50_000, [(BEFORE, 10_000)], (50_000, Source.STATED)),
        (None, [(BEFORE, 10_000)], (74_000, Source.RECORDED)),
        (None, [(BEFORE, 10_000), (day(20), 73_000)], (73_000, Source.RECORDED)),  # entries up to its day are in it
        (None, [(day(32), 10_000)], (69_000, Source.ASSUMED)),  # a later balance says nothing
        (None, [], (69_000, Source.ASSUMED)),
    ],
)
def test_where_the_book_balance_comes_from(stated: int | None, balances: list[tuple[date, int]], expected: tuple[int, Source]) -> None:
    made = material(at((14, 640)), at((14, 640)), opening=5_000, closing=69_000, balances=balances, stated=stated)
    book = only(prove(made, LAST)).book
    assert (book.amount, book.source) == expected


def test_nothing_is_proven_by_an_assumption() -> None:
    assumed = only(prove(material(at((14, 640)), at((14, 640)), opening=5_000, closing=69_000), LAST))
    assert (assumed.difference, assumed.state) == (0, ProofState.UNPROVEN)
    nothing = only(prove(material(at((14, 640)), at((14, 640), (30, -12))), LAST))
    assert (nothing.bank.source, nothing.book.source, nothing.difference, nothing.state) == (
        Source.MOVEMENTS, Source.MOVEMENTS, 0, ProofState.UNPROVEN,
    )  # fmt: skip
    half = only(prove(material(at((14, 640)), at((14, 640)), stated=64_000), LAST))
    assert (half.bank.amount, half.adjusted_bank, half.difference, half.state) == (None, None, None, ProofState.UNPROVEN)


def test_an_item_that_is_cleared_later_is_in_transit_on_the_day() -> None:
    made = material([{"date": day(33), "amount": 500, "reference": "Q1"}], [{"date": day(30), "amount": 500, "reference": "Q1"}],
                    opening=0, closing=0, stated=500)  # fmt: skip
    (item,) = only(prove(made, LAST)).transits
    assert (item.list, item.id, item.age, item.cleared, item.matched_with) == (TransitList.BOOK_RECEIPT, "E1", 1, day(33), "L1")
    assert only(prove(replace(made, stated={}), day(33))).transits == ()


def test_old_items_are_marked() -> None:
    proof = only(prove(material([], at((-80, 5), (1, 7)), opening=0, closing=0, stated=1_200), LAST))
    assert [(item.id, item.age, item.old) for item in proof.transits] == [("E1", 111, True), ("E2", 30, False)]
    assert any("older than the first statement" in hint for hint in proof.hints) is bool(proof.difference)


def test_a_slip_is_named_and_never_adjusted_by_itself() -> None:
    line, entry = {"date": day(3), "amount": 54_000, "reference": "Q77"}, {"date": day(3), "amount": 45_000, "reference": "Q77"}
    made = material([line], [entry], opening=0, closing=54_000, balances=[(BEFORE, 0)])
    proof = only(prove(made, LAST))
    assert (proof.state, proof.difference, proof.unexplained) == (ProofState.DIFFERS, 9_000, 0)
    assert [(slip.difference, slip.kind, slip.stated) for slip in proof.slips] == [(9_000, "digits transposed", False)]
    for error in (StatedError("book", 9_000, "booked as 450"), StatedError("bank", -9_000, "the bank will correct it", "L1")):
        corrected = only(prove(replace(made, errors={"main": [error]}), LAST))
        assert (corrected.state, corrected.unexplained, corrected.slips[0].stated) == (ProofState.AGREES, 0, True)
        _, (cash,) = prove_month(replace(made, errors={"main": [error]}), BEFORE, LAST)
        assert (cash.agrees, cash.adjusted("bank").payments) == (True, 0)


def test_a_line_that_the_bank_will_take_back_is_no_item_in_transit() -> None:
    bank = [{"id": "abc1234", "date": day(3), "amount": -17_500, "reference": "X"}]
    made = material(bank, [], opening=20_000, closing=2_500, balances=[(BEFORE, 20_000)])
    error = StatedError("bank", 17_500, "a cheque of another company", "abc1")
    proof = prove(replace(made, errors={"main": [error]}), LAST)
    assert (only(proof).state, only(proof).transits, proof.placed["list"].to_list()) == (ProofState.AGREES, (), ["error"])
    _, (cash,) = prove_month(replace(made, errors={"main": [error]}), BEFORE, LAST)
    assert cash.adjusted("bank") == cash.adjusted("book") == Four(20_000, 0, 0, 20_000)


@pytest.mark.parametrize(
    "error", [StatedError("bank", 1, "x", "abc1"), StatedError("bank", 1, "x", "E9"), StatedError("book", 1, "x", "abc1")]
)
def test_an_error_names_an_item_of_its_side_and_amount(error: StatedError) -> None:
    made = material([{"id": "abc1234", "date": day(3), "amount": -17_500}], [], opening=20_000, closing=2_500, errors=[error])
    with pytest.raises(MatcherError) as refused:
        prove(made, LAST)
    assert refused.value.code == "usage.option"


def test_a_reversal_of_the_month_is_neither_received_nor_paid() -> None:
    for first in (3, -3):
        book = [{"date": day(first), "amount": 100, "reference": "K"}, {"date": day(9), "amount": -100, "reference": "K"}]
        made = material([], book, opening=0, closing=0, balances=[(day(-9), 0)])
        _, (cash,) = prove_month(made, BEFORE, LAST)
        assert (cash.agrees, cash.adjusted("book").payments) == (True, 0)


def test_what_is_behind_a_difference_is_hinted_at() -> None:
    proof = only(prove(material(at((10, 50)), [], opening=0, closing=5_000, stated=9_000), LAST))
    assert proof.unexplained == -9_000
    assert "what nothing explains divides by nine: two digits of an amount may be transposed" in proof.hints
    half = only(prove(material(at((10, 50)), [], opening=0, closing=5_000, stated=10_000), LAST))
    assert half.hints[0] == "L1 is half of what nothing explains: it may stand on the wrong side"


def lines(*rows: tuple[str, int, int]) -> pl.DataFrame:
    made = [(name, day(when), amount) for name, when, amount in rows]
    return pl.DataFrame(made, schema={"statement_id": pl.String(), "date": pl.Date(), "amount": pl.Int64()}, orient="row")


@pytest.mark.parametrize(
    ("when", "expected"),
    [(9, 1_030), (10, 1_030), (12, 1_080), (15, 1_100), (20, 1_107), (0, 1_000), (-40, None)],
)
def test_the_statement_balance_of_a_day(when: int, expected: int | None) -> None:
    steps = [Step("A", day(1), day(9), 1_000, 1_030), Step("B", day(10), day(15), 1_030, 1_100)]
    told = lines(("A", 5, 30), ("B", 12, 50), ("B", 14, 20), ("without balances", 18, 7), ("without balances", 3, 0))
    assert statement_balance(steps, told, day(when)).amount == expected


def test_a_record_of_the_proof_is_told_to_machines() -> None:
    made = material(at((10, 50)), [], opening=0, closing=5_000, stated=0)
    told = prove(made, LAST).to_dict()
    (account,) = told["accounts"]  # type: ignore[misc]
    assert (account["state"], account["adjusted_book"], account["items"][0]["list"]) == ("agrees", "50.00", "bank_credit_not_booked")
