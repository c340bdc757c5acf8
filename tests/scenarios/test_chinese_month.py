"""An accountant in Suzhou works the shipped month in Chinese; what is written for programs and kept in the books is as in English."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import copied

from matcher.books import Books
from matcher.cli import main

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
DAY = "2026-10-31"
COMMAND = re.compile(r"`[^`]*`|matcher [^。；，）]*|--[\w-]+|\[[^\]]*\]")
"""What is typed: the same in all languages."""
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[a-z][a-z']+){2,}")
"""Three words in a row, as sentences have them and names of firms have not."""


def made(folder: Path) -> None:
    """The books of the demo, with the statement of the Chinese company only."""
    books = folder / "books"
    books.mkdir()
    (books / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    for words in (
        ("init", str(books)),
        ("import", "customers", str(DEMO / "customers.csv")),
        ("import", "items", str(DEMO / "items.csv"), "--snapshot-date", DAY),
        ("import", "rates", str(DEMO / "rates.csv")),
        ("ingest", str(DEMO / "statements" / "cn-cny-2026-10.csv")),
    ):
        assert say(books, "en", *words).exit_code == 0


def say(books: Path, language: str, *words: str):  # type: ignore[no-untyped-def]
    """Runs a command as somebody who reads this language."""
    environment = {"MATCHER_BOOKS": str(books), "MATCHER_ACTOR": "李娜", "MATCHER_LANG": language}
    return CliRunner().invoke(main, list(words), prog_name="matcher", env=environment)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, made)


def english(text: str) -> Iterator[str]:
    """Sentences of a screen that are English, beside what is typed."""
    for line in text.splitlines():
        yield from ENGLISH.findall(COMMAND.sub("", line))


def test_an_english_sentence_is_seen() -> None:
    assert list(english("结果  已匹配, no run has looked at it\n见 `matcher rules show named-full`。 NORTHERN Pumps Ltd")) == [
        ", no run has looked at it".strip(", ")
    ]


def test_the_month_in_chinese_has_no_english_sentence(books: Books, tmp_path: Path) -> None:
    folder = books.directory
    new = tmp_path / "neu"
    new.mkdir()
    (new / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    told = [say(new, "zh", "init", str(new))]
    told += [say(folder, "zh", *words) for words in month()]
    assert [one.exit_code for one in told if one.exit_code not in (0, 1)] == []
    assert [sentence for one in told for sentence in english(one.output)] == []
    assert "笔收款待处理" in told[5].output


def month() -> list[tuple[str, ...]]:
    """What she types in a month."""
    statement = str(DEMO / "statements" / "cn-cny-2026-10.csv")
    return [
        ("import", "customers", str(DEMO / "customers.csv")), ("import", "items", str(DEMO / "items.csv"), "--snapshot-date", DAY),
        ("ingest", statement), ("run", "--as-of", DAY), ("queue", "--as-of", DAY), ("explain", "1"), ("explain", "2"), ("show", "1"),
        ("accept", "1", "--dry-run"), ("accept", "1", "--reason", "已与客户确认"), ("queue", "--group", "outcome"),
        ("hold", "2", "--until", "2026-12-31", "--owner", "王芳"), ("log",), ("undo", "--run", "last"), ("items", "--customer", "C2003"),
        ("customer", "C2006"), ("statement", "list"), ("status", "--as-of", DAY), ("aging", "--as-of", DAY), ("verify",),
        ("close", "2026-10", "--dry-run"), ("help",), ("help", "accept"), ("help", "codes"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "german", "chinese"),
    [
        (("accept", "999999"), "Kein Umsatz hat", "没有编号为"),
        (("queue", "--sort", "colour"), "ist keines von", "之一"),
        (("close", "2026-13"), "ist kein Monat", "月份"),
        (("import", "items", "nothing.csv"), "lässt sich nicht lesen (kein", "无法读取（没有"),
        (("queue", "--customer", "C9999"), "Kunden", "客户"),
        (("acept",), "den Befehl 'acept' gibt es nicht", "没有命令 'acept'"),
    ],
)
def test_an_error_has_the_same_code_in_each_language(books: Books, words: tuple[str, ...], german: str, chinese: str) -> None:
    en, de, zh = (say(books.directory, language, *words) for language in ("en", "de", "zh"))
    assert {one.output.split(":")[0] for one in (en, de, zh)} == {en.output.split(":")[0]}
    assert {one.exit_code for one in (en, de, zh)} == {en.exit_code}
    assert german.casefold() in de.output.casefold(), de.output
    assert chinese in zh.output, zh.output
    assert list(english(zh.output)) == []


def test_queue_and_help_in_german(books: Books) -> None:
    say(books.directory, "en", "run", "--as-of", DAY)
    queue, page = (say(books.directory, "de", *words).output for words in (("queue", "--as-of", DAY), ("--lang", "de", "help", "accept")))
    assert "Zahlungseingänge warten" in queue
    assert "Vorschläge buchen:" in queue
    assert "Die Vorschläge zu diesen Umsätzen buchen" in page
    assert " ".join(page.split()).count("Diese Hilfe zeigen.") == 1


def test_what_programs_read_is_the_same_in_each_language(books: Books) -> None:
    say(books.directory, "en", "run", "--as-of", DAY)
    lists = (
        ("queue", "--as-of", DAY, "-O", "json"),
        ("log", "-O", "csv"),
        ("status", "--as-of", DAY, "-O", "tsv"),
        ("explain", "3f6", "-O", "json"),
    )
    for words in lists:
        texts = {say(books.directory, language, *words).stdout for language in ("zh", "en")}
        assert len(texts) == 1, words


def test_files_for_other_systems_are_the_same_bytes(books: Books, tmp_path: Path) -> None:
    say(books.directory, "en", "run", "--as-of", DAY)

    def written(language: str, *words: str, name: str) -> bytes:
        path = tmp_path / f"{language}-{name}"
        assert say(books.directory, language, *words, "-o", str(path)).exit_code == 0
        return path.read_bytes()

    write: Callable[..., bytes] = written
    for words in (("export", "discrepancies"), ("queue",)):
        ending = "csv" if words[0] == "export" else "xlsx"
        assert len({write(one, *words, "--as-of", DAY, name=f"list.{ending}") for one in ("zh", "en")}) == 1, words


def test_decisions_are_kept_in_english(books: Books) -> None:
    say(books.directory, "zh", "run", "--as-of", DAY)
    say(books.directory, "zh", "queue", "--as-of", DAY)
    assert say(books.directory, "zh", "accept", "1").exit_code == 0
    stored = say(books.directory, "en", "log", "-O", "json").stdout
    assert "accepted 28730.00" in stored
    assert "接受" not in stored


def test_lang_may_stand_before_and_behind_the_command(books: Books) -> None:
    before, behind = (say(books.directory, "en", *words).output for words in (("--lang", "zh", "status"), ("status", "--lang", "zh")))
    assert before == behind
    assert "流水" in behind
