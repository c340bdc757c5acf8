"""The sampled control: a share of what each run posted by itself is shown to a person, who says whether it is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import polars as pl

from matcher.errors import MatcherError
from matcher.ledger.fold import fold
from matcher.money import PPM
from matcher.pipeline import selection
from matcher.pipeline.actions import undoing
from matcher.pipeline.actions.base import Decided, Look, append, needs
from matcher.pipeline.actions.words import with_words
from matcher.pipeline.session import Session
from matcher.pipeline.trust import sampled_by_runs
from matcher.rules import classes
from matcher.rules.rulebook import Rulebook
from matcher.states import DecisionKind
from matcher.store import journal, near


@dataclass(frozen=True, slots=True)
class Sampled:
    """A posting that waits for a person to say whether it is right. Amounts are minor units."""

    line_id: str
    decision_id: str
    evidence_class: str
    rule: str
    account: str
    booking_date: date
    amount: int
    currency: str
    payer: str
    text: str
    customer_id: str
    documents: tuple[str, ...]
    confidence: int | None


def chosen(decisions: pl.DataFrame, book: Rulebook, batch: int, share_ppm: int) -> list[str]:
    """Ids of the postings of a run that are looked at: a share of each class of evidence, and one at least where the class has postings.

    They are chosen by a hash of the line and the run's batch, so that the same books give the same ones.
    """
    if not share_ppm:
        return []
    own = classes.of_rules(book)
    by_class: dict[str, list[tuple[int, str]]] = {}
    for rule, line_id, decision_id in decisions.select("rule", "line_id", "decision_id").iter_rows():
        draw = int.from_bytes(sha256(f"check {batch} {line_id}".encode()).digest()[:8], "big") % PPM
        by_class.setdefault(own[rule.partition("@")[0]], []).append((draw, decision_id))
    least = {min(rows) for rows in by_class.values()}
    return sorted(one for rows in by_class.values() for draw, one in rows if draw < share_ppm or (draw, one) in least)


def waiting(session: Session, book: Rulebook) -> tuple[Sampled, ...]:
    """The chosen postings that still stand and of which nobody has said anything, by class and day."""
    decisions = journal.decisions(session.store)
    open_ones = _unchecked(decisions, sampled_by_runs(session))
    state = fold(near.facts(session.store, open_ones["line_id"].to_list()), date.max, session.config.books.base_currency)
    numbers = dict(state.items.select("item_id", "document_no").iter_rows())
    items = dict(state.allocations.group_by("decision_id", maintain_order=True).agg("item_id").iter_rows())
    lines = {row["line_id"]: row for row in state.lines.iter_rows(named=True)}
    own = classes.of_rules(book)
    found = []
    for made in open_ones.iter_rows(named=True):
        line = lines[made["line_id"]]
        documents = tuple(numbers.get(item) or item for item in items.get(made["decision_id"], ()))
        name = own.get(made["rule"].partition("@")[0]) or classes.of_shape(made["basis"], made["difference"])
        found.append(
            Sampled(
                made["line_id"], made["decision_id"], name, made["rule"], line["account"], line["booking_date"], line["amount"],
                line["currency"], line["counterparty_name"], line["remittance_information"], made["customer_id"], documents,
                made["confidence"],
            )
        )  # fmt: skip
    order = [one.name for one in classes.CLASSES]
    return tuple(sorted(found, key=lambda one: (order.index(one.evidence_class), one.booking_date, one.line_id)))


def _unchecked(decisions: pl.DataFrame, sampled: frozenset[str]) -> pl.DataFrame:
    ended = decisions.filter(pl.col("reverses") != "")["reverses"]
    standing = decisions.filter(pl.col("decision_id").is_in(list(sampled)), ~pl.col("decision_id").is_in(ended.implode()))
    checks = decisions.filter(pl.col("kind") == DecisionKind.CHECK, ~pl.col("decision_id").is_in(ended.implode()))
    said = checks.group_by("line_id").agg(said=pl.col("batch").max())
    rows = standing.join(said, on="line_id", how="left", maintain_order="left")
    return rows.filter(pl.col("said").is_null() | (pl.col("said") < pl.col("batch")))


def right(session: Session, typed: Sequence[str], reason: str) -> list[Decided]:
    """Says that chosen postings are right. Raises MatcherError: ``line.*``; ``decision.state`` for a line that is not asked about."""
    named = _asked(session, typed)
    look = Look(session, named)
    drafts = [look.draft(DecisionKind.CHECK, look.line(line_id), reason, effective_date=look.today) for line_id in named]
    return with_words(look, append(look, "check", drafts))


def wrong(session: Session, typed: Sequence[str], reason: str) -> list[Decided]:
    """Says that chosen postings are wrong, and takes them back. Raises MatcherError: as `right`, and as `undoing.undo`."""
    return [made for line_id in _asked(session, typed) for made in undoing.undo(session, line_id, reason)]


def _asked(session: Session, typed: Sequence[str]) -> tuple[str, ...]:
    needs(typed, "line")
    named = selection.lines(session, typed).line_ids
    asked = set(_unchecked(journal.decisions(session.store), sampled_by_runs(session))["line_id"])
    for line_id in named:
        if line_id not in asked:
            raise MatcherError("decision.state", f"line {line_id} is none of those to be checked", hint="See `matcher rules sample`.")
    return named
