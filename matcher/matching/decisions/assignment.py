"""One answer for lines that compete: which explanation each gets, so that together they are best and no item gives more than it has.

Explanations connect lines and items into components; each of them is solved by itself, exactly within a bound on steps.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation

MAX_STEPS = 20_000
"""Bound on steps in one component; beyond it the strongest claims are served first and the weaker ones go to a person."""


MOST_LINES = 200
"""Lines of one component; a larger one is connected by a number or an amount that says nothing, and goes to a person."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Answer: place of the chosen explanation of each line (-1 for none), and the lines of components beyond the bounds."""

    chosen: dict[str, int]
    unsolved: frozenset[str]


def assign(order: Sequence[str], options: Mapping[str, Sequence[Explanation]], pool: OpenItems) -> Assignment:
    """The choice with the most points together. Equal choices: the line that comes first in `order` gets its better one."""
    chosen = {line: (0 if options[line] else -1) for line in order}
    contested = _contested(order, options, pool)
    unsolved: set[str] = set()
    for lines in _components(order, options, contested):
        if len(lines) > MOST_LINES:
            unsolved.update(lines)
            continue
        solver = _Solver(lines, options, pool)
        places = solver.solve()
        if solver.steps >= MAX_STEPS:
            unsolved.update(lines)
        chosen.update(places)
    return Assignment(chosen, frozenset(unsolved))


def _demand(explanation: Explanation) -> dict[str, int]:
    return {share.item_id: share.item_amount + share.adjustment for share in explanation.shares}


def _contested(order: Sequence[str], options: Mapping[str, Sequence[Explanation]], pool: OpenItems) -> set[str]:
    """Items of which the best explanations of all lines would together take more than is open."""
    demand: dict[str, int] = defaultdict(int)
    for line in order:
        if options[line]:
            for item_id, amount in _demand(options[line][0]).items():
                demand[item_id] += abs(amount)
    return {item_id for item_id, amount in demand.items() if amount > abs(pool.items[item_id].open if item_id in pool.items else 0)}


def _components(order: Sequence[str], options: Mapping[str, Sequence[Explanation]], contested: set[str]) -> list[list[str]]:
    """Groups of lines that compete: those whose best explanation takes a contested item, with whom their other options meet."""
    best_of: dict[str, list[str]] = defaultdict(list)
    for line in order:
        if options[line]:
            for item_id in options[line][0].items:
                best_of[item_id].append(line)
    place = {line: n for n, line in enumerate(order)}
    grouped: set[str] = set()
    groups = []
    for item_id in sorted(contested):
        waiting, members = list(best_of[item_id]), set()
        while waiting:
            line = waiting.pop()
            if line in members or line in grouped:
                continue
            members.add(line)
            for explanation in options[line]:
                for other in explanation.items:
                    waiting += best_of.get(other, ())
        grouped |= members
        if members:
            groups.append(sorted(members, key=place.__getitem__))
    return groups


class _Solver:
    """Depth-first search over the lines of a component with the best possible rest as its bound."""

    def __init__(self, lines: Sequence[str], options: Mapping[str, Sequence[Explanation]], pool: OpenItems) -> None:
        self.lines = sorted(lines, key=lambda line: -options[line][0].points)
        self.options = {
            line: [(explanation.points, _demand(explanation)) for explanation in options[line] if explanation.points > 0]
            for line in self.lines
        }
        items = {item_id for line in self.lines for _, demand in self.options[line] for item_id in demand}
        self.remaining = {item_id: pool.items[item_id].open if item_id in pool.items else 0 for item_id in items}
        bounds = [0]
        for line in reversed(self.lines):
            bounds.append(bounds[-1] + (self.options[line][0][0] if self.options[line] else 0))
        self.bounds = bounds[::-1]
        self.best = -1
        self.answer: dict[str, int] = {}
        self.steps = 0

    def solve(self) -> dict[str, int]:
        """Places of the chosen explanations."""
        self._try(0, 0, {})
        return self.answer

    def _try(self, depth: int, total: int, chosen: dict[str, int]) -> None:
        if total + self.bounds[depth] <= self.best:
            return
        if depth == len(self.lines):
            self.best, self.answer = total, dict(chosen)
            return
        if self.steps >= MAX_STEPS and self.best >= 0:
            return
        self.steps += 1
        line = self.lines[depth]
        for place, (points, demand) in enumerate(self.options[line]):
            if all(abs(self.remaining[i]) >= abs(amount) for i, amount in demand.items()):
                for item_id, amount in demand.items():
                    self.remaining[item_id] -= amount
                chosen[line] = place
                self._try(depth + 1, total + points, chosen)
                for item_id, amount in demand.items():
                    self.remaining[item_id] += amount
        chosen[line] = -1
        self._try(depth + 1, total, chosen)
        del chosen[line]
