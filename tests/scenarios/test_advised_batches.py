"""Payments of several documents whose bank lines name none: the advice in PDF, in ten layouts, says which; a wrong one posts nothing."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from advice_layouts import CURRENCY, LAYOUTS, facts_for
from advices import Facts, Paid
from support import CONFIG, Row, customers_file, items_file, lines_file, new_books

BATCHES = 3
ACCOUNTS = {"EUR": "DE02120300000000202051", "CHF": "CH9300762011623852957", "CNY": "6222021234567890123"}
BOOKS = CONFIG + "".join(
    f'[[account]]\nid = "{currency}"\nnumber = "{ACCOUNTS[currency]}"\nentity = "1"\ncurrency = "{currency}"\n'
    for currency in ("CHF", "CNY")
)
WRONG = 2
Posted = dict[str, set[tuple[str, int, int]]]


def drawn(layout_name: str, number: int, rng: random.Random) -> Facts:
    """What one batch pays. Numbers are those of no other batch."""
    layout = next(layout for layout in LAYOUTS if layout.name == layout_name)
    facts = facts_for(layout, rng, rng.randint(2, 6))
    rows = tuple(
        replace(row, document_no=f"{row.document_no[:2]}-2026-{number:02}{place:02}", deduction=0, reason_text="")
        for place, row in enumerate(facts.rows)
    )
    if sum(row.net for row in rows) <= 0:
        rows = (*rows, Paid(f"RE-2026-{number:02}99", date(2026, 10, 1), 10_000_000))
    return Facts(rows, CURRENCY.get(layout_name, "EUR"), f"PAY-{number:04}", f"Handelshaus Nr. {number} GmbH")


def world(folder: Path) -> tuple[Posted, Posted, set[str]]:
    """Books of a month of batches. Gives what each right batch pays, what was posted by line, and the references of the wrong advices."""
    rng = random.Random(20261130)
    batches = [(layout, drawn(layout.name, BATCHES * n + k, rng)) for n, layout in enumerate(LAYOUTS) for k in range(BATCHES)]
    customers: list[Row] = []
    items: list[Row] = []
    lines: list[Row] = []
    right: Posted = {}
    wrong: set[str] = set()
    papers: list[tuple[str, bytes]] = []
    for n, (layout, facts) in enumerate(batches):
        account = f"DE{10 + n}5001051700000{n:05}"
        customers.append({"customer_id": f"C{n}", "name": facts.payer, "account": account, "country": "DE"})
        others = [Paid(f"RE-2026-{n:02}{place}", date(2026, 10, 2), rng.randint(5_000, 400_000)) for place in range(50, 56)]
        for row in (*facts.rows, *others):
            items.append({
                "item_id": row.document_no, "customer_id": f"C{n}", "document_no": row.document_no, "amount": f"{row.gross / 100:.2f}",
                "document_type": "credit_note" if row.gross < 0 else "invoice", "issue_date": str(row.day), "currency": facts.currency,
            })  # fmt: skip
            if row.discount:
                items[-1] |= {"terms": f"{round(100 * row.discount / row.gross)}/60 net 90"}
        lines.append({
            "amount": f"{facts.total / 100:.2f}", "booking_date": "2026-10-29", "counterparty_name": facts.payer,
            "account": ACCOUNTS[facts.currency], "currency": facts.currency,
            "counterparty_account": account, "remittance_information": "AVIS FOLGT", "end_to_end_id": facts.reference,
            "bank_reference": facts.reference,
        })  # fmt: skip
        told = facts
        if n % 15 == 7:  # one names what another customer owes, one has a row too much for its payment
            strange = batches[n - 1][1].rows if n == 7 else (*facts.rows, others[0])
            told = replace(facts, rows=tuple(strange))
            wrong.add(facts.reference)
        else:
            right[facts.reference] = {(row.document_no, row.net, row.discount) for row in facts.rows}
        papers.append((f"{layout.name}-{n}.pdf", layout.render(told)))
    books = new_books(folder / "books", BOOKS)
    books.import_files("items", [items_file(folder, items)])
    books.import_files("customers", [customers_file(folder, customers)])
    books.ingest([lines_file(folder, lines)])
    for name, paper in papers:
        (folder / name).write_bytes(paper)
    books.import_remittance([folder / name for name, _ in papers])
    books.run(as_of=date(2026, 10, 31))
    state = books.state()
    references = dict(state.lines.select("line_id", "bank_reference").iter_rows())
    posted: Posted = defaultdict(set)
    for line_id, item_id, amount, taken, how in state.allocations.select("line_id", "item_id", "amount", "adjustment", "state").iter_rows():
        if how == "posted":
            posted[references[line_id]].add((item_id.rpartition(":")[2], amount, taken or 0))
    return right, dict(posted), wrong


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Posted, Posted, set[str]]:
    return world(tmp_path_factory.mktemp("batches"))


def test_of_a_hundred_batches_with_an_advice_ninety_eight_are_posted_right(month: tuple[Posted, Posted, set[str]]) -> None:
    right, posted, _ = month
    found = [reference for reference, rows in right.items() if posted.get(reference) == rows]
    assert 100 * len(found) >= 98 * len(right), sorted(set(right) - set(found))


def test_a_wrong_or_foreign_advice_posts_nothing(month: tuple[Posted, Posted, set[str]]) -> None:
    _, posted, wrong = month
    assert len(wrong) == WRONG
    assert [reference for reference in sorted(wrong) if reference in posted] == []
    right, _, _ = month
    assert [reference for reference, rows in posted.items() if rows != right.get(reference)] == []
