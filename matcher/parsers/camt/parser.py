"""Statements in ISO 20022 camt.052, camt.053 and camt.054, versions 001.01 to 001.14, alone or several in a ZIP archive.

Elements are recognised by their local names, with any namespace or none. The message's structure is in `statement`, its
entries in `rows`; this module finds the messages in a file.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from matcher.errors import MatcherError
from matcher.model import FileInfo, Problem
from matcher.parsers import archive
from matcher.parsers.base import Event, ParseOptions, Source
from matcher.parsers.camt.rows import EntryReader
from matcher.parsers.camt.statement import HEADERS, Node, Statement
from matcher.parsers.camt.xml_blocks import Block, Blocks, End, Start
from matcher.parsers.charset import sniff, text

_MESSAGES = {"BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}
_STATEMENTS = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
_MAX_NODES = 100_000
_MEMBERS_TRIED = 100
_PREFIX = r"(?:[\w.\-]+:)?"
_MESSAGE = re.compile(rf"<{_PREFIX}({'|'.join(_MESSAGES)})(?:V\d\d)?[\s/>]")
_NAMESPACE = re.compile(r"xmlns(?::[\w.\-]+)?\s*=\s*[\"'][^\"']*(camt\.05[234])(\.\d{3}\.\d{2})[\"']")
_DECLARED = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.\-]+)")


def format_of(head: bytes) -> str:
    """The message's id, such as ``camt.053.001.08``, from the first bytes of a file; without a namespace ``camt.053``; else ''."""
    legible = _legible(head).lstrip("\ufeff \t\r\n")
    if not legible.startswith("<"):
        return ""
    namespaces = {match[1]: match[1] + match[2] for match in _NAMESPACE.finditer(legible)}
    message = _MESSAGE.search(legible)
    if message:
        kind = _MESSAGES[message[1]]
        return namespaces.get(kind, kind)
    return next(iter(namespaces.values()), "")


def _legible(head: bytes) -> str:
    """The first bytes as text good enough to look for ASCII words."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[:2] in (b"<\0", b"\0<"):
        return head.replace(b"\0", b"").decode("latin-1")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


class CamtParser:
    """Reads camt files."""

    name = "camt"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """The message's id; of an archive that of its first camt file."""
        if not head.startswith(archive.MAGIC):
            return format_of(head)
        try:
            formats = (format_of(member.head()) for member in archive.members(source)[:_MEMBERS_TRIED])
            return next(filter(None, formats), "")
        except MatcherError:
            return ""

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The statements of a file; the files of an archive are read in turn and their statements numbered on."""
        reading = _Reading(options)
        zipped = source.head(4).startswith(archive.MAGIC)
        yield from reading.unpacked(source) if zipped else reading.document(source)
        if not reading.failed and not reading.statements:
            yield Problem("file.no_statement", "fatal", "the message holds no statement, report or notification")


class _Reading:
    """Reads the documents of one file.

    Attributes:
        statements: how many were found.
        failed: a fatal problem was told.
    """

    def __init__(self, options: ParseOptions) -> None:
        self.statements = 0
        self.failed = False
        self._options = options
        self._numbers = count()
        self._entries = EntryReader()
        self._informed = False

    def unpacked(self, source: Source) -> Iterator[Event]:
        """All camt files of an archive; other files in it are named and left out."""
        try:
            members = archive.members(source)
            for member in members:
                archive.refuse_nested(member)
                if format_of(member.head()):
                    yield from self.document(member, f"{member.name[:60]}: ")
                else:
                    message = f"{member.name[:60]!r} in the archive is not a camt message and was not read"
                    yield Problem("file.unknown", "warning", message)
        except MatcherError as error:
            yield self._fatal(error, "", 0)

    def document(self, source: Source, within: str = "") -> Iterator[Event]:
        """One XML file. `within` names it in messages when it is part of an archive."""
        blocks = None
        try:
            head = source.head()
            declared = _DECLARED.search(_legible(head))
            charset = sniff(source, declared[1] if declared else "")
            if not self._informed:
                self._informed = True
                yield FileInfo(format_of(head) or "camt", charset.name)
            if charset.problem:
                yield replace(charset.problem, message=within + charset.problem.message)
            blocks = Blocks(text(source, charset), "Ntry")
            yield from self._tokens(blocks, within)
        except MatcherError as error:
            yield self._fatal(error, within, blocks.line if blocks else 0)

    def _fatal(self, error: MatcherError, within: str, line: int) -> Problem:
        self.failed = True
        return Problem(error.code, "fatal", within + error.what, line)

    def _tokens(self, blocks: Blocks, within: str) -> Iterator[Event]:
        """Follows the document down to its statements; `nodes` are the open elements of a header that is being kept."""
        group = Node("GrpHdr")
        statement: Statement | None = None
        nodes: list[Node] = []
        depth = level = size = 0
        for token in blocks:
            if isinstance(token, Block):
                if statement is None:
                    yield Problem("row.invalid", "error", "an entry stands outside of any statement", token.line)
                    continue
                try:
                    events = statement.entry(token.source, token.line)
                except MatcherError as error:
                    yield self._fatal(error, within, token.line)
                    return
                yield from events
            elif isinstance(token, Start):
                depth += 1
                name = token.name
                if nodes:
                    size += 1
                    if size > _MAX_NODES:
                        raise MatcherError("file.too_large", f"the header element <{nodes[0].name}> is too large")
                    nodes[-1].children.append(Node(name, token.attributes))
                    nodes.append(nodes[-1].children[-1])
                elif statement is not None:
                    if depth == level + 1 and name in HEADERS:
                        nodes, size = [Node(name, token.attributes)], 0
                elif name in _STATEMENTS:
                    level = depth
                    self.statements += 1
                    statement = Statement(_STATEMENTS[name], group, self._numbers, self._entries, self._options, token.line)
                elif name == "GrpHdr":
                    group = Node(name)
                    nodes, size = [group], 0
            elif isinstance(token, End):
                depth -= 1
                if nodes:
                    node = nodes.pop()
                    if not nodes and statement is not None:
                        statement.header(node)
                elif statement is not None and depth < level:
                    yield from statement.end()
                    statement = None
            elif nodes:
                nodes[-1].text += token.text


PARSER = CamtParser()
