"""The ten tasks of the accountant's page, done with keys on the full screen and with commands: both do the same, and the page counts right.

After a change write the table anew: `PYTHONPATH=tests:. .venv/bin/python tests/scenarios/test_ten_tasks.py --write`.
"""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from screens import Seat, work
from support import copied, filled

from matcher.books import Books
from matcher.cli.main import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "accountant.md"
CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Olsen AS"}]
ITEMS = [
    {"item_id": "I0", "customer_id": "C1", "document_no": "RE-2026-00400", "amount": "1190.00"},
    {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "250.00"},
    {"item_id": "I4", "customer_id": "C2", "document_no": "RE-2026-00404", "amount": "1000.00"},
]
LINES = [
    {"amount": "1190.00", "counterparty_name": "Brandt GmbH", "remittance_information": "Rechnung", "bank_reference": "B1"},
    {"amount": "950.00", "counterparty_name": "Olsen AS", "remittance_information": "RE-2026-00404", "bank_reference": "B2"},
    {"amount": "300.00", "counterparty_name": "Brandt GmbH", "remittance_information": "part", "bank_reference": "B3"},
    {"amount": "5.00", "counterparty_name": "Nobody Ltd", "remittance_information": "thanks", "bank_reference": "B4"},
    {"amount": "-5.00", "counterparty_name": "Nobody Ltd", "remittance_information": "sent", "bank_reference": "B5",
     "booking_date": "2026-10-10"},
]  # fmt: skip
"""In the order of the queue, where the last one does not wait."""
SIGNS = {":": "colon", ".": "full_stop", "-": "minus", "/": "slash"}
MARK_90 = ("a", "Backspace", "Backspace", "90", "Enter", "A", "Enter")


@dataclass(frozen=True)
class Task:
    """One of them.

    Attributes:
        title: of the row.
        keys: names of keys, and texts that are typed.
        commands: that do the same, each ended by Enter.
        at: which receipt of the queue it is about, from 0; the way to it is not counted.
        first: keys that are pressed before, and are not counted; and the command.
        made: kinds of the decisions that it leaves in force; a return is decided on both lines.
    """

    title: str
    keys: tuple[str, ...]
    commands: tuple[str, ...]
    at: int = 0
    first: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    made: tuple[str, ...] = ()

    @property
    def pressed(self) -> list[str]:
        """Every single key, as the screen's library calls it."""
        return [name for word in self.keys for name in names(word)]

    @property
    def typed(self) -> int:
        """Keystrokes of the commands."""
        return sum(len(command) + 1 for command in self.commands)


def names(word: str) -> list[str]:
    """A key by its name, or the keys of a text."""
    if word in ("Enter", "Tab", "Backspace"):
        return [word.lower()]
    return [SIGNS.get(sign, sign) for sign in word]


TASKS = (
    Task("find a receipt by its amount", ("f", *["Tab"] * 8, "300", "Tab", "300", "Enter"),
         ("matcher queue --min-amount 300 --max-amount 300",)),
    Task("accept one", ("Enter",), ("matcher accept 1",), made=("accept",)),
    Task("accept all that are at least 90 % sure", MARK_90, ("matcher accept --min-confidence 90",), made=("accept", "accept")),
    Task("take the second choice", ("2",), ("matcher explain 1", "matcher accept 1 --choice 2"), made=("on_account",)),
    Task("a part payment", ("p",), ("matcher allocate 2 00404",), 1, made=("allocate",)),
    Task("on account", ("c", "Enter"), ("matcher on-account 3 --customer C1",), 2, made=("on_account",)),
    Task("classify as a fee", ("x", "1"), ("matcher classify 4 --as fee",), 3, made=("classify",)),
    Task("a payment that came back", ("r", "ref:B5", "Enter"), ("matcher return 4 --of ref:B5",), 3, made=("return", "return")),
    Task("hold until a day", ("h", "Enter"), ("matcher hold 4 --until 2026-11-15",), 3, made=("hold",)),
    Task("take back what was accepted at once", ("u",), ("matcher undo --run last",),
         first=(MARK_90, ("matcher accept --min-confidence 90",))),
)  # fmt: skip


def rows() -> str:
    """The table's rows."""
    return "".join(
        f"| {task.title} | {' '.join(f'`{word}`' for word in shortened(task.keys))} | {len(task.pressed)} "
        f"| {', '.join(f'`{command}`' for command in task.commands)} | {task.typed} |\n"
        for task in TASKS
    )


def shortened(keys: tuple[str, ...]) -> list[str]:
    """Keys in a row that are the same, once and with their number."""
    found: list[list[str]] = []
    for key in keys:
        if found and found[-1][0] == key:
            found[-1].append(key)
        else:
            found.append([key])
    return [same[0] if len(same) == 1 else f"{same[0]} {len(same)} times" for same in found]


def rewritten(page: str) -> str:
    """The page with the table written anew."""
    (table,) = re.finditer(r"^\| task \|.*\n\|[-|]+\n((?:\|.*\n)*)", page, re.MULTILINE)
    return page[: table.start(1)] + rows() + page[table.end(1) :]


def _made(folder: Path) -> None:
    filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES).run()


def held(books: Books) -> tuple[list[str], dict[str, int], dict[str, str]]:
    """Kinds of decisions in force, what is open, and what became of each line."""
    state = books.state()
    kinds = [kind for kind, live in state.decisions.select("kind", "live").iter_rows() if live and kind != "undo"]
    return kinds, dict(state.items.select("item_id", "open").iter_rows()), dict(state.lines.select("bank_reference", "state").iter_rows())


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.title)
def test_keys_and_commands_do_the_same(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "commands").mkdir()
    by_keys, by_commands = copied(tmp_path / "keys", _made), copied(tmp_path / "commands", _made)

    async def story(seat: Seat) -> None:
        await seat.press(*["down"] * task.at)
        for word in task.first[0]:
            await seat.press(*names(word))
        before = seat.pressed
        for word in task.keys:
            await seat.press(*names(word))
        assert seat.pressed - before == len(task.pressed)
        if not task.made and not task.first[0]:
            assert seat.head.startswith("0 of 1 done, 300.00 EUR left")

    work(by_keys, story)
    monkeypatch.setenv("MATCHER_BOOKS", str(by_commands.directory))
    monkeypatch.setenv("MATCHER_ACTOR", "ada")
    for command in ("matcher queue", *task.first[1], *task.commands):
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
    if not task.made and not task.first[0]:
        assert "300.00" in result.output
        assert "950.00" not in result.output
    found = held(by_keys)
    assert found == held(by_commands)
    assert found[0] == list(task.made)


def test_the_page_counts_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
