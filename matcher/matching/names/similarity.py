"""How like two names are: words that meet weigh as much as they are rare, and words that do not meet weigh against."""

from functools import cache

import polars as pl
from rapidfuzz import fuzz

from matcher.matching.names.forms import NameForm, general_words

MET, NOT_IN_PAYER, NOT_IN_CUSTOMER = 100, 70, 50
"""Hundredths of their weight at which words count: for similarity that both names have; against it that only the customer's name has, or
only the payer's (a place, a department)."""

CUT, GROWN, BRANCH = 95, 92, 80
"""Likeness of a name cut off by a field limit, of one that goes on behind the legal form, and of a branch's name and the firm's."""

MIN_CUT, SIGN = 10, 3
"""Fewest letters that are taken for the beginning of a longer name, and how many letters a Chinese or Japanese sign counts for."""

ABBREVIATED, MISSPELLED = 95, 94
"""Hundredths of a word that its abbreviation carries, and a misspelling at most."""

TYPING_ERROR = 80
"""Share of equal letters, in hundredths, above which an unknown word is taken for another one misspelled."""

UNKNOWN = 60
"""What a word says that no customer's name has, in hundredths of the most that a word can say: it may be a place or a department."""

FRAGMENT = 2
"""Most letters of a last word that a field limit may have left of a longer one."""

BIT = 16
"""Weights are whole sixteenths of a bit, so that the same names give the same similarity on every machine."""


class Weights:
    """What words say by their rarity, in bits: a word that one name in a thousand has says ten."""

    def __init__(self, word_lists: pl.Series) -> None:
        """Counts the words of customers' names, given as lists.

        Payers' names are not counted: similarity must not depend on the other payers.
        """
        names = len(word_lists) + 1
        counted = word_lists.explode().drop_nulls().value_counts(name="n").iter_rows()
        self._weight = {word: max(BIT, _rarity(names, n)) for word, n in counted}
        self._general = general_words()
        self._unknown = UNKNOWN * _rarity(names, 1) // 100
        self._heaviest: dict[tuple[str, ...], str] = {}
        self.enough = _rarity(names, 8)

    def __getitem__(self, word: str) -> int:
        return self._weight.get(word, self._unknown)

    def __contains__(self, word: str) -> bool:
        return word in self._weight

    def heaviest(self, words: tuple[str, ...]) -> str:
        """The word that distinguishes most: the rarest that is no place or line of business, the first one of several."""
        heaviest = self._heaviest.get(words)
        if heaviest is None:
            heaviest = self._heaviest[words] = max(words, key=lambda word: (word not in self._general, self[word]))
        return heaviest


@cache
def _rarity(names: int, carriers: int) -> int:
    """Logarithm to base 2 of names by carriers, in sixteenths, rounded down; without floating-point numbers."""
    ratio: int = names**BIT // carriers**BIT
    return max(1, ratio).bit_length() - 1


def similarity(payer: NameForm, customer: NameForm, weights: Weights) -> tuple[str, int]:
    """How a payer's name meets a customer's, and how like they are: 1 to 100, or 0 for names of different firms.

    Signs of Chinese and Japanese names meet as wholes or not at all. A private person's name never meets a firm's.
    """
    if payer.person and not customer.person:
        return "alike", 0
    if payer.branch != customer.branch:
        payer, customer = payer._replace(branch=""), customer._replace(branch="")
        return "branch", min(BRANCH, similarity(payer, customer, weights)[1])
    if payer.person and len(payer.words) < min(3, len(customer.words)):
        return "alike", 0
    if length(payer.full, payer.mark) >= MIN_CUT and is_cut(payer.full, customer.full):
        return "cut", CUT
    if payer.mark != customer.mark:
        return "alike", 0
    if customer.legal and is_cut(customer.full, payer.full):
        return "part", GROWN
    how, points = _by_words(payer, customer, weights)
    if payer.legal != customer.legal:
        points -= 4 if payer.legal and customer.legal else 1
    return how, max(0, points)


def is_cut(text: str, whole: str) -> bool:
    """Whether letters are the beginning of others, and not all of them."""
    return text != whole and whole.startswith(text)


def length(full: str, mark: str) -> int:
    """How long letters are; a sign of a name without spaces counts as `SIGN` letters."""
    return len(full) * (SIGN if mark else 1)


def _by_words(payer: NameForm, customer: NameForm, weights: Weights) -> tuple[str, int]:
    missing, extra, agreed = list(customer.words), [], 0
    for word in payer.words:
        if word in missing:
            missing.remove(word)
            agreed += MET * weights[word]
        else:
            extra.append(word)
    if not payer.mark and _other_firm(payer, customer, extra, missing, weights):
        return "alike", 0
    if extra and len(extra[-1]) <= FRAGMENT and extra[-1] == payer.words[-1] and not payer.mark:
        extra.pop()
    how, against = "part" if not (missing and extra) else "alike", 0
    if how == "alike" and not payer.mark:
        how, gained, against, extra, missing = _spelled_otherwise(payer, customer, extra, missing, weights)
        agreed += gained
    if agreed < MET * weights.enough:
        return how, 0
    against += NOT_IN_CUSTOMER * sum([weights[word] for word in extra]) + NOT_IN_PAYER * sum([weights[word] for word in missing])
    return how, (200 * agreed + agreed + against) // (2 * (agreed + against))


def _other_firm(payer: NameForm, customer: NameForm, extra: list[str], missing: list[str], weights: Weights) -> bool:
    """Whether each name has a distinguishing word of its own."""
    theirs = weights.heaviest(customer.words)
    if theirs not in missing or weights.heaviest(payer.words) not in extra or "".join(extra) == "".join(missing):
        return False
    return not any(_share(word, theirs, weights, "" if word in payer.dotted else theirs) for word in extra)


def _spelled_otherwise(
    payer: NameForm, customer: NameForm, extra: list[str], missing: list[str], weights: Weights
) -> tuple[str, int, int, list[str], list[str]]:
    """Words that only one name has, paired as abbreviations, misspellings or with other blanks.

    Returned: how, the weight that agrees and the weight against in hundredths, and the words left on both sides.
    """
    if "".join(extra) == "".join(missing):
        return "alike", MET * sum(weights[word] for word in missing), 0, [], []
    gained = lost = 0
    used: set[str] = set()
    mark = weights.heaviest(customer.words)
    extra_left, how = [], "abbreviated"
    for word in extra:
        shares = ((candidate, _share(word, candidate, weights, "" if word in payer.dotted else mark)) for candidate in missing)
        other, share = max(shares, key=lambda pair: (pair[1], pair[0]))
        if not share:
            extra_left.append(word)
            continue
        if share != ABBREVIATED:
            how = "alike"
        if other not in used:
            used.add(other)
            gained += share * weights[other]
            lost += (MET - share) * weights[other]
    missing_left = [word for word in missing if word not in used]
    return (how if used and not (extra_left and missing_left) else "alike"), gained, lost, extra_left, missing_left


def _share(word: str, other: str, weights: Weights, mark: str) -> int:
    """Hundredths of a word that another one carries: an abbreviation nearly all, a misspelling its share of equal letters.

    The distinguishing word is abbreviated only with a full stop, and a word that customers are named by is no misspelling.
    """
    if other != mark and len(word) < len(other) and _abbreviates(word, other):
        return ABBREVIATED
    if word not in weights and len(word) > 4 and (ratio := fuzz.ratio(word, other)) > TYPING_ERROR:
        return min(int(ratio), MISSPELLED)
    return 0


def _abbreviates(short: str, long: str) -> bool:
    """Whether a word is the beginning of another one (Masch.), the end (E-Technik), or some of its letters in their order (Hldgs)."""
    if len(short) >= 3 and long.startswith(short):
        return True
    if len(short) > 4 and len(short) * 2 >= len(long) and long.endswith(short):
        return True
    letters = iter(long)
    return 1 < len(short) <= 5 and short[0] == long[0] and all(letter in letters for letter in short)
