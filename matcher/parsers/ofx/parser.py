"""OFX, QFX and QBO statement files: OFX 1.x (SGML) and OFX 2.x (XML), read by one state machine over one tokenizer.

A file holds any number of statements (STMTRS, CCSTMTRS, INVSTMTRS), often several of one account. OFX states a closing balance
(LEDGERBAL) and no opening one, so the balance equation cannot be told from one file. Of investment statements the bank
transactions are read (INVBANKTRAN); trades and income of securities are counted and named.
"""

from collections.abc import Iterable, Iterator

from matcher.model import FileInfo, Problem, Severity
from matcher.parsers.base import Event, ParseOptions, Source
from matcher.parsers.ofx.elements import AFTER_TRANSACTION, AGGREGATES, FREE_TEXT, LISTS, SECURITIES, STATEMENTS, STRAY, WITHOUT_STATEMENT
from matcher.parsers.ofx.fields import clean, unescape
from matcher.parsers.ofx.statement import OpenStatement, Status
from matcher.parsers.ofx.text import Survey, decoded, looks_like_ofx, survey
from matcher.parsers.ofx.tokens import Kind, Scanner, Token, TokenTooLongError

_TRANSACTION = "<STMTTRN>"
_TEXTS = (Kind.TEXT, Kind.LITERAL, Kind.DOUBTFUL_TAG)
_MAX_TEXT = 65_536
"""Characters of a leaf outside transactions that are kept; no field read here is longer."""


class _Reader:
    """Folds tokens into events."""

    def __init__(self, seen: Survey, options: ParseOptions) -> None:
        self._survey = seen
        self._options = options
        self._out: list[Event] = []
        self._stack: list[str] = []
        self._leaf = ""
        self._leaf_line = 0
        self._text = ""
        self._statement: OpenStatement | None = None
        self._count = 0
        self._organisation = ""
        self._status = Status(0)
        self._failed: list[Status] = []
        self._instead: set[str] = set()
        self._transactions = 0
        self._ended = False
        self._unfinished = False
        self._cut_line = 0
        self._astray = False
        self._bare = True

    def read(self, tokens: Iterable[Token]) -> Iterator[Event]:
        """All events of the file after `FileInfo`."""
        for token in tokens:
            kind = token.kind
            if kind is Kind.BLOCK or kind is Kind.RUN:
                self._transaction(token)
            elif kind is Kind.OPEN:
                self._opens(token)
            elif kind is Kind.CLOSE:
                self._closes(token.name)
            elif kind in _TEXTS:
                self._reads(token)
            elif kind is Kind.BROKEN_BLOCK:
                self._broken(token)
            elif kind is Kind.ENTITY:
                yield Problem("file.hostile", "fatal", "the file defines entities, which are never followed", token.line)
                return
            else:
                self._aside(token)
            if self._out:
                yield from self._out
                self._out.clear()
        yield from self._end_of_file()

    # structure

    def _opens(self, token: Token) -> None:
        self._leaf_ends()
        name = token.name
        if name in WITHOUT_STATEMENT:
            self._instead.add(name)
        if name not in AGGREGATES:
            if name in SECURITIES and self._statement and "INVTRANLIST" in self._stack:
                self._statement.securities[name] += 1
            if not token.text.endswith("/>"):
                self._leaf, self._leaf_line, self._text = name, token.line, ""
            return
        if name in self._stack:  # none of them stands inside itself, so the one before it has lost its end tag
            self._unfinished = self._unfinished or name == "OFX"
            self._pop(name)
        if name in STATEMENTS:
            self._statement_ends()
            self._statement = self._new_statement(name, token.line)
        elif name == "STATUS":
            self._status = Status(token.line)
        elif name == "LEDGERBAL" and self._statement:
            self._statement.has_balance(token.line)
        self._ended = False
        self._bare = self._bare and name != "OFX"
        if self._bare and not self._statement and name in LISTS:
            self._statement = self._new_statement("", token.line)
        self._stack.append(name)
        if token.text.endswith("/>"):
            self._closes(name)

    def _closes(self, name: str) -> None:
        self._leaf_ends()
        if name == "STMTTRN":
            self._astray = False
        if name in STATEMENTS and name not in self._stack:
            # some banks close CCSTMTRS with </STMTRS>
            name = next((open_name for open_name in reversed(self._stack) if open_name in STATEMENTS), name)
        elif name == "OFX":
            self._ended = True
            self._statement_ends()
        if name in self._stack:
            self._pop(name)

    def _pop(self, name: str) -> None:
        """Ends the innermost elements up to and with that of a name."""
        popped = ""
        while popped != name:
            popped = self._stack.pop()
            if popped in STATEMENTS:
                self._statement_ends()
            elif popped == "STATUS" and self._status.failed:
                self._failed.append(self._status)

    def _reads(self, token: Token) -> None:
        """Text, or what may be text."""
        if token.kind is Kind.DOUBTFUL_TAG and self._leaf not in FREE_TEXT:
            self._leaf_ends()
        elif self._leaf and len(self._text) < _MAX_TEXT:
            self._text += token.text if token.kind is Kind.LITERAL else unescape(token.text)
        if count := token.text.count(_TRANSACTION):
            self._transactions += count
            self._say("row.invalid", "error", "a CDATA section holds transactions", token.line)

    def _leaf_ends(self) -> None:
        if not self._leaf:
            return
        name, text = self._leaf, clean(self._text)
        self._leaf = self._text = ""
        parent = self._stack[-1] if self._stack else ""
        if parent == "STATUS":
            self._status.take(name, text)
        elif parent == "FI" and name == "ORG":
            self._organisation = text
        elif name in STRAY and parent in ("BANKTRANLIST", "INVBANKTRAN"):
            self._stray()
        elif self._statement:
            self._statement.take(parent, name, text, self._leaf_line)

    def _stray(self) -> None:
        """An entry without its opening tag: told once, where its first element stands."""
        if self._astray:
            return
        self._astray = True
        ordinal = self._statement.ordinal if self._statement else None
        message = "an entry has lost its opening tag <STMTTRN> and cannot be told from its neighbours"
        self._out.append(Problem("row.invalid", "error", message, self._leaf_line, ordinal))

    def _new_statement(self, element: str, line: int) -> OpenStatement:
        self._count += 1
        return OpenStatement(self._count - 1, element, line, self._organisation, self._survey, self._options, self._out)

    def _statement_ends(self) -> None:
        if self._statement:
            self._statement.end()
            self._statement = None

    # transactions

    def _transaction(self, token: Token) -> None:
        self._leaf_ends()
        if self._statement is None:
            self._say("note.syntax", "warning", "a transaction stands outside any statement", token.line)
            self._statement = self._new_statement("", token.line)
        if token.leaves is None:
            self._statement.add(token.text, token.line, token.name == "STMTTRNP")
            self._transactions += token.text.count(_TRANSACTION)
        else:
            self._statement.add_run(token.leaves, token.line)
            self._transactions += token.leaves.height
        self._ended = False

    def _broken(self, token: Token) -> None:
        """A transaction without its end tag: what else is missing with it nobody can know, so it is not booked."""
        self._leaf_ends()
        self._transactions += token.text.count(_TRANSACTION)
        if self._statement:
            self._statement.start()
        if token.name not in AFTER_TRANSACTION:
            self._cut_line = self._cut_line or token.line
        message = "the transaction has no end tag; it and what followed it may be incomplete"
        ordinal = self._statement.ordinal if self._statement else None
        self._out.append(Problem("row.invalid", "error", message, token.line, ordinal))

    def _aside(self, token: Token) -> None:
        self._unfinished = self._unfinished or token.kind is Kind.UNENDED
        if count := token.text.count(_TRANSACTION):
            self._transactions += count
            self._say("note.syntax", "warning", f"transactions in a comment, left out as it says: {count}", token.line)

    def _say(self, code: str, severity: Severity, message: str, line: int = 0) -> None:
        self._out.append(Problem(code, severity, message, line))

    # the end

    def _end_of_file(self) -> Iterator[Event]:
        self._leaf_ends()
        if self._survey.short_order:
            self._say("note.syntax", "info", f"dates of six digits, read in the order {self._survey.short_order}")
        whole = self._ended or (self._bare and self._count > 0 and not self._stack)
        complete = whole and not self._unfinished
        if complete and self._bare:
            self._say("note.syntax", "warning", "the file is a piece of an OFX file: there is no <OFX> around it")
        if complete:
            self._statement_ends()
        elif self._statement:
            self._statement.start()
            self._statement.flush()
        self._out += [status.problem(beside_statement=self._count > 0) for status in self._failed]
        if self._cut_line:
            self._say("file.cut", "fatal", "a transaction breaks off, and with it a part of the file", self._cut_line)
        elif not complete:
            self._say("file.cut", "fatal", "the file ends without </OFX>; transactions may be missing")
        elif self._transactions != self._survey.transactions:
            message = f"the text holds {self._survey.transactions} transactions, {self._transactions} were met while reading"
            self._say("file.malformed", "fatal", message)
        elif not self._count:
            inside = sorted({WITHOUT_STATEMENT[name] for name in self._instead})
            self._say("file.no_statement", "info", f"the file holds {' and '.join(inside) or 'nothing'}, no statement")
        yield from self._out


class _OfxParser:
    """OFX 1.x and 2.x."""

    name = "ofx"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        """``ofx1`` or ``ofx2``, by the header or the OFX element."""
        return looks_like_ofx(head)

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        """The file's statements; see `matcher.parsers.base`."""
        seen = survey(source)
        yield FileInfo(seen.format, seen.encoding)
        yield from seen.problems
        tokens = Scanner(decoded(source, seen.codec, seen.errors), seen.newline, in_runs=True)
        try:
            yield from _Reader(seen, options).read(tokens)
        except TokenTooLongError as error:
            yield Problem("file.too_large", "fatal", "a transaction or comment never ends, or is longer than a megabyte", error.line)


PARSER = _OfxParser()
