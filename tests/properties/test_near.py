"""What is read of the books for a few lines gives what the whole books give: their rows, and the queue."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from effort import DEEP
from polars.testing import assert_frame_equal
from support import filled, items_file, lines_file, new_books

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.exports import tables
from matcher.exports.matches import matches
from matcher.filters import Filters
from matcher.frames import State
from matcher.ledger.fold import fold
from matcher.pipeline import matched, view
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.session import Session
from matcher.review import items, log
from matcher.review.customer import customer as account_of
from matcher.review.items import ItemQuery
from matcher.store import journal, near, queue

COMMANDS, EVERY = (300, 5) if DEEP else (36, 9)
ACTS = (*["allocate"] * 3, *["undo"] * 2, "accept", "reject", "run", "run as of", "ingest", "import", "reject statement", "dispute")


def _restricted(state: State, line_ids: list[str], item_ids: list[str]) -> dict[str, pl.DataFrame]:
    lines, items = pl.col("line_id").is_in(line_ids), pl.col("item_id").is_in(item_ids)
    return {
        "lines": state.lines.filter(lines),
        "excluded": state.excluded.filter(lines),
        "items": state.items.filter(items),
        "allocations": state.allocations.filter(lines | (items & (pl.col("state") == "posted"))),
        "decisions": state.decisions.filter(lines),
        "item_notes": state.item_notes.filter(items),
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
    alone = fold(near.facts(session.store, line_ids, lines_only=True), date.max, whole.base_currency)
    # with its items come the lines that their credits are left of
    mine, theirs = ((state.lines.filter(pl.col("line_id").is_in(line_ids)), state.excluded) for state in (alone, found))
    assert (mine[0].equals(theirs[0]), mine[1].equals(theirs[1])) == (True, True)


def _check_owed(session: Session, as_of: date) -> None:
    """What is owed, without what becomes of the lines."""
    state, owing = view.whole(session, as_of), view.owed(session, as_of)
    moved = [frame.select(sorted(frame.columns)).sort(pl.all()) for frame in (state.movements, owing.movements)]
    assert moved[0].equals(moved[1])
    for name in ("items", "credits", "item_notes", "customers"):
        assert getattr(owing, name).equals(getattr(state, name)), name
    assert owing.lines.equals(state.lines.select(owing.lines.columns))


def _check_less(session: Session, day: date) -> None:
    """A report that asks for no movements, and one that asks for lines alone, are told the same as others of all the rest."""
    whole, lean, placed = view.whole(session, day), view.whole(session, day, moving=False), view.placed(session, day)
    assert lean.movements.is_empty()
    for name in ("lines", "items", "credits", "allocations", "decisions", "excluded", "item_notes"):
        assert_frame_equal(getattr(lean, name), getattr(whole, name))
    for name in ("lines", "allocations", "decisions", "excluded"):
        assert_frame_equal(getattr(placed, name), getattr(whole, name))


def _check_queue(session: Session, as_of: date) -> None:
    waits = (pl.col("state") != "posted") & ~pl.col("outcome").is_in(["outgoing", "non_receivable"])
    lines = view.whole(session, as_of).lines.filter(waits).sort(pl.col("state") != "proposed", -pl.col("amount"), "line_id")
    for outcome in ("", *lines["outcome"].unique().sort()):
        wanted = lines.filter(pl.col("outcome") == outcome) if outcome else lines
        found = queue.waiting(session.store, as_of, Filters(outcome=outcome), 3)
        assert found.line_ids == tuple(wanted["line_id"].to_list()[:3])
        assert (found.count, found.waiting) == (wanted.height, lines.height)
        assert sum(found.sums.values()) == wanted["amount"].sum()
        assert queue.waiting(session.store, as_of, Filters(outcome=outcome), None).line_ids == tuple(wanted["line_id"])
    for rule in {text.partition("@")[0] for text in lines["rule"] if text}:
        wanted = lines.filter(pl.col("rule").str.starts_with(f"{rule}@"))
        assert queue.waiting(session.store, as_of, Filters(rule=rule), None).line_ids == tuple(wanted["line_id"])
    for customer in lines["customer_id"].unique().sort():
        wanted = lines.filter(pl.col("customer_id") == customer) if customer else lines
        assert queue.waiting(session.store, as_of, Filters(customer=customer), None).line_ids == tuple(wanted["line_id"])


def _check_items(session: Session, whole: State) -> None:
    """What `items` lists of everything, of a customer, and of an open amount."""
    of_items = whole.items.select("item_id", "open", "customer_id")
    opens = {row[0]: row[1:] for frame in (of_items, whole.credits.select(of_items.columns)) for row in frame.iter_rows()}
    for asked in (ItemQuery(closed=True), ItemQuery(customer="C1", closed=True), ItemQuery(search="brandt", closed=True)):
        found = items.page(session, date(2026, 11, 1), asked)
        assert {item.item_id: (item.open, item.customer_id) for item in found.items} == opens
        left = [amount for amount, _ in opens.values() if amount]
        assert [(total.items, total.open) for total in found.totals] == [(len(left), sum(left))] * bool(left)
    for amount in {abs(amount) for amount, _ in opens.values() if amount}:
        found = items.page(session, date(2026, 11, 1), ItemQuery(amount=f"{amount / 100:.2f}"))
        same = {item.item_id for item in found.items if item.found_by == "open amount"}
        assert same == {name for name, (left, _) in opens.items() if abs(left) == amount}


def _check_customers(session: Session, as_of: date) -> None:
    """A customer's account, and that of one whom nobody knows."""
    state = view.whole(session, as_of)
    for name in ("C1", "C2"):
        assert account_of(view.of_customer(session, as_of, name), name) == account_of(state, name)
    for name in ("C9", "\ud800", ""):
        with pytest.raises(MatcherError, match="there is no customer"):
            account_of(view.of_customer(session, as_of, name), name)


def _check_matches(session: Session, as_of: date) -> None:
    """What every line was applied to, written slice after slice."""
    state = view.whole(session, as_of)
    wanted = b"".join(tables.csv_chunks(tables.rendered(matches(state))))
    found = tables.streamed(matched.reports(session, as_of, 5), Path("matches.csv"))
    assert found is not None
    assert b"".join(found) == wanted


def _check_log(session: Session, whole: State) -> None:
    """The log tells every decision once, and every batch; of a line and an item what is theirs, and nothing of others."""
    page = log.story_of(session)
    told = [entry.decision_id for entry in page.entries if entry.decision_id]
    assert told == whole.decisions["decision_id"].to_list()
    assert [entry.at for entry in page.entries] == sorted(entry.at for entry in page.entries)
    latest = journal.last_batch(session.store).batch
    assert {entry.batch for entry in page.entries} == set(range(1, latest + 1))
    assert log.story_of(session, limit=7).entries == page.entries[-7:]
    for name, subject in (("line_id", whole.lines["line_id"][0]), ("item_id", whole.items["item_id"][0])):
        own = set(whole.allocations.filter(pl.col(name) == subject, pl.col("state") == "posted")["decision_id"])
        about = [entry.decision_id for entry in log.story_of(session, subject).entries if entry.decision_id and entry.kind != "export"]
        assert len(about) == len(set(about))
        assert own <= set(about)
        if name == "line_id":
            assert set(about) >= set(whole.decisions.filter(pl.col(name) == subject)["decision_id"])


def _check(books: Books) -> int:
    """Compares every line alone, all together, and the queue of some days. Gives the number of lines."""
    with books.reading() as session:
        whole = view.present(session)
        ids = [*whole.lines["line_id"], *whole.excluded["line_id"]]
        for line_id in ids:
            _check_lines(session, whole, [line_id])
        _check_lines(session, whole, ids)
        _check_items(session, whole)
        _check_log(session, whole)
        for day in (date(2026, 10, 14), date(2026, 10, 31), date.max):
            _check_owed(session, day)
            _check_less(session, day)
            _check_queue(session, day)
            _check_customers(session, day)
        _check_matches(session, date(2026, 10, 14))
        _check_matches(session, date.max)
    return len(ids)


def _items(opened: Sequence[int], issued: str = "2026-09-01") -> list[dict[str, str]]:
    return [
        {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-{n:05d}", "amount": "300.00", "open_amount": f"{left}.00",
         "issue_date": issued}
        for n, left in enumerate(opened)
    ]  # fmt: skip


def _lines(numbers: Sequence[int], day: int) -> list[dict[str, str]]:
    """Receipts of 100.00 and 300.00, of which some name an item; and money going out."""
    return [
        {"bank_reference": f"B{n}", "amount": ("100.00", "300.00", "-20.00", "100.00")[n % 4], "booking_date": f"2026-10-{day + n % 9}",
         "remittance_information": f"RE-2026-{n % 5:05d}" if n % 3 else "thanks", "counterparty_name": "Brandt GmbH"}
        for n in numbers
    ]  # fmt: skip


def _act(books: Books, folder: Path, rng: random.Random, turn: int) -> str:
    """One command; gives its name, or '' when it was refused."""
    state = books.state(date.max)
    line, item = rng.choice(state.lines["line_id"].to_list()), rng.choice(state.items["item_id"].to_list())
    live = state.decisions.filter("live")["decision_id"].to_list()
    name = rng.choice(
        ("allocate", "allocate", "allocate", "undo", "undo", "accept", "reject", "run", "run as of", "ingest", "import", "reject statement",
         "dispute")
    )  # fmt: skip
    try:
        match name:
            case "allocate":
                books.allocate(line, [AllocationRequest(item, rng.choice(("", "10.00", "50.00")))])
            case "undo":
                books.undo(rng.choice(live) if live else line)
            case "dispute":
                books.dispute([AllocationRequest(item)], reason="price")
            case "accept" | "reject":
                getattr(books, name)([line])
            case "run":
                books.run()
            case "run as of":
                books.run(date(2026, 10, 14))
            case "ingest":
                books.ingest([lines_file(folder, _lines(range(20 + 2 * turn, 22 + 2 * turn), 12), f"lines{turn}.csv")])
            case "import":
                left = [rng.choice((300, 300, 290, 250, 200, 0)) for _ in range(5)]
                books.import_files("items", [items_file(folder, _items(left), f"items{turn}.csv")], partial=True, allow_closing=True)
            case "reject statement":
                books.reject_statement(rng.choice(books.statements()).statement_id, reason="not ours", undo=True)
    except MatcherError:
        return ""
    return name


@pytest.mark.parametrize("seed", range(2 if DEEP else 1))
def test_a_few_lines_are_as_in_the_whole_books_after_any_commands(tmp_path: Path, seed: int) -> None:
    books = filled(
        tmp_path,
        items=_items([300] * 5),
        customers=[{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Hofer"}],
        lines=_lines(range(9), 10),
    )
    rng, done, compared = random.Random(seed), Counter[str](), 0
    for turn in range(COMMANDS):
        done[_act(books, tmp_path, rng, turn)] += 1
        if turn % EVERY == EVERY - 1:
            compared += _check(books)
    assert compared > COMMANDS
    assert {"allocate", "undo", "run", "ingest"} <= set(done)


def test_a_line_that_nobody_knows_is_not_found(tmp_path: Path) -> None:
    with new_books(tmp_path / "books").reading() as session, pytest.raises(MatcherError) as raised:
        view.of_lines(session, ["abc"])
    assert raised.value.code == "line.unknown"
