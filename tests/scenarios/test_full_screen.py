"""The queue on the full screen: every key, driven as a person does, and what the books hold afterwards."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from screens import Seat, work
from support import copied, filled, lines_file

from matcher.books import Books
from matcher.cli.main import main
from matcher.filters import Filters

CUSTOMERS = [
    {"customer_id": "C1", "name": "Brandt GmbH"},
    {"customer_id": "C2", "name": "Olsen AS"},
    {"customer_id": "C3", "name": "上海华源机械有限公司"},
]
ITEMS = [
    {"item_id": "I0", "customer_id": "C1", "document_no": "RE-2026-00400", "amount": "1190.00"},
    {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "250.00"},
    {"item_id": "I2", "customer_id": "C1", "document_no": "RE-2026-00402", "amount": "98.00"},
    {"item_id": "I3", "customer_id": "C2", "document_no": "RE-2026-00403", "amount": "77.50"},
    {"item_id": "I4", "customer_id": "C2", "document_no": "RE-2026-00404", "amount": "1000.00"},
    {"item_id": "I5", "customer_id": "C3", "document_no": "RE-2026-00405", "amount": "5000.00"},
]
HOSTILE = "货款 [bold]x[/] \x1b[31m"
"""What looks like markup of the screen's library, and what a terminal would obey."""
LINES = [
    {"amount": "5000.00", "counterparty_name": "上海华源机械有限公司", "remittance_information": HOSTILE, "bank_reference": "B0"},
    {"amount": "1190.00", "counterparty_name": "Brandt GmbH", "remittance_information": "Rechnung", "bank_reference": "B1"},
    {"amount": "950.00", "counterparty_name": "Olsen AS", "remittance_information": "RE-2026-00404", "bank_reference": "B2"},
    {"amount": "300.00", "counterparty_name": "Brandt GmbH", "remittance_information": "part", "bank_reference": "B3"},
    {"amount": "5.00", "counterparty_name": "Nobody Ltd", "remittance_information": "thanks", "bank_reference": "B4"},
    {"amount": "4.00", "counterparty_name": "Nobody Ltd", "remittance_information": "thanks", "bank_reference": "B5"},
]  # fmt: skip
"""In the order of the queue: three with a proposal, three without; the proposal for 950.00 clears a fee."""


def _made(folder: Path) -> None:
    filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES).run()


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, _made)


def kinds(books: Books) -> list[str]:
    """Decisions in force, in the order in which they were made."""
    return [kind for kind, live in books.state().decisions.select("kind", "live").iter_rows() if live and kind != "undo"]


def still_open(books: Books) -> dict[str, int]:
    return dict(books.state().items.select("item_id", "open").iter_rows())


def sound(books: Books) -> bool:
    return [check.failure for check in books.verify() if check.failure] == []


def test_the_list_the_evidence_and_the_choices_stand_side_by_side(books: Books) -> None:
    async def story(seat: Seat) -> None:
        screen = seat.text()
        assert seat.head == "0 of 6 done, 7,449.00 EUR left"
        for words in (
            "5,000.00 EUR",
            "-> C3 上海华源机械有限公司  RE-2026-00405  exact",
            " % sure",
            "Not posted: ",
            ">1 C3",
        ):
            assert words in screen
        assert r"货款 [bold]x[/] \x1b[31m" in screen
        screen = await seat.press("end")
        assert "Nothing is proposed" in screen

    work(books, story)


def test_enter_accepts_and_the_next_one_is_looked_at(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("enter")
        assert seat.message == "Accepted 5,000.00 EUR of 上海华源机械有限公司: RE-2026-00405. 5 still wait, 2,449.00 EUR."
        assert seat.head == "1 of 6 done, 2,449.00 EUR left"
        await seat.press("enter", "enter")
        assert seat.head == "3 of 6 done, 309.00 EUR left"
        await seat.press("enter")
        assert seat.message.startswith("Nothing is proposed for this receipt")

    work(books, story)
    assert kinds(books) == ["accept"] * 3
    assert sound(books)


def test_a_number_takes_a_choice_and_so_does_enter_on_the_highlighted_one(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("down")
        assert "2 C1 Brandt GmbH  on account" in seat.text()
        await seat.press("2")
        assert seat.message.startswith("Put 1,190.00 EUR of Brandt GmbH on account of C1.")
        await seat.press("home", "right")
        assert ">2 C3" in seat.text()
        await seat.press("left", "right", "enter")
        await seat.press("9", "5")
        assert seat.message == "There is no choice 5."

    work(books, story)
    assert kinds(books) == ["on_account", "on_account"]
    assert sound(books)


@pytest.mark.parametrize(("key", "left", "reason"), [("p", 50_00, ""), ("d", 0, "discount"), ("w", 0, "rounding")])
def test_what_a_receipt_lacks_stays_open_or_is_cleared(key: str, left: int, reason: str, books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("down", "down", key)
        if key == "w":
            assert "Clear 50.00 EUR as" in seat.text()
            await seat.press("down", "down", "down", "enter")
        assert "950.00 EUR of Olsen AS to RE-2026-00404" in seat.message

    work(books, story)
    assert still_open(books)["I4"] == left
    assert list(books.state().allocations.filter(state="posted")["adjustment_reason"]) == [reason]
    assert sound(books)


def test_documents_are_found_ticked_and_allocated(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("down", "down", "down", "slash")
        assert "RE-2026-00401" in seat.text()
        await seat.type("olsen")
        screen = await seat.press("enter")
        assert ("RE-2026-00403" in screen, "RE-2026-00401" in screen) == (True, False)
        assert "222.50 EUR left" in await seat.press("space")
        await seat.press("slash", "ctrl+u")
        await seat.type("250.00")
        assert "0.00 EUR left: all is allocated   2 ticked" in await seat.press("enter", "space")
        await seat.press("enter")
        assert "Allocated 300.00 EUR of Brandt GmbH to RE-2026-00403, RE-2026-00401." in seat.message

    work(books, story)
    assert (still_open(books)["I3"], still_open(books)["I1"]) == (0, 27_50)
    assert sound(books)


def test_no_receivable_on_hold_noted_and_given_away(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("end", "x")
        assert "4.00 EUR of Nobody Ltd is" in seat.text()
        await seat.press("1")
        assert seat.message.startswith("Classified 4.00 EUR of Nobody Ltd as fee.")
        await seat.press("n")
        await seat.type("asked")
        await seat.press("enter")
        assert seat.message.startswith("Noted on 5.00 EUR of Nobody Ltd.")
        await seat.press("o")
        await seat.type("eve")
        await seat.press("enter")
        await seat.press("h", "enter")
        assert seat.message.startswith("On hold until 15 Nov: 5.00 EUR of Nobody Ltd.")
        assert seat.head == "2 of 6 done, 7,440.00 EUR left"
        await seat.press("h")
        await seat.press("backspace", "x", "enter")
        assert "is no date" in seat.text()
        await seat.press("escape")
        await seat.press("c")
        await seat.press("enter")
        assert seat.message.startswith("Put 300.00 EUR of Brandt GmbH on account of C1.")

    work(books, story)
    assert kinds(books) == ["classify", "note", "assign", "hold", "on_account"]
    assert sound(books)


def test_the_last_decision_made_here_is_taken_back(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("u")
        assert seat.message == "Nothing was decided here that could be taken back."
        await seat.press("enter", "enter", "u")
        assert seat.message.startswith("Taken back: Accepted 1,190.00 EUR of Brandt GmbH")
        assert seat.head == "1 of 6 done, 2,449.00 EUR left"
        assert ">  15 Oct  1,190.00 EUR" in seat.text()
        await seat.press("u")
        assert seat.head == "0 of 6 done, 7,449.00 EUR left"
        await seat.press("enter")

    work(books, story)
    assert kinds(books) == ["accept"]
    assert sound(books)


def test_what_is_marked_is_decided_at_once_and_taken_back_at_once(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.press("a", "backspace", "backspace")
        await seat.type("90")
        await seat.press("enter")
        assert "3 found, 3 marked" in seat.message
        screen = await seat.press("A")
        assert "7,140.00 EUR on 3 documents" in screen
        assert "50.00 EUR cleared as fee" in screen
        await seat.press("enter")
        assert seat.message == "Accepted 3 receipts, 7,140.00 EUR. 3 still wait, 309.00 EUR."
        await seat.press("u")
        assert seat.head == "0 of 6 done, 7,449.00 EUR left"
        await seat.press("end", "g")
        assert "2 found, 2 marked: 9.00 EUR" in seat.message
        await seat.press("x", "1")
        assert seat.message.startswith("Classified 2 receipts, 9.00 EUR as fee.")
        await seat.press("space", "escape", "A")
        assert seat.message.startswith("No receipt is marked")

    work(books, story)
    assert kinds(books) == ["classify", "classify"]
    assert sound(books)


def test_a_return_and_a_refusal(books: Books, tmp_path: Path) -> None:
    books.ingest([lines_file(tmp_path, [LINES[4] | {"amount": "-5.00", "bank_reference": "B6", "booking_date": "2026-10-10"}], "more.csv")])
    (out,) = books.state().lines.filter(bank_reference="B6")["line_id"]

    async def story(seat: Seat) -> None:
        await seat.press("home", "minus")
        assert seat.message.startswith("Refused what was proposed for 5,000.00 EUR")
        assert "Nothing is proposed" in seat.text()
        await seat.press("minus")
        assert seat.message == "There is no proposal to refuse."
        await seat.press("end", "up", "r")
        await seat.type(out[:12])
        await seat.press("enter")
        assert seat.message.startswith(f"Recorded 5.00 EUR of Nobody Ltd as the return of line {out[:10]}.")
        await seat.press("u", "u")
        assert seat.message.startswith("Taken back: Refused")

    work(books, story)
    assert kinds(books) == []
    assert sound(books)


def test_filter_sort_and_the_page_of_keys(books: Books) -> None:
    async def story(seat: Seat) -> None:
        screen = await seat.press("question_mark")
        assert "the bank's return of another line" in screen
        await seat.press("escape", "s")
        await seat.press("2")
        assert seat.head.endswith("sort amount")
        await seat.press("f", *(["tab"] * 11))
        await seat.type("olsen")
        await seat.press("enter")
        assert seat.head == "0 of 1 done, 950.00 EUR left   search olsen, sort amount"
        await seat.press("enter")
        assert seat.head.startswith("1 of 1 done, nothing left")
        assert "Nothing waits any more" in seat.message
        await seat.press("f", "shift+tab", "shift+tab", "shift+tab", "x", "enter")
        assert "is no number of days" in seat.text()

    work(books, story)
    assert kinds(books) == ["accept"]


def test_a_narrow_screen_without_colours_shows_the_same(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(seat: Seat) -> None:
        rows = seat.text().splitlines()
        assert (len(rows), max(map(len, rows)) <= 80) == (24, True)
        assert rows[1].startswith(" >  15 Oct  5,000.00 EUR")
        assert any(row.startswith(">1 C3") for row in rows)
        colours = {segment.style.color for row in seat.program.screen._compositor.render_strips() for segment in row if segment.style}
        assert {colour.triplet.red == colour.triplet.blue for colour in colours if colour and colour.triplet} == {True}

    work(books, story, size=(80, 24))


def test_the_mouse_looks_at_a_receipt_and_highlights_a_choice(books: Books) -> None:
    async def story(seat: Seat) -> None:
        await seat.pilot.click("#list", offset=(20, 2))
        assert ">  15 Oct  1,190.00 EUR" in await seat.settled()
        rows = seat.text().splitlines()
        place = next(n for n, row in enumerate(rows) if " 2 C1 Brandt GmbH" in row)
        await seat.pilot.click("#detail", offset=(5, place - 1))
        assert ">2 C1" in await seat.settled()

    work(books, story)
    assert kinds(books) == []


def test_what_somebody_else_decided_meanwhile_is_said_and_the_list_is_read_anew(books: Books) -> None:
    first, second = (line.line_id for line in books.queue().lines[:2])

    async def story(seat: Seat) -> None:
        books.classify([first], "other")
        await seat.press("enter")
        assert seat.message.startswith("Not saved: decision.changed: line ")
        assert "1 were decided elsewhere" in seat.message
        assert seat.head == "0 of 5 done, 2,449.00 EUR left"
        books.reject([second])
        await seat.press("enter")
        assert seat.message.startswith("Not saved: decision.changed: line ")
        assert "Nothing is proposed" in seat.text()

    work(books, story)
    assert kinds(books) == ["classify", "reject"]
    assert sound(books)


def test_books_that_another_process_holds_are_waited_for_and_then_nothing_is_saved(books: Books) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    file = str(books.directory / "books.duckdb")

    async def story(seat: Seat) -> None:
        holder = subprocess.Popen([sys.executable, "-c", hold, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            for key in ("enter", "q"):
                seat.program.simulate_key(key)
            for _ in range(1000):
                await asyncio.sleep(0.02)
                if seat.message.startswith("Not saved"):
                    break
            assert seat.program.is_running
            assert seat.message.startswith("Not saved: books.busy")
            assert seat.head == "0 of 6 done, 7,449.00 EUR left"
            holder.communicate()
        await seat.press("ctrl+r", "enter")
        assert seat.head == "1 of 6 done, 2,449.00 EUR left"

    work(books, story)
    assert kinds(books) == ["accept"]


def test_a_filter_is_taken_from_the_command_and_a_screen_needs_a_terminal(books: Books) -> None:
    async def story(seat: Seat) -> None:
        assert seat.head == "0 of 2 done, 1,490.00 EUR left   customer C1"

    work(books, story, filters=Filters(customer="C1"))
    result = CliRunner().invoke(main, ["--books", str(books.directory), "review"])
    assert (result.exit_code, result.stderr) == (
        2,
        "usage.option: a full screen needs a terminal. See `matcher queue` for the same in lines of text.\n",
    )


def test_who_leaves_at_once_has_saved_everything(books: Books) -> None:
    async def story(seat: Seat) -> None:
        for key in ("enter", "enter", "u", "q"):
            seat.program.simulate_key(key)
        while seat.program.is_running:
            await asyncio.sleep(0.02)

    program = work(books, story)
    assert (program.clerk.unsaved, program.return_code) == (0, 0)
    assert kinds(books) == ["accept"]
