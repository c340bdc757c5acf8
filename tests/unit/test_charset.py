"""Bytes decide the encoding; declarations only advise."""

import codecs

import pytest

from matcher.parsers.base import Source
from matcher.parsers.charset import CHUNK, sniff, text


@pytest.mark.parametrize(
    ("data", "declared", "name", "code"),
    [
        (b"plain", "ISO-8859-1", "ascii", ""),
        ("Öl".encode(), "", "utf-8", ""),
        ("Öl".encode(), "UTF8", "utf-8", ""),
        ("Öl".encode(), "ISO-8859-1", "utf-8", "note.encoding"),
        (codecs.BOM_UTF8 + b"x", "", "utf-8-sig", ""),
        ("<Öl/>".encode("utf-16"), "", "utf-16", ""),
        ("<Öl/>".encode("utf-16-le"), "", "utf-16-le", ""),
        ("<Öl/>".encode("utf-16-be"), "", "utf-16-be", ""),
        ("Öl ß".encode("latin-1"), "ISO-8859-1", "iso8859-1", ""),
        ("Öl ß".encode("latin-1"), "", "cp1252", "note.encoding"),
        ("Öl ß".encode("latin-1"), "no-such-charset", "cp1252", "note.encoding"),
        ("工资".encode("gb18030"), "GB18030", "gb18030", ""),
        (b"\x81\x8d \xe4", "", "iso8859-1", "note.encoding"),
        ("äöüß äöüß ".encode() * 9 + b"\xff", "", "utf-8", "file.encoding"),
        (b"a" * (CHUNK - 1) + "Ö".encode(), "", "utf-8", ""),
    ],
)
def test_encoding(data: bytes, declared: str, name: str, code: str) -> None:
    found = sniff(Source.of(data), declared)
    assert (found.name, found.problem.code if found.problem else "") == (name, code)
    assert "".join(text(Source.of(data), found))


def test_a_damaged_byte_costs_one_character() -> None:
    data = "Müller Söhne Größe".encode() + b"\xff"
    assert "".join(text(Source.of(data), sniff(Source.of(data)))) == "Müller Söhne Größe\ufffd"
