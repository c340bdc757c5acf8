"""What a rulebook cannot do although it says so: rules that no explanation ever reaches."""

from collections.abc import Iterator
from itertools import product

from matcher.rules.rulebook import Rule, Rulebook
from matcher.rules.vocabulary import bears


def unreachable(book: Rulebook) -> Iterator[tuple[Rule, str]]:
    """Rules that can never take an explanation, and why: earlier rules take everything first, or the conditions contradict each other."""
    for place, rule in enumerate(book.rule):
        shapes = list(product(rule.basis, rule.difference))
        possible = [shape for shape in shapes if _possible(rule, *shape)]
        if not possible:
            yield rule, "its conditions contradict each other: no explanation can meet all of them"
            continue
        takers = [_taker(book.rule[:place], rule, *shape) for shape in possible]
        if all(takers):
            names = ", ".join(dict.fromkeys(taker.id for taker in takers if taker))
            yield rule, f"every explanation it is about belongs to {names}, which stands before it"


def _possible(rule: Rule, basis: str, difference: str) -> bool:
    """Whether an explanation of that basis and difference can meet the conditions."""
    return all(any(kind not in rule.without and bears(kind, basis, difference) for kind in group) for group in rule.needs)


def _taker(earlier: tuple[Rule, ...], rule: Rule, basis: str, difference: str) -> Rule | None:
    """The first earlier rule that holds for every explanation of that basis and difference for which `rule` holds."""
    for other in earlier:
        if other.mode == "shadow" and rule.mode != "shadow":
            continue
        absent = {kind for kind in other.without if not bears(kind, basis, difference)} | set(rule.without)
        if (
            basis in other.basis
            and difference in other.difference
            and other.items >= rule.items
            and set(other.without) <= absent
            and all(_implied(group, rule, basis, difference) for group in other.needs)
        ):
            return other
    return None


def _implied(group: tuple[str, ...], rule: Rule, basis: str, difference: str) -> bool:
    """Whether whatever `rule` needs brings one of these kinds along."""
    return any({k for k in needed if k not in rule.without and bears(k, basis, difference)} <= set(group) for needed in rule.needs)
