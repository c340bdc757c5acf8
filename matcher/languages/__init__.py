"""The language of what people read: English as the program says it, or what a catalogue has for it.

What is stored, sorted and given to other programs is English for ever. Only faces translate, at the moment in which they show a text:
`sentence` for what may hold values, `word` for a text that must be a whole entry. No catalogue is read for English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.languages.catalogue import Catalogue

LANGUAGES = ("en", "de", "zh")
VARIABLE = "MATCHER_LANG"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TAG = re.compile(r"([A-Za-z]{2})(?:[-_.@].*)?")
_OPTION = "--lang"


class _Chosen:
    """The language of this process, and its catalogue where it has one."""

    language = "en"
    catalogue: "Catalogue | None" = None


def use(language: str) -> None:
    """From now on people are told things in this language, one of `LANGUAGES`."""
    if language == _Chosen.language:
        return
    _Chosen.language, _Chosen.catalogue = language, None
    if language != "en":
        from matcher.languages.catalogue import read

        _Chosen.catalogue = read(language)


@contextmanager
def english() -> Iterator[None]:
    """What is made in here is English, whatever people read: files for other programs are."""
    before = _Chosen.language, _Chosen.catalogue
    _Chosen.language, _Chosen.catalogue = "en", None
    try:
        yield
    finally:
        _Chosen.language, _Chosen.catalogue = before


def language() -> str:
    """The language in which people are told things."""
    return _Chosen.language


def of_tag(tag: str) -> str:
    """The language of a locale's name such as de_DE.UTF-8 or zh-Hans; '' for one that there is no catalogue for."""
    found = _TAG.fullmatch(tag.strip())
    return found[1].lower() if found and found[1].lower() in LANGUAGES else ""


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that was asked for: --lang, MATCHER_LANG, the locale's, English. A word that is none of them is passed over."""
    named = ""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == _OPTION:
            named = arguments[place + 1] if place + 1 < len(arguments) else ""
        elif argument.startswith(f"{_OPTION}="):
            named = argument.removeprefix(f"{_OPTION}=")
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return next(filter(None, map(of_tag, (named, environment.get(VARIABLE, ""), locale))), "en")


def sentence(text: str) -> str:
    """A text as people read it: the catalogue's words for it or for its parts. What no catalogue knows stays as it is."""
    return text if _Chosen.catalogue is None else _Chosen.catalogue.sentence(text)


def word(text: str) -> str:
    """A text that is an entry as a whole, as people read it; else the text itself."""
    return text if _Chosen.catalogue is None else _Chosen.catalogue.word(text)


def known(text: str) -> str:
    """What the catalogue says for a text as a whole, with its values; the text itself where it has nothing. Parts are left alone."""
    return text if _Chosen.catalogue is None else _Chosen.catalogue.known(text)


def short_day(day: date) -> str:
    """A day without its year: 31 Oct, 31.10., 10-31."""
    if _Chosen.language == "en":
        return f"{day.day:02} {MONTHS[day.month - 1]}"
    return f"{day.day:02}.{day.month:02}." if _Chosen.language == "de" else f"{day.month:02}-{day.day:02}"


def long_day(day: date) -> str:
    """A day with its year: 31 Oct 2026, 31.10.2026, 2026-10-31."""
    if _Chosen.language == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}.{day.month:02}.{day.year}" if _Chosen.language == "de" else day.isoformat()
