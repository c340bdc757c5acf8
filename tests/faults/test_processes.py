"""Many processes at once, too little memory, a clock that runs backwards, a helper that is killed."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from support import CONFIG, copied, customers_file, filled, items_file, lines_file, new_books

from faults.commands import CUSTOMERS, FOREVER, ITEMS, LINES, Command
from faults.harness import Job, Result
from faults.trials import Bench, by_name, dump, failing_checks
from matcher.books import Books
from matcher.engines import workers
from matcher.errors import MatcherError

AT_ONCE = int(os.environ.get("MATCHER_AT_ONCE", "6"))


def propose(folder: Path, count: int) -> None:
    customers = [{"customer_id": f"C{n}", "name": f"Kunde {chr(65 + n)}{chr(97 + n)}dorf GmbH"} for n in range(count)]
    items = [
        {"item_id": f"I{n}{twin}", "customer_id": f"C{n}", "document_no": f"RE-2026-{n:04d}{twin}", "amount": f"{100 + n}.00"}
        for n in range(count)
        for twin in range(2)
    ]
    lines = [{"amount": f"{100 + n}.00", "counterparty_name": customers[n]["name"], "bank_reference": f"B{n}"} for n in range(count)]
    filled(folder, items=items, customers=customers, lines=lines).run()


def with_proposals(folder: Path, count: int) -> Books:
    """Books in which so many lines have a proposal."""
    return copied(folder, propose, count)


def test_lines_accepted_at_the_same_time_are_each_posted_once(bench: Bench, tmp_path: Path) -> None:
    books = with_proposals(tmp_path, AT_ONCE)
    lines = [line.line_id for line in books.queue(FOREVER).lines if line.state == "proposed"]
    assert len(lines) == AT_ONCE
    results = bench.server.run([Job(tmp_path, ("accept", line), while_busy=True) for line in lines])
    assert [result.status for result in results] == [0] * AT_ONCE
    decisions = books.state(FOREVER).decisions
    assert sorted(decisions["line_id"]) == sorted(lines)
    assert failing_checks(books) == []


def test_of_commands_at_the_same_time_each_is_done_or_told_that_the_books_are_in_use(bench: Bench, tmp_path: Path) -> None:
    books = with_proposals(tmp_path, AT_ONCE)
    lines = [line.line_id for line in books.queue(FOREVER).lines if line.state == "proposed"]
    results = bench.server.run([Job(tmp_path, ("accept", line)) for line in lines])
    assert {result.status for result in results} <= {0, 5}
    assert all("books.busy" in result.said for result in results if result.status == 5)
    done = sorted(line for line, result in zip(lines, results, strict=True) if result.status == 0)
    assert sorted(books.state(FOREVER).decisions["line_id"]) == done != []


MEGABYTE = 1 << 20


@pytest.mark.parametrize("name", ["ingest", "run", "accept", "export receipts"])
def test_too_little_memory_changes_nothing_or_ends_well(bench: Bench, name: str) -> None:
    command: Command = by_name()[name]
    for megabytes in (0, 24):
        assert bench.trial(command, None, megabytes * MEGABYTE) == []


def test_too_little_memory_is_really_too_little(bench: Bench) -> None:
    command = by_name()["run"]
    result: Result = bench.run(command, bench.place(command), None, 0)
    assert result.status not in (0, 1)


def backwards() -> Iterator[datetime]:
    """A clock that is put back a day at every look."""
    moment = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    while True:
        yield moment
        moment -= timedelta(days=1)


def test_a_clock_that_runs_backwards_changes_no_order(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    moments = backwards()
    books = Books(tmp_path / "books", actor="ada", clock=lambda: next(moments))
    books.import_files("items", [items_file(tmp_path, ITEMS)])
    books.import_files("customers", [customers_file(tmp_path, CUSTOMERS)])
    books.ingest([lines_file(tmp_path, LINES)])
    books.run()
    state = books.state(FOREVER)
    (proposed,) = state.lines.filter(pl.col("state") == "proposed")["line_id"]
    (posted,) = state.lines.filter(pl.col("bank_reference") == "B1")["line_id"]
    first = books.accept([proposed])[0].decision_id
    books.undo(first)
    books.run()
    again = books.accept([proposed])[0].decision_id
    books.undo(posted)
    state = books.state(FOREVER)
    decisions = state.decisions.sort("batch", "ordinal")
    assert decisions["at"].to_list() == sorted(decisions["at"], reverse=True) != [decisions["at"][0]] * decisions.height
    assert decisions.filter("live", pl.col("line_id") == proposed)["decision_id"].to_list() == [again] != [first]
    assert state.lines.filter(pl.col("line_id") == proposed)["state"].to_list() == ["posted"]
    assert state.lines.filter(pl.col("line_id") == posted)["state"].to_list() != ["posted"]
    with pytest.raises(MatcherError, match=r"decision\."):
        books.undo(first)
    assert failing_checks(books) == []


def two_companies(folder: Path) -> None:
    rows = [line | {"account": account} for account in ("giro", "service") for line in LINES]
    items = [item | {"item_id": item["item_id"] + entity, "entity": entity} for entity in ("1", "2") for item in ITEMS]
    filled(folder, items=items, customers=CUSTOMERS, lines=rows)


def run_alone(folder: Path) -> None:
    copied(folder, two_companies).run()


@pytest.mark.parametrize("moment", ["before it is asked", "after it is asked"])
def test_a_helper_that_is_killed_changes_no_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    books = copied(tmp_path, two_companies)
    copied(tmp_path / "alone", run_alone)
    started, say, helpers, killed = workers._started, workers._say, [], []

    def keep() -> object:
        helpers.append(started())
        return helpers[-1]

    def kill() -> None:
        helpers[0].kill()
        killed.append(helpers[0].wait())

    def kill_and_say(what: object, to: object) -> None:
        if moment == "before it is asked":
            kill()
        say(what, to)  # type: ignore[arg-type]
        if moment == "after it is asked":
            kill()

    monkeypatch.setattr(workers, "WORTH", 0)
    monkeypatch.setattr(workers, "_cores", lambda: 2)
    monkeypatch.setattr(workers, "_started", keep)
    monkeypatch.setattr(workers, "_say", kill_and_say)
    books.run()
    assert (len(helpers), killed) == (1, [-signal.SIGKILL])
    assert dump(tmp_path) == dump(tmp_path / "alone")
