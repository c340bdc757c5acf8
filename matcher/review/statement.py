"""Statements: what came in, what is wrong with it, and what the bank told twice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.ledger.reissues import StatementChange
from matcher.pipeline import conflicts, reissues
from matcher.pipeline.session import Session
from matcher.pipeline.statements import find, named
from matcher.review import cells
from matcher.states import ConflictState
from matcher.store import facts, lines


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement with its sums. Amounts in minor units of its currency; balances are None where the bank gave none."""

    statement_id: str
    account: str
    entity: str
    number: str
    from_date: date | None
    to_date: date | None
    first_booking_date: date | None
    last_booking_date: date | None
    first_day: date | None
    last_day: date | None
    opening: int | None
    opening_date: date | None
    credit: int
    debit: int
    closing: int | None
    closing_date: date | None
    currency: str
    count: int
    lines_new: int
    lines_known: int
    lines_conflicting: int
    lines_excluded: int
    state: str
    precise: bool
    reason: str
    replaced_by: str
    file: str
    format: str

    @property
    def missing(self) -> int:
        """What opening balance and lines leave to the closing balance; 0 where the bank gave no balances."""
        if self.opening is None or self.closing is None:
            return 0
        return self.closing - self.opening - self.credit + self.debit

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: cells.amount(getattr(self, name), self.currency) for name in ("opening", "credit", "debit", "closing")}
        return {**cells.plain(self), **amounts, "missing": cells.amount(self.missing, self.currency) if self.missing else ""}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry that came with a statement. `amount` in minor units."""

    line_id: str
    booking_date: date
    value_date: date | None
    amount: int
    currency: str
    counterparty_name: str
    remittance_information: str
    source_line: int

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {**cells.plain(self), "amount": cells.amount(self.amount, self.currency)}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was found in a statement's file. `place` is the file, and the line where one is known."""

    severity: str
    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An entry that a statement tells otherwise than it was read before; None or '' on the side that lacks it. Minor units."""

    change: str
    booking_date: date
    amount_before: int | None
    amount_now: int | None
    currency: str
    text_before: str
    text_now: str
    reference_before: str
    reference_now: str
    line_before: str
    line_now: str
    statement_before: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        amounts = {name: cells.amount(getattr(self, name), self.currency) for name in ("amount_before", "amount_now")}
        return {**cells.plain(self), **amounts}


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A line whose bank reference stands on a line with another amount too. `amount` in minor units.

    `state` is of the reference: ``open`` while a line of it waits for a person, ``settled``, or ``beside`` when nothing was ever in
    doubt. `counts` says whether the line does; `outcome` why it does not.
    """

    state: str
    account: str
    bank_reference: str
    line_id: str
    booking_date: date
    amount: int
    currency: str
    counts: str
    counterparty_name: str
    remittance_information: str
    statement_id: str
    file: str
    source_line: int
    decision_id: str
    actor: str
    at: str
    reason: str
    outcome: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        record = {**cells.plain(self), "amount": cells.amount(self.amount, self.currency)}
        return {name: value for name, value in record.items() if name != "outcome"}


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement with its lines and problems, where it differs from what was read before, and its open or settled conflicts."""

    row: StatementRow
    lines: tuple[StatementLine, ...]
    problems: tuple[Problem, ...]
    differences: tuple[DifferenceRow, ...]
    conflicts: tuple[ConflictLine, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            **self.row.to_dict(),
            "lines": [line.to_dict() for line in self.lines],
            "problems": [cells.plain(problem) for problem in self.problems],
            "differences": [difference.to_dict() for difference in self.differences],
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
        }


def statements(session: Session) -> tuple[StatementRow, ...]:
    """All statements, by account and date."""
    return tuple(_row(row) for row in facts.statements(session.store).iter_rows(named=True))


def statement(session: Session, typed_id: str) -> StatementView:
    """The statement of that id, or of that beginning of an id.

    Raises:
        MatcherError: ``statement.unknown``.
    """
    statement_row = find(facts.statements(session.store), typed_id)
    rows = lines.of_statement(session.store, statement_row["statement_id"])
    entries = tuple(StatementLine(*row) for row in rows.select(StatementLine.__slots__).iter_rows())
    mine = {line.line_id for line in entries}
    doubted = [conflict for conflict in conflict_lines(session) if conflict.state != ConflictState.BESIDE]
    shared = {(conflict.account, conflict.bank_reference) for conflict in doubted if conflict.line_id in mine}
    return StatementView(
        _row(statement_row), entries, tuple(_problems(statement_row)),
        tuple(_difference(change) for change in reissues.difference(session, named(session, statement_row["statement_id"]))),
        tuple(conflict for conflict in doubted if (conflict.account, conflict.bank_reference) in shared),
    )  # fmt: skip


def differences(session: Session, typed_id: str) -> tuple[DifferenceRow, ...]:
    """How a statement tells its days otherwise than they were read before. Raises MatcherError: ``statement.unknown``."""
    return tuple(_difference(change) for change in reissues.difference(session, named(session, typed_id)))


def conflict_lines(session: Session) -> tuple[ConflictLine, ...]:
    """Lines whose bank reference has another amount too, reference by reference."""
    rows = conflicts.listing(session).select(ConflictLine.__slots__)
    return tuple(ConflictLine(*row) for row in rows.iter_rows())


def _row(row: Mapping[str, Any]) -> StatementRow:
    return StatementRow(**{name: row[name] for name in StatementRow.__slots__})


def _problems(row: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            problem["severity"], problem["code"], f"{row['file']}:{problem['line']}" if problem["line"] else row["file"], problem["message"]
        )
        for problem in json.loads(row["problems"])
    ]


def _difference(change: StatementChange) -> DifferenceRow:
    before, now = change.before, change.now
    line = now or before
    assert line is not None
    return DifferenceRow(
        change.change, line["booking_date"], before["amount"] if before else None, now["amount"] if now else None, line["currency"],
        _text(before), _text(now), before["bank_reference"] if before else "", now["bank_reference"] if now else "",
        before["line_id"] if before else "", now["line_id"] if now else "", before["statement_id"] if before else "",
    )  # fmt: skip


def _text(line: Mapping[str, Any] | None) -> str:
    return " / ".join(filter(None, (line["counterparty_name"], line["remittance_information"]))) if line else ""
