"""What a written name says: its distinguishing words, legal form, branch, and its form in Latin letters.

Names in alphabets are cut into words. Chinese and Japanese names have no blanks, so they are taken apart by what they are made of:
place, distinguishing signs (字号), lines of business, legal form, branch. Only the distinguishing signs tell one firm from another.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import anyascii

from matcher.matching.names.words import (
    BRANCH_WORDS,
    BUSINESS_ENDINGS,
    GIVEN_NAMES,
    HAN_BRANCHES,
    HAN_FORMS,
    HAN_PLACES,
    HAN_SURNAMES,
    HAN_TRADES,
    KANJI_SOUNDS,
    KANJI_TRADES,
    LEGAL_FORMS,
    LEGAL_PHRASES,
    ROMAN_WORDS,
    SMALL_WORDS,
)

if TYPE_CHECKING:
    import opencc

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"} | dict.fromkeys("'’‘`´ʼ", "")
)
_VOICED = "\u3099\u309a"  # marks that make another letter of a Japanese one
_UMLAUT = re.compile(r"([aou])e|a(?=a)")
_WORD = re.compile(r"[^\W_]+|[&+,]")
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]")
_LOOSE = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"([^\W_]{3,})\.")
_SOFT_SIGN = re.compile("[ьъ](?=[еюя])")  # sounds before these letters
_BUSINESS = tuple(_UMLAUT.sub(r"\1", word) for word in BUSINESS_ENDINGS)
_WEAK_FORMS = frozenset(("co", "pvt", "pte", ""))


class NameForm(NamedTuple):
    """A name taken apart.

    Attributes:
        words: the distinguishing words, as written and in their order; all words when there is nothing but legal forms.
        key: equal for spellings of one name; the words in alphabetical order. For names without spaces the signs in their order.
        joined: the words in their order, without spaces: equal where only blanks differ.
        full: letters and digits of everything, in order; what a bank's field limit cuts.
        legal: the legal forms stated, in alphabetical order; empty when none is.
        branch: whether the name says that it is a branch, and which.
        mark: the distinguishing signs of a name without spaces (字号); empty for others.
        person: it is probably a private person's name.
        traditional: it has traditional Chinese characters; the other fields have the simplified ones.
        dotted: the words that a full stop marks as abbreviations.
    """

    words: tuple[str, ...]
    key: str
    joined: str
    full: str
    legal: str
    branch: str
    mark: str
    person: bool
    traditional: bool = False
    dotted: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 12)
def fold(text: str) -> str:
    """NFKC, case-folded, without diacritics and apostrophes; full-width forms become ordinary ones."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    if (latin := _ACCENTS.sub("", plain)).isascii():
        return latin  # as below, without a look at every letter
    return unicodedata.normalize("NFC", "".join(c for c in plain if c in _VOICED or not unicodedata.combining(c)))


def plain(text: str) -> str:
    """What a part of a name is looked for in: folded, with one spelling of umlauts, and simplified Chinese characters."""
    folded = fold(text)
    return _UMLAUT.sub(r"\1", folded) if folded.isascii() or not any(c > "\u2e7f" for c in folded) else _simplified(folded)


def name_key(name: str) -> str:
    """A name without legal forms and punctuation: equal for spellings of one name, empty when there is no letter.

    Words are in alphabetical order: `Kröger & Sohn GmbH` and `SOHN KROEGER` have one key. A name that consists of legal forms alone
    keeps its words.
    """
    return name_form(name).key


@lru_cache(maxsize=1 << 16)
def name_form(name: str) -> NameForm:
    """Takes a name apart; see `NameForm`."""
    folded = fold(name)
    if not folded.isascii() and any(c > "\u2e7f" for c in folded):
        return _signs(folded)
    # Müller is written Mueller where a bank's character set has no umlaut, Århus Aarhus: one letter is left of both
    text = _UMLAUT.sub(r"\1", folded)
    full = _LOOSE.sub("", text)
    if (phrase := _phrases().search(text)) is not None:
        text = text.replace(phrase[0], f" {_short(LEGAL_PHRASES)[phrase[0]]} ")
    words = _words(text)
    legal, telling, branch = set(), [], ""
    forms, branches = _short(LEGAL_FORMS), BRANCH_WORDS
    for word in words:
        if (form := forms.get(word)) is not None:
            legal.add(form)
        elif word in branches:
            branch = "branch"
        elif word not in SMALL_WORDS:
            telling.append(word)
    telling = telling or words
    person = not legal and not branch and _is_person(telling)
    dotted = tuple(word for word in _DOTTED.findall(text) if word in telling) if "." in text else ()
    return NameForm(tuple(telling), " ".join(sorted(telling)), "".join(telling), full, _stated(legal), branch, "", person, dotted=dotted)


def latin_words(name: str) -> tuple[str, ...]:
    """The words of a name in Latin letters, spellings of one sound made equal; empty when there is no letter.

    Chinese by Pinyin with places and lines of business as firms translate them, Japanese by the Sino-Japanese readings of
    frequent signs, everything else letter by letter. Words of names that are Latin already only get the spelling made equal.
    """
    form = name_form(name)
    if form.mark:
        words = _japanese(fold(name)) if _is_japanese(fold(name)) else _chinese(form)
    elif form.joined.isascii():
        words = form.words
    else:
        words = tuple(anyascii.anyascii(_SOFT_SIGN.sub("и", word)).lower() for word in form.words)
    parts = (part for word in words for part in ROMAN_WORDS.get(word, word).split())
    return tuple(sound for part in parts if (sound := _sound(part)) and part not in SMALL_WORDS)


def roman_form(name: str) -> NameForm:
    """The form of a name in Latin letters; its legal form and its branch are those of the name."""
    words, form = latin_words(name), name_form(name)
    return NameForm(words, " ".join(sorted(words)), "".join(words), "".join(words), "", form.branch, "", form.person)


def _words(text: str) -> list[str]:
    """Words, with initials run together (`S.r.l.`, `a/s`); a comma and an ampersand keep initials apart."""
    words, run = [], ""
    for word in _WORD.findall(text):
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            words.append(run)
            run = ""
        if word not in "&+,":
            words.append(word)
    if run:
        # the second half of a Polish form that is abbreviated in two words (Sp. k.)
        if words and words[-1] == "sp" and run in "kjp":
            words[-1] += run
        else:
            words.append(run)
    return words


def _is_person(words: list[str]) -> bool:
    """Whether words are a given name and surnames, or one surname and a given name."""
    if not 2 <= len(words) <= 4:
        return False
    given_names = _given()
    return (words[0] in given_names or (len(words) == 2 and words[1] in given_names)) and not any(
        word.endswith(_BUSINESS) for word in words
    )


def _stated(legal: Iterable[str]) -> str:
    stated = set(legal)
    if len(stated) > 1:
        stated = stated - _WEAK_FORMS or stated
    return " ".join(sorted(stated - {""}))


def _signs(folded: str) -> NameForm:
    """A Chinese, Japanese or Korean name."""
    text = _simplified(folded)
    full = _LOOSE.sub("", text)
    body, branch, legal, places = _stripped(text)
    trades, mark = _split_trades(body, HAN_TRADES)
    if not mark:
        mark, trades = body or full, []
    words = (*places, mark, *trades)
    key = _stripped(text, move_places=False)[0] or full
    person = not legal and not places and not trades and len(mark) in (2, 3) and mark[0] in HAN_SURNAMES
    return NameForm(words, key, key, full, _stated(legal), branch, mark, person, text != folded)


_BRACKETED_PLACE = re.compile(r"\(([^()]{2,5})\)")
_BRANCH = re.compile(rf"^(.*(?:公司|集团|会社))(.{{0,12}}?)(?:{'|'.join(HAN_BRANCHES)})$|^(.{{4,}})(?:{'|'.join(HAN_BRANCHES)})$")
_KOREAN_FORM = re.compile(r"주식회사|유한회사|\(주\)")
_DISTRICT = re.compile(r"^.{1,3}[区县](?=.{4})")


def _stripped(text: str, *, move_places: bool = True) -> tuple[str, str, list[str], list[str]]:
    """The body of a name without spaces, its branch, its legal forms and its places; places stay in the body on demand."""
    legal = _KOREAN_FORM.findall(text)
    text = _KOREAN_FORM.sub("", text).replace("(株)", "株式会社").replace("(有)", "有限会社").replace("(同)", "合同会社")
    places: list[str] = []
    if move_places:
        for inside in _BRACKETED_PLACE.findall(text):
            if not inside.endswith(HAN_BRANCHES) and not inside.endswith("公司"):
                places.append(inside.removesuffix("市"))
                text = text.replace(f"({inside})", "")
    flat, branch = _LOOSE.sub("", text), ""
    if (match := _BRANCH.match(flat)) is not None:
        flat, branch = match[1] or match[3], match[2] or "branch"
    while form := next((f for f in HAN_FORMS if flat != f and (flat.endswith(f) or flat.startswith(f))), ""):
        legal.append(form)
        flat = flat.removesuffix(form) if flat.endswith(form) else flat.removeprefix(form)
    while move_places and (place := next((flat[:n] for n in (4, 3, 2) if flat[:n] in HAN_PLACES and len(flat) > n + 1), "")):
        places.append(place)
        flat = re.sub("^(?:省|市|特别行政区)", "", flat[len(place) :])
    if move_places and places:
        flat = _DISTRICT.sub("", flat)
    return flat, branch, legal, sorted(set(places))


def _split_trades(body: str, trades: Iterable[str]) -> tuple[list[str], str]:
    """Lines of business at the end of a body, and the distinguishing signs before them."""
    table = frozenset(trades)
    at_end: list[str] = []
    while (tail := next((body[-n:] for n in (5, 4, 3, 2, 1) if body[-n:] in table and len(body) > n), "")) and len(body) - len(tail) >= 1:
        at_end.insert(0, tail)
        body = body[: -len(tail)]
    if len(body) < 2 and at_end:
        body += at_end.pop(0)
    return at_end, body


def _chinese(form: NameForm) -> tuple[str, ...]:
    words = []
    for word in form.words:
        latin = HAN_PLACES.get(word) or ("" if word == form.mark else HAN_TRADES.get(word, ""))
        words += latin.split("+") if latin else [anyascii.anyascii(word).lower().replace(" ", "")]
    return tuple(words)


def _is_japanese(folded: str) -> bool:
    return any(form in folded for form in ("会社", "會社", "(株)", "(有)")) or any("\u3040" <= c <= "\u30ff" for c in folded)


def _japanese(folded: str) -> tuple[str, ...]:
    body, _, _, places = _stripped(folded)
    trades, mark = _split_trades(body, KANJI_TRADES)
    sounds = "".join(KANJI_SOUNDS.get(sign) or anyascii.anyascii(sign) for sign in mark)
    return (*(HAN_PLACES.get(place, place) for place in places), sounds.lower(), *(KANJI_TRADES[trade] for trade in trades))


_SOUNDS = (("shch", "sc"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("x", "ks"), ("y", "i"), ("j", "i"), ("w", "v"), ("ou", "o"), ("oo", "o"))


def _sound(word: str) -> str:
    """One spelling for the usual ways to write a sound in Latin letters (Mikhail, Mihail; Yuriy, Jurij)."""
    sound = _UMLAUT.sub(r"\1", _LOOSE.sub("", word.replace("'", "")))
    for written, common in _SOUNDS:
        if written in sound:
            sound = sound.replace(written, common)
    while "ii" in sound:
        sound = sound.replace("ii", "i")
    return sound


@cache
def general_words() -> frozenset[str]:
    """Places and lines of business in Latin letters, as `latin_words` writes them: words that do not tell one firm from another."""
    tables = (HAN_PLACES, HAN_TRADES, KANJI_TRADES, ROMAN_WORDS)
    words = (word for table in tables for text in table.values() for word in text.replace("+", " ").split())
    return frozenset(_sound(word) for word in words)


@cache
def _given() -> frozenset[str]:
    return frozenset(_UMLAUT.sub(r"\1", name) for name in GIVEN_NAMES)


_TABLES: dict[int, dict[str, str]] = {}


def _short(table: object) -> dict[str, str]:
    """A table whose words are shortened as names are."""
    shortened = _TABLES.get(id(table))
    if shortened is None:
        assert isinstance(table, dict)
        shortened = _TABLES[id(table)] = {_UMLAUT.sub(r"\1", fold(word)): form for word, form in table.items()}
    return shortened


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile("|".join(sorted((re.escape(phrase) for phrase in _short(LEGAL_PHRASES)), key=len, reverse=True)))


def plain_words() -> tuple[list[str], list[str]]:
    """Words that are left out of a key (legal forms, branches, small words), and legal forms of several words; as names are shortened."""
    return sorted({*_short(LEGAL_FORMS), *BRANCH_WORDS, *SMALL_WORDS}), sorted(_short(LEGAL_PHRASES))


@cache
def _converter() -> "opencc.OpenCC":
    # its dictionaries are read only when there is a Chinese name
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    """Traditional Chinese characters in their simplified form."""
    return str(_converter().convert(text))
