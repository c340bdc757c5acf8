"""Characters that show nothing or steer a screen: which they are, how they are shown, and what of it an id may hold."""

import json
import unicodedata

import pytest

from matcher.characters import identifier_fault, in_json, text_fault, visible
from matcher.errors import MatcherError

HIDDEN = (
    *map(chr, range(0x20)), "\x7f", "\x80", "\x9b", "\x9d", "\x9f", "\xad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200c",
    "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u206f", "\u3164", "\ufe0f",
    "\ufeff", "\ufff9", "\ufffb", "\U000e0001", "\U000e0041", "\U000e007f", "\ud800", "\udcff",
)  # fmt: skip
SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters that show a sign of their own."""


@pytest.mark.parametrize("character", HIDDEN, ids=ascii)
def test_what_shows_nothing_is_shown_by_its_number(character: str) -> None:
    shown = visible(f"a{character}b")
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.encode().decode("unicode_escape").encode("utf-16", "surrogatepass") == f"a{character}b".encode("utf-16", "surrogatepass")
    assert visible(shown) == shown
    for fault in (text_fault, identifier_fault):
        assert f"U+{ord(character):04X}" in fault(f"a{character}b")


def test_every_control_and_format_character_is_one_of_them() -> None:
    steering = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - set(SIGNS)
    assert {c for c in steering if visible(c) == c} == set()


@pytest.mark.parametrize(
    "text", ["", "Domkapitel Erlenstein", "Zoë & Søn, 50 %", "华信贸易有限公司", "تجارة", "नमस्ते", "🎻", SIGNS, "C:\\new", "a=b;c|d"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert text_fault(text) == ""
    assert in_json(json.dumps(text, ensure_ascii=False)) == json.dumps(text, ensure_ascii=False)


def test_lines_of_a_text_stay_lines_where_they_may() -> None:
    assert visible("a\r\n\tb\x1b\n", lines=True) == "a\\r\n\tb\\x1b\n"
    assert visible("a\n\tb") == "a\\n\\tb"


@pytest.mark.parametrize("character", HIDDEN, ids=ascii)
def test_json_says_the_same_and_holds_none_of_them(character: str) -> None:
    value = {"text": f"a{character}b"}
    text = in_json(json.dumps(value, ensure_ascii=False))
    assert text.isprintable()
    assert json.loads(text) == value


@pytest.mark.parametrize("text", ["1", "AR-5001", "RE 2026/0815", "a=b,c;d|e", "Sé", "客户一号", "C:\\anna", "Anna Müller", "한국"])
def test_an_id_may_hold_any_sign(text: str) -> None:
    assert identifier_fault(text) == ""


@pytest.mark.parametrize("text", ["Se\u0301", "\u212b", "\u1112\u1161\u11ab"], ids=ascii)
def test_an_id_has_one_form(text: str) -> None:
    assert "normal form" in identifier_fault(text)


@pytest.mark.parametrize("text", ["", " ", " a", "a ", "a\u00a0b", "\u2003a", "a\u3000b", "a\u202fb", "a\u1680b"], ids=ascii)
def test_an_id_has_plain_spaces_inside_only(text: str) -> None:
    assert identifier_fault(text)


def test_an_error_is_one_line_that_steers_no_screen() -> None:
    said = str(MatcherError("row.invalid", "a\nb \x1b[2J\u202e", "odd\n\x1b]0;x\x07  name.csv:3"))
    assert said.startswith("row.invalid: odd\\n\\x1b]0;x\\x07  name.csv:3: a b \\x1b[2J\\u202e. ")
