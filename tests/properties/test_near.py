"""What is read of the books for a few lines gives what the whole books give: their rows, and the queue."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from effort import DEEP, tries
from faults.histories import START, History
from support import new_books

from matcher.errors import MatcherError
from matcher.frames import State
from matcher.journal.fold import fold
from matcher.pipeline import view
from matcher.pipeline.session import Session
from matcher.store import near, queue

COMMANDS, EVERY = 16, 8


def _restricted(state: State, line_ids: list[str], item_ids: list[str]) -> dict[str, pl.DataFrame]:
    lines, items = pl.col("line_id").is_in(line_ids), pl.col("item_id").is_in(item_ids)
    return {
        "lines": state.lines.filter(lines),
        "excluded": state.excluded.filter(lines),
        "items": state.items.filter(items),
        "allocations": state.allocations.filter(lines | (items & (pl.col("state") == "posted"))),
        "decisions": state.decisions.filter(lines),
    }


def _named(state: State, line_ids: list[str]) -> list[str]:
    """The items that the decisions and proposals on lines name."""
    return state.allocations.filter(pl.col("line_id").is_in(line_ids))["item_id"].to_list()


def _check_lines(session: Session, whole: State, line_ids: list[str]) -> None:
    found = fold(near.facts(session.store, line_ids), date.max, whole.base_currency)
    items = _named(whole, line_ids)
    for name, frame in _restricted(whole, line_ids, items).items():
        mine = _restricted(found, line_ids, items)[name]
        assert mine.equals(frame), (name, line_ids, mine, frame)


def _check_queue(session: Session, as_of: date) -> None:
    waits = (pl.col("state") != "posted") & ~pl.col("outcome").is_in(["outgoing", "non_receivable"])
    lines = view.whole(session, as_of).lines.filter(waits).sort(pl.col("state") != "proposed", -pl.col("amount"), "line_id")
    for outcome in ("", *lines["outcome"].unique().sort()):
        wanted = lines.filter(pl.col("outcome") == outcome) if outcome else lines
        filters = {"outcome": outcome, "account": "", "entity": ""}
        assert queue.waiting(session.store, as_of, filters, 3) == (wanted["line_id"].to_list()[:3], wanted.height)
        assert queue.waiting(session.store, as_of, filters, None)[0] == wanted["line_id"].to_list()


def check(of: History) -> int:
    """Compares some lines alone, all together, and the queue of some days. Gives the number of lines."""
    with of.books.reading() as session:
        whole = view.present(session)
        ids = [*whole.lines["line_id"], *whole.excluded["line_id"]]
        for line_id in ids[:: 1 if DEEP else 4]:
            _check_lines(session, whole, [line_id])
        _check_lines(session, whole, ids)
        days = sorted(set(whole.lines["booking_date"]))
        for day in {days[0], days[len(days) // 2], date.max}:
            _check_queue(session, day)
    return len(ids)


@pytest.mark.parametrize("seed", range(5, 5 + tries(3) // 4))
def test_a_few_lines_are_as_in_the_whole_books_after_any_commands(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path, seed)
    history.story.append("start")
    for act in START:
        act(history)
        history.refresh()
    compared = 0
    for n in range(COMMANDS):
        history.step(look=False)
        history.refresh()
        if n % EVERY == EVERY - 1:
            compared += check(history)
    assert compared > COMMANDS


def test_a_line_that_nobody_knows_is_not_found(tmp_path: Path) -> None:
    with new_books(tmp_path / "books").reading() as session, pytest.raises(MatcherError) as raised:
        view.of_lines(session, ["abc"])
    assert raised.value.code == "line.unknown"
