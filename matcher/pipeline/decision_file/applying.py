"""The rows of a decision file, each a decision of its own: applied, found to be applied already, or refused with the reason."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from matcher import actors
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.pipeline.actions import allocating, choosing, credits, placing, proposals
from matcher.pipeline.actions.base import Decided, Look
from matcher.pipeline.choices.find import choices
from matcher.pipeline.decision_file import values
from matcher.pipeline.decision_file.columns import FilledRow, Seen, kind_of_line, number_of_choice, read_key, short, word_meant
from matcher.pipeline.listed import proposal_key
from matcher.pipeline.selection import Selection
from matcher.pipeline.session import Session
from matcher.states import DecisionKind
from matcher.store import journal

ROW = "row"
"""Key of a batch's summary: the mark of the row that the batch applied; see `FilledRow.mark`."""

_FOLLOWS_UP = (DecisionKind.NOTE, DecisionKind.ASSIGN)
"""Decisions that change nothing of what was shown."""
_TAKES = {
    "allocate": {"documents"}, "on account": {"customer"}, "hold": {"until", "owner"}, "": {"owner"},
}  # fmt: skip
"""What goes with a decision, beside a reason, a note and who decided."""
_ALWAYS = {"decision", "reason", "note", "decided_by"}
_OF_THE_BOOKS = ("books.", "journal.", "memory.", "system.", "actor.")
"""Beginnings of codes of errors that are not about a row."""
_OF_CELLS = ("row.invalid", "date.invalid", "date.ambiguous", "file.encoding", "amount.invalid")
_AGAIN = "Correct the row, and apply the file again."


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row.

    Attributes:
        number: of the row in its sheet.
        line_id: '' where the row does not say one.
        decision: as it was filled in.
        result: whether it was decided now, had been decided so already, or was refused.
        code, what: of a refusal; `what` of a row that had been decided says so.
        made: the decisions.
    """

    number: int
    line_id: str
    decision: str
    result: Literal["decided", "already", "refused"]
    code: str = ""
    what: str = ""
    made: tuple[Decided, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        told: dict[str, object] = {name: getattr(self, name) for name in ("line_id", "decision", "result", "code", "what")}
        return {"row": self.number} | told | {"decisions": [one.to_dict() for one in self.made]}


class SpoiledError(Exception):
    """A row was refused after a part of it was appended: nothing of the session may be kept, and the row is refused beforehand then.

    Attributes:
        row: its number; 0 for one of several that went together. error: why.
    """

    def __init__(self, row: int, error: MatcherError) -> None:
        super().__init__(row)
        self.row = row
        self.error = error


def seen(state: State, line_id: str) -> Seen | None:
    """What a row for a line is made from, without its choices; None where the line does not count."""
    for customer_id, other_line, pending in (
        state.lines.filter(pl.col("line_id") == line_id).select("customer_id", "other_line", "pending").iter_rows()
    ):
        mine = state.allocations.filter((pl.col("line_id") == line_id) & (pl.col("state") == "proposed")).sort("ordinal")
        key = proposal_key(
            customer_id, other_line, pending, mine.select("item_id", "amount", "item_amount", "adjustment", "adjustment_reason").iter_rows()
        )
        made = state.decisions.filter((pl.col("line_id") == line_id) & ~pl.col("kind").is_in(_FOLLOWS_UP))["decision_id"]
        return Seen(line_id, made[-1] if made.len() else "", key, pending)
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that may be applied: as filled in, what it was made from, and its decision."""

    filled: FilledRow
    key: Seen
    word: str

    @property
    def alike(self) -> tuple[object, ...]:
        """Rows of which this is the same are decided together; a row that decides for itself has its own."""
        alone = self.word in ("", "allocate") or number_of_choice(self.word)
        cells = tuple((name, text) for name, text in self.filled.cells.items() if name != "note")
        return (self.filled.number,) if alone else cells


def apply(
    session: Session, rows: Sequence[FilledRow], today: date, refused: Mapping[int, MatcherError], *, together: bool = True
) -> list[RowResult]:
    """Applies the rows in which something is filled in, one after the other; those that are filled in alike at once.

    Args:
        session: of the command.
        rows: of the file.
        today: the day that ``until`` must lie behind.
        refused: rows that were found to be impossible before, by their numbers.
        together: whether rows that are filled in alike may go into one batch of the journal.

    Raises:
        SpoiledError: when the session must be thrown away, and another one begun with one more refused row, or with each row alone.
        MatcherError: what is wrong with the books.
    """
    filled = [row for row in rows if row.cells]
    keys = {row.number: read_key(row.key) for row in filled}
    results: dict[int, RowResult] = {}
    groups: dict[tuple[object, ...], list[_Row]] = {}
    checks = _Checks(session, filled, [key.line_id for key in keys.values() if key])
    for row in filled:
        try:
            if row.number in refused:
                raise refused[row.number]
            ready = checks.ready(row, keys[row.number])
        except MatcherError as error:
            results[row.number] = _refused(row, keys[row.number], error)
            continue
        if isinstance(ready, RowResult):
            results[row.number] = ready
        else:
            groups.setdefault(ready.alike if together else (row.number,), []).append(ready)
    touched: set[str] = set()
    for group in groups.values():
        for result in _apply_group(session, group, today, touched):
            results[result.number] = result
            touched |= {one.line_id for one in result.made}
    return [results[row.number] for row in filled]


def _refused(row: FilledRow, key: Seen | None, error: MatcherError) -> RowResult:
    if error.code.startswith(_OF_THE_BOOKS):
        raise error
    hint = error.hint if error.hint != error.entry.next_step or error.code not in _OF_CELLS else _AGAIN
    return RowResult(row.number, key.line_id if key else "", row.cells.get("decision", ""), "refused", error.code, f"{error.what}. {hint}")


def _apply_group(session: Session, group: Sequence[_Row], today: date, touched: Collection[str]) -> list[RowResult]:
    """Applies rows that are filled in alike. Lines that rows before have touched, as those whose rest was used, are refused."""
    late = [row for row in group if row.key.line_id in touched]
    rows = [row for row in group if row.key.line_id not in touched]
    results = [
        _refused(row.filled, row.key, MatcherError("decision.changed", f"line {row.key.line_id} was decided by another row of the file"))
        for row in late
    ]
    if not rows:
        return results
    before = session.next_batch
    marked = replace(session, about={ROW: {row.key.line_id: row.filled.mark for row in rows}})
    try:
        made = _decide(marked, rows, today)
    except MatcherError as error:
        if session.next_batch != before or _appended(session, before):
            raise SpoiledError(rows[0].filled.number if len(rows) == 1 else 0, error) from error
        if len(rows) > 1:
            done: set[str] = set(touched)
            for row in rows:
                results += (alone := _apply_group(session, [row], today, done))
                done |= {one.line_id for result in alone for one in result.made}
            return results
        return [*results, _refused(rows[0].filled, rows[0].key, error)]
    of = {row.key.line_id: row for row in rows}
    owner = rows[0].key.line_id  # what is decided on other lines beside goes with the first row
    mine: dict[str, list[Decided]] = {line_id: [] for line_id in of}
    for one in made:
        mine[one.line_id if one.line_id in of else owner].append(one)
    results += [RowResult(row.filled.number, line_id, row.word, "decided", made=tuple(mine[line_id])) for line_id, row in of.items()]
    return results


class _Checks:
    """What speaks against rows before any of them is applied: all lines are looked at together."""

    def __init__(self, session: Session, rows: Sequence[FilledRow], line_ids: Sequence[str]) -> None:
        self._known = _known(session)
        self._twice = _twice(rows)
        self._look = Look(session, line_ids)
        self._marks: set[str] = set()

    def ready(self, row: FilledRow, key: Seen | None) -> "_Row | RowResult":
        """The row, ready to be applied, or what became of it before. Raises MatcherError when it is refused."""
        if row.fault:
            raise MatcherError(*row.fault)
        if key is None:
            what = "the key of the row was changed" if row.key else "the row has no key"
            raise MatcherError("row.invalid", what, hint="Export the file again; the key must stay as it was written.")
        if row.number in self._twice:
            raise MatcherError("row.invalid", f"rows {', '.join(map(str, self._twice[row.number]))} decide one line in different ways")
        word = _word(row)
        if row.mark in self._marks:
            return RowResult(row.number, key.line_id, word, "already", what="decided so by a row before")
        if batches := self._known.get(row.mark):
            mine = self._look.state.decisions.filter(pl.col("line_id") == key.line_id, pl.col("batch").is_in(batches))
            if mine.height and mine["live"].all():
                return RowResult(row.number, key.line_id, word, "already", what="already decided so")
            raise MatcherError("decision.changed", "this row was applied before, and its decision was taken back since")
        self._look.line(key.line_id)  # that the line does not count comes first
        now = seen(self._look.state, key.line_id)
        if now != replace(key, choices=()):
            raise MatcherError("decision.changed", _changed(key, now))
        self._marks.add(row.mark)
        return _Row(row, key, word)


def _appended(session: Session, batch: int) -> bool:
    """Whether something was appended for a batch that was never sealed."""
    tables = ("log.decision", "log.credit")
    return any(session.store.run(f"SELECT 1 FROM {table} WHERE batch >= ? LIMIT 1", [batch]) for table in tables)  # noqa: S608


def _known(session: Session) -> dict[str, list[int]]:
    """The batches in which rows were applied, by the rows' marks."""
    known: dict[str, list[int]] = {}
    for batch, _, text in journal.summaries(session.store, ROW):
        for mark in json.loads(text).get(ROW, {}).values():
            known.setdefault(mark, []).append(batch)
    return known


def _twice(rows: Sequence[FilledRow]) -> dict[int, list[int]]:
    """Rows that say different things of one line, each with all of them."""
    by_line: dict[str, list[FilledRow]] = {}
    for row in rows:
        if key := read_key(row.key):
            by_line.setdefault(key.line_id, []).append(row)
    apart = [group for group in by_line.values() if len({row.mark for row in group}) > 1]
    return {row.number: [one.number for one in group] for group in apart for row in group}


def _changed(key: Seen, now: Seen | None) -> str:
    if now is not None and now.decided != key.decided:
        return f"line {key.line_id} was decided since the file was written, or its decision taken back"
    return f"line {key.line_id} has another proposal than the file shows, or another amount left"


def _word(row: FilledRow) -> str:
    """The decision. Refuses words that are none, and cells that the decision does not take: they would be lost without a word."""
    typed = row.cells.get("decision", "")
    word = word_meant(typed) if typed else ""
    if typed and not word:
        raise MatcherError("value.unknown", f"{typed[:40]!r} is no decision", hint="Choose one of the list.")
    beside = sorted(row.cells.keys() - _ALWAYS - _TAKES.get(word, set()))
    if beside:
        what = f"{', '.join(beside)} {'is' if len(beside) == 1 else 'are'} filled in, and {word or 'a row without a decision'} takes none"
        raise MatcherError("row.invalid", what)
    for name in {"allocate": ("documents",), "hold": ("until",)}.get(word, ()):
        if name not in row.cells:
            raise MatcherError("row.invalid", f"{word} needs {name}")
    if not word and not {"owner", "note"} & row.cells.keys():
        raise MatcherError("row.invalid", "a decision is missing")
    return word


def _decide(session: Session, rows: Sequence[_Row], today: date) -> list[Decided]:
    """Takes the decision of rows that are filled in alike, then keeps the notes."""
    cells, word = rows[0].filled.cells, rows[0].word
    decided_by = cells.get("decided_by", "")
    reason = " ".join(filter(None, (cells.get("reason", ""), f"(decided by {decided_by})" if decided_by else "")))
    actors.check_reasons(reason, cells.get("owner", ""), *(row.filled.cells.get("note", "") for row in rows))
    line_ids = [row.key.line_id for row in rows]
    made = []
    if word:
        made += _decided(session, rows, today, reason)
    elif "owner" in cells:
        made += placing.assign(session, line_ids, cells["owner"], reason)
    for row in rows:
        if note := row.filled.cells.get("note", ""):
            made += placing.note(session, [row.key.line_id], f"{note} (by {decided_by})" if decided_by else note)
    return made


def _decided(session: Session, rows: Sequence[_Row], today: date, reason: str) -> list[Decided]:
    cells, word, key = rows[0].filled.cells, rows[0].word, rows[0].key
    line_ids = tuple(row.key.line_id for row in rows)
    shown = Selection(line_ids, {row.key.line_id: row.key.proposal for row in rows})
    if kind := kind_of_line(word):
        return placing.classify(session, line_ids, kind, reason)
    if number := number_of_choice(word):
        return _chosen(session, key, number, reason)
    match word:
        case "accept":
            return proposals.accept(session, shown, reason)
        case "reject":
            return proposals.reject(session, shown, reason)
        case "allocate":
            return allocating.allocate(session, key.line_id, values.documents(session, cells["documents"]), reason)
        case "hold":
            return placing.hold(session, line_ids, values.day(cells["until"], today), reason, cells.get("owner", ""))
        case _:
            return _on_account(session, rows, reason)


def _on_account(session: Session, rows: Sequence[_Row], reason: str) -> list[Decided]:
    """Puts money on account: of the customer who is filled in, or of whom it is certain that it is his."""
    line_ids = [row.key.line_id for row in rows]
    if typed := rows[0].filled.cells.get("customer", ""):
        return credits.on_account(session, line_ids, values.customer(session, typed), reason)
    look = Look(session, line_ids)
    payers = {line_id: look.line(line_id).payer for line_id in line_ids}
    if not all(payers.values()):
        raise MatcherError("row.invalid", "on account needs customer: whose money it is, is not certain")
    return [one for line_id, payer in payers.items() for one in credits.on_account(session, [line_id], payer, reason)]


def _chosen(session: Session, key: Seen, number: int, reason: str) -> list[Decided]:
    """Takes the choice that had this number in the file, whatever its number is now."""
    if number > len(key.choices):
        raise MatcherError("value.unknown", f"the row shows {len(key.choices)} choices, and no number {number}")
    found = [one for one in choices(session, key.line_id) if short(one.digest) == key.choices[number - 1]]
    if not found:
        raise MatcherError("decision.changed", f"choice {number} of line {key.line_id} is no longer possible")
    return choosing.take(session, key.line_id, found[0], reason)
