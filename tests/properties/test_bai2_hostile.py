"""Whatever happens to a BAI2 file, the reader answers, in time, and counts every transaction."""

import re
from itertools import pairwise

from damage import damaged, fixtures
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.inspection import inspect
from matcher.parsers.bai2.records import records
from matcher.parsers.base import ParseOptions, Source

INSERTIONS = [
    b"/",
    b",",
    b"\n",
    b"\r\n",
    b" ",
    b"88,",
    b"16,475,100,Z,,,X/\n",
    b"\n49,0,1/\n",
    b"99,",
    b"\0",
    b"-",
    b"\xff",
    b"/ 16,142,5,Z,,,Y/",
]


LINE = re.compile(rb"^[ \t\r\f\0\x1a]*16,", re.MULTILINE)
SHARED = re.compile(rb"/[ \t]*16,\d{3},")


@settings(max_examples=tries(400), deadline=4000)
@given(damaged(fixtures("bai2"), INSERTIONS))
def test_never_raises_and_never_loses_a_transaction(data: bytes) -> None:
    found = inspect(Source.of(data), ParseOptions(), "bai2", transactions=True)
    refused = sum(problem["message"].startswith("transaction refused") for problem in found["problems"])
    if found["outcome"] in ("read", "read_with_warnings"):
        assert refused == 0
    if found["outcome"] != "reject":
        accounted = len(found["transactions"]) + refused + sum("type 890" in problem["message"] for problem in found["problems"])
        own_line = len(LINE.findall(data))
        assert own_line <= accounted <= own_line + len(SHARED.findall(data))


@settings(max_examples=tries(100), deadline=4000)
@given(st.sampled_from(fixtures("bai2")), st.lists(st.integers(0, 2000), max_size=30))
def test_the_pieces_a_file_comes_in_do_not_matter(data: bytes, seams: list[int]) -> None:
    whole = data.decode("latin-1")
    ends = sorted({*seams, len(whole)})
    pieces = [whole[start:end] for start, end in pairwise([0, *ends])]
    assert list(records(pieces)) == list(records([whole]))
