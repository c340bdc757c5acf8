"""What verdicts on a company's receipts come to, as rows for the journal. Made where the company is decided, in either process."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import frames
from matcher.engines.base import Engine
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.matching.decisions.decide import MatchResult
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput, match
from matcher.matching.explanations.encoding import encode, evidence_text, shares_text
from matcher.rules.rulebook import Rulebook
from matcher.states import ENGINE, DecisionKind, LineState


class Records(NamedTuple):
    """Rows of verdicts: decisions that post with their allocations; findings on all other lines with what is proposed; shadow rules."""

    decisions: pl.DataFrame
    allocations: pl.DataFrame
    findings: pl.DataFrame
    proposals: pl.DataFrame
    shadows: pl.DataFrame

    @property
    def outcomes(self) -> pl.DataFrame:
        """line_id, outcome and state of every line that was looked at."""
        posted = self.decisions.select("line_id", "outcome", pl.lit(LineState.POSTED).alias("state"))
        return pl.concat([posted, self.findings.select(posted.columns)])


@dataclass(frozen=True)
class Deciding:
    """How companies are decided, and whose decisions they are.

    Attributes:
        batch, at: of the journal's batch that is going to hold the decisions.
        actor: who started the run.
        after: id of the latest decision on each line that has one.
        first_open: the first day that no closed month locks.
    """

    engine: Engine
    book: Rulebook
    policy: Policy
    batch: int
    actor: str
    at: str
    after: Mapping[str, str]
    first_open: date = date.min

    def __call__(self, job: EntityInput, explained: Callable[[int], None]) -> Records:
        """Decides a company. `explained` is told of so many receipts more that were explained.

        Raises:
            MatcherError: ``decision.amount`` when a posting breaks conservation: the engine's own pass the same checks as a person's.
        """
        verdicts = list(match([job.company(self.engine)], self.book, self.policy, explained))
        lines = {row[0]: _Line._make(row) for row in job.lines.select(_Line._fields).rows()}
        named = {share.item_id for v in verdicts if v.state != LineState.NONE and v.explanation for share in v.explanation.shares}
        items = {row[0]: _Item._make(row) for row in job.items.filter(pl.col("item_id").is_in(named)).select(_Item._fields).rows()}
        in_turn = sorted((v for v in verdicts if v.state == LineState.POSTED), key=lambda v: v.turn)
        posted = [self._draft(DecisionKind.MATCH, v, lines, items) for v in in_turn]
        waiting = [self._draft(DecisionKind.PROPOSAL, v, lines, items) for v in verdicts if v.state == LineState.PROPOSED]
        opens = {item_id: (item.open, item.currency) for item_id, item in items.items()}
        decisions.conserve(((draft, lines[draft.line_id].pending) for draft in posted), opens)
        shadows = [
            (v.line_id, v.shadow.rule, v.shadow.state, v.shadow.confidence, _given(v, lines[v.line_id].currency), v.shadow.reason)
            for v in verdicts
            if v.shadow
        ]
        _, proposals = self._built(waiting)
        other_findings = findings(v for v in verdicts if v.state != LineState.POSTED)
        return Records(*self._built(posted), other_findings, proposals, frames.of_rows(shadows, frames.SHADOW))

    def _built(self, drafts: Sequence[Draft]) -> tuple[pl.DataFrame, pl.DataFrame]:
        return decisions.build(drafts, self.batch, ENGINE, self.at, self.actor)

    def _draft(self, kind: DecisionKind, verdict: MatchResult, lines: Mapping[str, "_Line"], items: Mapping[str, "_Item"]) -> Draft:
        line, explanation = lines[verdict.line_id], verdict.explanation
        assert explanation is not None
        return Draft(
            kind=kind,
            line_id=verdict.line_id,
            currency=line.currency,
            effective_date=max(line.booking_date, self.first_open),
            customer_id=verdict.customer_id,
            outcome=verdict.outcome,
            rule=verdict.rule,
            confidence=verdict.confidence,
            margin=verdict.margin,
            basis=explanation.basis,
            difference=explanation.difference,
            log_odds=verdict.log_odds,
            evidence=evidence_text(explanation),
            runner_up=encode(verdict.runner_up),
            reason=verdict.reason,
            allocations=tuple([share._replace(item_open=items[share.item_id].open_amount) for share in explanation.shares]),
            after=self.after.get(verdict.line_id, ""),
        )


class _Line(NamedTuple):
    line_id: str
    currency: str
    booking_date: date
    pending: int


class _Item(NamedTuple):
    """`open` after our postings, `open_amount` as the ERP's snapshot says; minor units."""

    item_id: str
    currency: str
    open: int
    open_amount: int


def findings(verdicts: Iterable[MatchResult]) -> pl.DataFrame:
    """`frames.FINDING` rows of verdicts that do not post, in their order."""
    rows = [
        (v.line_id, v.outcome, v.state, v.customer_id, v.rule, v.confidence, v.margin, *_why(v), v.blocked_by, v.reason, "")
        for v in verdicts
    ]
    return frames.of_rows(rows, frames.FINDING)


def merge(parts: Sequence[Records], others: pl.DataFrame, further: pl.DataFrame) -> Records:
    """Rows of several companies as those of one batch: decisions numbered through, findings by line.

    Args:
        parts: of each company.
        others: findings on lines that were not matched, `further` what is proposed of them.
    """
    empty = (frames.empty(schema) for schema in (frames.DECISION, frames.ALLOCATION, frames.FINDING, frames.ALLOCATION, frames.SHADOW))
    all_parts = [Records(*empty)._replace(findings=others, proposals=further), *parts]
    made, shares, unposted, proposed, shadows = (pl.concat(column) for column in zip(*all_parts, strict=True))
    numbered = made.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("ordinal"))
    return Records(numbered, shares, unposted.sort("line_id"), proposed, shadows.sort("line_id"))


def _why(verdict: MatchResult) -> tuple[str, str, int | None, str, str]:
    """Basis, difference, log-odds and evidence of a proposal, with the best other explanation; else the nearest candidate alone."""
    explanation = verdict.explanation
    if explanation is None or verdict.state == LineState.NONE:
        return "", "", None, "", encode(explanation)
    return explanation.basis, explanation.difference, verdict.log_odds, evidence_text(explanation), encode(verdict.runner_up)


def _given(verdict: MatchResult, currency: str) -> str:
    """What each item would get; the rule in front of it is not the shadow rule, and left out."""
    return shares_text(verdict.explanation, currency).partition(": ")[2]
