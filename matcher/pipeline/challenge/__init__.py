"""The test that needs no truth: these books are changed so that certain postings would be wrong, and decided again, in memory.

removed: what a posting paid is no longer there; whatever that line posts now is wrong.
twin: each item that was paid has a twin; nothing may be posted on the amount alone.
shuffled: payers wrote nothing, and items have amounts of other customers; whatever posts is wrong.
blank: payers wrote nothing; what posts should be what posted before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.engines.base import Engine
from matcher.engines.workers import decide_all, helper
from matcher.gc_pause import gc_paused
from matcher.ledger.fold import fold
from matcher.matching.decisions.decide import Policy
from matcher.matching.entity import EntityInput
from matcher.money import PPM
from matcher.pipeline.challenge import changes
from matcher.pipeline.challenge.verdicts import TESTS, Compared, Count, Judge, Posting, Test, chosen, compared, counts, folds
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


def of_entities(jobs: list[EntityInput], judge: Judge, only: Collection[Test] = TESTS, sample: int | None = None) -> Challenge:
    """The same of legal entities in columns, as a run decides them."""
    size = sum(job.lines.height for job in jobs)
    with helper(size) as second:
        made, first_trouble = decide_all(jobs, judge, second)
    before = {posting.line_id: posting for part in made for posting in part}
    tasks = _tasks(jobs, before, only, sample)
    with helper(sum(task.job.lines.height for task in tasks)) as second:
        now, trouble = decide_all([task.job for task in tasks], judge, second)
    told: list[Count] = []
    failed: list[tuple[Test, Compared]] = []
    for test in TESTS:
        if test not in only:
            continue
        asked = sorted({line for task in tasks if task.test == test for line in task.asked})
        done = [
            one for task, posted in zip(tasks, now, strict=True) if task.test == test for one in compared(test, task.asked, before, posted)
        ]
        told += counts(test, asked, before, done)
        failed += sorted(((test, one) for one in done if one.verdict == "wrong"), key=lambda pair: pair[1].now.line_id)
    return Challenge(size, len(before), tuple(told), _failures(jobs, failed), first_trouble or trouble)


def _tasks(jobs: list[EntityInput], before: dict[str, Posting], only: Collection[Test], sample: int | None) -> list[_Task]:
    """The changed entities of every test; those without a line that is asked are left out."""
    posted = chosen(before, sample)
    every = frozenset(chosen([line for job in jobs for line in job.lines.filter(pl.col("amount") > 0)["line_id"]], sample))
    tasks: list[_Task] = []
    for job in jobs:
        lines = frozenset(job.lines["line_id"])
        own = [before[line] for line in posted if line in lines]
        customers = dict(job.items.select("item_id", "customer_id").iter_rows())
        if "removed" in only:
            for part in folds(own, customers):
                gone = frozenset().union(*(posting.items for posting in part))
                tasks.append(_Task("removed", changes.without(job, gone), frozenset(posting.line_id for posting in part)))
        if "twin" in only and own:
            paid = frozenset().union(*(posting.items for posting in own))
            tasks.append(_Task("twin", changes.with_twins(job, paid), frozenset(posting.line_id for posting in own)))
        if asked := lines & every:
            tasks += [
                _Task(test, change(job), asked)
                for test, change in ((TESTS[2], changes.shuffled), (TESTS[3], changes.blank))
                if test in only
            ]
    return tasks


def _failures(jobs: list[EntityInput], failed: list[tuple[Test, Compared]]) -> tuple[Failure, ...]:
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
