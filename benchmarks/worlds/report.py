"""The figures of many worlds as plain text: each world, all together, the worst one and the 90 % quantile."""

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import Any

from benchmarks.worlds.classes import by_class
from benchmarks.worlds.verdicts import STATED
from matcher.rules.bounds import at_most

Row = dict[str, Any]
LEAST_POSTINGS = 200
"""A world with fewer postings is printed and pooled, but is neither the worst nor in the quantile: one error would decide."""

LEAST_OF_CLASS = 20
"""The same for postings of one class of evidence."""

QUANTILE = 0.9
_ADDED = (
    "lines", "postings", "errors", "wrong", "incomplete", "adjustment", "swapped", "stated", "stated_right", "matchable",
    "posted_right", "identifiable", "identifiable_right", "on_account_true", "on_account_said", "on_account_right",
)  # fmt: skip


def pooled(rows: Sequence[Row]) -> Row:
    """Sums over the worlds; rules and kinds added up by name."""
    total: Row = {name: sum(row[name] for row in rows) for name in _ADDED}
    for table in ("rules", "kinds"):
        found: dict[str, list[int]] = {}
        for row in rows:
            for name, numbers in row[table].items():
                found[name] = [one + two for one, two in zip(found.get(name, [0] * len(numbers)), numbers, strict=True)]
        total[table] = dict(sorted(found.items()))
    return total


def summary(rows: Sequence[Row]) -> Row:
    """What counts: pooled figures, the worst world, the 90 % quantile of the worlds' error rates and the 10 % quantile of coverage."""
    total, large = pooled(rows), [row for row in rows if row["postings"] >= LEAST_POSTINGS]
    rates = [row["errors"] / row["postings"] for row in large]
    coverages = [-row["posted_right"] / row["matchable"] for row in large]
    worst = max(large, key=lambda row: row["errors"] / row["postings"], default=None)
    least = max(large, key=lambda row: -row["posted_right"] / row["matchable"], default=None)
    low = quantile(coverages, QUANTILE)
    return {
        "worlds": len(rows),
        "large_worlds": len(large),
        "pooled": total,
        "error_rate_at_most": at_most(total["errors"], total["postings"]),
        "worst": worst["world"] if worst else None,
        "worst_rate": max(rates, default=None),
        "rate_quantile": quantile(rates, QUANTILE),
        "least_covered": least["world"] if least else None,
        "classes": by_class(total["rules"]),
        "coverage_quantile": None if low is None else -low,
    }


def table(rows: Sequence[Row]) -> str:
    """Everything as text."""
    found = summary(rows)
    total = found["pooled"]
    head = f"{'world':<12}{'lines':>7}{'items':>8}{'postings':>10}{'errors':>8}{'wrong':>7}{'incompl':>8}{'adjust':>7}{'swap':>6}"
    head += f"{'1 in':>8}{'at most':>9}{'coverage':>10}{'of ident':>10}{'onacc rec':>11}{'prec':>8}"
    parts = [head, *(_world(row) for row in rows), _world({"world": "pooled", "items": "", **total}), ""]
    parts += [
        f"Pooled: 1 in {_one_in(total['errors'], total['postings'])} is wrong or incomplete; at most 1 in "
        f"{_inverse(found['error_rate_at_most'])} (Clopper-Pearson, one-sided 95 %).",
        f"Second payments in the place of the first are {total['swapped']} of them; without these 1 in "
        f"{_one_in(total['errors'] - total['swapped'], total['postings'])}.",
        f"Worst world: {found['worst']}, 1 in {_inverse(found['worst_rate'])}. 90 % quantile of {found['large_worlds']} worlds with "
        f"{LEAST_POSTINGS} postings or more: 1 in {_inverse(found['rate_quantile'])}.",
        f"Coverage: {_share(total['posted_right'], total['matchable'])} pooled, nine of ten worlds "
        f"{_percent(found['coverage_quantile'])} or more, least in {found['least_covered']}.",
        f"Of a stated confidence of {STATED:.1%} or more: {total['stated']} answers, "
        f"{_share(total['stated_right'], total['stated'], 2)} right, {_share(total['stated_right'], total['matchable'])} of the matchable.",
        "",
        f"{'class of evidence':<24}{'postings':>10}{'errors':>8}{'1 in':>8}{'at most 1 in':>14}{'worst world':>24}",
        *(_class(name, rows, *counts) for name, counts in by_class(total["rules"]).items() if counts[0]),
        "",
        f"{'rule':<24}{'postings':>10}{'errors':>8}{'1 in':>8}{'at most 1 in':>14}{'worlds with errors':>20}{'most in one':>13}",
        *(_rule(name, rows, *numbers) for name, numbers in sorted(total["rules"].items(), key=lambda rule: -rule[1][1])),
        "",
        f"{'kind':<24}{'lines':>10}{'posted':>8}{'right':>8}{'errors':>8}",
        *(
            f"{name:<24}{lines:>10}{posted:>8}{right:>8}{errors:>8}"
            for name, (lines, posted, errors, right) in sorted(total["kinds"].items(), key=lambda kind: (-kind[1][2], kind[0]))
            if posted
        ),
    ]
    return "\n".join(parts)


def _world(row: Row) -> str:
    bound = at_most(row["errors"], row["postings"])
    return (
        f"{row['world']:<12}{row['lines']:>7}{row['items']:>8}{row['postings']:>10}{row['errors']:>8}{row['wrong']:>7}"
        f"{row['incomplete']:>8}{row['adjustment']:>7}{row['swapped']:>6}{_one_in(row['errors'], row['postings']):>8}{_inverse(bound):>9}"
        f"{_share(row['posted_right'], row['matchable']):>10}{_share(row['identifiable_right'], row['identifiable']):>10}"
        f"{_share(row['on_account_right'], row['on_account_true']):>11}{_share(row['on_account_right'], row['on_account_said']):>8}"
    )


def _class(name: str, rows: Sequence[Row], postings: int, errors: int) -> str:
    """A class of evidence, with the world in which it is worst; worlds with few postings of the class are left out."""
    own = [(row["world"], *by_class(row["rules"])[name]) for row in rows]
    large = [(world, count, wrong) for world, count, wrong in own if count >= LEAST_OF_CLASS]
    world, count, wrong = max(large, key=lambda one: one[2] / one[1], default=("", 0, 0))
    where = f"{world}: 1 in {_one_in(wrong, count)}" if wrong else ""
    return f"{name:<24}{postings:>10}{errors:>8}{_one_in(errors, postings):>8}{_inverse(at_most(errors, postings)):>14}{where:>24}"


def _rule(name: str, rows: Sequence[Row], postings: int, errors: int) -> str:
    per_world = Counter({row["world"]: row["rules"].get(name, [0, 0])[1] for row in rows})
    most, count = per_world.most_common(1)[0]
    touched = sum(found > 0 for found in per_world.values())
    where = f"{most}: {count}" if count else ""
    figures = f"{name or '(none given)':<24}{postings:>10}{errors:>8}{_one_in(errors, postings):>8}"
    return f"{figures}{_inverse(at_most(errors, postings)):>14}{touched:>20}  {where}".rstrip()


def _one_in(errors: int, postings: int) -> str:
    return f"{round(postings / errors)}" if errors else "-"


def _inverse(rate: float | None) -> str:
    return f"{int(1 / rate)}" if rate else "-"


def _share(part: int, whole: int, places: int = 1) -> str:
    return _percent(part / whole, places) if whole else "-"


def _percent(share: float | None, places: int = 1) -> str:
    return "-" if share is None else f"{share:.{places}%}"


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else None
