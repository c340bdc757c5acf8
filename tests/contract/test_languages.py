"""The catalogues: complete, nothing unused, the same values in both texts, and the words of docs/words.md."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count

import messages
import pytest
from babel.messages.pofile import read_po
from desk import ROOT
from opencc import OpenCC

from matcher import languages
from matcher.languages.catalogue import PLACE, SHAPES, Catalogue, parse, read, source

OTHERS = languages.LANGUAGES[1:]
GRAMMAR = {"were", "them", "kind"}
"""Values that are a verb, a pronoun or a noun of English, which another language has no place for."""
NEVER = {"de": r"\b(du|dein\w*|[Mm]atch\w*en|Match|Queue|Posting|Payment)\b", "zh": r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|帐"}
TOUCHING = re.compile(r"\}\{|[\w}]\{|\}\w")
VALUES = {"n": "7", "currency": "EUR", "percent": "98.5 %"}


@cache
def wanted() -> Mapping[str, str]:
    return messages.entries()


def glossary() -> list[list[str]]:
    page = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    return rows[1:]


def other_values(told: Mapping[str, str]) -> Iterator[str]:
    """Entries whose values are not the same in both texts."""
    for said, words in told.items():
        theirs, ours = (set(PLACE.findall(text)) for text in (said, words))
        if words and (ours - theirs or theirs - ours - GRAMMAR):
            yield said


def forbidden(language: str, told: Mapping[str, str], rows: list[list[str]]) -> Iterator[str]:
    """Words that a language's sentences have and the glossary forbids. Commands and options are no words of a language."""
    column = {"de": 3, "zh": 4}[language]
    never = [rf"(?<![\w-]){re.escape(row[column])}(?![\w-])" if language == "de" else re.escape(row[column]) for row in rows]
    pattern = re.compile("|".join([*never, NEVER[language]]))
    for said, words in told.items():
        if (found := pattern.search(re.sub(r"`[^`]*`|\{\w+\}|'[^']*'|--[\w-]+|ref:\S+", "", words))) and found[0] not in said:
            yield f"{found[0]!r} in {words!r}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    written = {said for said, _, _ in parse(source(language)) if said}
    lacking, unused = sorted(set(wanted()) - written), sorted(written - set(wanted()))
    assert (lacking, unused) == ([], []), "see docs/words.md, To translate"


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated(language: str) -> None:
    assert [said for said, words, flags in parse(source(language)) if said and (not words or "fuzzy" in flags)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_both_texts_have_the_same_values(language: str) -> None:
    assert list(other_values(messages.written(language))) == []


def test_a_value_that_is_lost_is_seen() -> None:
    assert list(other_values({"{n} lines wait": "Umsätze warten", "{n} items": "{n} Posten"})) == ["{n} lines wait"]


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_that_the_glossary_forbids(language: str) -> None:
    assert list(forbidden(language, messages.written(language), glossary())) == []


def test_a_forbidden_word_is_seen() -> None:
    assert list(forbidden("de", {"a": "Der Customer zahlt"}, glossary())) == ["'Customer' in 'Der Customer zahlt'"]
    assert list(forbidden("zh", {"a": "对帐单"}, glossary())) == ["'对帐单' in '对帐单'"]


@pytest.mark.parametrize("language", OTHERS)
def test_the_words_of_the_glossary_are_those_of_the_catalogue(language: str) -> None:
    told, column = messages.written(language), languages.LANGUAGES.index(language)
    words = {row[0]: row[column] for row in glossary() if row[0] in told}
    short = {"Kontoauszug": "Auszug"}  # where there is little room
    other = {said: told[said] for said, word in words.items() if short.get(word, word).casefold() not in told[said].casefold()}
    assert other == {}


def test_chinese_is_written_in_simplified_characters() -> None:
    simplified = OpenCC("t2s")
    assert [words for words in messages.written("zh").values() if simplified.convert(words) != words] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_foreign_reader_reads_the_same(language: str) -> None:
    with messages.path_of(language).open("rb") as file:
        theirs = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    assert theirs == messages.written(language)


def filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values[found[1]], text)


def made(said: str) -> dict[str, str]:
    """Values for an entry, which none of them says anything in any language."""
    numbers = count(1)

    def value(name: str) -> str:
        shape = SHAPES.get(name, "")
        if shape == SHAPES["n"]:
            return VALUES["n"]
        return VALUES.get(name) or (f"{next(numbers)}.50" if shape.startswith("[-+]") else f"qx{next(numbers)}")

    return {name: value(name.rstrip("0123456789")) for name in PLACE.findall(said)}


@pytest.mark.parametrize("language", OTHERS)
def test_values_are_read_back_out_of_a_finished_sentence(language: str) -> None:
    told, catalogue = messages.written(language), read(language)
    lost = {}
    for said, words in told.items():
        values = made(said)
        # where values touch each other or a word, nobody can tell where one ends
        if words and values and not TOUCHING.search(said) and catalogue.known(filled(said, values)) not in alike(said, words, values, told):
            lost[said] = catalogue.known(filled(said, values))
    assert lost == {}


def alike(said: str, words: str, values: Mapping[str, str], told: Mapping[str, str]) -> set[str]:
    """What may be told for an entry: what it says, or another one that differs in the names of its values."""
    bare = PLACE.sub("{}", said)
    same = [one for one in told if PLACE.sub("{}", one) == bare]
    order = list(values.values())
    return {filled(words, values), *(filled(told[one], dict(zip(PLACE.findall(one), order, strict=True))) for one in same)}


def test_a_sentence_is_found_by_its_parts() -> None:
    catalogue = Catalogue("zh", {"{n} lines wait": "{n} 笔待处理", "nothing is open": "没有未清项", "of {payer}": "{payer} 的"})
    assert catalogue.sentence("3 lines wait; nothing is open.") == "3 笔待处理；没有未清项。"
    assert catalogue.sentence("of nothing is open") == "nothing is open 的", "what a payer is called is not translated"
    assert catalogue.sentence("Hansen & Sons") == "Hansen & Sons"


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["queue"], {}, "en"),
        (["--lang", "zh", "queue"], {"MATCHER_LANG": "de", "LANG": "de_DE.UTF-8"}, "zh"),
        (["queue", "--lang=de"], {}, "de"),
        (["queue"], {"MATCHER_LANG": "de", "LC_ALL": "zh_CN.UTF-8"}, "de"),
        (["queue"], {"LC_ALL": "zh_CN.UTF-8", "LANG": "de_DE.UTF-8"}, "zh"),
        (["queue"], {"LC_ALL": "", "LC_MESSAGES": "de_AT", "LANG": "zh_CN"}, "de"),
        (["queue"], {"LANG": "C.UTF-8"}, "en"),
        (["queue"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["queue"], {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "en"),
        (["note", "3", "--", "--lang", "de"], {}, "en"),
    ],
)
def test_which_language_is_spoken(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert languages.chosen(arguments, environment) == language


def test_english_reads_no_catalogue() -> None:
    code = "import sys; sys.argv = ['matcher', 'help', 'exit-codes']\nfrom matcher.cli.main import main\n"
    code += "try: main()\nexcept SystemExit: pass\nassert 'matcher.languages.catalogue' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""
