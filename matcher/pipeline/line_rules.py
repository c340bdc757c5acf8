"""Rules for lines that are no receivables: proposed when persons have said the same of three lines, tried on the books, and accepted."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

import polars as pl

from matcher import actors, frames
from matcher.durable import sync_folder
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.ledger.fold import fold
from matcher.matching.repeated import proposed, takes
from matcher.pipeline import rulebooks
from matcher.pipeline.booked import undecided
from matcher.pipeline.session import Session
from matcher.rules.lines import LineRule
from matcher.rules.own import RULES_NAME
from matcher.settings import read_text
from matcher.states import ENGINE, SETTLING, DecisionKind
from matcher.store import classified, journal

TAKEN: frames.Schema = {"line_id": pl.String(), "reason": pl.String(), "by": pl.String()}
"""What rules take: the line, the rule's title, and its id and version."""

ACCEPT, DECLINE = "rules accept", "rules decline"
"""Commands by which the journal names what became of a rule."""


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A proposed rule, tried on all lines that the books hold.

    Attributes:
        rule: as it would stand in rules.toml.
        lines: how many it is about.
        agreed: of these, those that persons classified so.
        contradicted: ids of those that were decided otherwise, by a person or a rule.
        left: lines that nobody has decided and that it leaves alone all the same: of a known customer, or of the amount of a document.
        takes: lines that nobody has decided and that the next run would take.
        first, last: booking dates of the lines.
        waits_for: who accepted it, where another person has to accept it too; '' else.
    """

    rule: LineRule
    lines: int
    agreed: int
    contradicted: tuple[str, ...]
    left: int
    takes: int
    first: date | None
    last: date | None
    waits_for: str = ""

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "rule": self.rule.id, "title": self.rule.title, "kind": self.rule.kind, "account": self.rule.account, "lines": self.lines,
            "agreed": self.agreed, "contradicted": len(self.contradicted), "left_alone": self.left, "takes": self.takes,
            "first": self.first.isoformat() if self.first else "", "last": self.last.isoformat() if self.last else "",
            "waits_for": self.waits_for, "contradicting_lines": list(self.contradicted), "toml": self.rule.toml(),
        }  # fmt: skip


def pending(session: Session) -> list[LineRule]:
    """Rules that may be accepted: neither in rules.toml nor declined. It looks at classified lines alone, so it is quick."""
    lines, decisions = classified.everything(session.store)
    if decisions.is_empty():
        return []
    currencies = {account.id: account.currency for account in session.config.account}
    found = proposed(lines, decisions, currencies)
    if not found:
        return []
    said = {what["rule"] for _, command, what in _told(session) if command == DECLINE}
    own = rulebooks.of_books(session.directory).own
    have = {rule.id for rule in own.line} | {rule.id for rule in own.rule}
    return [rule for rule in found if rule.id not in said | have]


def trials(session: Session) -> list[RuleTrial]:
    """The rules that may be accepted, tried on the books."""
    rules = pending(session)
    if not rules:
        return []
    state = fold(journal.facts(session.store), date.max, session.config.books.base_currency)
    return [_tried(session, rule, state) for rule in rules]


def _tried(session: Session, rule: LineRule, state: State) -> RuleTrial:
    ids = takes(rule, state.lines)
    mine = state.lines.filter(pl.col("line_id").is_in(ids))
    settled = _settled(state, ids)
    agreed = {line for line, kind, word, _ in settled if kind == DecisionKind.CLASSIFY and word == rule.kind}
    against = sorted({line for line, *_ in settled} - agreed)
    open_lines = mine.filter(~pl.col("line_id").is_in([line for line, *_ in settled]))
    free = undecided(state).join(open_lines.select("line_id"), on="line_id", how="semi").height
    days = mine["booking_date"].to_list()
    return RuleTrial(
        rule, len(ids), len(agreed), tuple(against), open_lines.height - free, free, min(days, default=None), max(days, default=None),
        _waits_for(session, rule),
    )  # fmt: skip


def _settled(state: State, line_ids: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """The decision in force on each of these lines that settles it: line_id, kind, classified, actor."""
    in_force = state.decisions.filter(pl.col("live") & pl.col("kind").is_in(SETTLING) & pl.col("line_id").is_in(list(line_ids)))
    return list(in_force.select("line_id", "kind", "classified", "actor").iter_rows())


def taken(
    state: State, rules: Sequence[LineRule], until: date, refused: Collection[tuple[str, frozenset[str]]]
) -> tuple[pl.DataFrame, list[str]]:
    """What rules take of the lines that nobody has decided: columns of `TAKEN`; and which of them take nothing, in words.

    What is refused for a line as this kind is left, and so is what a known customer paid or what has the amount of an open document. A rule
    that a person has contradicted on a line that it is about takes nothing until the rule is taken out or the decision taken back.
    """
    rows: list[tuple[str, str, str]] = []
    suspended: list[str] = []
    free = set(undecided(state, until)["line_id"]) if rules else set()
    for rule in rules:
        ids = takes(rule, state.lines)
        otherwise = [
            line
            for line, kind, word, actor in _settled(state, ids)
            if actor != ENGINE and not (kind == DecisionKind.CLASSIFY and word == rule.kind)
        ]
        if otherwise:
            line_id = min(otherwise)
            suspended.append(f"rule {rule.name} takes nothing: line {line_id} was decided otherwise")
            continue
        no = {line for line, what in refused if what == frozenset((rule.kind,))}
        rows += [(line, f"{rule.title} (rule of rules.toml)", rule.name) for line in ids if line in free and line not in no]
    found = pl.DataFrame(rows, schema=TAKEN, orient="row").unique("line_id", keep="first", maintain_order=True)
    return found, suspended


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """What became of a proposed rule: ``accepted`` or ``declined``, or it ``waits`` for another person; and where it stands now."""

    rule: LineRule
    state: str
    said: str


def accept(session: Session, rule_id: str) -> RuleDecision:
    """Puts a proposed rule into rules.toml; where policy asks for two people to classify, the second one's word does.

    Raises:
        MatcherError: ``policy.people``, ``policy.role`` for who may not classify; ``rule.unknown``; ``rule.contradicted`` when a line that
            it is about was decided otherwise; ``approval.self``;
            ``rules.invalid`` where rules.toml cannot take it at its end; ``books.unwritable``.
    """
    _check_may_classify(session)
    trial = _named(trials(session), rule_id)
    if trial.contradicted:
        shown = ", ".join(trial.contradicted[:3])
        raise MatcherError("rule.contradicted", f"{len(trial.contradicted)} lines that it is about were decided otherwise: {shown}")
    rule = trial.rule
    facts: dict[str, object] = {"rule": rule.id, "up_to": rule.up_to, "lines": trial.lines, "agreed": trial.agreed, "takes": trial.takes}
    two = DecisionKind.CLASSIFY in session.config.policy.four_eyes_for
    first = trial.waits_for
    if two and first and actors.same_person(first, session.actor):
        raise MatcherError(
            "approval.self", f"{session.actor} accepted the rule {rule.id} already", hint="Let somebody else accept it, too."
        )
    if two and not first:
        session.commit(ACCEPT, facts | {"state": "waits"})
        return RuleDecision(rule, "waits", f"Rule {rule.id} waits until another person accepts it, too.")
    path = session.directory / RULES_NAME
    before = read_text(path, "rules.invalid") if os.path.lexists(path) else ""
    text = f"{before.rstrip()}\n\n{rule.toml()}".lstrip()
    rulebooks.of_text(text, path)  # a file may be written so that nothing can be added at its end
    session.commit(ACCEPT, facts | {"state": "accepted"})
    _write(path, text)
    return RuleDecision(
        rule, "accepted", f"Rule {rule.id} stands in {RULES_NAME}: the next run takes {trial.takes} of the undecided lines by it."
    )


def decline(session: Session, rule_id: str, reason: str) -> RuleDecision:
    """Says that a rule is not wanted: it is not proposed again. Raises MatcherError: ``rule.unknown``, and of the policy as `accept`."""
    _check_may_classify(session)
    found = {rule.id: rule for rule in pending(session)}
    if rule_id not in found:
        raise _unknown(rule_id, sorted(found))
    session.commit(DECLINE, {"rule": rule_id, "reason": reason})
    return RuleDecision(found[rule_id], "declined", f"Rule {rule_id} is not proposed again.")


def _check_may_classify(session: Session) -> None:
    """What a rule takes leaves the queue as what a person classifies does. Raises MatcherError: ``policy.people``, ``policy.role``."""
    from matcher.pipeline.actions import rulings

    rulings.check_person(session.config.policy, session.actor, [DecisionKind.CLASSIFY])


def _named(found: Sequence[RuleTrial], rule_id: str) -> RuleTrial:
    for trial in found:
        if trial.rule.id == rule_id:
            return trial
    raise _unknown(rule_id, [trial.rule.id for trial in found])


def _unknown(rule_id: str, known: Sequence[str]) -> MatcherError:
    hint = f"Proposed are: {', '.join(known)}." if known else "No rule is proposed; see `matcher rules propose`."
    return MatcherError("rule.unknown", f"no rule {rule_id!r} is proposed", hint=hint)


def _waits_for(session: Session, rule: LineRule) -> str:
    """Who has accepted a rule that is not in rules.toml yet. A word on a smaller bound is none on one that has grown since."""
    wanted = (rule.id, rule.up_to, "waits")
    by = [actor for actor, command, what in _told(session) if command == ACCEPT and (what["rule"], what["up_to"], what["state"]) == wanted]
    return by[-1] if by else ""


def _told(session: Session) -> list[tuple[str, str, dict[str, object]]]:
    """Actor, command and what was kept of each word on a rule, the oldest first."""
    return [
        (actor, command, json.loads(summary)) for actor, command, summary in classified.words_on_rules(session.store, (ACCEPT, DECLINE))
    ]


def _write(path: Path, text: str) -> None:
    """The whole file or nothing of it; where it is a link, the file that it leads to. Raises MatcherError: ``books.unwritable``."""
    draft, path = "", path.resolve()
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as stream:
            draft = stream.name
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            os.chmod(draft, path.stat().st_mode & 0o777)
        else:
            os.chmod(draft, 0o644)
        os.replace(draft, path)
        sync_folder(path.parent)
    except OSError as error:
        if draft and os.path.exists(draft):
            os.unlink(draft)
        raise MatcherError("books.unwritable", f"cannot be written ({error.strerror})", str(path)) from error
