"""What a payer's text says about numbers: which of a customer's documents it names, whole or damaged, and how many it speaks of.

This is the close reading for lines that number keys alone do not settle; it looks at the few items of one customer, never at everybody's.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from matcher.matching.keys import MIN_KEY, fold
from matcher.matching.references.lists import AMOUNT, AND, GOES_ON, OTHERS, TO, TOTAL
from matcher.matching.references.makes import alike
from matcher.matching.references.meanings import blanked, orders, said_short
from matcher.matching.references.neutral import is_neutral, without_tags
from matcher.matching.references.numbers import MIN_DAMAGED, PIECE, Number, compact, joined, number

_TOKEN = re.compile(r"[^\W_]+(?:[-/._][^\W_]+)*")
_LATIN = re.compile(r"[A-Z0-9]+(?:[-/._][A-Z0-9]+)*")
_RUN = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_SIGNS = "\u2e7f"
_LONG_ORDER = 8


def spoken(text: str) -> str:
    """Words in lower case without diacritics, with one blank before and behind each."""
    return f" {' '.join(_WORD.findall(text.lower() if text.isascii() else fold(text)))} "


def says(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words is in a `spoken` text: at the beginning of a word, or whole if a blank ends it.

    "interest" is in "interest rate" and not in "Pinterest". Signs that are written without spaces between words are found anywhere.
    """
    return any(map(text.__contains__, _needles(tuple(words))))


@lru_cache(maxsize=64)
def _needles(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word if word[:1] > _SIGNS else spoken(word) if word.endswith(" ") else spoken(word)[:-1] for word in words)


def _one_off(token: str, number: str) -> bool:
    """Whether two numbers differ in one character, wrong, missing, doubled or exchanged with its neighbour."""
    return len(token) > MIN_DAMAGED and abs(len(token) - len(number)) <= 1 and OSA.distance(token, number, score_cutoff=1) <= 1


def _piece(token: str) -> bool:
    """Whether a word looks like a piece of a number: one or two digits, or letters between digits."""
    return bool(token) and (len(token) <= 2 or (token[0].isdecimal() and not token.isdecimal()))


_LISTED = r"((?:[A-Z]+[-/.]?)?(?:\d+[-/.])*\d{4,})"
_BESIDE = re.compile(rf"(?<![A-Z0-9.,/-]){_LISTED}(?=\s*(?:[,;&+]|\b(?:AND|UND|ET|Y|E|OG|OCH|EN|I)\b)\s*{_LISTED}(?![\w]|[.,]\d))")


class Text:
    """A payer's text, read once.

    Attributes:
        written: what the payer wrote and his own id of the payment (end-to-end id), in capitals.
    """

    _known_upper: str | None = None
    _known_spoken: str | None = None
    _known_compact: str | None = None
    _known_words: list[str] | None = None
    _known_tokens: tuple[str, ...] | None = None
    _known_wholes: frozenset[str] | None = None
    _known_orders: frozenset[str] | None = None
    _known_like_orders: frozenset[str] | None = None
    _known_numbered: frozenset[str] | None = None
    _known_said: frozenset[str] | None = None
    _known_alike: str | None = None
    # -1: not looked for yet
    _known_others: int | None = -1
    _known_total: int | None = -1
    _known_goes_on: bool | None = None
    _known_counts: tuple[re.Match[str], ...] | None = None
    _known_damaged: list[tuple[str, str, str]] | None = None
    _known_places: list[int] | None = None

    def __init__(self, text: str, end_to_end_id: str = "") -> None:
        told = text.upper()
        self._told = len(told)
        self.written = f"{told} | {end_to_end_id.upper()}" if end_to_end_id else told

    @property
    def upper(self) -> str:
        """What is written, with blanks in place of numbers that are no document's (`meanings.blanked`)."""
        if self._known_upper is None:
            self._known_upper = blanked(self.written)
        return self._known_upper

    @property
    def spoken(self) -> str:
        """The words of it, as `says` looks for them."""
        if self._known_spoken is None:
            self._known_spoken = spoken(self.written)
        return self._known_spoken

    @property
    def compact(self) -> str:
        """Letters and digits alone."""
        if self._known_compact is None:
            self._known_compact = compact(self.upper)
        return self._known_compact

    @property
    def _words(self) -> list[str]:
        if self._known_words is None:
            self._known_words = _TOKEN.findall(self.upper)
        return self._known_words

    @property
    def tokens(self) -> tuple[str, ...]:
        """Words that hold a digit, as written."""
        if self._known_tokens is None:
            self._known_tokens = tuple([t for t in self._words if any(map(str.isdigit, t))])
        return self._known_tokens

    @property
    def wholes(self) -> frozenset[str]:
        """Tokens without separators."""
        if self._known_wholes is None:
            self._known_wholes = frozenset(compact(t) for t in self.tokens)
        return self._known_wholes

    @property
    def last(self) -> str:
        """The last word, letters and digits alone; '' where nothing is written."""
        return compact(self._words[-1]) if self._words else ""

    @property
    def numbers(self) -> frozenset[str]:
        """Digits of tokens without leading zeros."""
        return frozenset("".join(filter(str.isdigit, t)).lstrip("0") for t in self.tokens)

    @property
    def runs(self) -> frozenset[str]:
        """Runs of digits, as written and without leading zeros."""
        runs = _RUN.findall(self.upper)
        return frozenset(runs) | frozenset(run.lstrip("0") for run in runs)

    @property
    def parts(self) -> frozenset[str]:
        """Tokens with two runs or more, each run without leading zeros; also two neighbouring tokens together."""
        told = frozenset(self.tokens)
        pieces = [(PIECE.findall(word), word in told) for word in self._words]
        alone = [mine for mine, numbered in pieces if numbered and len(mine) > 1]
        pairs = [a + b for (a, first), (b, second) in pairwise(pieces) if first or second]
        return frozenset(map(joined, (*alone, *pairs)))

    @property
    def orders(self) -> frozenset[str]:
        """Numbers that the payer calls an order, a contract or an offer: letters and digits alone."""
        if self._known_orders is None:
            self._known_orders = frozenset(map(compact, orders(self.written[: self._told])))
        return self._known_orders

    @property
    def like_orders(self) -> frozenset[str]:
        """Numbers that the payer wrote and that may be an order's, by their make: with letters, or of eight digits or more."""
        if self._known_like_orders is None:
            self._known_like_orders = self._find_like_orders()
        return self._known_like_orders

    def _find_like_orders(self) -> frozenset[str]:
        tokens = map(compact, _LATIN.findall(blanked(self.written[: self._told], orders=True)))
        return frozenset(t for t in tokens if sum(map(str.isdigit, t)) >= (MIN_DAMAGED if not t.isdigit() else _LONG_ORDER))

    def speaks_of(self, neutral: tuple[str, ...], names: str) -> bool:
        """Whether the payer writes of anything but paying: a word that is neither neutral nor in the names given."""
        own = set(spoken(names).split())
        words = spoken(without_tags(self.written[: self._told])).split()
        return any(word not in own and not is_neutral(word, neutral) for word in words)

    @property
    def numbered(self) -> frozenset[str]:
        """Numbers of five digits or more that the payer wrote and that may be a document's."""
        if self._known_numbered is None:
            self._known_numbered = self._find_numbered()
        return self._known_numbered

    def _find_numbered(self) -> frozenset[str]:
        tokens = _LATIN.findall(self.upper[: self._told])
        return frozenset(compact(token) for token in tokens if sum(map(str.isdigit, token)) >= MIN_DAMAGED)

    @property
    def listed(self) -> list[tuple[str, str]]:
        """Pairs of numbers of four digits or more that the payer wrote one behind the other, with a sign or word of lists between them."""
        found = (match.groups() for match in _BESIDE.finditer(self.written[: self._told]))
        return [(compact(first).lstrip("0"), compact(second).lstrip("0")) for first, second in found]

    @property
    def lettered(self) -> frozenset[str]:
        """Numbers of letters and three or four digits that the payer wrote."""
        tokens = (compact(token) for token in _LATIN.findall(self.upper[: self._told]))
        return frozenset(token for token in tokens if token[0].isalpha() and MIN_KEY <= sum(map(str.isdigit, token)) < MIN_DAMAGED)

    @property
    def said(self) -> frozenset[str]:
        """Short numbers that the payer says are documents'; see `meanings.said_short`."""
        if self._known_said is None:
            self._known_said = said_short(self.upper[: self._told])
        return self._known_said

    @property
    def alike(self) -> str:
        """All letters and digits with look-alike letters as digits."""
        if self._known_alike is None:
            self._known_alike = alike(self.compact)
        return self._known_alike

    @property
    def others(self) -> int | None:
        """How many further documents the text speaks of ("and 3 others")."""
        if self._known_others == -1:
            self._known_others = self._find_others()
        return self._known_others

    def _find_others(self) -> int | None:
        match = OTHERS.search(self.written)
        return int(next(g for g in match.groups() if g)) if match else None

    @property
    def total(self) -> int | None:
        """How many documents the text speaks of in all ("5 invoices")."""
        if self._known_total == -1:
            self._known_total = self._find_total()
        return self._known_total

    def _find_total(self) -> int | None:
        match = TOTAL.search(self.written)
        return int(next(g for g in match.groups() if g)) if match else None

    @property
    def goes_on(self) -> bool:
        """Whether the text says that its list goes on, or is elsewhere: "and others", "see advice", an open end."""
        if self._known_goes_on is None:
            self._known_goes_on = bool(GOES_ON.search(self.written[: self._told]))
        return self._known_goes_on

    def ends_within(self, number: str) -> bool:
        """Whether the text was cut within a number like this one: its last word is how the number begins, or goes on behind it."""
        last = self.last
        behind = last[len(number) :] if number and last.startswith(number) else ""
        return (1 < len(last) < len(number) and number.startswith(last)) or (len(behind) > 1 and behind.isdecimal())

    @property
    def _counts(self) -> tuple[re.Match[str], ...]:
        """Where the text says how many documents it speaks of: those are no document numbers."""
        if self._known_counts is None:
            self._known_counts = (*OTHERS.finditer(self.written), *TOTAL.finditer(self.written))
        return self._known_counts

    @property
    def forms(self) -> dict[str, Collection[str]]:
        """Everything in the text that may be a number, by the form it has; `index_keys` gives documents the same forms."""
        digits = [t for t in self.numbers if len(t) >= MIN_DAMAGED]
        return {"whole": self.wholes, "digits": digits, "parts": self.parts, "counter": self.runs}

    def holds(self, number: str) -> bool:
        """Whether a number stands in the text, whatever characters are in between, and is not part of a longer number."""
        return number in self.compact and self._alone(number, self.compact, self.upper)

    def counts(self, item: Number) -> bool:
        """Whether the counter of a number stands alone, or in a word with no other number but the item's own year, month or day."""
        counter = item.counter.lstrip("0")
        own = {run.lstrip("0") for run in item.parts.split("|")} | {""}
        for before, token, after in zip(("", *self.tokens), self.tokens, (*self.tokens[1:], ""), strict=False):
            runs = [run.lstrip("0") for run in _RUN.findall(token)]
            if len(runs) == 1 and runs[0].endswith(item.counter):
                return True
            if counter not in runs or not own.issuperset(run for run in runs if run != counter):
                continue
            # a number that was written with blanks is not taken for its last piece
            pieces = [piece for piece in (before, after) if _piece(piece) and piece.lstrip("0") not in own]
            if not any(f"{piece} {token}" in self.upper or f"{token} {piece}" in self.upper for piece in pieces):
                return True
        return not self.tokens

    def only_within(self, key: str, longer: Iterable[str]) -> bool:
        """Whether letters and digits stand in the text only as a piece of one of the longer numbers."""
        spans = [(start, start + len(number)) for number in longer if len(number) > len(key) for start in self._found(number)]
        places = list(self._found(key))
        return bool(places) and all(any(first <= start and start + len(key) <= last for first, last in spans) for start in places)

    def _found(self, key: str) -> Iterator[int]:
        start = self.compact.find(key)
        while start >= 0:
            yield start
            start = self.compact.find(key, start + 1)

    @property
    def _damaged(self) -> list[tuple[str, str, str]]:
        """What may be a damaged number: letters and digits of a token, the same without zeros before it, and its digits alone."""
        if self._known_damaged is None:
            self._known_damaged = [(token, token.lstrip("0"), "".join(filter(str.isdigit, token))) for token in self.wholes]
        return self._known_damaged

    @property
    def _places(self) -> list[int]:
        """Where each character of `compact` stands in `upper`."""
        if self._known_places is None:
            self._known_places = [place for place, character in enumerate(self.upper) if character.isalnum()]
        return self._known_places

    def _alone(self, number: str, compact: str, upper: str) -> bool:
        """Whether a number stands in a text with nothing but blanks and punctuation in between, and is not part of a longer one.

        Zeros may stand before a number; a letter at its beginning ends whatever is before.
        """
        start = compact.find(number)
        while start >= 0:
            first, last = self._places[start], self._places[start + len(number) - 1]
            if not upper[last + 1 : last + 2].isdecimal() and "_" not in upper[first:last]:
                while number[0].isdecimal() and first and upper[first - 1] == "0":
                    first -= 1
                if not first or not number[0].isdecimal() or not upper[first - 1].isdecimal():
                    return True
            start = compact.find(number, start + 1)
        return False

    def resembles(self, item: Number, others: Collection[str] = ()) -> str:
        """How the text names a document although the number is damaged: ``ocr``, ``typo``, ``cut`` or '', the most telling of them.

        Numbers in `others` (letters and digits alone) are those of other documents, and not damaged.
        """
        if len(item.digits) < MIN_DAMAGED:
            return ""
        folded, size = alike(item.whole), len(item.whole)
        if size >= 7 and folded in self.alike and self._alone(folded, self.alike, alike(self.upper)):
            return "ocr"
        cut = ""
        for token, bare, digits in self._damaged:
            if token in others or bare in others:
                continue
            if _one_off(token, item.whole) or _one_off(digits, item.digits):
                return "typo"
            near = MIN_DAMAGED < len(token) < size <= len(token) + 4
            if near and (item.whole.startswith(token) or item.whole.endswith(token)):
                cut = "cut"
        return cut

    def continued(self, item: Number) -> tuple[list[str], str]:
        """What follows a named document: counters of a shortened list ("RE-1234/235/236"), or the last counter of a range.

        Returns:
            counters of the list, written in full; and the last counter of a range, '' when it is none.
        """
        listed: list[str] = []
        place = self._after(item)
        if place < 0:
            return listed, ""
        if mark := TO.match(self.upper, place):
            last = _TOKEN.match(self.upper, mark.end())
            # the last number may hold blanks where the first one holds them
            other = number(self.upper[mark.end() : mark.end() + len(self.upper[place - len(item.whole) - 3 : place])]) if last else None
            if last and last[0].isdigit() and len(last[0]) <= len(item.counter):
                return listed, item.counter[: len(item.counter) - len(last[0])] + last[0]
            for following in (number(last[0]) if last else None, other):
                if following is not None and following.stem == item.stem:
                    return listed, following.counter
        while step := AND.match(self.upper, place):
            piece = _RUN.match(self.upper, step.end())
            if (
                not piece
                or AMOUNT.match(self.upper, step.end())
                or len(piece[0]) > len(item.counter)
                or (len(piece[0]) == 4 and piece[0][:2] == "20")
            ):
                break
            if any(count.start() < piece.end() and piece.start() < count.end() for count in self._counts):
                break
            listed.append(item.counter[: len(item.counter) - len(piece[0])] + piece[0])
            place = piece.end()
        return listed, ""

    def _after(self, item: Number) -> int:
        """Place behind a document's number in the text; -1 when its counter is not there."""
        text, size = self.upper, len(item.counter)
        place = text.find(item.counter) if size >= 3 else -1
        while place >= 0:
            end = place + size
            if not (end < len(text) and text[end].isdigit()):
                for sign in item.stem[1]:
                    while end < len(text) and not text[end].isalnum():
                        end += 1
                    if end == len(text) or text[end] != sign:
                        end = -1
                        break
                    end += 1
                if end >= 0:
                    return end
            place = text.find(item.counter, place + 1)
        return -1
