"""`allocate LINE ITEM=CASH+ADJUSTMENT:REASON` on items whose ids hold the signs that it is written with."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import copied, filled, write

from matcher.books import Books
from matcher.cli import main
from matcher.codes import CATALOGUE, USAGE
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

IDS = ("A", "A=5", "B=1=2", "C|D", "E F", "G;H,I", "J+K:L=M", "=N", "O=")


def one_line(folder: Path) -> None:
    items = [{"item_id": i, "customer_id": "C1", "document_no": f"RE={n}", "amount": "10.00"} for n, i in enumerate(IDS)]
    made = filled(folder, items=items, lines=[{"amount": "100.00"}])
    (line,) = made.state().lines["line_id"]
    write(folder, "line", str(line))


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, one_line)


def allocate(books: Books, *items: str) -> Result:
    line = (books.directory.parent / "line").read_text(encoding="utf-8")
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", "allocate", line, *items])


def posted(books: Books) -> list[tuple[str, int, int, str]]:
    return books.state().allocations.select("item_id", "amount", "adjustment", "adjustment_reason").rows()


@pytest.mark.parametrize(
    ("rest", "gets"), [("=4.00", (4_00, 0, "")), ("=4.00+1.00:discount", (4_00, 1_00, "discount")), ("=+1.00:fee", (9_00, 1_00, "fee"))]
)
def test_an_item_is_named_whole_before_an_amount(books: Books, rest: str, gets: tuple[int, int, str]) -> None:
    result = allocate(books, *(item + rest for item in IDS[1:]))
    assert result.exit_code == 0, result.output
    assert sorted(posted(books)) == sorted((item, *gets) for item in IDS[1:])


def test_an_item_without_an_amount_gets_all_that_is_open(books: Books) -> None:
    items = [item for item in IDS if item != "A=5"]
    result = allocate(books, *items)
    assert result.exit_code == 0, result.output
    assert sorted(posted(books)) == sorted((item, 10_00, 0, "") for item in items)


def test_a_document_number_with_the_sign_is_found_too(books: Books) -> None:
    assert allocate(books, "RE=3", "RE=4=2.50").exit_code == 0
    assert posted(books) == [("C|D", 10_00, 0, ""), ("E F", 2_50, 0, "")]


def test_what_means_two_things_is_not_guessed(books: Books) -> None:
    """`A=5` is an item, and could be five euros on the item A."""
    result = allocate(books, "A=5")
    assert result.exit_code == USAGE
    assert result.stderr.startswith("usage.option: 'A=5' ")
    assert posted(books) == []
    assert allocate(books, "A=5.00", "A=5=3.00").exit_code == 0
    assert posted(books) == [("A", 5_00, 0, ""), ("A=5", 3_00, 0, "")]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *(("usage.option", text) for text in ("A=4+1", "A=4+1:", "A=1+1:\udcff")),
        *(("item.unknown", text) for text in ("nobody=4.00", "nobody", "=", "\udcff=1")),
        *(("amount.invalid", text) for text in ("A=4=4", "A=\udcff")),
    ],
    ids=ascii,
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(books: Books, code: str, text: str) -> None:
    result = allocate(books, text)
    assert (result.stderr.partition(":")[0], result.exit_code) == (code, CATALOGUE[code].exit_code), result.output
    assert posted(books) == []


def test_a_beginning_that_a_decision_and_another_line_share_undoes_nothing(tmp_path: Path) -> None:
    lines = [{"amount": f"{n}.00", "bank_reference": f"R{n}", "remittance_information": "thank you"} for n in range(10, 30)]
    books = filled(tmp_path, items=[{"item_id": "A1", "customer_id": "C1", "document_no": "RE-1", "amount": "1000.00"}], lines=lines)
    names = sorted(books.state(date.max).lines["line_id"])
    decided: dict[str, str] = {}
    for name in names:
        decided[books.allocate(name, [AllocationRequest("A1")])[0].decision_id] = name
        shared = [one for one, line in decided.items() if _is_beginning_of_one(one[:1], decided) and _others(names, line, one[:1])]
        if shared:
            break
    decision, given = shared[0], shared[0][:1]
    with pytest.raises(MatcherError) as caught:
        books.undo(given)
    assert caught.value.code == "line.ambiguous"
    assert books.undo(decision)[0].kind == "undo"


def _is_beginning_of_one(text: str, ids: Iterable[str]) -> bool:
    return sum(one.startswith(text) for one in ids) == 1


def _others(lines: Iterable[str], line: str, text: str) -> bool:
    """Whether another line's id begins so."""
    return any(one.startswith(text) and one != line for one in lines)
