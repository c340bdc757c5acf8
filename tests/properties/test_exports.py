"""What leaves the books carries every cent once, under ids that never change their meaning."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from states import CURRENCIES, Books, random_books, random_decision, shuffled

from matcher import money
from matcher.exports import erp
from matcher.exports.erp import SENT, Export, ExportRequest, target
from matcher.exports.matches import matches
from matcher.exports.tables import csv_chunks, neutralise, rendered
from matcher.frames import State, empty

HIDDEN = "\u2028"
cells = st.text(st.sampled_from("=+-@\t\r\n＝＋－＠'\"0.,;a €华" + HIDDEN), max_size=6)


def export(state: State, name: str = "r.jsonl", **more: Any) -> Export:
    return erp.export(target("generic"), state, ExportRequest(file_name=name, books="Northgate group", **more), {})


def records(made: Export) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(made.files[-1].chunks()).decode().splitlines()]


@given(random_books())
def test_matches_hold_every_allocation_and_every_line(books: Books) -> None:
    state = books.state()
    rows = rendered(matches(state)).to_dicts()
    assert {row["line_id"] for row in rows} == set(state.lines["line_id"])
    assert len(rows) == state.allocations.height + state.lines.join(state.allocations, on="line_id", how="anti").height
    applied: Counter[str] = Counter()
    for row in rows:
        if row["state"] == "posted":
            applied[row["line_id"]] += Decimal(row["amount_applied"]).scaleb({"EUR": 2, "JPY": 0, "KWD": 3}[row["currency"]])
    assert applied == Counter(dict(state.lines.select("line_id", "applied").iter_rows()))


@given(random_books())
def test_every_cent_of_a_posted_line_is_in_the_receipts_once(books: Books) -> None:
    state = books.state()
    posted = state.lines.filter(pl.col("state") == "posted")
    found = export(state).sent.group_by("line_id").agg(pl.col("amount", "applied", "unapplied").sum()).sort("line_id")
    assert found.rows() == posted.select("line_id", "amount", "applied", "pending").sort("line_id").rows()


@given(random_books())
def test_header_trailer_and_records_agree(books: Books) -> None:
    made = export(books.state())
    header, *rows, trailer = records(made)
    assert header["count"] == trailer["count"] == len(rows) == made.batch.count
    assert header["control_totals"] == trailer["control_totals"]
    assert list(header["control_totals"]) == sorted({row["currency"] for row in rows})
    for currency in CURRENCIES:
        of_it = [row for row in rows if row["currency"] == currency]
        assert sum(Decimal(row["amount"]) for row in of_it) == Decimal(header["control_totals"].get(currency, "0"))
        for row in of_it:
            applied = sum(Decimal(part["amount_applied"]) for part in row["allocations"])
            assert applied == Decimal(row["applied"])
            assert applied + Decimal(row["unapplied"]) == Decimal(row["amount"])


@given(random_books(), st.integers(0, 2**32))
def test_the_same_books_give_the_same_bytes_in_any_order(books: Books, seed: int) -> None:
    state, other = books.state(), shuffled(books.state(), seed)
    assert b"".join(csv_chunks(rendered(matches(state)))) == b"".join(csv_chunks(rendered(matches(other))))
    for name in ("r.jsonl", "r.csv"):
        one, two = export(state, name), export(other, name)
        assert [b"".join(file.chunks()) for file in one.files] == [b"".join(file.chunks()) for file in two.files]
        assert one.sent.equals(two.sent)
    ids = export(state).sent["external_id"]
    assert ids.n_unique() == len(ids)


@given(st.data())
def test_an_erp_that_answers_badly_still_ends_with_what_the_books_say(data: st.DataObject) -> None:
    """An ERP accepts, refuses, or says nothing (having taken the document or not); in between decisions are made and undone."""
    books = data.draw(random_books())
    sent, stored, hashes = empty(SENT), {}, {}
    acknowledged: set[str] = set()
    rejected: set[str] = set()
    rounds = data.draw(st.integers(1, 4))
    for turn in range(rounds + 1):
        made = export(books.state(), sent=sent, acknowledged=frozenset(acknowledged), rejected=frozenset(rejected))
        sent = pl.concat([sent, made.sent])
        for row in records(made)[1:-1]:
            name = row["external_id"]
            assert hashes.setdefault(name, row["payload_hash"]) == row["payload_hash"]
            answer = data.draw(st.sampled_from(("accepted", "refused", "lost", "no answer"))) if turn < rounds else "accepted"
            if row["reverses"] and row["reverses"] not in stored:
                answer = "refused"
            if answer in ("accepted", "no answer"):
                stored[name] = row
            rejected.discard(name)
            if answer == "accepted" or (name in stored and answer == "refused"):
                acknowledged.add(name)
            elif answer == "refused":
                rejected.add(name)
        if turn < rounds:
            _change(data.draw, books, turn)
    net: Counter[tuple[str, str]] = Counter()
    for row in stored.values():
        for figure in ("amount", "applied", "unapplied"):
            net[row["line_id"], figure] += Decimal(row[figure])
    expected: Counter[tuple[str, str]] = Counter()
    for row in records(export(books.state()))[1:-1]:
        for figure in ("amount", "applied", "unapplied"):
            expected[row["line_id"], figure] += Decimal(row[figure])
    assert net == expected


def _change(draw: st.DrawFn, books: Books, turn: int) -> None:
    live = sorted(name for name, row in books.decisions.items() if row["live"] and row["kind"] != "undo")
    for name in live:
        if draw(st.integers(0, 3)) == 0:
            books.undo(name)
    for line_id in sorted(books.lines):
        if draw(st.booleans()):
            random_decision(draw, books, line_id, f"T{turn}.{line_id}")


@given(st.data())
def test_whatever_days_are_exported_the_erp_has_all_of_a_line_or_nothing(data: st.DataObject) -> None:
    """An ERP takes every file whole. Decisions take effect on any day, are made and undone in between, and exports look from any day."""
    books = data.draw(random_books())
    days = st.dates(date(2025, 10, 1), date(2026, 6, 30))
    sent, standing = empty(SENT), dict[str, dict[str, Any]]()
    for turn in range(4):
        for row in books.decisions.values():
            if "dated" not in row:
                row |= {"dated": True, "effective_date": max(row["effective_date"], data.draw(days))}
        made = export(books.state(), as_of=date.max if turn == 3 else data.draw(days), sent=sent)
        sent = pl.concat([sent, made.sent])
        for row in records(made)[1:-1]:
            if row["record"] != "reversal":
                standing[row["external_id"]] = row
            elif row["reverses"] in standing:
                del standing[row["reverses"]]
        money_of: Counter[str] = Counter()
        for row in standing.values():
            money_of[row["line_id"]] += Decimal(row["amount"])
        whole = {line: Decimal(money.render(row["amount"], row["currency"])) for line, row in books.lines.items()}
        assert {line: amount for line, amount in money_of.items() if amount not in (0, whole[line])} == {}
        if turn < 2:
            _change(data.draw, books, turn)
    fresh = {
        row["line_id"]: row["amount"] for row in records(export(books.state(), as_of=date.max))[1:-1] if row["record"] != "application"
    }
    assert {line: amount for line, amount in money_of.items() if amount} == {line: Decimal(amount) for line, amount in fresh.items()}


@given(st.lists(st.tuples(cells, cells), min_size=1))
def test_no_cell_of_a_csv_file_can_run(rows: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    for before, after in zip(frame.rows(), neutralise(frame).rows(), strict=True):
        for old, new in zip(before, after, strict=True):
            number = old.removeprefix("-").replace(".", "", 1).isdigit() and not old.endswith(".") and not old.startswith((".", "-."))
            runs = old.lstrip(HIDDEN)[:1] in tuple("=+-@\t\r\n＝＋－＠") and not number
            assert new == ("'" + old if runs else old)
