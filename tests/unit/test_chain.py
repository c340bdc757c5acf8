"""The chain of statements on literal rows: what is missing, which days go on, and which statements tell days again."""

from datetime import date
from itertools import permutations

import pytest

from matcher.ledger.chain import (
    Gap,
    Repetition,
    StatementSpan,
    _one_trail,
    adjoining_days,
    breaks,
    common_days,
    contradicts,
    neighbours,
    span,
)


def day(number: int) -> date:
    return date(2026, 10, number)


def fact(
    name: str,
    days: tuple[int, int] | None,
    balances: tuple[int, int] | None,
    *,
    count: int = 3,
    number: str = "",
    repeats: tuple[tuple[str, int, int], ...] = (),
    account: str = "giro",
    format: str = "mt940",
) -> StatementSpan:
    """A statement of October: its days, and its balances in minor units."""
    first, last = (day(days[0]), day(days[1])) if days else (None, None)
    opening, closing = balances or (None, None)
    rows = tuple(Repetition(*row) for row in repeats)
    return StatementSpan(name, account, first, last, opening, closing, count, format, number, rows)


def gaps(*facts: StatementSpan) -> list[tuple[str, str, int, str]]:
    """What `breaks` finds; the same whatever the order of the statements."""
    found = breaks(facts)
    for other in list(permutations(facts))[:24]:
        assert breaks(other) == found
    return [(gap.earlier, gap.later, gap.difference, gap.missing) for gap in found]


# breaks


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # the statement between the two is missing; they share the fifteenth
        ([fact("a", (1, 15), (0, 100), number="1"), fact("b", (15, 31), (250, 300), number="3")], [("a", "b", 150, "2")]),
        ([fact("a", (1, 15), (0, 100)), fact("b", (15, 31), (250, 300))], [("a", "b", 150, "")]),
        ([fact("a", (1, 15), (0, 100), number="1"), fact("b", (15, 31), (100, 300), number="2")], []),
        ([fact("a", (1, 14), (0, 100)), fact("b", (15, 31), (250, 300))], [("a", "b", 150, "")]),
        ([fact("a", (1, 14), (0, 100)), fact("b", (20, 31), (100, 300))], []),
        ([fact("a", (1, 14), (0, 100))], []),
        ([], []),
    ],
)
def test_two_statements_that_follow_on_each_other(facts: list[StatementSpan], expected: list[tuple[str, str, int, str]]) -> None:
    assert gaps(*facts) == expected


def test_a_gap_names_its_account_its_balances_and_its_statements() -> None:
    found = breaks([fact("b", (15, 31), (250, 300), number="00004/001"), fact("a", (1, 15), (0, 100), number="00001/001")])
    assert found == [Gap("giro", "a", "b", 100, 250, "2 to 3")]
    assert found[0].difference == 150


def test_each_account_has_its_own_chain() -> None:
    ours, other = fact("a", (1, 5), (0, 100)), fact("b", (6, 9), (700, 800), account="usd")
    assert gaps(ours, other) == []
    later = (fact("c", (6, 9), (100, 90)), fact("d", (10, 11), (801, 802), account="usd"))
    assert gaps(ours, other, *later) == [("b", "d", 1, "")]


def test_statements_of_one_day_are_ordered_by_their_balances() -> None:
    before, after = fact("before", (1, 4), (0, 100)), fact("after", (6, 9), (120, 100))
    three = [fact("x", (5, 5), (130, 120)), fact("y", (5, 5), (100, 110)), fact("z", (5, 5), (110, 130))]
    assert gaps(before, *three, after) == []
    assert gaps(before, three[0], three[1], after) == [("y", "x", 20, "")]
    assert gaps(before, three[1], three[2], after) == [("z", "after", -10, "")]
    assert gaps(before, three[0], three[2], after) == [("before", "z", 10, "")]


def test_a_balance_that_comes_back_within_a_day_hides_nothing() -> None:
    before, after = fact("before", (1, 4), (50, 0)), fact("after", (6, 9), (10, 0))
    circle = [fact("up", (5, 5), (0, 10)), fact("down", (5, 5), (10, 0)), fact("again", (5, 5), (0, 5)), fact("last", (5, 5), (5, 10))]
    assert gaps(before, *circle, after) == []
    # without `again` the balances of the day could be walked from 5 on, but the day before ends with 0
    assert gaps(before, circle[0], circle[1], circle[3], after) == [("down", "last", 5, "")]


def test_numbers_tell_what_balances_alone_cannot() -> None:
    rest = [fact("one", (1, 1), (0, 10)), fact("two", (1, 1), (10, 0)), fact("four", (1, 1), (5, 10))]
    assert gaps(*rest) == []  # 5, 10, 0, 10 is a way through these balances
    numbered = [fact(f.statement_id, (1, 1), (f.opening or 0, f.closing or 0), number=n) for f, n in zip(rest, "124", strict=True)]
    assert gaps(*numbered) == [("two", "four", 5, "3")]


def test_balances_of_zero_on_both_sides_join_without_a_number() -> None:
    swept = [fact(str(n), (n, n), (0, 0), number=str(n)) for n in (1, 2, 3)]
    assert gaps(*swept) == []
    assert gaps(fact("a", (1, 15), (0, 0)), fact("b", (15, 31), (0, 0))) == []


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        (["1", "2", "3", "5"], ["4"]),
        (["00001/001", "00002/001", "00003/001", "00006/001"], ["4 to 5"]),
        (["7", "8", "10", "11", "12"], ["9"]),
        (["1/1", "1/2", "2/1", "3/1", "5/1"], ["4"]),
        (["250", "251", "1", "2", "4"], ["3"]),  # the bank begins again
        (["1", "3"], []),  # nothing shows that the bank counts one by one
        (["1", "3", "5", "7"], []),  # it does not
        (["1", "1", "1", "1"], []),
        (["0", "0", "0"], []),
        (["1", "2", "3", "", "5"], []),
        (["A1", "A2", "A3", "A5"], []),
        (["274", "275", "276", "278"], []),  # days of the year
        (["261001", "261002", "261003", "261005"], []),  # dates
        (["4", "3", "2", "1"], []),
    ],
)
def test_a_missing_number_between_equal_balances(numbers: list[str], missing: list[str]) -> None:
    days = [1, 2, 3, 5] if numbers[0] == "274" else list(range(1, 10))
    chain = [fact(f"s{place}", (days[place], days[place]), (100, 100), number=text) for place, text in enumerate(numbers)]
    assert [(gap.difference, gap.missing) for gap in breaks(chain)] == [(0, text) for text in missing]


def test_a_statement_without_balances_has_its_number_and_closes_no_gap() -> None:
    chain = [fact(str(n), (n, n), (n * 10, n * 10 + 10), number=str(n)) for n in (1, 2, 3, 5, 6)]
    assert gaps(*chain) == [("3", "5", 10, "4")]
    blank = fact("4", (4, 4), None, number="4")
    assert gaps(*chain, blank) == [("3", "5", 10, "")]
    level = [fact(str(n), (n, n), (10, 10), number=str(n)) for n in (1, 2, 3, 5, 6)]
    assert gaps(*level) == [("3", "5", 0, "4")]
    assert gaps(*level, blank) == []


def test_a_statement_without_entries_takes_part() -> None:
    before, after = fact("a", (1, 27), (0, 2801)), fact("b", (28, 28), (801, 801), count=0)
    assert gaps(before, after) == [("a", "b", -2000, "")]
    # MT940: its opening balance is of the day before
    assert gaps(before, fact("c", (27, 28), (2801, 2801), count=0), fact("d", (28, 29), (2801, 2900))) == []
    assert gaps(before, fact("c", (27, 28), (2800, 2800), count=0)) == [("a", "c", -1, "")]


def test_a_statement_without_any_day_takes_no_part() -> None:
    assert gaps(fact("a", (1, 5), (0, 100)), fact("b", None, (70, 70), count=0), fact("c", (6, 7), (100, 110))) == []


def test_a_longer_download_repeats_the_end_of_a_shorter_one() -> None:
    first = fact("first", (1, 20), (0, 200), count=20)
    assert gaps(first, fact("second", (10, 31), (90, 310), count=22, repeats=(("first", 11, 110),))) == []
    # what it repeats does not make its balances meet: entries lie between them that neither has
    assert gaps(first, fact("second", (10, 31), (240, 460), count=22, repeats=(("first", 11, 110),))) == [("first", "second", 150, "")]
    # looks alike by chance: one fee of a shared day, and 150 are missing
    assert gaps(fact("a", (1, 15), (0, 100)), fact("b", (15, 31), (250, 300), repeats=(("a", 1, -1),))) == [("a", "b", 149, "")]


def test_an_earlier_download_that_was_read_later_repeats_the_beginning() -> None:
    second = fact("second", (10, 31), (90, 310), count=22)
    assert gaps(fact("first", (1, 20), (0, 200), count=20, repeats=(("second", 11, 110),)), second) == []
    assert gaps(fact("first", (1, 20), (0, 250), count=20, repeats=(("second", 11, 110),)), second) == [("first", "second", -50, "")]


def test_a_download_between_two_others_repeats_both() -> None:
    outer = [fact("a", (1, 10), (0, 100), count=10), fact("c", (20, 31), (190, 310), count=12)]
    middle = fact("b", (5, 25), (40, 250), count=21, repeats=(("a", 6, 60), ("c", 6, 60)))
    assert gaps(*outer, middle) == []
    assert gaps(*outer) == [("a", "c", 90, "")]


def test_a_month_repeats_its_days() -> None:
    days = [fact(str(n), (n, n), (n * 10, n * 10 + 10), count=2) for n in range(1, 6)]
    month = fact("month", (1, 5), (10, 60), count=10, repeats=tuple((str(n), 2, 10) for n in range(1, 6)))
    after = fact("after", (6, 6), (60, 61))
    assert gaps(*days, after, month) == []
    # the third day comes with the month alone
    held = fact("month", (1, 5), (10, 60), count=10, repeats=tuple((str(n), 2, 10) for n in (1, 2, 4, 5)))
    assert gaps(*days[:2], *days[3:], held, after) == []
    assert gaps(*days[:2], *days[3:], after) == [("2", "4", 10, "")]
    # the month came first
    first = fact("month", (1, 5), (10, 60), count=10)
    again = [fact(f.statement_id, (n, n), (n * 10, n * 10 + 10), count=2, repeats=(("month", 2, 10),)) for n, f in enumerate(days, 1)]
    assert gaps(first, *again, after) == []
    empty = fact("empty", (2, 3), (30, 30), count=0)
    assert gaps(held, *days[:2], *days[3:], after, empty) == []


def test_statements_that_repeat_a_table_without_balances_still_form_a_chain() -> None:
    table = fact("table", (1, 4), None, count=8, format="csv")
    days = [fact(str(n), (n, n), (n * 10, n * 10 + 10), count=2, repeats=(("table", 2, 10),)) for n in range(1, 5)]
    assert gaps(table, *days) == []
    assert gaps(table, days[0], days[2], days[3]) == [("1", "3", 10, "")]
    month = fact("month", (1, 4), (10, 50), count=8, repeats=(("table", 8, 40),))
    assert gaps(table, *days, month) == []


def test_the_same_statement_in_two_formats_counts_once() -> None:
    first = fact("first", (1, 5), (0, 50))
    copy = fact("copy", (1, 5), (0, 50), repeats=(("first", 3, 50),), format="camt.053.001.08")
    assert gaps(first, copy, fact("next", (6, 6), (50, 60))) == []
    # a later download of the same days, with one entry more
    assert gaps(first, fact("longer", (1, 5), (0, 55), count=4, repeats=(("first", 3, 50),)), fact("next", (6, 6), (55, 60))) == []


def test_entries_of_a_short_statement_lie_where_the_longer_one_has_them_that_repeats_it() -> None:
    short = fact("a", (12, 12), (500, 510), count=1)
    long = fact("b", (5, 20), (0, 700), count=7, repeats=(("a", 1, 10),))
    overlapping = fact("c", (10, 25), (200, 900), count=7, repeats=(("b", 4, 490), ("a", 1, 10)))
    assert gaps(short, long, overlapping) == []
    within = fact("d", (8, 20), (100, 700), count=6, repeats=(("b", 5, 590), ("a", 1, 10)))
    assert gaps(short, long, overlapping, within) == []
    assert gaps(short, long, fact("c", (10, 25), (210, 900), count=7, repeats=(("b", 4, 490), ("a", 1, 10)))) == [("b", "c", 10, "")]


def test_two_versions_of_a_day_that_both_count_do_not_join() -> None:
    first, second = fact("first", (2, 2), (100, 130), count=2), fact("second", (2, 2), (100, 136), repeats=(("first", 1, 10),))
    assert len(breaks([first, second])) == 1
    assert breaks([first, second])[0].account == "giro"


def test_an_entry_booked_a_day_back_is_no_gap() -> None:
    before, after = fact("a", (1, 1), (0, 10)), fact("d", (4, 4), (40, 50))
    assert gaps(before, fact("c", (1, 3), (20, 40)), fact("b", (2, 2), (10, 20)), after) == []
    assert gaps(before, fact("c", (1, 3), (20, 40)), fact("b", (2, 2), (10, 19)), after) != []


# where a statement goes on from another


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([fact("a", (1, 15), (0, 100))], (15,)),
        ([fact("a", (1, 15), (0, 99))], ()),
        ([fact("a", (1, 14), (0, 100))], ()),
        ([fact("a", (1, 16), (0, 100))], ()),
        ([fact("a", (20, 31), (200, 300))], (20,)),
        ([fact("a", (20, 31), (201, 300))], ()),
        ([fact("a", (1, 15), (0, 100)), fact("b", (20, 31), (200, 300))], (15, 20)),
        ([fact("a", (1, 15), (0, 100)), fact("b", (20, 31), (201, 300))], ()),
        ([fact("a", (1, 15), (0, 100)), fact("b", (16, 17), (7, 8))], ()),
        ([fact("a", (1, 15), (0, 100), account="other")], ()),
        ([fact("a", (15, 20), (100, 200))], ()),  # the statement itself, sent twice
        ([fact("a", (1, 15), None)], ()),
        ([], ()),
    ],
)
def test_days_on_which_a_statement_adjoins(known: list[StatementSpan], expected: tuple[int, ...]) -> None:
    assert adjoining_days(fact("new", (15, 20), (100, 200)), known) == tuple(map(day, expected))


def test_days_on_which_a_statement_of_one_day_adjoins() -> None:
    new = fact("new", (15, 15), (100, 250))
    assert adjoining_days(new, [fact("a", (1, 15), (0, 100)), fact("b", (15, 31), (250, 300))]) == (day(15),)
    assert adjoining_days(new, [fact("a", (15, 15), (0, 100)), fact("b", (15, 15), (250, 300))]) == (day(15),)
    assert adjoining_days(new, [fact("a", (15, 15), (0, 100)), fact("b", (15, 15), (100, 300))]) == ()
    assert adjoining_days(new, [fact("a", (14, 16), (0, 100))]) == ()
    assert adjoining_days(fact("new", (15, 15), None), [fact("a", (1, 15), (0, 100))]) == ()
    assert adjoining_days(fact("new", None, (100, 250)), [fact("a", (1, 15), (0, 100))]) == ()


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 1), (1, 2)], True),
        ([(1, 2), (0, 1)], True),
        ([(0, 1), (0, 2)], False),
        ([(0, 1), (2, 1)], False),
        ([(0, 1), (2, 3)], False),
        ([(0, 1), (1, 0)], True),
        ([(5, 5)], True),
        ([], True),
    ],
)
def test_one_trail(pairs: list[tuple[int, int]], expected: bool) -> None:
    assert _one_trail([fact(str(n), (1, 1), pair) for n, pair in enumerate(pairs)]) is expected


def test_a_statement_without_balances_does_not_spoil_a_trail() -> None:
    assert _one_trail([fact("a", (1, 1), (0, 1)), fact("b", (1, 1), None), fact("c", (1, 1), (1, 2))])


def test_neighbours_share_a_day_and_a_balance() -> None:
    new = fact("new", (15, 20), (100, 200))
    known = [
        fact("before", (1, 15), (0, 100)),
        fact("after", (20, 31), (200, 250)),
        fact("level", (1, 15), (100, 100)),
        fact("other day", (1, 14), (0, 100)),
        fact("other balance", (1, 15), (0, 101)),
        fact("other account", (1, 15), (0, 100), account="usd"),
        fact("blank", (1, 15), None),
    ]
    assert neighbours(new, known) == ["before", "after"]
    assert neighbours(fact("new", (15, 20), None), known) == []


def test_a_statement_contradicts_one_of_the_same_days_between_other_balances() -> None:
    new = fact("new", (2, 2), (100, 136))
    assert contradicts(new, [fact("a", (2, 2), (90, 130))])
    assert not contradicts(new, [fact("a", (2, 2), (100, 130))])
    assert not contradicts(new, [fact("a", (2, 2), (90, 136))])
    assert not contradicts(new, [fact("a", (2, 3), (90, 130))])
    assert not contradicts(new, [fact("a", (2, 2), (90, 130), account="usd")])
    assert not contradicts(new, [fact("a", (2, 2), None)])
    assert not contradicts(new, [fact("a", (2, 2), (90, 130)), fact("b", (2, 2), (136, 140)), fact("c", (2, 2), (1, 136))])
    assert not contradicts(fact("new", (2, 2), None), [fact("a", (2, 2), (90, 130))])
    assert not contradicts(fact("new", None, (1, 2)), [fact("a", None, (3, 4))])
    assert not contradicts(new, [])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (fact("o", (1, 15), (0, 1)), [(11, 14)]),  # the first and the last day may be told in part
        (fact("o", (10, 20), (0, 1)), [(10, 20)]),
        (fact("o", (10, 15), (0, 1)), [(10, 14)]),
        (fact("o", (15, 20), (0, 1)), [(16, 20)]),
        (fact("o", (12, 14), (0, 1)), [(13, 13)]),
        (fact("o", (1, 10), (0, 1)), []),
        (fact("o", (1, 9), (0, 1)), []),
        (fact("o", None, (0, 1)), []),
        (fact("o", (1, 31), (0, 1), account="usd"), []),
        (fact("o", (10, 20), None), []),  # parts of a table that was cut up
        (fact("o", (10, 20), None, format="csv"), [(10, 20)]),
    ],
)
def test_common_days(other: StatementSpan, expected: list[tuple[int, int]]) -> None:
    assert common_days(fact("new", (10, 20), (5, 6)), [other]) == [(day(a), day(b)) for a, b in expected]


def test_same_span() -> None:
    one = fact("a", (1, 5), (0, 50))
    assert one.same_span(fact("b", (1, 5), (0, 50), format="csv", number="9"))
    for other in (
        fact("b", (1, 6), (0, 50)),
        fact("b", (1, 5), (1, 50)),
        fact("b", (1, 5), (0, 51)),
        fact("b", (1, 5), (0, 50), count=4),
        fact("b", (1, 5), (0, 50), account="usd"),
        fact("b", (1, 5), None),
    ):
        assert not one.same_span(other)
    assert one.proven
    assert not fact("c", (1, 5), None).proven


@pytest.mark.parametrize(
    ("booked", "stated", "balances", "expected"),
    [
        ((2, 9), (1, 31), (1, 31), (2, 9)),
        ((None, None), (1, 31), (3, 4), (1, 31)),
        ((None, None), (None, None), (3, 4), (3, 4)),
        ((None, None), (None, None), (None, 31), (31, 31)),  # only the closing balance has a day
        ((None, None), (None, None), (1, None), (1, 1)),
        ((None, None), (None, 31), (None, None), (31, 31)),
        ((None, None), (5, None), (3, 4), (5, 5)),  # never the last before the first
        ((None, None), (None, None), (None, None), (None, None)),
    ],
)
def test_first_and_last_day(
    booked: tuple[int | None, int | None],
    stated: tuple[int | None, int | None],
    balances: tuple[int | None, int | None],
    expected: tuple[int | None, int | None],
) -> None:
    def dated(pair: tuple[int | None, int | None]) -> tuple[date | None, date | None]:
        first, last = pair
        return (None if first is None else day(first), None if last is None else day(last))

    assert span(dated(booked), dated(stated), dated(balances)) == dated(expected)
