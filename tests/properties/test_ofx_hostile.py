"""Damaged OFX files: never an exception, never a hang, and no transaction that is neither read nor named."""

import contextlib
import re
import time
from pathlib import Path

import pytest
from effort import tries
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.ofx import parser
from matcher.parsers.ofx.fields import clean
from matcher.parsers.ofx.rows import RefusedRowError, irregular_leaves, leaves
from matcher.parsers.ofx.second_reader import second_opinion
from matcher.parsers.ofx.text import decoded, survey
from matcher.parsers.ofx.tokens import Kind, Scanner
from matcher.parsers.tally import FileTally

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "banks" / "ofx"
FILES = {path.name: path.read_bytes() for path in sorted(FIXTURES.iterdir()) if path.suffix in (".ofx", ".qfx", ".qbo")}
MARKUP = [
    b"<",
    b">",
    b"</STMTTRN>",
    b"<STMTTRN>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"</OFX>",
    b"<OFX>",
    b"</BANKTRANLIST>",
    b"<STMTRS>",
    b"&amp;",
    b"\0",
    b"\r",
]
OPENING = re.compile(r"<STMTTRN(?:[\s/][^<>]{0,440})?>", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ROW_CODES = {"row.invalid", "amount.invalid", "amount.range", "date.invalid", "date.ambiguous", "currency.mixed"}

spots = st.integers(0, 1_000_000)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("cut"), spots, st.just(b"")),
        st.tuples(st.just("flip"), spots, st.binary(min_size=1, max_size=1)),
        st.tuples(st.just("delete"), spots, st.binary(min_size=1, max_size=200)),
        st.tuples(st.just("insert"), spots, st.one_of(st.sampled_from(MARKUP), st.binary(min_size=1, max_size=8))),
    ),
    min_size=1,
    max_size=4,
)


def damaged(data: bytes, steps: list[tuple[str, int, bytes]]) -> bytes:
    for kind, spot, piece in steps:
        at = spot % (len(data) + 1)
        if kind == "cut":
            data = data[:at]
        elif kind == "flip":
            data = data[:at] + bytes(a ^ (b or 1) for a, b in zip(data[at : at + 1], piece, strict=False)) + data[at + 1 :]
        elif kind == "delete":
            data = data[:at] + data[at + len(piece) :]
        else:
            data = data[:at] + piece + data[at:]
    return data


def read(data: bytes) -> FileTally:
    tally = FileTally()
    for _ in tally.watch(parser.PARSER.parse(Source.of(data), ParseOptions())):
        pass
    return tally


def transactions_in(data: bytes) -> int:
    seen = survey(Source.of(data))
    return len(OPENING.findall(COMMENT.sub("", "".join(decoded(Source.of(data), seen.codec, seen.errors)))))


def accounted_for(tally: FileTally) -> int:
    named = sum(problem.severity == "error" and problem.code in ROW_CODES for problem in tally.problems)
    markers = sum(problem.code == "note.balance_marker" for problem in tally.problems)
    return sum(statement.booked.count for statement in tally.statements.values()) + named + markers


@pytest.mark.parametrize("name", FILES)
def test_every_transaction_of_the_fixtures_is_accounted_for(name: str) -> None:
    tally = read(FILES[name])
    if tally.outcome != "reject":
        assert accounted_for(tally) == transactions_in(FILES[name])


@settings(deadline=2000, max_examples=tries(400))
@given(st.sampled_from(sorted(FILES)), changes)
def test_damage_never_loses_a_transaction_in_silence(name: str, steps: list[tuple[str, int, bytes]]) -> None:
    data = damaged(FILES[name], steps)
    tally = read(data)
    if tally.outcome in ("read", "read_with_warnings"):
        assert accounted_for(tally) == transactions_in(data)


@settings(deadline=2000, max_examples=tries(100))
@given(st.sampled_from(sorted(FILES)), spots)
def test_a_cut_file_is_refused(name: str, spot: int) -> None:
    data = FILES[name]
    end = data.upper().rfind("</OFX>".encode("utf-16-le" if name == "encoding_utf16.ofx" else "ascii"))
    assert read(data[: spot % end]).outcome == "reject"


@settings(deadline=2000, max_examples=tries(100))
@given(st.binary(max_size=2000))
def test_any_bytes_are_answered(data: bytes) -> None:
    tally = read(b"<OFX>" + data)
    assert (tally.outcome == "reject") == any(problem.severity == "fatal" for problem in tally.problems)


@settings(deadline=None, max_examples=tries(60))
@given(st.sampled_from(sorted(FILES)), changes)
def test_the_second_opinion_survives_damage_and_finds_no_fault_of_ours(name: str, steps: list[tuple[str, int, bytes]]) -> None:
    found = second_opinion(Source.of(damaged(FILES[name], steps)), ParseOptions())
    assert [difference for difference in found if difference.verdict == "theirs"] == []


LIST = b"<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>"


@pytest.mark.parametrize(
    "data",
    [
        LIST + b"<STMTTRN>" * 60_000,
        LIST + b"<STMTTRN><MEMO>" + b"<" * 150_000 + b"</STMTTRN></OFX>",
        b"<OFX>" + b"<BANKTRANLIST>" * 30_000 + b"</STMTRS>" * 30_000 + b"</OFX>",
        LIST + b"<STMTTRN><TRNAMT>" + b"1," * 200_000 + b"</STMTTRN></OFX>",
        b"<OFX>" + b"<A " * 100_000,
    ],
    ids=["starts", "brackets", "ends", "commas", "tags"],
)
def test_time_grows_with_the_file_and_not_with_its_square(data: bytes) -> None:
    before = time.process_time()
    read(data)
    assert time.process_time() - before < 4  # each takes less than one second; with its square, minutes


pieces = st.lists(
    st.sampled_from(
        [
            "<STMTTRN>",
            "</STMTTRN>",
            "<MEMO>",
            "</MEMO>",
            "x < y",
            "\n",
            "<!-- ",
            "-->",
            "<![CDATA[",
            "]]>",
            "</OFX>",
            "<br>",
            "<A.B/>",
            "&lt;",
            "<?xml v?>",
        ]
    ),
    max_size=30,
)


@given(pieces, st.integers(1, 40))
@example(["<STMTTRN>", "</OFX>", "</STMTTRN>"], 1)
def test_tokens_do_not_depend_on_how_the_text_is_cut(parts: list[str], size: int) -> None:
    text = "".join(parts)
    whole = list(Scanner(iter([text])))
    assert list(Scanner(text[at : at + size] for at in range(0, len(text), size))) == whole


@given(pieces)
def test_tokens_hold_the_whole_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = "".join(f"<![CDATA[{token.text}]]>" if token.kind is Kind.LITERAL else token.text for token in Scanner(iter([text])))
    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", text)  # blanks between tags are dropped


cells = st.text(st.characters(codec="cp1252", exclude_characters="<>\r"), max_size=20)
elements = st.sampled_from(["TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "MEMO", "CHECKNUM", "REFNUM", "SIC", "EXTDNAME"])


@given(st.lists(st.tuples(elements, cells, st.booleans()), max_size=8, unique_by=lambda part: part[0]))
def test_the_quick_and_the_careful_reading_agree(parts: list[tuple[str, str, bool]]) -> None:
    block = "<STMTTRN>" + "".join(f"<{name}>{text}" + (f"</{name}>" if closed else "\n") for name, text, closed in parts) + "</STMTTRN>"
    quick, regular = leaves(block)
    assert regular
    quick.pop("STMTTRN")
    careful = irregular_leaves(block)
    assert {name: clean(text) for name, text in quick.items()} == {name: clean(text) for name, text in careful.items()}


@given(st.text(st.sampled_from("<>/!-[]CDATASTMRNX \n&;"), max_size=60))
def test_no_block_breaks_the_careful_reading(inside: str) -> None:
    with contextlib.suppress(RefusedRowError):
        assert isinstance(irregular_leaves(f"<STMTTRN>{inside}</STMTTRN>"), dict)
