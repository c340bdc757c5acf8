"""Whether a verdict of `search` holds, by a method that shares nothing with the search: Python dictionaries of sums and counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from matcher.matching.subset_sum.groups import COUNT_CAP
from matcher.matching.subset_sum.search import SubsetSumResult

MAX_SUMS = 500_000
"""Most different sums of a half that are kept; beyond it nothing is said about how many answers there are."""

UNCONFIRMED = "not confirmed: "
"""How a finding begins that is no contradiction: the number of answers could not be counted within the bound."""

_Sums = dict[tuple[int, int], int]


def check(
    amounts: Sequence[int], target: int, verdict: SubsetSumResult, *, classes: Sequence[int] | None = None, max_size: int | None = None
) -> str:
    """What is wrong with a verdict; '' when it holds. Arguments as those of `search.exact_sets`.

    The sets named must be answers that take the first items of every class, so that different ones differ in how many of a class they
    take, and they must be in order of preference. How many answers there are is counted anew for ``unique``,
    for ``impossible`` and wherever a count is given.
    """
    owners = list(range(len(amounts)) if classes is None else classes)
    most = len(amounts) if max_size is None else max_size
    wrong = _shape(verdict) or next((w for one in verdict.sets if (w := _answer(one, amounts, target, owners, most))), "")
    if wrong or verdict.count is None:
        return wrong
    counted = count(amounts, target, owners, most)
    if counted is None:
        return f"{UNCONFIRMED}more than {MAX_SUMS} different sums"
    return "" if min(counted, COUNT_CAP) == verdict.count else f"there are {counted} answers, not {verdict.count}"


def _shape(verdict: SubsetSumResult) -> str:
    named, number = len(verdict.sets), verdict.count
    if list(verdict.sets) != sorted(set(verdict.sets), key=lambda one: (len(one), one)):
        return "the sets are not in order of preference"
    match verdict.kind:
        case "unique":
            return "" if (named, number) == (1, 1) else "unique, but not one set and a count of one"
        case "impossible":
            return "" if (named, number) == (0, 0) else "impossible, but not without sets and a count of none"
        case "exhausted":
            return "" if (named, number) == (0, None) else "exhausted, but with sets or a count"
        case "ambiguous":
            return "" if named > 1 and (number is None or number >= named) else "ambiguous, but not with two sets or a count below theirs"


def _answer(one: tuple[int, ...], amounts: Sequence[int], target: int, owners: Sequence[int], most: int) -> str:
    if not one or list(one) != sorted(set(one)) or one[0] < 0 or one[-1] >= len(amounts):
        return f"{one} is no set of positions"
    if sum(amounts[p] for p in one) != target:
        return f"{one} does not add up to {target}"
    if len(one) > most:
        return f"{one} has more than {most} items"
    taken = set(one)
    for position in one:
        if any(owners[p] == owners[position] and p not in taken for p in range(position)):
            return f"{one} passes over an older item of the same class"
    return ""


def count(amounts: Sequence[int], target: int, owners: Sequence[int], most: int) -> int | None:
    """Number of different answers, as multisets of classes, of at most `most` items; None beyond `MAX_SUMS` sums."""
    sizes = Counter(owners)
    value = dict(zip(owners, amounts, strict=True))
    order = sorted(sizes, key=lambda owner: (abs(value[owner]), owner), reverse=True)
    halves = order[::2], order[1::2]
    sums = []
    for half, other in (halves, halves[::-1]):
        found = _sums(half, other, value, sizes, target, most)
        if found is None:
            return None
        sums.append(found)
    by_sum: dict[int, list[tuple[int, int]]] = {}
    for (total, size), number in sums[1].items():
        by_sum.setdefault(total, []).append((size, number))
    return sum(
        number * other
        for (total, size), number in sums[0].items()
        for more, other in by_sum.get(target - total, ())
        if 0 < size + more <= most
    )


def _sums(
    half: Sequence[int], other: Sequence[int], value: Mapping[int, int], sizes: Mapping[int, int], target: int, most: int
) -> _Sums | None:
    """For each sum and number of items that classes of one half can have: in how many ways. Only sums that can come to the target."""
    wholes = [value[owner] * sizes[owner] for owner in (*half, *other)]
    highest, lowest = sum(w for w in wholes if w > 0), sum(w for w in wholes if w < 0)
    sums: _Sums = {(0, 0): 1}
    for owner in half:
        highest -= max(value[owner] * sizes[owner], 0)
        lowest -= min(value[owner] * sizes[owner], 0)
        longer: _Sums = {}
        for (total, size), number in sums.items():
            for taken in range(min(sizes[owner], most - size) + 1):
                sum_now = total + taken * value[owner]
                if target - highest <= sum_now <= target - lowest:
                    key = (sum_now, size + taken)
                    longer[key] = longer.get(key, 0) + number
            if len(longer) > MAX_SUMS:
                return None
        sums = longer
    return sums
