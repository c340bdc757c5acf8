"""Random histories of a bank and a book: nothing is lost, nothing is counted twice, and both sides agree."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import LAST, START, Row, day, material

from matcher.ledger.proof.assemble import Material, prove
from matcher.ledger.proof.cash import prove_month
from matcher.ledger.proof.pairing import REVERSED
from matcher.ledger.proof.slips import SLIPS
from matcher.ledger.trail import Step

OPENING = 1_000_000
NAMES = ("", "Hafenbau Nordsee GmbH", "Kontor Fischer", "Werft Lübeck AG")

event = st.tuples(
    st.sampled_from(["both", "bank", "book", "parts", "reversed", "slip"]),
    st.integers(-20, 40),  # day at the bank
    st.integers(-6, 12),  # days until it is booked
    st.sampled_from([100, -100, 250, -1_290, 4_500, 54_000, -54_000, 99_999]),  # few, so that many are equal
    st.sampled_from(NAMES),
    st.booleans(),  # whether it has a reference
)


def history(events: list[tuple[str, int, int, int, str, bool]]) -> tuple[list[Row], list[Row]]:
    bank: list[Row] = []
    book: list[Row] = []
    for number, (kind, when, late, amount, name, named) in enumerate(events):
        reference = f"R{number}" if named else ""
        line = {"date": day(when), "amount": amount, "name": name, "reference": reference}
        entry = {"date": day(when + late), "amount": amount, "name": name if number % 2 else "", "reference": reference}
        if kind not in ("book", "reversed"):
            bank.append(line)
        if kind in ("both", "book", "reversed"):
            book.append(entry)
        if kind == "reversed":
            book.append({**entry, "date": day(when + abs(late)), "amount": -amount, "text": f"Storno {name}"})
        if kind == "parts":
            book += [{**entry, "amount": amount // 2}, {**entry, "amount": amount - amount // 2}]
        if kind == "slip":
            book.append({**entry, "amount": amount // 54_000 * 45_000 if abs(amount) == 54_000 else -amount})
    return bank, book


def made(bank: list[Row], book: list[Row]) -> Material:
    """Books whose opening balances are true: what came before October and only one side has stands between them."""
    first = OPENING - sum(int(str(row["amount"])) for row in bank if str(row["date"]) < str(START))
    month = OPENING + sum(int(str(row["amount"])) for row in bank if str(START) <= str(row["date"]) <= str(LAST))
    early = sum(int(str(row["amount"])) for row in book if str(row["date"]) < str(START))
    whole = material(bank, book, opening=OPENING, closing=month, balances=[(day(0), first + early)])
    return replace(whole, steps={"main": [Step("A", day(-30), day(0), first, OPENING), Step("S", START, LAST, OPENING, month)]})


@settings(max_examples=30, deadline=None)
@given(st.lists(event, max_size=14), st.integers(0, 45))
def test_both_sides_agree_and_everything_is_in_one_place(events: list[tuple[str, int, int, int, str, bool]], when: int) -> None:
    bank, book = history(events)
    proof = prove(made(bank, book), day(when))
    (one,) = proof.accounts
    assert one.unexplained == 0
    until = [str(row["date"]) <= str(day(when)) for row in (*bank, *book)]
    placed = Counter(proof.placed.select("side", "id").iter_rows())
    assert (len(placed), set(placed.values())) == (sum(until), {1} if any(until) else set())
    listed = proof.placed.filter(~proof.placed["list"].is_in(["paired", "reversed", "slip"]))
    assert sorted(listed["id"]) == sorted(item.id for item in one.transits)


@settings(max_examples=20, deadline=None)
@given(st.lists(event, max_size=14))
def test_groups_have_one_sum_and_share_nothing(events: list[tuple[str, int, int, int, str, bool]]) -> None:
    bank, book = history(events)
    whole = made(bank, book)
    members = whole.groups.join(whole.records, on=["side", "id"])
    assert members.select("side", "id").is_unique().all()
    for (by, _), group in members.group_by("by", "group"):
        sums = {side: sum(part["amount"]) for (side,), part in group.group_by("side")}
        if by == REVERSED:
            assert sums == {"book": 0}
        else:
            assert (sums["bank"] == sums["book"]) is (by not in SLIPS)


@settings(max_examples=20, deadline=None)
@given(st.lists(event.filter(lambda one: one[0] != "slip"), max_size=12))
def test_the_four_columns_reach_one_row(events: list[tuple[str, int, int, int, str, bool]]) -> None:
    whole = made(*history(events))
    closing, (cash,) = prove_month(whole, day(0), LAST)
    if closing.accounts[0].slips or any(by in SLIPS for by in whole.groups["by"]):
        return
    assert all(row.four.foots for row in cash.rows)
    assert cash.difference.opening == cash.difference.receipts == cash.difference.payments == cash.difference.closing == 0
    assert cash.agrees
