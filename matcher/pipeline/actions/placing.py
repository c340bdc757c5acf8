"""Lines that pay no document: what they are, and lines that wait, with whom and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from matcher.errors import MatcherError
from matcher.pipeline import lookup, selection
from matcher.pipeline.actions.base import Decided, Line, Look, append, needs, only_once
from matcher.pipeline.actions.returning import check_unused
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.session import Session
from matcher.states import LINE_CLASSES, DecisionKind, LineClass, LineState, Outcome


def classify(session: Session, typed: Sequence[str], kind: str, reason: str, *, gl_account: str = "", other: str = "") -> list[Decided]:
    """Says that lines are no receivables, and what they are. Both legs of a transfer between own accounts may be named together.

    Raises:
        MatcherError: ``line.*``; ``usage.option`` for another kind; ``decision.state`` when a line is decided already, others have used its
            money as a credit, or the two legs are not of opposite amounts.
    """
    needs(typed, "line")
    if kind not in LINE_CLASSES:
        raise MatcherError("usage.option", f"{kind!r} is none of {', '.join(LINE_CLASSES)}")
    named = selection.lines(session, typed).line_ids
    leg = lookup.line(session, other) if other else ""
    only_once([*named, *filter(None, [leg])])
    if leg and (kind != LineClass.OWN_TRANSFER or len(named) != 1):
        raise MatcherError("usage.option", "--with names the other leg of one own transfer")
    look = Look(session, [*named, *filter(None, [leg])])
    lines = [look.line(line_id) for line_id in (*named, *filter(None, [leg]))]
    for line in lines:
        if line.state == LineState.POSTED:
            raise MatcherError("decision.state", f"line {line.line_id} is decided already", hint=f"See `matcher undo {line.line_id}`.")
        # the ERP's own credit for a receipt counts in its place, whatever the receipt is called
        check_unused(look, line, but=[DecisionKind.LISTED])
    if leg:
        _check_legs(lines[0], lines[1])
    others = {lines[0].line_id: leg, leg: lines[0].line_id} if leg else {}
    about: dict[str, Any] = {"outcome": Outcome.NON_RECEIVABLE, "classified": kind, "gl_account": gl_account}
    drafts = [look.draft(DecisionKind.CLASSIFY, line, reason, other_line=others.get(line.line_id, ""), **about) for line in lines]
    return with_words(look, append(look, "classify", drafts))


def _check_legs(one: Line, other: Line) -> None:
    if one.account == other.account or one.amount * other.amount >= 0:
        raise MatcherError("decision.state", f"lines {one.line_id} and {other.line_id} are not the two legs of a transfer")
    if one.currency == other.currency and one.amount != -other.amount:
        raise MatcherError("decision.amount", f"lines {one.line_id} and {other.line_id} are not of the same amount")


def hold(session: Session, typed: Sequence[str], until: date, reason: str, owner: str = "") -> list[Decided]:
    """Sets lines aside until a day; they are counted all the same. Raises MatcherError: ``line.*``."""
    return _marked(session, typed, DecisionKind.HOLD, "hold", reason, until=until, owner=owner)


def assign(session: Session, typed: Sequence[str], owner: str, reason: str) -> list[Decided]:
    """Says who follows lines up. Raises MatcherError: ``line.*``, ``usage.option`` without a name."""
    if not owner.strip():
        raise MatcherError("usage.option", "it is not said who")
    return _marked(session, typed, DecisionKind.ASSIGN, "assign", reason, owner=owner)


def note(session: Session, typed: Sequence[str], text: str) -> list[Decided]:
    """Keeps a note on lines. Raises MatcherError: ``line.*``, ``usage.option`` without a text."""
    if not text.strip():
        raise MatcherError("usage.option", "the note is empty")
    return _marked(session, typed, DecisionKind.NOTE, "note", text)


def _marked(
    session: Session, typed: Sequence[str], kind: DecisionKind, command: str, reason: str, *, until: date | None = None, owner: str = ""
) -> list[Decided]:
    needs(typed, "line")
    named = selection.lines(session, typed).line_ids
    look = Look(session, named)
    drafts = [look.draft(kind, look.line(line_id), reason, effective_date=look.today, until=until, owner=owner) for line_id in named]
    return with_words(look, append(look, command, drafts))
