"""How a document number gets hurt between an invoice and a bank line."""

import re
from collections.abc import Callable, Mapping

from benchmarks.month.draws import Dice
from benchmarks.month.styles import Number, Style, write

_COUNTER = re.compile(r"\{n[^}]*\}")


def blanks(full: str, dice: Dice) -> str:
    """Blanks for separators, or digits in groups."""
    if dice.chance(50) and re.search(r"[-/.]", full):
        return re.sub(r"[-/.]", " ", full)
    digits = re.sub(r"(\d{3})(?=\d)", r"\1 ", full)
    return digits if digits != full else f"{full[:2]} {full[2:]}"


def wrapped(full: str, dice: Dice) -> str:
    """A line end inside the number, which the bank turned into a blank."""
    at = 2 + dice.below(max(len(full) - 3, 1))
    return f"{full[:at]} {full[at:]}".replace("  ", " ")


def look_alike(full: str, pairs: tuple[str, ...], dice: Dice) -> str:
    """One or two characters swapped with one that looks alike; unchanged when the number has none of them."""
    places = [(i, pair[1 - pair.index(c)]) for i, c in enumerate(full) for pair in pairs if c in pair]
    if not places:
        return full
    signs = list(full)
    for _ in range(1 + dice.chance(25)):
        at, other = dice.one(places)
        signs[at] = other
    return "".join(signs)


def truncated(full: str, cut_front: int, dice: Dice) -> str:
    """Without one to three characters at the end, or at the front in `cut_front` per cent."""
    count = min(1 + dice.below(3), len(full) - 3)
    return full[count:] if dice.chance(cut_front) else full[:-count]


def with_counter(style: Style, number: Number, counter: str) -> str:
    """The number with another text in the place of its counter."""
    return write(_COUNTER.sub(counter, style.full), number)


def mistyped(style: Style, number: Number, typos: Mapping[str, int], exists: Callable[[int], bool], dice: Dice) -> str:
    """The number with a typing error in its counter that makes no other item's number."""
    counter = write(style.tail, number)
    ways = [way for way, weight in typos.items() for _ in range(weight)]
    tried = counter
    for _ in range(24):
        tried = _typo(counter, dice.one(ways), dice)
        if int(tried or "0") != number.counter and not exists(int(tried or "0")):
            break
    return with_counter(style, number, tried)


def _typo(counter: str, way: str, dice: Dice) -> str:
    at = dice.below(len(counter))
    if way == "missing":
        return counter[:at] + counter[at + 1 :]
    if way == "doubled":
        return counter[: at + 1] + counter[at:]
    if way == "swapped" and len(counter) > 1:
        at = min(at, len(counter) - 2)
        return counter[:at] + counter[at + 1] + counter[at] + counter[at + 2 :]
    return counter[:at] + str((int(counter[at]) + 1 + dice.below(9)) % 10) + counter[at + 1 :]


def other_number(style: Style, number: Number, exists: Callable[[int], bool], nearest: int, dice: Dice) -> str:
    """The number with one wrong digit that makes another item's number; `nearest` is taken when no single digit does."""
    counter = write(style.tail, number)
    for _ in range(60):
        tried = _typo(counter, "wrong", dice)
        if exists(int(tried)):
            return with_counter(style, number, tried)
    return write(style.full, number._replace(counter=nearest))


def shortened(fulls: list[str], dice: Dice) -> str:
    """A list whose later numbers show only their last three digits or so."""
    keep = 3
    while keep < len(fulls[0]) and len({f[:-keep] for f in fulls}) > 1:
        keep += 1
    mark = dice.one(("/", ", ", "/", "-", " + "))
    mark = "/" if mark == "-" and "-" in fulls[0][-keep:] else mark
    return mark.join([fulls[0], *(f[-keep:] for f in fulls[1:])])


def one_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by one character: another one, one too many, or two in the wrong order."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    places = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if len(places) == 2 and places[1] == places[0] + 1:
        return one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
    return len(places) <= 1
