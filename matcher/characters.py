"""Characters that a reader does not see, and that may steer a screen: control characters, direction marks, signs of no width.

A payer can write anything into a transfer, and a terminal obeys some of it: colours, a new title, a cleared page, text that runs
backwards. Texts are kept as they came; what is shown to a person is made `visible` first, and an id may hold none of it.
"""

import re
import unicodedata

RANGES = (
    (0x00, 0x1F), (0x7F, 0x9F),  # control characters: C0, DEL, C1
    (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F),  # of no width, and direction marks
    (0x2028, 0x202E),  # line and paragraph separators, direction embeddings and overrides
    (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # halves of a pair: bytes that are no text
    (0xE000, 0xF8FF), (0xFDD0, 0xFDEF),  # of private use, and never used: every screen shows something else
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags, and further variation selectors
)  # fmt: skip
"""First and last code point of what counts as hidden: Unicode's control, default-ignorable, private and blank characters."""

_HIDDEN = re.compile("[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES) + "]")
_BUT_LINES = re.compile(f"(?![\\n\\t]){_HIDDEN.pattern}")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, *, lines: bool = False) -> str:
    r"""The text with every hidden character as its number, such as ``\x1b`` or ``\u202e``. With `lines`, line feeds and tabs stay."""
    return (_BUT_LINES if lines else _HIDDEN).sub(_escaped, text)


def in_json(text: str) -> str:
    """JSON text that means the same with every hidden character as an escape; they stand nowhere but in its strings."""
    return _BUT_LINES.sub(_json_escape, text)


def text_fault(text: str) -> str:
    """What is wrong with a text that a person types, as the end of a sentence about it; '' when nothing is."""
    match = _HIDDEN.search(text)
    return f"holds the hidden character U+{ord(match[0]):04X}" if match else ""


def identifier_fault(text: str) -> str:
    """What is wrong with an id, as the end of a sentence about it; '' when nothing is. Two ids that look alike must be alike."""
    if fault := text_fault(text):
        return fault
    if not text.strip():
        return "is blank"
    if odd := next((c for c in text if c.isspace() and c != " "), ""):
        return f"holds the space U+{ord(odd):04X} in place of an ordinary one"
    if text != text.strip():
        return "begins or ends with a space"
    return "" if unicodedata.is_normalized("NFC", text) else "is not in Unicode normal form C"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT.get(match[0]) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
