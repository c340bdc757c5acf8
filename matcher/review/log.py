"""The journal as a story: what happened, who did it, and why; the oldest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.errors import MatcherError
from matcher.ledger import unapplied
from matcher.pipeline import lookup
from matcher.pipeline.session import Session
from matcher.review import cells, log_words
from matcher.states import ENGINE, DecisionKind
from matcher.store import journal, names, open_items, story
from matcher.store.story import Row, Scope

_EXACT = 6
"""Characters of a text that is taken for the beginning of an id before it is taken for a part of a document number."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that happened.

    Attributes:
        at: when, ISO 8601 in UTC.
        batch: of the journal.
        run: number of the run that it is of, as `undo --run` takes it; None for what is of no run.
        actor: who did it: a person, or ``engine``; `run_by` started the run when it was the engine.
        kind: the kind of the decision, else the command, or ``changed`` for what a list of the ERP says.
        said: what, in words.
        reason: why, as it was given; of a note its text.
        amount: of the line's money that it moves, minor units of `currency`; None where no money moves.
        confidence: millionths; None for what no rule decided.
    """

    at: str
    batch: int
    run: int | None
    actor: str
    run_by: str
    kind: str
    said: str
    reason: str
    decision_id: str = ""
    line_id: str = ""
    customer_id: str = ""
    items: tuple[str, ...] = ()
    amount: int | None = None
    currency: str = ""
    rule: str = ""
    confidence: int | None = None
    reverses: str = ""

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        told = {"items": list(self.items), "confidence": cells.share(self.confidence)}
        return {**cells.plain(self), **told, "amount": cells.amount(self.amount, self.currency) if self.currency else None}


@dataclass(frozen=True, slots=True)
class LogPage:
    """The latest entries, the oldest of them first. `earlier`: whether there are more before them."""

    entries: tuple[LogEntry, ...]
    earlier: bool


def story_of(
    session: Session, subject: str = "", *, customer: str = "", actor: str = "", since: date | None = None, limit: int | None = None
) -> LogPage:
    """What happened to a line, an item, a decision or a customer, or in all.

    Args:
        session: of the command.
        subject: a line, item, ``U-LINE`` or decision, as people name them; '' for everything.
        customer: id, number or name.
        actor: only what this person did, or the engine.
        since: only from this day on.
        limit: at most so many entries, the latest.

    Raises:
        MatcherError: ``line.*``, ``item.*``, ``decision.unknown``, ``customer.*``; ``usage.option`` for both a subject and a customer.
    """
    if subject and customer:
        raise MatcherError("usage.option", "the log is of a line, item or decision, or of a customer")
    if limit is not None and limit < 1:
        raise MatcherError("usage.option", f"a limit of {limit} entries shows none")
    about = {"customer_id": lookup.customer(session, customer)} if customer else _subject(session, subject)
    more = None if limit is None else limit + 1
    scope = Scope(**about, actor=actor, since=since.isoformat() if since else "", limit=more)
    entries = sorted(_Telling(session, scope).entries(), key=lambda placed: placed[0])
    kept = [
        entry
        for _, entry in entries
        if (not actor or entry.actor == actor) and entry.at >= scope.since
    ]  # fmt: skip
    shown = kept if limit is None else kept[-limit:]
    return LogPage(tuple(shown), len(shown) < len(kept))


def _subject(session: Session, typed: str) -> dict[str, str]:
    """What a person means: the name of a field of `Scope`, and the id."""
    if not typed:
        return {}
    called = names.items_called(session.store, typed)
    if len(called) == 1:
        return {"item_id": called[0].item_id}
    rest = typed[len(unapplied.PREFIX) :] if typed.upper().startswith(unapplied.PREFIX) else typed
    first: list[Callable[[], dict[str, str]]] = [lambda: _by_id(session, rest), lambda: _item(session, typed)]
    if len(typed) < _EXACT and rest == typed:
        first.reverse()
    try:
        return first[0]()
    except MatcherError as error:
        if not error.code.endswith(".unknown"):
            raise
        return first[1]()


def _by_id(session: Session, typed: str) -> dict[str, str]:
    line_id, decision_id = lookup.decision(session, typed)
    return {"decision_id": decision_id} if decision_id else {"line_id": line_id}


def _item(session: Session, typed: str) -> dict[str, str]:
    meant = lookup.item(session, typed).items
    if len(meant) > 1:
        listed = ", ".join(f"{one.document_no} ({one.item_id})" for one in meant[:8])
        raise MatcherError("item.ambiguous", f"{typed!r} may mean {len(meant)} items: {listed}")
    if line_id := unapplied.line_of(meant[0].item_id):
        return {"line_id": line_id}
    return {"item_id": meant[0].item_id}


_Placed = tuple[tuple[int, int, int], LogEntry]
"""An entry with its place: batch, kind of row, ordinal."""


class _Telling:
    """Puts rows into entries."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self.store, self.scope = session.store, scope
        self.batches: Mapping[int, Row] = {row["batch"]: row for row in story.batches(self.store)}
        self.runs = {batch: number for number, batch in enumerate(journal.run_batches(self.store), 1)}

    def entries(self) -> Iterable[_Placed]:
        """All entries, in no order."""
        made = story.decisions(self.store, self.scope)
        yield from self._decided(made)
        yield from self._credits()
        if self.scope.whole:
            yield from self._commands()
        else:
            yield from self._versions()
            yield from self._records()
            yield from self._arrival()
            yield from self._sent([row["decision_id"] for row in made])

    def _entry(self, batch: int, kind: str, said: str, place: int, *, actor: str = "", **more: Any) -> _Placed:
        head = self.batches[batch]
        run, reason = self.runs.get(batch), more.pop("reason", "")
        by = actor or head["actor"]
        entry = LogEntry(head["at"], batch, run, by, head["actor"] if by == ENGINE else "", kind, said, reason, **more)
        return (batch, place, 0), entry

    def _decided(self, made: Sequence[Row]) -> Iterable[_Placed]:
        targets = story.by_id(self.store, [row["reverses"] for row in made if row["reverses"]])
        every = {row["decision_id"]: row for row in (*targets, *made)}
        shares: dict[str, list[Row]] = {}
        for row in story.allocations(self.store, list(every)):
            shares.setdefault(row["decision_id"], []).append(row)
        notes = story.item_notes(self.store, list(every))
        told_items = {share["item_id"] for found in shares.values() for share in found}
        told_items |= {item for row in every.values() for item in log_words.items_of(row, shares)}
        told_items |= {note["item_id"] for note in notes.values()}
        line_ids = {row[name] for row in every.values() for name in ("line_id", "other_line")} | set(map(unapplied.line_of, told_items))
        facts = log_words.Facts(
            lines=story.lines(self.store, line_ids - {""}),
            items=story.items(self.store, told_items),
            names=open_items.names_of(self.store, list({row["customer_id"] for row in every.values()} - {""})),
            shares=shares,
            decisions=every,
            notes=notes,
        )
        for row in made:
            summary = log_words.summary(self.batches[row["batch"]])
            amount, currency = facts.money(row)
            yield (row["batch"], 1, row["ordinal"]), LogEntry(
                row["at"], row["batch"], self.runs.get(row["batch"]), row["actor"], row["run_by"], row["kind"],
                facts.said(row, summary), "" if row["kind"] == DecisionKind.MATCH else row["reason"], row["decision_id"], row["line_id"],
                row["customer_id"], log_words.items_of(row, shares, notes), amount, currency, row["rule"], row["confidence"],
                row["reverses"],
            )  # fmt: skip

    def _credits(self) -> Iterable[_Placed]:
        rows = story.credits(self.store, self.scope)
        if not rows:
            return
        lines = story.lines(self.store, {row["line_id"] for row in rows})
        customers = open_items.names_of(self.store, list({row["customer_id"] for row in rows} - {""}))
        for row in rows:
            line = lines.get(row["line_id"])
            said = log_words.credit(line, row["customer_id"], customers.get(row["customer_id"], ""))
            by = ENGINE if row["batch"] in self.runs else ""
            yield self._entry(
                row["batch"], "credit", said, 2, actor=by, line_id=row["line_id"], customer_id=row["customer_id"],
                amount=line["amount"] if line else None, currency=line["currency"] if line else "",
            )  # fmt: skip

    def _commands(self) -> Iterable[_Placed]:
        """What commands did beside their decisions."""
        files = story.files(self.store)
        for batch, row in self.batches.items():
            said = log_words.command(row, files.get(batch, ()), self.runs.get(batch))
            if said or not row["decided"]:
                summary = log_words.summary(row)
                yield self._entry(batch, row["command"], said or row["command"], 0, reason=str(summary.get("reason", "")))

    def _versions(self) -> Iterable[_Placed]:
        """What the ERP's lists said of items."""
        before: Row | None = None
        for row in story.versions(self.store, self.scope):
            earlier = before if before is not None and before["item_id"] == row["item_id"] else None
            before = row
            if said := log_words.version(earlier, row):
                yield self._entry(row["batch"], "changed", said, 0, items=(row["item_id"],), customer_id=row["customer_id"])

    def _records(self) -> Iterable[_Placed]:
        if self.scope.customer_id:
            for n, row in enumerate(story.records(self.store, self.scope.customer_id)):
                said = f"customer {row['name']} {'changed' if n else 'imported'}"
                yield self._entry(row["batch"], "changed", said, 0, customer_id=self.scope.customer_id)

    def _arrival(self) -> Iterable[_Placed]:
        """How a line came, and what was ruled on its statement."""
        if not self.scope.line_id:
            return
        line = story.lines(self.store, [self.scope.line_id]).get(self.scope.line_id)
        files = story.files(self.store)
        for row in story.arrival(self.store, self.scope.line_id):
            assert line is not None
            yield self._entry(
                row["batch"], "ingest", log_words.arrival(line, files.get(row["batch"], ())), 0, line_id=self.scope.line_id,
                amount=line["amount"], currency=line["currency"],
            )  # fmt: skip
            for ruling in story.rulings(self.store, row["statement_id"]):
                if ruling["batch"] != row["batch"]:
                    said = f"statement {ruling['statement_id']} {ruling['ruling']}"
                    yield self._entry(ruling["batch"], "statement", said, 0, reason=ruling["reason"], line_id=self.scope.line_id)

    def _sent(self, decision_ids: Sequence[str]) -> Iterable[_Placed]:
        for row in story.exports(self.store, self.scope, decision_ids):
            said = f"sent {log_words.document(row)} to {row['target']}"
            more = {name: row[name] for name in ("decision_id", "line_id", "customer_id")}
            yield self._entry(row["batch"], "export", said, 4, **more)
        for row in story.answers(self.store, self.scope, decision_ids):
            more = {name: row[name] for name in ("decision_id", "line_id", "customer_id")}
            yield self._entry(row["batch"], "ack", log_words.answer(row), 5, reason=row["message"], **more)
