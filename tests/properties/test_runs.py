"""What is ordinary is read a short way, as columns or by one expression, all else the long way: both give the same rows and problems."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from damage import damaged, fixtures
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Problem, Transaction
from matcher.parsers import bai2, camt, mt940, ofx
from matcher.parsers.bai2 import runs as bai2_runs
from matcher.parsers.base import Event, ParseOptions, Parser, RowBatch, Source
from matcher.parsers.camt import shapes as camt_shapes
from matcher.parsers.camt import xml_blocks
from matcher.parsers.mt940 import german as mt940_german
from matcher.parsers.mt940 import text as mt940_text
from matcher.parsers.mt940.fields import StatementLine, statement_line, unusual_line
from matcher.parsers.ofx import runs as ofx_runs

Reading = tuple[list[Event], list[tuple[int, Transaction]]]


@contextmanager
def runs_from(module: ModuleType, shortest: int) -> Iterator[None]:
    """Columns from so many ordinary entries in a row on."""
    before = module.SHORTEST
    module.SHORTEST = shortest
    try:
        yield
    finally:
        module.SHORTEST = before


def read(parser: Parser, data: bytes) -> tuple[Reading, int]:
    """Everything a parser says of a file, rows apart from the rest, and how many rows came as columns."""
    rest: list[Event] = []
    rows: list[tuple[int, Transaction]] = []
    columns = 0
    for event in parser.parse(Source.of(data), ParseOptions()):
        if isinstance(event, RowBatch):
            rows += [(event.statement, row) for row in event.records()]
            columns += 0 if isinstance(event.rows, list) else len(event.rows)
        else:
            rest.append(event)
    return (rest, rows), columns


def both_ways(parser: Parser, module: ModuleType, data: bytes) -> int:
    with runs_from(module, 10**9):
        one_by_one, none = read(parser, data)
    with runs_from(module, 1):
        in_runs, columns = read(parser, data)
    assert none == 0
    assert in_runs[0] == one_by_one[0]
    refused = any(isinstance(event, Problem) and event.severity == "fatal" for event in in_runs[0])
    # of a file that is refused the last rows need not be shown
    shown = min(len(in_runs[1]), len(one_by_one[1])) if refused else None
    assert in_runs[1][:shown] == one_by_one[1][:shown]
    return columns


def repeated(files: list[bytes], begin: bytes, end: bytes) -> list[bytes]:
    """Files with their entries, from `begin` of the first one to `end` after the last, three times over, so that runs are longer."""
    found = []
    for data in files:
        first = data.find(begin)
        last = data.find(end, data.rfind(begin))
        if 0 <= first < last:
            found.append(data[:first] + data[first:last] * 3 + data[last:])
    return found


BAI2 = repeated(fixtures("bai2"), b"16,", b"\n49,")
BAI2_INSERTIONS = [
    b"/", b",", b"\n", b"\r", b"\r\n", b" ", b"  ", b"\t", b"-", b"\0", b"\xff", b"\xc2\xa0", b"\xe2\x80\x89", b"\xef\xbb\xbf", b"\x1c",
    b"88,", b"\n88,", b"\n88,EREF: X", b"\n88, DBNM:Y\n", b"V,260101,", b"V,991399,1200", b",0,", b"/ 16,142,5,Z,,,Y/", b"999999999999",
    b"\n16,475,100,Z,,,X/", b"\n16,142,1,V,260102,,a,b,c\n88,d/", b"\n49,0,1/\n", b"\n03,2,EUR,010,5,,/", b"\n02,A,B,1,260101,,EUR,/",
]  # fmt: skip


@settings(max_examples=tries(250), deadline=4000)
@given(damaged(BAI2, BAI2_INSERTIONS))
def test_bai2(data: bytes) -> None:
    both_ways(bai2.PARSER, bai2_runs, data)


OFX = repeated(fixtures("ofx"), b"<STMTTRN>", b"</BANKTRANLIST>")
OFX_INSERTIONS = [
    b"<", b">", b"\n", b"\r\n", b" ", b"\t", b"\0", b"\x1c", b"\xff", b"\xc2\xa0", b"\xe2\x80\x89",
    b"&amp;", b"&#10;", b"&nbsp;", b"&amp;lt;", b"<!--", b"-->", b"<![CDATA[x]]>",
    b"</MEMO>", b"</STMTTRN>", b"<STMTTRN>", b"</BANKTRANLIST>", b"<STMTRS>", b"<CURDEF>BRL", b"<CURDEF>JPY",
    b"<DTAVAIL>20240230", b"<DTAVAIL>20240229", b"<DTAVAIL>0", b"<CHECKNUM>0012\n", b"<REFNUM>12", b"<EXTDNAME>\nA long name\n", b"<SIC>1",
    b"<TRNAMT>-1,5\n", b"<TRNAMT>1,234.50\n", b"<TRNAMT>.5", b"<TRNAMT>1.005", b"<FITID>0", b"<MEMO>SALDO DIA 1", b"<NAME>12",
    b"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240105120000[-5:EST]<TRNAMT>-12,50<FITID>12<NAME>A &amp; B<CHECKNUM>12<MEMO>12\n b</STMTTRN>\n",
]  # fmt: skip


@settings(max_examples=tries(250), deadline=4000)
@given(damaged(OFX, OFX_INSERTIONS))
def test_ofx(data: bytes) -> None:
    both_ways(ofx.PARSER, ofx_runs, data)


CAMT = repeated([data for data in fixtures("camt") if data[:1] == b"<"], b"<Ntry>", b"</Stmt>")
CAMT_INSERTIONS = [
    b"<", b">", b"&", b"!", b"?", b"\n", b" ", b"&amp;", b"<!-- x -->", b"<!-- </Ntry> -->", b"<![CDATA[</Ntry>]]>", b"<?x?>", b"<!",
    b"<Ntry>", b"</Ntry>", b"</Ntry >", b"<Ntry/>", b"<Ntry a='1'>", b"<NtryRef>1</NtryRef>", b"</Stmt>", b"<Stmt>", b"text",
]  # fmt: skip


@settings(max_examples=tries(250), deadline=4000)
@given(damaged(CAMT, CAMT_INSERTIONS))
def test_camt_entries_cut_out_at_once_and_with_known_shapes(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(camt_shapes, "_COMPILE_AFTER", 1)
        short, _ = read(camt.PARSER, data)
        patch.setattr(camt_shapes, "_COMPILE_AFTER", 10**9)
        patch.setattr(xml_blocks.Blocks, "_next_mark", lambda self, name: 0)
        long, _ = read(camt.PARSER, data)
    assert short == long


MT940 = repeated(fixtures("mt940"), b":61:", b":62")
MT940_INSERTIONS = [
    b"\n:61:2401020102C1,NTRFNONREF\n:86:166?00T?20EREF+A?21SVWZ+B?30X?31Y?32N\n", b"\n:86:", b"\n:61:", b"\n:25:1/2\n", b"\n:20:X\n",
    b"\n-\n", b"\n-}", b"\n{4:", b"\n ?21", b"\n?22", b"?60", b"?38DE1", b"?99", b"?", b">", b"\n\n", b"\r", b"\r\n", b"\t", b"\x00",
    b"\xff", b"\xc2\xa0", b"\n:62F:C240102EUR1,\n", b"\n:60F:C240102EUR1,\n", b"\n:20:31 h", b"SVWZ+", b"\n" + b"x" * 63 + b"\n?21y",
    b"EREF+", b"MTLG:",
]  # fmt: skip
NEVER = re.compile(r"(?!)")


@settings(max_examples=tries(250), deadline=4000)
@given(damaged(MT940, MT940_INSERTIONS))
def test_mt940_entries_found_at_once_and_texts_of_common_parts(data: bytes) -> None:
    short, _ = read(mt940.PARSER, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mt940_text, "_PAIR", NEVER)
        patch.setattr(mt940_german, "_COMMON", NEVER)
        long, _ = read(mt940.PARSER, data)
    assert short == long


LINE_PIECES = st.sampled_from(
    ["240102", "0102", "0230", "C", "D", "RC", "RD", "EC", "R", " ", "12,50", "1.234,5", "12345678901234567,", "0,", ",5", "12.5",
     "NTRF", "NONREF", "S103", "FMSC", "N12 ", "//", "/", "REF 1", "A" * 17, "KREF+", "B123", "\u0663", "\u00e4"]
)  # fmt: skip


@settings(max_examples=tries(600))
@given(
    st.lists(LINE_PIECES, max_size=9).map("".join)
    | st.tuples(st.just("2401020102C12,50"), st.lists(LINE_PIECES, max_size=5).map("".join)).map("".join)
)
def test_mt940_lines_of_the_common_form(text: str) -> None:
    def outcome(reader: Callable[[str], StatementLine]) -> StatementLine | str:
        try:
            return reader(text)
        except ValueError as error:
            return str(error)

    assert outcome(statement_line) == outcome(unusual_line)


@given(st.text("0123456789.-+ \u0663", max_size=20), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XYZ"]))
def test_amounts_of_the_common_form(text: str, currency: str) -> None:
    """A blank in front takes the long way."""

    def outcome(written: str) -> tuple[int, str] | str:
        try:
            return money.parse_exact(written, currency)
        except MatcherError as error:
            return error.code

    assert outcome(text) == outcome(" " + text)


def test_ordinary_fixtures_are_read_as_columns() -> None:
    """The comparison would be worth nothing if no entry were ordinary."""
    assert sum(both_ways(bai2.PARSER, bai2_runs, data) for data in BAI2) > 40
    assert sum(both_ways(ofx.PARSER, ofx_runs, data) for data in OFX) > 100
