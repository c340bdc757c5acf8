"""Whatever people decide, an ERP that books by external id ends with what the journal says, to the cent."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ledger_acts as acts
import polars as pl
import pytest
from effort import DEEP
from ledger_histories import History
from support import write

from matcher.exports.erp import ExportRequest
from matcher.exports.erp.assembling import records
from matcher.exports.erp.documents import documents
from matcher.exports.erp.records import Document, Kind
from matcher.frames import State
from matcher.pipeline.receipts import Sending
from matcher.pipeline.receipts import make as made
from matcher.states import REST, DecisionKind, MovementKind

EVENTS, EVERY = (600, 10) if DEEP else (20, 5)
ANSWERS = ("accepted", "accepted", "rejected", "silent", "lost", "unknown", "unknown, lost")
Sums = Counter[tuple[str, str, str]]
"""Minor units by item or customer, currency and what it is."""


def everything(state: State) -> tuple[Document, ...]:
    """The documents of all that stands, as if nothing had been sent."""
    job = ExportRequest("r.jsonl", "books", date.max)
    return records(documents(state, job), state, job)


def moved_by_documents(found: Iterable[Document]) -> Sums:
    """By how much documents lower what is open, by item; the rest of a line is an item of its own."""
    sums: Sums = Counter()
    for one in found:
        for part in one.parts:
            sums[part.item_id, part.currency, "item"] += part.settled
        if one.line and one.line.amount > 0:
            sums[f"{REST}{one.line.id}", one.currency, "item"] += one.unapplied
    return Counter({key: amount for key, amount in sums.items() if amount})


def moved_by_movements(state: State, without: set[str]) -> Sums:
    """The same by the movements of our decisions."""
    ours = state.movements.filter(~pl.col("kind").is_in([MovementKind.ISSUE.value, MovementKind.ERP.value]))
    rows = ours.group_by("item_id", "currency").agg(pl.col("amount").sum())
    return Counter({(item, currency, "item"): -amount for item, currency, amount in rows.iter_rows() if amount and item not in without})


def not_ours(state: State) -> set[str]:
    """Credits of lines that nobody has decided, or that the ERP lists itself: they are no decision of ours."""
    listed = state.decisions.filter(kind=DecisionKind.LISTED.value)["line_id"].to_list()
    posted = state.lines.filter(pl.col("state") == "posted")["line_id"].to_list()
    every = [*state.lines["line_id"], *state.excluded["line_id"]]
    return {f"{REST}{line}" for line in [*(set(every) - set(posted)), *listed]}


def begun(folder: Path, seed: int) -> History:
    history = History(folder, seed, EVENTS, 10**9)
    for act in (acts.listed, *[acts.statement] * 3, acts.run):
        history.step(act)
    return history


@pytest.mark.parametrize("seed", range(4 if DEEP else 1))
def test_every_movement_that_we_decided_is_in_exactly_one_document(tmp_path: Path, seed: int) -> None:
    history, kinds = begun(tmp_path, 100 + seed), set[Kind]()
    for turn in range(EVENTS):
        history.event()
        if turn % EVERY == 0:
            state = history.fresh()
            found = everything(state)
            assert len({one.external_id for one in found}) == len({one.decision_id for one in found}) == len(found)
            apart = not_ours(state)
            told = Counter({key: amount for key, amount in moved_by_documents(found).items() if key[0] not in apart})
            assert told == moved_by_movements(state, apart), history.story[-10:]
            kinds |= {one.kind for one in found}
    assert {Kind.RECEIPT} < kinds


@dataclass
class Ideal:
    """An ERP that books each external id once, whatever it answers; its standing documents by id."""

    done: set[str] = field(default_factory=set)
    standing: dict[str, Document] = field(default_factory=dict)

    def take(self, one: Document) -> None:
        if one.external_id in self.done:
            return
        self.done.add(one.external_id)
        if one.kind != Kind.REVERSAL:
            self.standing[one.external_id] = one
        else:
            taken = self.standing.pop(one.reverses)
            assert (one.amount, one.applied, one.unapplied) == (-taken.amount, -taken.applied, -taken.unapplied)
            assert [(p.item_id, p.settled) for p in one.parts] == [(p.item_id, -p.settled) for p in taken.parts]


def exported(history: History, *, everything: bool, number: int) -> tuple[Document, ...]:
    """What an export sends, as records; it is remembered as sent."""
    how = Sending(all=everything, rejected=everything)
    with history.books.reading() as session:
        found = made(session, "r.jsonl", date.max, "generic", Sending(all=everything, rejected=everything, dry_run=True)).export
    done = history.books.export("receipts", history.folder / f"sent-{number}.jsonl", date.max, how=how)
    assert done.rows == len(found.documents)
    history.refresh()
    return found.documents


def answered(history: History, said: Mapping[str, tuple[str, str]]) -> None:
    rows = [f"{key},{result},{number},\n" for key, (result, number) in said.items()]
    history.books.acknowledge([write(history.folder, "answers.csv", "external_id,result,erp_number,message\n" + "".join(rows))])
    history.refresh()


def a_round(history: History, erp: Ideal, hashes: dict[str, tuple[object, ...]], number: int, *, last: bool) -> None:
    """An export, and what the ERP makes of it."""
    found = exported(history, everything=last or history.rng.random() < 0.3, number=number)
    said = dict[str, tuple[str, str]]()
    for one in found:
        contents = (
            one.kind,
            one.amount,
            one.applied,
            one.unapplied,
            one.date,
            one.customer.id,
            [(p.item_id, p.settled) for p in one.parts],
        )
        assert hashes.setdefault(one.external_id, contents) == contents, "an id stands for one document"
        what = "accepted" if last else history.rng.choice(ANSWERS)
        takes_back_nothing = one.kind == Kind.REVERSAL and one.reverses not in erp.standing
        if takes_back_nothing:
            what = "rejected" if one.external_id not in erp.done else "accepted"
        if one.external_id in erp.done and what == "rejected":
            what = "accepted"
        if what in ("accepted", "silent", "unknown"):
            erp.take(one)
        if what in ("accepted", "rejected"):
            said[one.external_id] = (what, f"N{one.external_id}" if what == "accepted" else "")
        elif what.startswith("unknown"):
            said[one.external_id] = ("unknown", "")
    if said:
        answered(history, said)


def asked(history: History, erp: Ideal) -> None:
    """A person asks the ERP what became of documents in doubt."""
    doubt = [one.external_id for one in history.books.outbox(state="unknown").documents]
    if doubt:
        told = [f"{key}=accepted:N{key}" if key in erp.done else f"{key}=never-arrived" for key in doubt]
        history.books.resolve(told, reason="asked")
        history.refresh()


@pytest.mark.parametrize("seed", range(4 if DEEP else 1))
def test_an_erp_that_answers_badly_ends_with_what_the_journal_says(tmp_path: Path, seed: int) -> None:
    history, erp, hashes = begun(tmp_path, 200 + seed), Ideal(), dict[str, tuple[object, ...]]()
    for turn in range(EVENTS):
        history.event()
        if turn % EVERY == 0:
            a_round(history, erp, hashes, turn, last=False)
            if history.rng.random() < 0.4:
                asked(history, erp)
    for turn in (1, 2, 3):
        asked(history, erp)
        a_round(history, erp, hashes, EVENTS + turn, last=True)
    state = history.fresh()
    live = everything(state)
    assert {one.decision_id for one in erp.standing.values()} == {one.decision_id for one in live}
    assert len(erp.standing) == len(live), "one live document for each live decision"
    assert moved_by_documents(erp.standing.values()) == moved_by_documents(live)
    for currency in {one.currency for one in live}:
        in_erp, in_books = (sum(one.amount for one in some if one.currency == currency) for some in (erp.standing.values(), live))
        assert in_erp == in_books
    assert [check.name for check in history.books.verify() if check.failure and check.code != "statement.gap"] == []
