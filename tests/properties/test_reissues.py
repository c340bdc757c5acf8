"""However often a day is told again, what counts is what the last accepted statement holds: nothing lost, nothing doubled."""

from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from effort import tries
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import new_books, write

from matcher.books import Books

DAY = date(2026, 10, 31)
Entries = tuple[tuple[int, str], ...]

entries = st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from(["tea", "milk"])), min_size=1, max_size=4).map(tuple)
steps = st.lists(
    st.tuples(entries, st.sampled_from(["accept", "reject", "take back"]), st.sampled_from(["", "accept", "take back"])),
    min_size=1,
    max_size=4,
)


def statement(told: Entries, number: int) -> str:
    """The second of October as MT940, with balances that prove it; the number makes the file another one."""
    rows = "".join(f":61:2610021002C{amount},00NTRFNONREF\n:86:{text}\n" for amount, text in told)
    closing = 100 + sum(amount for amount, _ in told)
    return f":20:X{number}\n:25:DE02120300000000202051\n:28C:{number}/1\n:60F:C261001EUR100,00\n{rows}:62F:C261002EUR{closing},00\n-\n"


def counting(books: Books) -> Counter[tuple[int, str]]:
    lines = books.state(DAY).lines
    return Counter((amount // 100, text) for amount, text in lines.select("amount", "remittance_information").iter_rows())


@settings(max_examples=tries(15))
@given(steps)
@example([(((1, "tea"),), "accept", ""), (((2, "tea"),), "take back", ""), (((2, "tea"),), "take back", "")])
def test_what_counts_is_the_last_accepted_statement_of_the_day(told: list[tuple[Entries, str, str]]) -> None:
    with TemporaryDirectory() as folder:
        books = new_books(Path(folder) / "books")
        expected: Counter[tuple[int, str]] = Counter()
        rejected: list[tuple[str, Entries]] = []
        for number, (day, verdict, again) in enumerate(told):
            (result,) = books.ingest([write(Path(folder), f"{number}.sta", statement(day, number))])
            (one,) = result.statements
            if one.state == "balanced":
                # it tells no line otherwise: the same day, a part of it read too late, or the day with entries that came later
                assert expected | Counter(day) == max(expected, Counter(day), key=Counter.total)
                expected |= Counter(day)
            elif verdict == "reject":
                books.reject_statement(one.statement_id, reason="not the bank's last word")
                rejected.append((one.statement_id, day))
            else:
                expected = accepted(books, one.statement_id, day, expected, rejected, verdict)
            if again and rejected:
                name, day = rejected.pop(0)
                expected = accepted(books, name, day, expected, rejected, again)
            assert counting(books) == expected
        assert [check.name for check in books.verify() if check.failure] == []


def accepted(
    books: Books, name: str, day: Entries, before: Counter[tuple[int, str]], rejected: list[tuple[str, Entries]], verdict: str
) -> Counter[tuple[int, str]]:
    """Accepts a statement, and takes that back if `verdict` says so. Returns what has to count then."""
    books.accept_statement(name, reason="the bank told the day anew")
    assert counting(books) == Counter(day)
    if verdict == "accept":
        return Counter(day)
    books.reject_statement(name, reason="it did not")
    rejected.append((name, day))
    return before
