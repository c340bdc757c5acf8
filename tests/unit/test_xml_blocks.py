"""The block reader: what it hands out, what it refuses, and that the pieces a text comes in do not matter."""

import pytest

from matcher.errors import MatcherError
from matcher.parsers.camt import xml_blocks
from matcher.parsers.camt.xml_blocks import Block, Blocks, End, Start, Text, unescape, without_asides


def tokens(text: str, size: int = 0) -> list[object]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)] if size else [text]
    return list(Blocks(iter(pieces), "Ntry"))


def test_tags_texts_and_blocks_in_order() -> None:
    found = tokens('<D a="1">\n<x:Id>7 &amp; 8</x:Id><Ntry>\n<Amt>1</Amt></Ntry></D>')
    assert found == [
        Start("D", {"a": "1"}, 1),
        Start("Id", {}, 2),
        Text("7 & 8"),
        End("Id", 2),
        Block("<Ntry>\n<Amt>1</Amt></Ntry>", 2),
        End("D", 3),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "<Ntry/>",
        "<Ntry />",
        '<Ntry id="1"></Ntry>',
        "<n:Ntry></n:Ntry>",
        "<Ntry></Ntry >",
        "<Ntry><NtryDtls></NtryDtls></Ntry>",
        "<Ntry><!-- </Ntry> --></Ntry>",
        "<Ntry><![CDATA[</Ntry>]]><!-- </Ntry> --><?x </Ntry>?></Ntry\n>",
        '<Ntry a=">"></Ntry>',
    ],
)
def test_a_block_ends_at_its_own_end_tag(block: str) -> None:
    assert [t for t in tokens(f"<D>{block}{block}<e/></D>") if isinstance(t, Block)] == [
        Block(block, 1),
        Block(block, 1 + block.count("\n")),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_seams_between_pieces_change_nothing(size: int) -> None:
    text = '<?xml version="1.0"?><!-- c --><D x="a>b"><![CDATA[<&]]><Ntry>1<!-- </Ntry> --></Ntry > <Ntry/></D>\n'
    assert tokens(text, size) == tokens(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<D><Ntry><Amt>1", "file.cut"),
        ("<D><Ntry>1</Ntry>", "file.cut"),
        ("<D><!-- never closed", "file.cut"),
        ("<D><Ntry><!-- </Ntry></D>", "file.cut"),
        ("<D", "file.cut"),
        ("<D></E>", "file.malformed"),
        ("</D>", "file.malformed"),
        ("<D><a b></D>", "file.malformed"),
        ("<D></D> trailing", "file.malformed"),
        ("leading <D></D>", "file.malformed"),
        ("<D>" + "<a>" * 200, "file.malformed"),
        ("<!DOCTYPE D><D></D>", "file.hostile"),
        ('<!DOCTYPE D [<!ENTITY a "b">]><D>&a;</D>', "file.hostile"),
        ("<D><!ENTITY a></D>", "file.hostile"),
        ("<D><!X></D>", "file.malformed"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(MatcherError) as caught:
        tokens(text)
    assert caught.value.code == code


def test_blanks_and_leftovers_around_the_document_are_ignored() -> None:
    assert tokens("\ufeff\r\n<D></D>\r\n\x1a\0")[0] == Start("D", {}, 2)


def test_an_element_without_end_in_sight_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_blocks, "MAX_BLOCK", 1000)
    with pytest.raises(MatcherError) as caught:
        tokens("<D><Ntry>" + "x" * 5000, 100)
    assert caught.value.code == "file.too_large"


def test_references_are_resolved_once_and_never_beyond_the_predefined() -> None:
    assert unescape("&lt;&gt;&amp;&quot;&apos;&#228;&#xE4;") == "<>&\"'ää"
    assert unescape("&amp;amp; &unknown; & &#0; &#xD800; &#1114112;") == "&amp; &unknown; & &#0; &#xD800; &#1114112;"


def test_asides_leave_a_block_and_cdata_stays_as_text() -> None:
    assert without_asides("<N><!-- a --><?b?><![CDATA[<c>&]]></N>") == "<N>&lt;c&gt;&amp;</N>"
    with pytest.raises(MatcherError):
        without_asides("<N><!DOCTYPE x></N>")
