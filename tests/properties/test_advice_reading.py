"""Whatever an advice says and however it is laid out: it is read as it was printed, or not at all."""

import random
import re
from dataclasses import replace

import pytest
from advice_layouts import LAYOUTS, facts_for
from advices import Facts, Layout, issued
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import MatcherError
from matcher.remittance.documents import apart, pdfium
from matcher.remittance.documents.pdf import read_pdf
from matcher.remittance.records import AdviceFile

Money = list[tuple[str, int, int, int]]
layouts = st.sampled_from(LAYOUTS)
rngs = st.randoms(use_true_random=False)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each document would take most of the time; the unit tests have one."""
    monkeypatch.setattr(apart, "_ask", lambda kind, data, bounds, numbers: pdfium.read(data, *numbers).partition("\n")[2])


def read(data: bytes, facts: Facts, *others: str) -> AdviceFile:
    found = read_pdf(data, "a.pdf", issued(facts, *others))
    assert found is not None
    return found


def printed(layout: Layout, facts: Facts) -> Money:
    return [(layout.spell(row.document_no), row.discount, row.deduction, row.net) for row in facts.rows]


def money(found: AdviceFile) -> list[Money]:
    return [[(row.document_no, row.discount, row.deduction, row.net) for row in one.rows] for one in found.advices]


@settings(max_examples=tries(40))
@given(layouts, rngs, st.integers(1, 45))
def test_what_is_printed_is_read(layout: Layout, rng: random.Random, rows: int) -> None:
    facts = facts_for(layout, rng, rows)
    assert money(read(layout.render(facts), facts, "RE-2026-0000")) == [printed(layout, facts)]


@settings(max_examples=tries(60))
@given(layouts, rngs, st.integers(1, 20))
def test_a_digit_that_is_wrong_proves_nothing(layout: Layout, rng: random.Random, rows: int) -> None:
    facts = facts_for(layout, rng, rows)
    told: list[str] = []

    def counting(amount: int, currency: str) -> str:
        told.append(layout.number(amount, currency))
        return told[-1]

    replace(layout, number=counting).render(facts)
    wrong, place = rng.randrange(len(told)), 0

    def misprinting(amount: int, currency: str) -> str:
        nonlocal place
        text, place = layout.number(amount, currency), place + 1
        if place - 1 != wrong:
            return text
        at = rng.choice([match.start() for match in re.finditer(r"\d", text)])
        return f"{text[:at]}{(int(text[at]) + rng.randint(1, 9)) % 10}{text[at + 1 :]}"

    assert read(replace(layout, number=misprinting).render(facts), facts, "RE-2026-0000").advices == ()


@settings(max_examples=tries(40))
@given(layouts, rngs, st.integers(2, 20))
def test_a_document_that_is_not_ours_proves_nothing(layout: Layout, rng: random.Random, rows: int) -> None:
    facts = facts_for(layout, rng, rows)
    taken = rng.randrange(len(facts.rows))
    known = replace(facts, rows=facts.rows[:taken] + facts.rows[taken + 1 :])
    found = read_pdf(layout.render(facts), "a.pdf", issued(known))
    assert found is not None
    assert found.advices == ()


@pytest.mark.parametrize("seed", range(6))
def test_damaged_bytes_are_read_as_printed_or_not_at_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    rng = random.Random(seed)
    layout = LAYOUTS[seed]
    facts = facts_for(layout, rng, 3)
    data = bytearray(layout.render(facts))
    for _ in range(4 * seed + 1):
        data[rng.randrange(10, len(data))] = rng.randrange(256)
    try:
        found = money(read(bytes(data), facts))
    except MatcherError as refused:
        found = []
        told = refused.code
    else:
        told = "read"
    assert {told} - {"read", "document.scan", "file.malformed", "document.encrypted"} == set()
    assert [[row[3] for row in rows] for rows in found if [row[3] for row in rows] != [row.net for row in facts.rows]] == []
