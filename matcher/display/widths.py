"""Texts on a page of fixed width: how wide they are, where they are cut, how they go on in further lines.

A Chinese character takes two columns of a page, a combining mark none.
"""

from collections.abc import Sequence


def width(text: str) -> int:
    """Columns of a page that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def widest(texts: Sequence[str]) -> int:
    """Columns that the widest of the texts takes."""
    return max(map(width, texts), default=0)


def cut(text: str, columns: int, mark: str = "…") -> str:
    """The text, or as much of it as fits with a mark directly behind its last character."""
    if width(text) <= columns:
        return text
    return _beginning(text, columns - width(mark)).rstrip() + mark


def _beginning(text: str, columns: int) -> str:
    kept = text[: max(columns, 0)]  # no character that can be seen takes less than one column; marks are lost at most
    while width(kept) > columns:
        kept = kept[:-1]
    return kept


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled with blanks to a width, aligned to the left, or to the right."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines, broken between words and between Chinese characters; only a word that fills a line is broken itself."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while width(line.rstrip()) > columns:
            first = _beginning(line, columns) or line[0]
            lines.append(first)
            line = line[len(first) :]
    return [*lines, line.rstrip()] if line.rstrip() or not lines else lines


_NEVER_FIRST = "，。；：！？、）》」』】”’"
"""Chinese punctuation that does not begin a line."""


def _pieces(text: str) -> list[str]:
    """Words with the blanks behind them; a wide character is a word of its own."""
    pieces = [""]
    for character in text:
        after_blank = pieces[-1][-1:] == " " and character not in " %"  # a number and its sign stay together
        if character in _NEVER_FIRST and pieces[-1]:
            pieces[-1] += character
            continue
        if pieces[-1] and character != " " and (after_blank or width(character) > 1 or width(pieces[-1][-1]) > 1):
            pieces.append("")
        pieces[-1] += character
    return pieces
