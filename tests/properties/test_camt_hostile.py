"""Whatever happens to a camt file, the reader answers, in time, and counts every entry."""

import re
from itertools import pairwise

from damage import damaged, fixtures
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import MatcherError
from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.camt.xml_blocks import Blocks
from matcher.parsers.charset import sniff, text

FILES = fixtures("camt")
PLAIN = [data for data in FILES if data[:2] not in (b"PK", b"\xff\xfe")]
INSERTIONS = [
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"\0",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE x>",
    b"<Ntry>",
    b"</Ntry>",
    b"<TxDtls>",
    b"</Stmt>",
    b"\xff\xfe",
]
ENTRY = re.compile(rb"<(?:[^\s<>:/]+:)?Ntry[\s/>]")
EXCLUDE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)


@settings(max_examples=tries(250), deadline=4000)
@given(damaged(FILES, INSERTIONS))
def test_never_raises_and_never_loses_an_entry(data: bytes) -> None:
    found = inspect(Source.of(data), ParseOptions(), "camt", transactions=True)
    refused = sum(problem["message"].startswith(("entry refused", "an entry stands")) for problem in found["problems"])
    if found["outcome"] in ("read", "read_with_warnings"):
        assert refused == 0
    if found["outcome"] != "reject" and data[:2] not in (b"PK", b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
        assert len(ENTRY.findall(EXCLUDE.sub(b"", data))) == len(found["transactions"]) + refused


@settings(max_examples=tries(60), deadline=4000)
@given(st.sampled_from(PLAIN), st.lists(st.integers(0, 4000), max_size=30))
def test_the_pieces_a_file_comes_in_do_not_matter(data: bytes, seams: list[int]) -> None:
    whole = "".join(text(Source.of(data), sniff(Source.of(data))))
    ends = sorted({*seams, len(whole)})
    pieces = [whole[start:end] for start, end in pairwise([0, *ends])]

    def read(source: list[str]) -> list[object]:
        found: list[object] = []
        try:
            found.extend(Blocks(iter(source), "Ntry"))
        except MatcherError as error:
            found.append(error.code)
        return found

    assert read(pieces) == read([whole])
