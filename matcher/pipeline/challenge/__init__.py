"""The test that needs no truth: these books are changed so that certain postings would be wrong, and decided again, in memory.

removed: what a posting paid is no longer there; whatever that line posts now is wrong.
twin: each item that was paid has a twin; nothing may be posted on the amount alone.
shuffled: payers wrote nothing, and items have amounts of other customers; whatever posts is wrong.
blank: payers wrote nothing; what posts should be what posted before.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.engines.base import Engine
from matcher.engines.workers import decide_all, helper
from matcher.gc_pause import gc_paused
from matcher.ledger.fold import fold
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput
from matcher.money import PPM
from matcher.pipeline.challenge import changes
from matcher.pipeline.challenge.verdicts import (
    TESTS,
    Compared,
    Count,
    Judge,
    Judged,
    Posting,
    Test,
    chosen,
    compared,
    counts,
    folds,
    touching,
)
from matcher.pipeline.run import UNASKED, prepare, undone
from matcher.pipeline.session import Session
from matcher.pipeline.set_aside import rejected
from matcher.rules.rulebook import Rulebook
from matcher.store import journal


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that posts wrongly on changed books. Amount in minor units; `before` and `now` say what each item gets."""

    test: Test
    line_id: str
    booking_date: date
    amount: int
    currency: str
    rule_before: str
    before: str
    rule_now: str
    now: str


@dataclass(frozen=True)
class Challenge:
    """The answer.

    Attributes:
        lines: credits that were decided.
        postings: how many of them are posted on the unchanged books.
        counts: each test, as a whole and by rule.
        failures: in the order of the tests and lines.
        trouble: what went wrong with the second process without changing the result.
    """

    lines: int
    postings: int
    counts: tuple[Count, ...]
    failures: tuple[Failure, ...]
    trouble: str = ""


class _Task(NamedTuple):
    """A changed legal entity, and the lines whose postings are looked at."""

    test: Test
    job: EntityInput
    asked: frozenset[str]


def challenge(
    session: Session,
    engine: Engine,
    book: Rulebook,
    as_of: date = date.max,
    *,
    only: Collection[Test] = TESTS,
    sample: int | None = None,
) -> Challenge:
    """Challenges what the engine posts on these books. Nothing is written.

    Args:
        session: reads.
        engine: finds candidates.
        book: the rules.
        as_of: lines of later days are left out, as in a run.
        only: which tests.
        sample: at most so many lines for each test; None for all.
    """
    with gc_paused(0):
        facts = journal.facts(session.store, without=UNASKED)
        state = changes.before_postings(fold(facts, date.max, session.config.books.base_currency))
        own = session.config.policy
        policy = Policy(
            round(own.precision * PPM), True, rejected(state), own.discount_grace_days, undone(facts.decisions, facts.allocations)
        )
        jobs, _ = prepare(session, state, book, as_of)
        del facts, state
        return of_entities(jobs, Judge(engine, book, policy), only, sample)


def of_entities(jobs: Sequence[EntityInput], judge: Judge, only: Collection[Test] = TESTS, sample: int | None = None) -> Challenge:
    """The same of legal entities in columns, as a run decides them."""
    size = sum(job.lines.height for job in jobs)
    with helper(size) as second:
        made, first_trouble = decide_all(jobs, judge, second)
    before = _postings(line for part in made for line in part)
    tasks = _tasks(jobs, made, only, sample)
    with helper(sum(task.job.lines.height for task in tasks)) as second:
        now, trouble = decide_all([task.job for task in tasks], judge, second)
    told: list[Count] = []
    failed: list[tuple[Test, Compared]] = []
    for test in (test for test in TESTS if test in only):
        done = [
            one
            for task, part in zip(tasks, now, strict=True)
            if task.test == test
            for one in compared(test, task.asked, before, _postings(part).values())
        ]
        told += counts(test, [line for task in tasks if task.test == test for line in task.asked], before, done)
        failed += sorted(((test, one) for one in done if one.verdict == "wrong"), key=lambda pair: pair[1].now.line_id)
    return Challenge(size, len(before), tuple(told), _failures(jobs, failed), first_trouble or trouble)


def _postings(judged: Iterable[Judged]) -> dict[str, Posting]:
    return {line.line_id: line.posting for line in judged if line.posting}


def _tasks(jobs: Sequence[EntityInput], made: Sequence[list[Judged]], only: Collection[Test], sample: int | None) -> list[_Task]:
    """The changed entities of every test; those without a line that is asked are left out."""
    posted = frozenset(chosen((line.line_id for part in made for line in part if line.posting), sample))
    every = frozenset(chosen((line for job in jobs for line in job.lines.filter(pl.col("amount") > 0)["line_id"]), sample))
    tasks: list[_Task] = []
    for job, judged in zip(jobs, made, strict=True):
        entity = _Entity(job, judged)
        own = [entity.postings[line] for line in chosen(posted & entity.postings.keys(), None)]
        if "removed" in only:
            for part in folds(own, entity.customers):
                asked = frozenset(posting.line_id for posting in part)
                gone = frozenset[str]().union(*(posting.items for posting in part))
                tasks.append(_Task("removed", changes.without(entity.near(asked), gone), asked))
        if "twin" in only and own:
            asked = frozenset(posting.line_id for posting in own)
            paid = frozenset[str]().union(*(posting.items for posting in own))
            tasks.append(_Task("twin", changes.with_twins(entity.near(asked), paid), asked))
        if asked := every & entity.about.keys():
            if "shuffled" in only:
                tasks.append(_Task("shuffled", changes.shuffled(entity.near(asked, taken=False)), asked))
            if "blank" in only:
                tasks.append(_Task("blank", changes.blank(entity.near(asked)), asked))
    return tasks


class _Entity:
    """A legal entity with what it posts unchanged.

    Attributes:
        customers: customer of each item.
        about: customers that each line may be about.
    """

    def __init__(self, job: EntityInput, judged: Sequence[Judged]) -> None:
        self.job, self.postings = job, _postings(judged)
        self.customers: dict[str, str] = dict(job.items.select("item_id", "customer_id").iter_rows())
        self.about = {
            line.line_id: frozenset(filter(None, (line.customer_id, *(self.customers.get(item, "") for item in line.items))))
            for line in judged
        }

    def near(self, asked: frozenset[str], *, taken: bool = True) -> EntityInput:
        """With these lines and those that may want the same items; what all others post is taken, if so wanted."""
        lines = touching(asked, self.about)
        given: Counter[str] = Counter()
        for line, posting in self.postings.items() if taken else ():
            if line not in lines:
                given.update({share.item_id: share.item_amount + share.adjustment for share in posting.shares})
        return changes.only_lines(self.job, lines, given)


def _failures(jobs: Sequence[EntityInput], failed: list[tuple[Test, Compared]]) -> tuple[Failure, ...]:
    columns = ("booking_date", "amount", "currency")
    wanted = [one.now.line_id for _, one in failed]
    lines: dict[str, tuple[date, int, str]] = {}
    currencies: dict[str, str] = {}
    for job in jobs:
        rows = job.lines.filter(pl.col("line_id").is_in(wanted)).select("line_id", *columns)
        lines |= {line: (day, amount, currency) for line, day, amount, currency in rows.iter_rows()}
        currencies |= dict(job.items.select("item_id", "currency").iter_rows())

    def text(posting: Posting | None, currency: str) -> str:
        parts = []
        for share in posting.shares if posting else ():
            other = currencies[share.item_id.removeprefix(changes.TWIN)]
            beside = f"+{money.render(share.adjustment, other)}:{share.adjustment_reason}" if share.adjustment else ""
            parts.append(f"{share.item_id}={money.render(share.amount, currency)}{beside}")
        return ", ".join(parts)

    return tuple(
        Failure(
            test, one.now.line_id, *lines[one.now.line_id],
            one.before.rule if one.before else "", text(one.before, lines[one.now.line_id][2]),
            one.now.rule, text(one.now, lines[one.now.line_id][2]),
        )
        for test, one in failed
    )  # fmt: skip


__all__ = ["TESTS", "Challenge", "Count", "Failure", "Judge", "Test", "challenge", "of_entities"]
