"""A catalogue: what is said in English, and the same in another language.

Its file is a gettext catalogue as translators' tools know it (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html). An
entry with values is written with their names, as in `{n} lines wait`. Sentences reach a face finished, and some were stored years ago; so
an entry is found by the text that it makes, and the values are read back out of it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from importlib.resources import files

from matcher import languages

PLACE = re.compile(r"\{([a-z_]\w*)\}", re.IGNORECASE)
"""A value in an entry."""
_AMOUNT = r"[-+]?[\d,]*\d(?:\.\d+)?(?: [A-Z]{3})?"
_NUMBER = r"-?[\d,.]*\d"
_ID = r"\S+"
SHAPES = {
    "n": _NUMBER, "currency": r"[A-Z]{3}", "percent": r"[\d.]+ ?%",
    **dict.fromkeys("line_id decision_id statement_id code customer_id item_id rule account number month".split(), _ID),
    **dict.fromkeys("posted proposed waiting".split(), _NUMBER),
    **dict.fromkeys("amount gap has cash wants after adjustment minor left cleared points size".split(), _AMOUNT),
}  # fmt: skip
"""What values of these names look like; any other may be any text."""
DATA = frozenset(
    "payer name customer customer_name customer_id text file path where typed account line line_id item_id document_no books actor owner "
    "number documents programme command key target columns".split()
)
"""Names of values that people or other programs wrote: never translated."""
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2})(?: (\d{4}))?")
_MONTH = re.compile(r"([A-Z][a-z]{2})[a-z]* (\d{4})")
_BEGINS = 12
_DEEPEST = 6
"""Sentences within sentences that are looked into."""
_AMOUNT_OF = re.compile(r"([-+]?[\d,]*\d(?:\.\d+)?(?: [A-Z]{3})?) ([a-z ]+)")
_COUNTED = re.compile(r"(.*[A-Za-z]) (\d[\d,]*)")
_ESCAPES = {"n": "\n", "t": "\t"}
_SEPARATORS = (". ", "; ", ": ", ", or ", ", ")
_LISTING = ("; ", ", or ")
"""Between entries of a list; where each of them is known, the list is no other sentence."""
_THEIRS = {"de": {", or ": ", oder "}, "zh": {". ": "。", "; ": "；", ": ": "：", ", or ": "，或", ", ": "，"}}
_LEAP = 2000
"""A year that has every day."""
_CACHED = 4096
_TOGETHER = 5
"""Parts between separators that an entry may span."""


def parse(text: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """The entries of a file: what is said, in which words, and flags such as ``fuzzy``. The head's entry is ''."""
    said: dict[str, str] = {}
    part, flags = "", set[str]()
    for line in (*text.splitlines(), ""):
        if line.startswith(("msgid ", "msgstr ")):
            part, quoted = line.split(" ", 1)
            said[part] = _unquoted(quoted)
        elif line.startswith('"'):
            said[part] += _unquoted(line)
        elif line.startswith("#,"):
            flags.update(line[2:].replace(",", " ").split())
        elif not line.strip():
            if "msgid" in said:
                yield said["msgid"], said.get("msgstr", ""), frozenset(flags)
            said, flags = {}, set()


def _unquoted(quoted: str) -> str:
    text = quoted.strip()[1:-1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


def source(language: str) -> str:
    """The text of a language's file, wherever the program is installed: a folder or an archive."""
    return files("matcher.languages").joinpath(f"{language}.po").read_text(encoding="utf-8")


@lru_cache(maxsize=len(languages.LANGUAGES))
def read(language: str) -> "Catalogue":
    """The catalogue of a language."""
    return Catalogue(language, {said: words for said, words, flags in parse(source(language)) if said and words and "fuzzy" not in flags})


class _Pattern:
    """An entry with values."""

    __slots__ = ("_compiled", "_names", "said", "weight", "words")

    def __init__(self, said: str, words: str) -> None:
        self.said, self.words = said, words
        # what begins with words of its own says more of a text than what may begin with anything
        self.weight = len(PLACE.sub("", said)) + (_BEGINS if said[0] != "{" else 0)
        self._compiled: re.Pattern[str] | None = None
        self._names: list[str] = PLACE.findall(said)

    def values(self, text: str) -> dict[str, str] | None:
        """The values of the entry where it makes this text."""
        if self._compiled is None:
            literals = PLACE.split(self.said)[::2]
            groups = [f"({SHAPES.get(name.rstrip('0123456789'), '.*?')})" for name in self._names]
            parts = [re.escape(literals[0])]
            for group, literal in zip(groups, literals[1:], strict=True):
                parts += [group, re.escape(literal)]
            self._compiled = re.compile("".join(parts), re.DOTALL)
        found = self._compiled.fullmatch(text)
        return None if found is None else dict(zip(self._names, found.groups(), strict=True))


class Catalogue:
    """What is said in one language."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self._wide = language == "zh"
        self._separators = _THEIRS.get(language, {})
        self._words: dict[str, str] = {}
        self._patterns: dict[str, list[_Pattern]] = {}
        self._told: dict[str, str] = {}
        for said, words in entries.items():
            if not PLACE.search(said):
                self._words[said] = words
            elif letters := _LETTERS.findall(PLACE.sub(" ", said)):
                self._patterns.setdefault(max(letters, key=len), []).append(_Pattern(said, words))

    def word(self, text: str) -> str:
        """A whole entry without values, or the text; `_` of a code counts as a blank."""
        return self._words.get(text) or self._words.get(text.replace("_", " ")) or self.known(text)

    def known(self, text: str) -> str:
        """A whole entry, with its values."""
        return self._date(text) or self._whole(text) or text

    def sentence(self, text: str) -> str:
        """The text by its entry, or by those of its parts."""
        if (told := self._told.get(text)) is None:
            if len(self._told) >= _CACHED:
                self._told.clear()
            told = self._told[text] = "\n".join(self._parts(line, 0) or line for line in text.split("\n"))
        return told

    def _whole(self, text: str, depth: int = 0) -> str:
        """What an entry makes of the text; '' without one. A full stop may stand behind it."""
        if found := self._words.get(text) or ("_" in text and self._words.get(text.replace("_", " "))):
            return found
        if depth < _DEEPEST:
            candidates = [one for letters in set(_LETTERS.findall(text)) for one in self._patterns.get(letters, ())]
            for pattern in sorted(candidates, key=lambda one: (-one.weight, one.said)):
                if (values := pattern.values(text)) is not None:
                    return self._filled(pattern, values, depth)
        if text.endswith(".") and (found := self._whole(text[:-1], depth + 1)):
            return found + ("。" if self._wide else ".")
        if text[:1].islower() and (found := self._words.get(text[0].upper() + text[1:])):
            return found
        if text[:1].isupper() and (found := self._whole(text[0].lower() + text[1:], depth + 1)):
            return found[0].upper() + found[1:]
        return ""

    def _filled(self, pattern: _Pattern, values: Mapping[str, str], depth: int) -> str:
        told = {name: self._value(name.rstrip("0123456789"), value, depth + 1) for name, value in values.items()}
        return PLACE.sub(lambda found: told.get(found[1], found[0]), pattern.words)

    def _value(self, name: str, value: str, depth: int) -> str:
        if name in SHAPES or name in DATA:
            return value
        return self._date(value) or (self._parts(value, depth) if value else "") or value

    def _date(self, value: str) -> str:
        """A day or a month as it stands in sentences; '' for anything else."""
        if (found := _DAY.fullmatch(value)) and found[2] in languages.MONTHS:
            with suppress(ValueError):  # 31 Jun is no day
                day = date(int(found[3] or _LEAP), languages.MONTHS.index(found[2]) + 1, int(found[1]))
                return (languages.long_day if found[3] else languages.short_day)(day)
        if (found := _MONTH.fullmatch(value)) and found[1] in languages.MONTHS:
            month = languages.MONTHS.index(found[1]) + 1
            return f"{found[2]}年{month}月" if self._wide else f"{month:02}/{found[2]}"
        return ""

    def _parts(self, text: str, depth: int) -> str:
        """The text by its entry, else by those of the parts between separators; '' where none of them has one. Blanks around it stay."""
        if (bare := text.strip()) != text:
            inner = self._parts(bare, depth) if bare else ""
            return inner and f"{text[: len(text) - len(text.lstrip())]}{inner}{text[len(text.rstrip()) :]}"
        for separator in _LISTING:
            if separator in text and all(told := [self._words.get(part, "") for part in text.split(separator)]):
                return self._separators.get(separator, separator).join(told)
        if found := self._whole(text, depth):
            return found
        if depth >= _DEEPEST:
            return ""
        if (counted := _COUNTED.fullmatch(text)) and (word := self._words.get(counted[1])):
            return f"{word} {counted[2]}"
        if (amount := _AMOUNT_OF.fullmatch(text)) and (word := self._words.get(amount[2])):
            return f"{amount[1]} {word}"
        for separator in _SEPARATORS:
            if separator in text:
                parts, known = self._joined(text.split(separator), separator, depth + 1)
                if known:
                    return (self._separators.get(separator, separator)).join(parts)
        return ""

    def _joined(self, parts: list[str], separator: str, depth: int) -> tuple[list[str], bool]:
        """Parts of a text, several of them together where they are one entry, and whether any is known."""
        told: list[str] = []
        known, place = False, 0
        while place < len(parts):
            for end in range(min(len(parts), place + _TOGETHER), place + 1, -1):
                if end - place < len(parts) and (found := self._whole(separator.join(parts[place:end]), depth)):
                    break
            else:
                end, found = place + 1, self._parts(parts[place], depth)
            told.append(found or parts[place])
            known, place = known or bool(found), end
        return told, known
