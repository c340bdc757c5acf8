"""Fits the points of the rulebook, and the table of confidence, on generated months with truth.

    python -m benchmarks.fit points BOOKS=TRUTH_DIR...       prints the [evidence] table
    python -m benchmarks.fit calibrate BOOKS=TRUTH_DIR...    prints calibration.toml, or with --rules FILE what goes into its [calibration]

Each BOOKS directory holds a month that was imported and ingested, not yet run; TRUTH_DIR is what benchmarks.generate wrote. Points
come from a multinomial model of which explanation of a receipt is right, or none; confidence from isotonic regression per rule on
other months than those.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matcher import money
from matcher.books import Books
from matcher.engines.duckdb import DuckDBEngine
from matcher.matching.decisions.decide import MatchResult
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import match
from matcher.matching.explanations.build import explanations
from matcher.matching.records import Explanation
from matcher.money import PPM
from matcher.pipeline import rulebooks, run, view
from matcher.rules import rulebook
from matcher.rules.rulebook import Rulebook
from matcher.rules.vocabulary import EVIDENCE

Floats = NDArray[np.float64]
Answer = tuple[tuple[str, int, int, str], ...]
"""What a line gives, sorted: item (one for all that may stand for each other), cash in the line's currency, adjustment, reason."""

RIDGE = 20.0
"""Strength of the pull of points towards those that are shipped: what was seldom seen changes little."""

FIXED = ("amount_", "date_", "set_run", "set_large", "text_")
"""Kinds of evidence that are set by hand: a generated month knows little of how late people pay and of what they write."""

LEAST = 60
"""Fewest cases in one step of the table of confidence."""

SHARES = (990_000, 995_000, 998_000, 999_000, 999_500, 999_800, 999_900)
"""Shares of right postings, in millionths, that the table has a bar for."""

SAFETY = 2
"""The bar is set where so many times fewer are wrong than allowed: other months are not like those it was measured on."""

WORST = 20
"""No kind of posting may be wrong so many times more frequently than all of them together, however rare it is."""

PRIOR_WRONG = 0.5
"""Wrong cases that are assumed beside those seen, so that nothing is ever certain."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the months and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("points", "calibrate"))
    parser.add_argument("months", nargs="+", metavar="BOOKS=TRUTH_DIR")
    parser.add_argument("--rules", metavar="FILE", help="calibrate with this rules.toml; its rules decide, none held")
    given = parser.parse_args(arguments)
    months = [(Path(books), Path(truth)) for books, _, truth in (month.partition("=") for month in given.months)]
    if given.what == "points":
        print(points(months))
        return 0
    chosen = rulebooks.of_file(Path(given.rules)) if given.rules else rulebooks.shipped()
    table = calibrate(months, chosen.to_measure)
    if given.rules:
        print(f'[calibration]\nversion = 1\nmeasured = ""  # say on what\ninputs = "{chosen.inputs}"')
        table = table.replace("\n[rule]\n", "\n[calibration.rule]\n")
    print(table)
    return 0


class Truth:
    """The true answers of a month. Items of one customer with one open amount and due date may stand for each other."""

    def __init__(self, books: Books, directory: Path) -> None:
        state = books.state(date.max)
        alike = ("entity", "customer_id", "currency", "open", "due_date")
        items = state.items.select("item_id", "currency", pl.col("item_id").min().over(alike).alias("group"))
        self._group = dict(items.select("item_id", "group").iter_rows())
        currencies = dict(items.select("item_id", "currency").iter_rows())
        rows = pl.read_csv(directory / "truth.csv", infer_schema=False).drop("currency")
        named = state.lines.select("line_id", "account", "bank_reference", "currency").join(rows, on=["account", "bank_reference"])
        found: dict[str, list[tuple[str, int, int, str]]] = defaultdict(list)
        columns = ("line_id", "currency", "item_id", "amount", "adjustment", "reason")
        for line_id, currency, item, amount, adjustment, reason in named.select(columns).iter_rows():
            if item:
                cash, cleared = money.parse(amount, currency), money.parse(adjustment, currencies[item])
                found[line_id].append((self._group[item], cash, cleared, reason or ""))
        self._answers = {line_id: tuple(sorted(answer)) for line_id, answer in found.items()}

    def right(self, line_id: str, one: Explanation) -> bool:
        """Whether an explanation gives what the line truly pays."""
        given = tuple(sorted((self._group[s.item_id], s.amount, s.adjustment, s.adjustment_reason) for s in one.shares))
        return given == self._answers.get(line_id, ())


def _options(months: Sequence[tuple[Path, Path]]) -> Iterator[tuple[list[Explanation], list[bool]]]:
    """Explanations of every receipt before anything is posted, and which are right."""
    book = rulebook.default()
    for directory, of_truth in months:
        books = Books(directory)
        right = Truth(books, of_truth)
        with books.reading() as session:
            state = view.whole(session, date.max)
            work, _ = run.prepare(session, state, book)
            for company in (job.company(DuckDBEngine()) for job in work):
                grace = session.config.policy.discount_grace_days
                found = {r.line_id: explanations(r, company.pool, book, grace) for r in company.receipts}
                paid = {one.shares for line, options in found.items() for one in options if right.right(line, one)}
                for line, options in found.items():
                    verdict = [right.right(line, one) for one in options]
                    # a payment that came twice is no wrong explanation: the gate sees that the first one took the item
                    if any(verdict) or (options and not any(one.shares in paid for one in options)):
                        yield options, verdict


def points(months: Sequence[tuple[Path, Path]]) -> str:
    """Points of evidence: ten times the coefficients of the model."""
    names = list(EVIDENCE)
    column = {name: n for n, name in enumerate(names)}
    rows, groups, chosen, sizes = [], [], [], []
    for group, (found, right) in enumerate(_options(months)):
        for one, is_right in zip(found, right, strict=True):
            row = np.zeros(len(names))
            row[[column[kind] for kind, _ in one.evidence]] = 1
            rows.append(row)
            groups.append(group)
            chosen.append(is_right)
        sizes.append(len(found))
    table = np.array(rows)
    seen = table.sum(axis=0)
    shipped = rulebook.default().evidence
    start = np.array([shipped[name] / 10 for name in names])
    free = np.array([not name.startswith(FIXED) and seen[column[name]] >= 20 for name in names])
    fitted = _logit(table, np.array(groups), np.array(chosen, dtype=float), len(sizes), start, free)
    values = [(name, round(10 * fitted[column[name]])) for name in names]
    return "\n".join(f"{name} = {value}" for name, value in values)


def _logit(
    table: Floats, group: NDArray[np.int64], right: Floats, groups: int, start: Floats, free: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Coefficients of a multinomial model with the choice "none of these", by Newton's method; only the `free` ones move."""
    beta = start.copy()

    def fit(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Logarithm of the likelihood with the ridge, and the share of each explanation."""
        worth = np.exp(np.clip(table @ at, -60, 60))
        total = 1 + np.bincount(group, worth, groups)
        likelihood = float((right * np.log(worth)).sum() - np.log(total).sum() - RIDGE / 2 * ((at - start) @ (at - start)))
        return likelihood, worth / total[group]

    likelihood, share = fit(beta)
    for _ in range(100):
        gradient = (table.T @ (right - share) - RIDGE * (beta - start)) * free
        mean = np.zeros((groups, table.shape[1]))
        np.add.at(mean, group, table * share[:, None])
        curve = (table * share[:, None]).T @ table - mean.T @ mean + RIDGE * np.eye(table.shape[1])
        step = np.where(free, np.linalg.solve(curve + np.diag(~free * 1e12), gradient), 0)
        while True:
            better, there = fit(beta + step)
            if better >= likelihood or np.abs(step).max() < 1e-6:
                break
            step /= 2
        beta, share, gained, likelihood = beta + step, there, better - likelihood, better
        if gained < 1e-3:
            break
    return beta


def _decided(months: Sequence[tuple[Path, Path]], book: Rulebook) -> Iterator[tuple[MatchResult, bool]]:
    """Verdicts of a run that proposes everything it can, and whether they are right."""
    for directory, of_truth in months:
        books = Books(directory)
        right = Truth(books, of_truth)
        with books.reading() as session:
            state = view.whole(session, date.max)
            own = session.config.policy
            policy = Policy(round(own.precision * PPM), own.auto_post, frozenset(), own.discount_grace_days)
            work, _ = run.prepare(session, state, book)
            for verdict in match((job.company(DuckDBEngine()) for job in work), book, policy):
                if verdict.explanation is not None and verdict.explanation.rule:
                    yield verdict, right.right(verdict.line_id, verdict.explanation)


def calibrate(months: Sequence[tuple[Path, Path]], book: Rulebook) -> str:
    """The table of confidence: for each rule, steps of log_odds and the share that is right, never falling; and the bars made of it."""
    cases: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    eligible: list[tuple[str, int, bool]] = []
    for verdict, is_right in _decided(months, book):
        assert verdict.explanation is not None
        posts = book.get(verdict.explanation.rule).mode == "post"
        name = verdict.explanation.rule if verdict.eligible or not posts else rulebook.HELD
        cases[name].append((verdict.log_odds, is_right))
        if verdict.eligible:
            eligible.append((verdict.explanation.rule, verdict.log_odds, is_right))
    names = [*(rule.id for rule in book.rule), rulebook.HELD]
    table = {name: _isotonic(sorted(cases[name])) if cases[name] else [(0, 100_000)] for name in names}
    made = rulebook.Calibration(version=1, measured="", rule={name: tuple(steps) for name, steps in table.items()})
    parts = [f"bar = {_bars([(made.confidence(name, log_odds), is_right) for name, log_odds, is_right in eligible])}", "", "[rule]"]
    for name, steps in table.items():
        wrong = sum(not is_right for _, is_right in cases[name])
        parts.append(f"# {len(cases[name])} cases, {wrong} wrong\n{name} = {[list(step) for step in steps]}")
    return "\n".join(parts)


def _bars(eligible: Sequence[tuple[int, bool]]) -> list[list[int]]:
    """For each share of right postings the least confidence that reaches it with `SAFETY` to spare, on what could have been posted."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for confidence, is_right in eligible:
        counts[confidence][0] += 1
        counts[confidence][1] += not is_right
    bars: list[list[int]] = []
    for share in SHARES:
        cases = wrong = 0
        bar = PPM
        for confidence in sorted(counts, reverse=True):
            cases, wrong = cases + counts[confidence][0], wrong + counts[confidence][1]
            if wrong * SAFETY * PPM <= cases * (PPM - share):
                bar = confidence
        bars.append([share, max(bar, PPM - WORST * (PPM - share), bars[-1][1] if bars else 0)])
    return bars


def _isotonic(cases: Sequence[tuple[int, bool]]) -> list[tuple[int, int]]:
    """Pools neighbouring cases until the share of right ones never falls and each pool is large enough."""
    pools: list[list[float]] = []  # lowest log_odds, highest log_odds, cases, right
    for log_odds, is_right in cases:
        if pools and pools[-1][1] == log_odds:
            pools[-1][2] += 1
            pools[-1][3] += is_right
        else:
            pools.append([log_odds, log_odds, 1, float(is_right)])
    merged: list[list[float]] = []
    for pool in pools:
        merged.append(list(pool))
        while len(merged) > 1 and (merged[-2][2] < LEAST or merged[-2][3] / merged[-2][2] >= merged[-1][3] / merged[-1][2]):
            last = merged.pop()
            merged[-1] = [merged[-1][0], last[1], merged[-1][2] + last[2], merged[-1][3] + last[3]]
    if len(merged) > 1 and merged[-1][2] < LEAST:
        last = merged.pop()
        merged[-1] = [merged[-1][0], last[1], merged[-1][2] + last[2], merged[-1][3] + last[3]]
    steps: list[tuple[int, int]] = []
    for low, high, count, right in merged:
        share = round(PPM * (right + PRIOR_WRONG * 0.5) / (count + PRIOR_WRONG))
        share = max(share, steps[-1][1] if steps else 0)
        steps += [(round(low), share)] if low == high else [(round(low), share), (round(high), share)]
    return steps


if __name__ == "__main__":
    sys.exit(main())
