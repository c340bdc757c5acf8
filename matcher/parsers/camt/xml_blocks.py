"""Reads XML as a stream of tags and text, and hands out one kind of element whole, as source text.

A statement of a million entries is a small document with a million blocks in it. This reader follows the small document tag by
tag, checks that it is well-formed, and cuts the blocks out without looking inside, which is what makes it fast. It resolves
nothing: a document type declaration or an entity definition ends the reading (XML 1.0, sections 2.8 and 4.1, are where the
attacks live), and of references only the five predefined ones and character numbers are understood.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.errors import MatcherError

MAX_BLOCK = 256 << 20
"""Longest element handed out whole, and longest single piece of markup or text, in characters."""
MAX_DEPTH = 100
_MAX_TAG = 4_096
"""How far a '>' inside quotes is looked past."""

NAME = r"[^\s<>/=\"'!?&]+"
_START = re.compile(rf"<({NAME})((?:\s+{NAME}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>")
_END = re.compile(rf"</({NAME})\s*>")
_ATTRIBUTE = re.compile(rf"({NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ASIDE = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?.*?\?>", re.DOTALL)
_REFERENCE = re.compile(r"&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot|apos);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SECTIONS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_SECTION = re.compile(r"<!--|<!\[CDATA\[|<\?")


class Start(NamedTuple):
    """A start tag; `attributes` by local name. A self-closing tag is followed by its `End`."""

    name: str
    attributes: dict[str, str]
    line: int


class End(NamedTuple):
    """An end tag."""

    name: str
    line: int


class Text(NamedTuple):
    """Character data outside blocks, references resolved."""

    text: str


class Block(NamedTuple):
    """A wanted element whole, from its start tag to its end tag, as it stands in the source."""

    source: str
    line: int


Token = Start | End | Text | Block


def local(name: str) -> str:
    """A name without its namespace prefix."""
    return name.rpartition(":")[2]


def attributes(text: str) -> dict[str, str]:
    """Attributes of a start tag by local name; namespace declarations keep their ``xmlns`` name."""
    values = {}
    for name, double, single in _ATTRIBUTE.findall(text):
        values[name if name.startswith("xmlns") else local(name)] = unescape(double or single)
    return values


def unescape(text: str) -> str:
    """Resolves predefined and numeric references once; anything else after an ampersand stays as written."""
    return _REFERENCE.sub(_resolve, text) if "&" in text else text


def _resolve(match: re.Match[str]) -> str:
    body = match[1]
    if body[0] != "#":
        return _NAMED[body]
    code = int(body[2:], 16) if body[1] == "x" else int(body[1:])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def without_asides(block: str) -> str:
    """A block without comments and processing instructions, and with CDATA sections as escaped text.

    Raises:
        MatcherError: ``file.hostile`` or ``file.malformed`` when other markup declarations are in it.
    """
    if "<!" not in block and "<?" not in block:
        return block
    plain = _ASIDE.sub(lambda m: (m[1] or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), block)
    if "<!" in plain or "<?" in plain:
        raise _declaration(plain[plain.find("<!") :] if "<!" in plain else plain[plain.find("<?") :])
    return plain


def _declaration(markup: str) -> MatcherError:
    if markup.startswith(("<!DOCTYPE", "<!ENTITY")):
        return MatcherError("file.hostile", "the file holds a document type or entity definition, which is never followed")
    return MatcherError("file.malformed", "the file holds markup that is not XML")


class Blocks:
    """Iterates over the tokens of a text that comes in pieces.

    Args:
        pieces: the text; outside the root element there may only be blanks.
        wanted: local name of the elements to hand out whole.

    After an error `line` is the place. Several documents one after the other are read in turn.
    """

    def __init__(self, pieces: Iterator[str], wanted: str) -> None:
        self.line = 1
        self._pieces = pieces
        self._wanted = wanted
        self._buffer = ""
        self._at = 0
        self._unmarked = 0
        self._stack: list[str] = []

    def __iter__(self) -> Iterator[Token]:
        """Tokens in order.

        Raises:
            MatcherError: ``file.cut`` when the text ends inside an element, ``file.malformed`` when it is not well-formed,
                ``file.hostile`` for declarations, ``file.too_large`` beyond `MAX_BLOCK`.
        """
        opening, name = "", ""
        while True:
            to_markup = self._find("<", 0)
            if to_markup != 0:
                text = self._take(to_markup if to_markup > 0 else len(self._buffer) - self._at)
                yield from self._text(text)
            if to_markup < 0:
                break
            if opening and self._buffer.startswith(opening, self._at):
                yield from self._plain_blocks(opening, name)
                continue
            aside = self._aside()
            if aside is not None:
                yield from self._text(aside)
                continue
            tag = self._tag()
            match = _START.fullmatch(tag)
            if match and local(match[1]) == self._wanted:
                if match[3]:
                    yield Block(self._take(len(tag)), self.line)
                    continue
                name = match[1]
                opening = f"<{name}>"
                yield self._block(name)
            else:
                yield from self._plain_tag(tag, match)
        if self._stack:
            raise MatcherError("file.cut", f"the file ends inside <{self._stack[-1][:40]}>")

    def _plain_tag(self, tag: str, match: re.Match[str] | None) -> Iterator[Token]:
        line = self.line
        if match:
            if len(self._stack) == MAX_DEPTH:
                raise MatcherError("file.malformed", f"elements are nested deeper than {MAX_DEPTH}")
            self._take(len(tag))
            yield Start(local(match[1]), attributes(match[2]), line)
            if match[3]:
                yield End(local(match[1]), line)
            else:
                self._stack.append(match[1])
            return
        end = _END.fullmatch(tag)
        if not end or not self._stack or self._stack[-1] != end[1]:
            raise MatcherError("file.malformed", f"{tag[:40]!r} does not fit the element that is open")
        self._take(len(tag))
        self._stack.pop()
        yield End(local(end[1]), line)

    def _text(self, text: str) -> Iterator[Token]:
        if not text or text.isspace():
            return
        if self._stack:
            yield Text(unescape(text))
        elif text.strip(" \t\r\n\0\x1a\ufeff"):
            raise MatcherError("file.malformed", "there is text outside of the XML document")

    def _aside(self) -> str | None:
        """Takes a comment, processing instruction or CDATA section: its text, None when the markup ahead is a tag."""
        while len(self._buffer) - self._at < 9 and self._grow():
            pass
        for first, last in _SECTIONS.items():
            if self._buffer.startswith(first, self._at):
                end = self._find(last, len(first))
                if end < 0:
                    raise MatcherError("file.cut", f"the file ends inside {first}")
                section = self._take(end + len(last))
                return section[len(first) : -len(last)] if first == "<![CDATA[" else ""
        if self._buffer.startswith("<!", self._at):
            raise _declaration(self._buffer[self._at : self._at + 9])
        return None

    def _tag(self) -> str:
        """The tag ahead, not yet taken. An attribute may hold a '>'."""
        end = self._find(">", 1)
        while end > 0:
            tag = self._buffer[self._at : self._at + end + 1]
            if (tag.count('"') % 2 == 0 and tag.count("'") % 2 == 0) or _START.fullmatch(tag) or len(tag) > _MAX_TAG:
                return tag
            end = self._find(">", end + 1)
        raise MatcherError("file.cut", "the file ends inside a tag")

    def _plain_blocks(self, opening: str, name: str) -> Iterator[Block]:
        """Takes the wanted elements that follow each other in the buffer, at least one."""
        buffer, closing = self._buffer, f"</{name}>"
        while True:
            if self._at >= self._unmarked:
                self._unmarked = self._next_mark(name)
            end = buffer.find(closing, self._at, self._unmarked)
            if end < 0:
                yield self._block(name)
                return
            block, line = buffer[self._at : end + len(closing)], self.line
            self._at = end + len(closing)
            self.line += block.count("\n")
            yield Block(block, line)
            following = buffer.find("<", self._at)
            between = buffer[self._at : following]
            if following < 0 or not buffer.startswith(opening, following) or not (between == "" or between.isspace()):
                return
            self._at = following
            self.line += between.count("\n")

    def _next_mark(self, name: str) -> int:
        """Up to where the buffer holds no comment, no section and no unusual end tag of the wanted element."""
        buffer, limit = self._buffer, len(self._buffer)
        for mark in "!?":
            # one character is found several times faster than two
            place = buffer.find(mark, self._at, limit)
            limit = place if place >= 0 else limit
        unusual = re.compile(rf"</{re.escape(name)}\s").search(buffer, self._at, limit)
        return unusual.start() if unusual else limit

    def _block(self, name: str) -> Block:
        """Takes the wanted element whose start tag is ahead."""
        closing, searched, checked = f"</{name}", 1, 0
        while True:
            end = self._find(closing, searched)
            if end < 0:
                raise MatcherError("file.cut", f"the file ends inside <{name[:40]}>")
            searched = end + len(closing)
            stop = self._find(">", searched)
            if stop < 0:
                raise MatcherError("file.cut", f"the file ends inside <{name[:40]}>")
            if stop > searched and self._buffer[self._at + searched : self._at + stop].strip():
                # the end of an element whose name only begins alike
                continue
            past = self._past_aside(checked, end)
            if not past:
                line = self.line
                return Block(self._take(stop + 1), line)
            searched = checked = past

    def _past_aside(self, start: int, end: int) -> int:
        """Where to look on when what was found at `end` lies inside a comment or CDATA section, else 0; offsets from here."""
        while True:
            here, stop = self._at + start, self._at + end
            # one character is found several times faster than two
            if self._buffer.find("!", here, stop) < 0 and self._buffer.find("?", here, stop) < 0:
                return 0
            section = _SECTION.search(self._buffer, here, stop)
            if section is None:
                return 0
            last = _SECTIONS[section[0]]
            closed = self._find(last, section.end() - self._at)
            if closed < 0:
                raise MatcherError("file.cut", f"the file ends inside {section[0]}")
            if closed > end:
                return closed + len(last)
            start = closed + len(last)

    def _find(self, needle: str, offset: int) -> int:
        """Offset from here of the next `needle` at or after `offset`; -1 when the text ends before."""
        while True:
            place = self._buffer.find(needle, self._at + offset)
            if place >= 0:
                return place - self._at
            offset = max(offset, len(self._buffer) - self._at - len(needle) + 1)
            if not self._grow():
                return -1

    def _take(self, length: int) -> str:
        taken = self._buffer[self._at : self._at + length]
        self._at += length
        self.line += taken.count("\n")
        return taken

    def _grow(self) -> bool:
        """Adds at least as much text as is still unread, so that a long block is not copied again and again."""
        unread = self._buffer[self._at :]
        if len(unread) > MAX_BLOCK:
            raise MatcherError("file.too_large", f"one element is longer than {MAX_BLOCK >> 20} million characters")
        parts, added = [unread], 0
        for piece in self._pieces:
            parts.append(piece)
            added += len(piece)
            if added > len(unread):
                break
        self._buffer, self._at, self._unmarked = "".join(parts), 0, 0
        return added > 0
