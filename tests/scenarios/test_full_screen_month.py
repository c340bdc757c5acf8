"""A morning's queue of a generated month, worked to nothing by keys alone."""

from itertools import takewhile
from pathlib import Path

from months import month, replayed, standing
from screens import Seat, work

from matcher.fullscreen.requests import acceptable, pays_nothing
from matcher.review.queue import WaitingLine

MOST_KEYS = 260
AT_A_GLANCE = 8
"""Receipts that are on the screen, and are decided without waiting for their choices."""
ONE_BY_ONE = 4
"""Receipts that nothing explains and that are looked at one by one before the rest is put on hold by its reason."""


def takes_enter(line: WaitingLine | None) -> bool:
    """Whether Enter decides the receipt by itself."""
    return line is not None and (line.state == "proposed" or (pays_nothing(line) and not acceptable(line)))


async def morning(seat: Seat) -> None:
    """What is sure at once, what pays nothing that is open by its reason, a few by their choices, and what nobody knows on hold."""
    desk = seat.program.desk
    await seat.press("a", "backspace", "backspace", "6", "0", "enter")
    await seat.press("A", "enter")
    looked_at = 0
    while desk.ids:
        line = desk.record
        assert line is not None
        assert seat.pressed < MOST_KEYS
        glance = [desk.records.get(line_id) for line_id in desk.ids[desk.at : desk.at + AT_A_GLANCE]]
        if entered := list(takewhile(takes_enter, glance)):
            await seat.press(*("enter" for _ in entered))
        elif pays_nothing(line):
            await seat.press("G")
            await seat.press("A", *(["enter"] if len(desk.marked) > 1 else []))
        elif looked_at < ONE_BY_ONE:
            looked_at += 1
            await seat.press(*(["1"] if desk.options() else ["x", "8"]))
        else:
            await seat.press("G")
            await seat.press("h", "enter")


def test_a_morning_of_two_hundred_receipts_takes_few_keys(tmp_path: Path) -> None:
    books = month(tmp_path)
    waiting = books.queue(limit=1).waiting
    seats: list[Seat] = []

    async def story(seat: Seat) -> None:
        seats.append(seat)
        await morning(seat)
        assert seat.head == f"{waiting} of {waiting} done, nothing left"

    program = work(books, story)
    assert 180 <= waiting <= 240
    assert seats[0].pressed < MOST_KEYS
    assert len(program.desk.steps) < 60
    assert books.queue(limit=1).waiting == 0
    assert [check.failure for check in books.verify() if check.failure] == []
    again = replayed(books, tmp_path / "again")
    assert all(one.equals(other) for one, other in zip(standing(books), standing(again), strict=True))
