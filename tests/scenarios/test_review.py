"""What a person looks at, as records: the same as the command line tells a machine."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from posted import ITEM, LINE
from support import copied, filled, lines_file

from matcher.books import Books
from matcher.cli.main import main
from matcher.errors import MatcherError

DAY = date(2026, 10, 31)
CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Olsen AS"}]


def after_a_run(folder: Path) -> None:
    items = [
        ITEM,
        ITEM | {"item_id": "I2", "document_no": "RE-2026-00402"},
        ITEM | {"item_id": "I3", "document_no": "77", "customer_id": "C2"},
    ]
    lines = [LINE, {"amount": "5.00", "remittance_information": "thanks", "bank_reference": "B2", "counterparty_name": "Nobody Ltd"}]
    filled(folder, items=items, customers=CUSTOMERS, lines=lines).run()


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """One receipt posted, one that nothing explains, one open item of C1 and one of C2."""
    return copied(tmp_path, after_a_run)


def told(books: Books, *command: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(main, ["--books", str(books.directory), *command, "--format", "json"], catch_exceptions=False)
    return [json.loads(row) for row in result.stdout.splitlines()]


def in_json(record: dict[str, object]) -> dict[str, object]:
    return dict(json.loads(json.dumps(record)))


def test_the_queue_and_a_line(books: Books) -> None:
    page = books.queue(DAY)
    assert (page.waiting, [line.reason != "" for line in page.lines]) == (1, [True])
    (row,) = told(books, "queue", "--as-of", "2026-10-31")
    assert row["amount"] == "5.00"
    assert row["line_id"] == page.lines[0].line_id
    view = books.line(page.lines[0].line_id)
    assert (view.allocations, view.decisions) == ((), ())
    assert told(books, "show", page.lines[0].line_id) == [in_json(view.to_dict())]


def test_a_posted_line_names_its_items_and_decision(books: Books) -> None:
    (line_id,) = books.state(DAY).allocations["line_id"]
    view = books.line(line_id)
    (allocation,), (decision,) = view.allocations, view.decisions
    assert (allocation.item_id, allocation.cash, allocation.open) == ("I1", 1190_00, 0)
    assert (decision.kind, decision.in_force, decision.items) == ("match", True, ("I1",))
    assert books.explain(line_id).history == view.decisions
    assert told(books, "explain", line_id) == [in_json(books.explain(line_id).to_dict()) | {"choices": []}]


def test_a_customer_owes_what_the_aging_says(books: Books) -> None:
    found = books.customer("C1", DAY)
    assert (found.name, found.open, [item.item_id for item in found.items]) == ("Brandt GmbH", {"EUR": 1190_00}, ["I2"])
    assert found.waiting == ()
    assert told(books, "customer", "C1", "--as-of", "2026-10-31") == found.to_dict()["items"]


def test_a_page_says_how_many_wait_in_all_and_has_at_least_one_line(books: Books, tmp_path: Path) -> None:
    books.ingest([lines_file(tmp_path, [LINE | {"amount": "7.00", "bank_reference": "B8", "remittance_information": "?"}], "more.csv")])
    page = books.queue(DAY, limit=1)
    assert (page.waiting, [line.amount for line in page.lines]) == (2, [7_00])
    for limit in (0, -1):
        with pytest.raises(MatcherError, match="shows none") as raised:
            books.queue(DAY, limit=limit)
        assert raised.value.code == "usage.option"


@pytest.mark.parametrize("name", ["C9", ""])
def test_an_unknown_customer_is_refused(name: str, books: Books) -> None:
    with pytest.raises(MatcherError) as raised:
        books.customer(name, DAY)
    assert raised.value.code == "customer.unknown"


def test_the_status_adds_up_to_the_lines(books: Books) -> None:
    found = books.status(DAY)
    assert sum(group.lines for group in found.groups) == 2
    assert [group.to_dict()["amount"] for group in found.groups if group.outcome == "unexplained"] == ["5.00"]
    assert told(books, "status") == [group.to_dict() for group in found.groups]


def test_a_statement_with_its_lines(books: Books) -> None:
    (row,) = books.statements()
    view = books.statement(row.statement_id[:8])
    assert (view.row, len(view.lines), view.differences, view.conflicts) == (row, 2, (), ())
    assert (row.credit, row.missing) == (1195_00, 0)
    assert in_json(view.to_dict())["lines"] == told(books, "statement", "show", row.statement_id)
    assert told(books, "statement", "list") == [
        {name: value for name, value in in_json(row.to_dict()).items() if name in told(books, "statement", "list")[0]}
    ]


def test_lines_of_one_reference_with_two_amounts(books: Books, tmp_path: Path) -> None:
    books.ingest([lines_file(tmp_path, [LINE | {"amount": "1191.00"}], "again.csv")])
    first, second = books.conflicts()
    assert sorted((first.counts, second.counts)) == ["no", "yes"]
    assert {first.state, second.state} == {"open"}
    assert told(books, "statement", "conflicts") == [in_json(one.to_dict()) for one in (first, second)]


def test_who_names_nothing_decides_nothing(books: Books) -> None:
    line, head = books.queue(DAY).lines[0].line_id, books.head()
    for decide in (lambda: books.accept([]), lambda: books.reject([]), lambda: books.allocate(line, [])):
        with pytest.raises(MatcherError, match="was named") as raised:
            decide()
        assert raised.value.code == "usage.option"
    assert books.head() == head


@pytest.mark.parametrize(
    ("text", "found"),
    [("brandt", ["I2"]), ("olsen", ["I3"]), ("RE-2026", ["I2"]), ("c2", ["I3"]), ("1190.00", ["I2", "I3"]), ("1,190", ["I2", "I3"]),
     ("brandt 402", ["I2"]), ("brandt 77", []), (" ", []), ("no such", [])],
)  # fmt: skip
def test_open_items_are_found_by_name_number_and_amount(text: str, found: list[str], books: Books) -> None:
    (line,) = books.queue(DAY).lines
    assert [item.item_id for item in books.open_items(line.line_id, text)] == found


def test_several_decisions_are_taken_back_together_or_not_at_all(books: Books, tmp_path: Path) -> None:
    books.ingest([lines_file(tmp_path, [LINE | {"amount": "7.00", "bank_reference": "B8", "remittance_information": "?"}], "more.csv")])
    lines = [line.line_id for line in books.queue(DAY).lines]
    made = [decided.decision_id for decided in books.classify(lines, "other")]
    assert len(books.undo_decisions(made)) == 2
    assert books.queue(DAY).waiting == 2
    head = books.head()
    with pytest.raises(MatcherError) as raised:
        books.undo_decisions(made)
    assert (raised.value.code, books.head()) == ("decision.state", head)


def test_a_decision_is_refused_when_the_receipt_is_not_what_was_shown(books: Books) -> None:
    waiting = books.waiting(first=5)
    assert (waiting.line_ids, waiting.first) == (tuple(line.line_id for line in waiting.first), books.queue(DAY).lines)
    shown = books.as_shown(waiting.as_of, waiting.first)
    shown.note(waiting.line_ids, "asked")
    shown.on_account(waiting.line_ids, "C1")
    with pytest.raises(MatcherError) as raised:
        shown.classify(waiting.line_ids, "other")
    assert raised.value.code == "decision.changed"
