"""The queue of a generated month, about two hundred receipts, worked to nothing by commands with filters, and in a workbook."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from months import month, replayed, standing
from teller import Teller

from matcher.books import Books

MOST_COMMANDS, MOST_KEYSTROKES = 8, 400
COMMANDS = (
    "accept --min-confidence 60 --dry-run",
    "accept --min-confidence 60",
    "accept --outcome on_account",
    "accept --outcome duplicate",
    "accept --outcome closed_item",
    "hold --min-amount 0 --until 2026-11-30 --reason asked",
)


def _is_at_zero(books: Books, waiting: int, folder: Path) -> None:
    """Nothing waits, the books hold, and the journal replayed from its beginning comes to the same."""
    assert books.queue(limit=1).waiting == 0
    held = standing(books)
    assert held[3]["line_id"].n_unique() == waiting
    assert [check.failure for check in books.verify() if check.failure] == []
    again = standing(replayed(books, folder / "again"))
    assert all(one.equals(other) for one, other in zip(held, again, strict=True))


def test_filters_work_the_queue_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = month(tmp_path)
    desk = Teller(books, monkeypatch)
    waiting = books.queue(limit=1).waiting
    assert 180 <= waiting <= 240
    left = [waiting]
    for command in COMMANDS:
        desk.do(*command.split())
        left.append(books.queue(limit=1).waiting)
    assert left == sorted(left, reverse=True)
    assert left[0] == left[1], "a dry run decides nothing"
    assert all(before > after for before, after in pairwise(left[1:])), "each command is of use"
    assert len(COMMANDS) <= MOST_COMMANDS
    assert sum(len("matcher ") + len(command) + 1 for command in COMMANDS) < MOST_KEYSTROKES
    assert books.state().decisions.filter(books.state().decisions["actor"] == "ada")["batch"].n_unique() <= len(COMMANDS)
    _is_at_zero(books, waiting, tmp_path)


def test_a_workbook_works_the_queue_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = month(tmp_path)
    desk = Teller(books, monkeypatch)
    waiting = books.queue(limit=1).waiting
    desk.do("decisions", "export", "waits.xlsx")
    book = openpyxl.load_workbook(desk.folder / "waits.xlsx")
    sheet = book["Decisions"]
    place = {cell.value: cell.column for cell in sheet[1]}
    made: Counter[str] = Counter()
    for row in range(2, sheet.max_row + 1):
        cells = {name: sheet.cell(row, column) for name, column in place.items()}
        customer = str(cells["proposed_customer"].value or "").split(" ")[0]
        word = "accept" if cells["proposed_documents"].value else "on account" if customer else "hold"
        cells["decision"].value = word
        cells["customer" if word == "on account" else "until"].value = {"on account": customer, "hold": "2026-11-30"}.get(word)
        made[word] += 1
    book.save(desk.folder / "filled.xlsx")
    assert made.total() == waiting
    assert min(made["accept"], made["on account"], made["hold"]) > 30
    assert f"{waiting} decided, 0 decided so already, 0 refused, 0 left empty." in desk.do("decisions", "apply", "filled.xlsx")
    _is_at_zero(books, waiting, tmp_path)
