"""What the journal tells of the classes of evidence: read for a run, and for whoever asks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from matcher import frames
from matcher.ledger import trust
from matcher.ledger.movements import Facts
from matcher.ledger.trust import Answers, Trust
from matcher.money import PPM
from matcher.pipeline.session import Session
from matcher.rules import classes
from matcher.rules.rulebook import Rulebook
from matcher.store import journal

OTHERWISE = "otherwise"
"""Key of a batch's summary: lines whose posting had been held back, and which the batch decides otherwise; with `trust.OTHERWISE`."""


SAMPLE = "sample"
"""Key of a run's summary: ids of the decisions of the run that a person is to look at; see `pipeline.sampling`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the classes stand, and by what policy.

    Attributes:
        classes: all of them, in their order.
        auto_post: whether runs post at all.
        sample_ppm: share of postings that are checked, in millionths.
    """

    classes: tuple[Trust, ...]
    auto_post: bool
    sample_ppm: int


def standing(session: Session, book: Rulebook) -> Standing:
    """How each class of evidence stands in these books."""
    policy = session.config.policy
    precision = round(policy.precision * PPM)
    log = journal.decisions(session.store), journal.allocations(session.store), journal.findings(session.store)
    return Standing(
        tuple(trust.trusted(*log, answers(session), classes.of_rules(book), precision)), policy.auto_post, round(policy.sample * PPM)
    )


def demoted(session: Session, facts: Facts, book: Rulebook, precision_ppm: int) -> dict[str, str]:
    """Classes that only propose in these books, with the reason."""
    return trust.demoted(facts.decisions, facts.allocations, answers(session), classes.of_rules(book), precision_ppm)


def by_class(decisions: pl.DataFrame, book: Rulebook) -> dict[str, int]:
    """Postings of a run by their class, those of all classes in their order."""
    own = classes.of_rules(book)
    counts = dict.fromkeys((one.name for one in classes.CLASSES), 0)
    for rule, count in decisions.group_by("rule").len().iter_rows():
        counts[own[rule.partition("@")[0]]] += count
    return counts


def answers(session: Session) -> Answers:
    """What persons said of postings, as far as it stands in the batches."""
    return answers_until(session, None)


def answers_until(session: Session, last: int | None) -> Answers:
    """The same as it stood after a batch."""
    undos: list[int] = []
    rows: list[Sequence[object]] = []
    for batch, command, text in journal.summaries(session.store, OTHERWISE):
        if last is not None and batch > last:
            break
        summary = json.loads(text)
        if command == "undo" and "run" not in summary:
            undos.append(batch)
        rows += [(batch, line_id, *told) for line_id, told in summary.get(OTHERWISE, {}).items()]
    return Answers(undos, frames.of_rows(rows, trust.OTHERWISE), sampled_by_runs(session, last))


def sampled_by_runs(session: Session, last: int | None = None) -> frozenset[str]:
    """Ids of the decisions that runs chose for a check, up to a batch."""
    summaries = journal.summaries(session.store, SAMPLE)
    told = (json.loads(text).get(SAMPLE, ()) for batch, _, text in summaries if last is None or batch <= last)
    return frozenset(decision_id for ids in told for decision_id in ids)
