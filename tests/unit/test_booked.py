"""What the ERP has booked of our postings: literal rows, and the columns against the plain way."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcher import frames
from matcher.ledger.booked import SENT, VERSION, Posted, booked, booked_of, follow

# (batch, document, open) of the ERP; (batch, settled, undone in) of ours; what the last figure holds of ours
CASES = {
    "nothing changed": ([(1, 1000, 1000), (3, 1000, 1000)], [(2, 400, None)], 0),
    "one posting, booked": ([(1, 1000, 1000), (3, 1000, 600)], [(2, 400, None)], 400),
    "the fall equals none of ours": ([(1, 1000, 1000), (3, 1000, 850)], [(2, 600, None)], 0),
    "two postings, the older one booked": ([(1, 1000, 1000), (4, 1000, 600)], [(2, 400, None), (3, 300, None)], 400),
    "two postings, the newer one booked": ([(1, 1000, 1000), (4, 1000, 700)], [(2, 400, None), (3, 300, None)], 300),
    "both booked at once": ([(1, 1000, 1000), (4, 1000, 300)], [(2, 400, None), (3, 300, None)], 700),
    "booked, undone, not yet taken back": ([(1, 1000, 1000), (3, 1000, 600)], [(2, 400, 4)], 400),
    "booked, undone, taken back": ([(1, 1000, 1000), (3, 1000, 600), (5, 1000, 1000)], [(2, 400, 4)], 0),
    "undone before it was booked": ([(1, 1000, 1000), (4, 1000, 600)], [(2, 400, 3)], 0),
    "taken back and another one booked at once": ([(1, 1000, 1000), (3, 1000, 600), (6, 1000, 700)], [(2, 400, 4), (5, 300, None)], 300),
    "closed, though ours was a part": ([(1, 1000, 1000), (3, 1000, 0)], [(2, 400, None)], 400),
    "less left than we posted: the rest is ours": ([(1, 1000, 1000), (3, 1000, 300)], [(2, 900, None)], 600),
    "reopened by the ERP: it holds nothing of ours": ([(1, 1000, 1000), (3, 1000, 600), (4, 1000, 1000)], [(2, 400, None)], 0),
    "a credit note": ([(1, -1000, -1000), (3, -1000, -600)], [(2, -400, None)], -400),
    "many postings, all booked": ([(1, 2000, 2000), (30, 2000, 500)], [(n, 100, None) for n in range(2, 17)], 1500),
    "a document corrected downwards": ([(1, 1000, 1000), (3, 600, 600)], [(2, 400, None)], 0),
}


def frames_of(
    versions: dict[str, list[tuple[int, int, int]]], postings: dict[str, list[tuple[int, int, int | None]]]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    history = pl.DataFrame([(i, *v, None) for i, rows in sorted(versions.items()) for v in rows], schema=VERSION, orient="row")
    decisions, allocations = [], []
    for item, rows in postings.items():
        for n, (batch, settled, undone_in) in enumerate(rows):
            name = f"{item}-{n}"
            decisions.append((batch, n, name, "match", ""))
            allocations.append((name, item, settled, 0))
            if undone_in is not None:
                decisions.append((undone_in, n, f"undo-{name}", "undo", name))
    made = pl.DataFrame(decisions, schema=["batch", "ordinal", "decision_id", "kind", "reverses"], orient="row")
    shares = pl.DataFrame(allocations, schema=["decision_id", "item_id", "item_amount", "adjustment"], orient="row")
    return history, made, shares


def latest(found: pl.DataFrame) -> dict[str, int]:
    """What the last version of each item holds of ours; 0 where none was changed after a posting."""
    return {"I": 0} | dict(found.sort("item_id", "batch").group_by("item_id").agg(pl.col("booked").last()).iter_rows())


@pytest.mark.parametrize("name", CASES)
def test_what_a_figure_of_the_erp_holds_of_ours(name: str) -> None:
    versions, postings, expected = CASES[name]
    assert follow(versions, [Posted(*posting) for posting in postings])[-1] == expected
    assert latest(booked(*frames_of({"I": versions}, {"I": postings}))) == {"I": expected}


# the same with the batch that sent the receipt to the ERP in the last place
SENT_CASES = {
    "sent, undone, booked all the same": ([(1, 1000, 1000), (5, 1000, 600)], [(2, 400, 4, 3)], 400),
    "and taken back when the reversal is booked": ([(1, 1000, 1000), (5, 1000, 600), (6, 1000, 1000)], [(2, 400, 4, 3)], 0),
    "sent after the figure": ([(1, 1000, 1000), (5, 1000, 600)], [(2, 400, 4, 6)], 0),
    "what is in force comes first": ([(1, 1000, 1000), (6, 1000, 600)], [(2, 400, 4, 3), (5, 400, None, None)], 400),
    "both, at once": ([(1, 1000, 1000), (6, 1000, 200)], [(2, 500, 4, 3), (5, 300, None, None)], 800),
    "the ERP's own change": ([(1, 1000, 1000), (5, 1000, 650)], [(2, 400, 4, 3)], 0),
}


@pytest.mark.parametrize("name", SENT_CASES)
def test_a_receipt_that_was_sent_and_undone_may_be_booked_all_the_same(name: str) -> None:
    versions, postings, expected = SENT_CASES[name]
    assert follow(versions, [Posted(*posting) for posting in postings])[-1] == expected
    sent = pl.DataFrame([(f"I-{n}", p[3]) for n, p in enumerate(postings) if p[3]], schema=SENT, orient="row")
    assert latest(booked(*frames_of({"I": versions}, {"I": [p[:3] for p in postings]}), sent)) == {"I": expected}


def test_without_later_snapshots_nothing_is_booked() -> None:
    nothing = frames.empty(frames.DECISION), frames.empty(frames.ALLOCATION)
    assert booked(frames.empty(VERSION), *nothing).rows() == []


Life = tuple[list[tuple[int, int, int]], list[Posted]]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """An item's snapshots and postings, sent to the ERP or not: never more posted in force than the document has."""
    amount, way = draw(st.integers(1, 40)), draw(st.sampled_from((1, -1)))
    versions, batch, left = [(1, amount * way, amount * way)], 1, amount
    postings: list[Posted] = []
    for kind in draw(st.lists(st.sampled_from(("post", "undo", "send", "listed")), min_size=1, max_size=9)):
        batch += 1
        live = [n for n, p in enumerate(postings) if p.undone_in is None]
        if kind == "post" and left:
            settled = draw(st.integers(1, left))
            left -= settled
            postings.append(Posted(batch, settled * way))
        elif kind == "undo" and live:
            n = draw(st.sampled_from(live))
            left += abs(postings[n].settled)
            postings[n] = replace(postings[n], undone_in=batch)
        elif kind == "send":
            for n in live:
                postings[n] = replace(postings[n], sent_in=postings[n].sent_in or batch)
        elif kind == "listed":
            versions.append((batch, amount * way, draw(st.integers(0, amount)) * way))
    return versions, postings or [Posted(batch + 1, way)]


@given(st.lists(lives(), min_size=1, max_size=4))
@example([([(1, 2, 2), (3, 2, 0), (5, 2, 0)], [Posted(2, 1), Posted(4, 1)])])
@example([([(1, 2, 2), (2, 2, 1), (4, 2, 1)], [Posted(3, 2)])])
def test_the_columns_and_the_plain_way_agree_and_open_stays_within_the_document(found: list[Life]) -> None:
    versions = {f"I{n}": v for n, (v, _) in enumerate(found)}
    postings = {f"I{n}": [(p.batch, p.settled, p.undone_in) for p in made] for n, (_, made) in enumerate(found)}
    rows = [(f"I{n}-{place}", p.sent_in) for n, (_, made) in enumerate(found) for place, p in enumerate(made) if p.sent_in is not None]
    sent = pl.DataFrame(rows, schema=SENT, orient="row")
    rows_of: dict[str, dict[int, int]] = {}
    for item, batch, held in booked(*frames_of(versions, postings), sent).iter_rows():
        rows_of.setdefault(item, {})[batch] = held
    by_decision = booked_of(*frames_of(versions, postings), sent)
    for item, (told, ours) in zip(versions, found, strict=True):
        each = follow(told, ours)
        # an item that no version changed after a posting has no rows: nothing is booked
        assert [rows_of.get(item, {}).get(batch, 0) for batch, _, _ in told] == each
        holds = each[-1]
        assert by_decision.filter(pl.col("item_id") == item)["booked"].sum() == holds
        way, (last, amount, listed) = (1 if told[-1][1] > 0 else -1), told[-1]
        settled = sum(p.settled for p in ours if p.batch < last and (p.undone_in is None or p.undone_in > last))
        assert 0 <= (listed + holds - settled) * way <= abs(amount)
        # and whatever is undone afterwards
        assert 0 <= (listed + holds) * way <= abs(amount)


def test_of_two_postings_the_one_that_the_fall_equals_is_booked() -> None:
    versions, postings, _ = CASES["two postings, the newer one booked"]
    whole = {"J": CASES["booked, undone, not yet taken back"][0]}, {"J": CASES["booked, undone, not yet taken back"][1]}
    found = booked_of(*frames_of({"I": versions, **whole[0]}, {"I": postings, **whole[1]}), pl.DataFrame(schema=SENT))
    assert found.rows() == [("I", "I-1", 300), ("J", "J-0", 400)]


def test_a_month_end_of_single_receipts_is_done_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    import matcher.ledger.booked as module

    def refuse(*_: object) -> int:
        raise AssertionError("followed one by one")

    monkeypatch.setattr(module, "follow", refuse)
    versions = {f"I{n}": [(1, 100, 100), (3, 100, 0)] for n in range(50)}
    postings = {f"I{n}": [(2, 100, None)] for n in range(50)}
    assert booked(*frames_of(versions, postings)).filter(pl.col("batch") == 3)["booked"].sum() == 5_000
