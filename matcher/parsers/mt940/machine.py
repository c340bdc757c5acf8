"""A machine over the fields of an MT940 or MT942 file.

A message begins with :20:, its entries are :61: with the :86: that follow. A :61: becomes a row or an error with its line; it is never
passed over.
"""

import re
from collections.abc import Callable

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Problem, Severity
from matcher.parsers.base import Event, ParseOptions
from matcher.parsers.mt940.entry import Entry, transaction
from matcher.parsers.mt940.fields import WrittenBalance, is_whole_sum, written_balance, written_sum
from matcher.parsers.mt940.statements import Message, Statements
from matcher.parsers.mt940.text import CONTROLS, END, Field, Pair

MAX_HELD = 100_000
"""Entries of one message kept while its currency is not yet known."""

_ACCOUNT_CURRENCY = re.compile(r"(?<=[\d/ ])[A-Z]{3}$")
_AFTER_ACCOUNT = frozenset({"28", "28C", "34F", "60", "60F", "60M"})
_BODY = frozenset({"61", "62", "62F", "62M", "64", "65", "90C", "90D"})


class Machine:
    """Takes fields in order and gathers events; the caller takes those away after each field.

    Attributes:
        events: what has been found since the caller last emptied it.
        statements: the statements of the file; their `count` is how many have begun.
    """

    def __init__(self, options: ParseOptions) -> None:
        self.events: list[Event] = []
        self.statements = Statements(self.events, options.account)
        self._currency = options.currency
        self._message: Message | None = None
        self._entry: Entry | None = None
        self._deferred: Field | None = None
        self._dash: Field | None = None
        self._complete = 0
        self._refused = False
        self._last: Field | None = None
        self._handlers: dict[str, Callable[[Field], None]] = {
            "20": self._begin,
            "25": self._account,
            "25P": self._account,
            "28": self._number,
            "28C": self._number,
            "34F": self._floor,
            "13": self._interim,
            "13D": self._interim,
            "60": self._opening,
            "60F": self._opening,
            "60M": self._opening,
            "61": self._line,
            "62": self._closing,
            "62F": self._closing,
            "62M": self._closing,
            "65": self._forward,
            "65F": self._forward,
            "90C": self._sum,
            "90D": self._sum,
        }

    def take(self, field: Field) -> None:
        """One field of the file."""
        tag = field.tag
        self._last = field
        if tag == "61" and self._deferred is None and self._dash is None:
            if self._entry is not None:
                self._close_entry()
            self._line(field)
            return
        if self._deferred is not None:
            self._settle_account(tag)
        if tag == "86" or tag == "NS":
            self._text(field)
        elif tag == END:
            self._end(field)
        elif self._entry is not None and tag in ("25", "25P") and self._dash is None:
            self._deferred = field
        else:
            if self._dash is not None:
                self._settle_dash(tag)
            if self._entry is not None:
                self._close_entry()
            handler = self._handlers.get(tag)
            if handler is not None:
                handler(field)

    def take_pairs(self, pairs: list[Pair]) -> None:
        """Entries in a row, each a :61: with its :86:, behind the last of which another :61: stands."""
        message = self._message
        waits = self._deferred is not None or self._dash is not None
        if waits or message is None or message.closed or message.ended or message.held or not message.currency:
            for line, head, text in pairs:
                self.take(Field("61", line, [head]))
                self.take(Field("86", line + 1, text.split("\n")))
            return
        if self._entry is not None:
            self._close_entry()
        message.entries += len(pairs)
        for line, head, text in pairs:
            self._book(message, Entry(line, [head], [text.split("\n")], "86", f":61:{head}\n:86:{text}"))

    def finish(self, unfinished: bool) -> None:
        """The file is over; `unfinished` says that its last line has no end."""
        if self._deferred is not None:
            self._settle_account("")
        message = self._message
        cut = message is not None and self._is_cut(message, unfinished)
        self._finish_message(cut)
        self.statements.finish()
        if cut:
            where = "before the closing balance" if message is not None and message.expects_balances else "inside a sum"
            text = f"the file ends inside its last message, {where}"
            self._say("file.cut", "fatal", text, self._last.line if self._last else 0)
        if not self.statements.count and not self._refused:
            self._say("file.no_statement", "warning", "no message of the file holds a balance or an entry", 0)

    def _is_cut(self, message: Message, unfinished: bool) -> bool:
        """Whether the file was cut inside its last message, rather than written by a bank that leaves closing balances out.

        It was, when neither balance nor end mark follows and the last line has no end, or the file's other messages do have a closing
        balance. A closing balance that breaks off before its decimal mark is none.
        """
        last_is_closing = self._last is not None and self._last.line == message.closing_line
        if unfinished and last_is_closing and message.closing is not None and not message.closing.finished:
            message.closing = None
        if message.ended or message.closing is not None:
            return False
        if message.expects_balances:
            return unfinished or self._complete > 0
        if unfinished and self._last is not None and self._last.tag in ("90C", "90D") and not is_whole_sum(self._last.lines[0]):
            return True
        if unfinished and not message.sums:
            self._say("note.syntax", "warning", "the report ends inside a line, without an end mark; it may be cut", message.line)
        return False

    def _say(self, code: str, severity: Severity, text: str, line: int) -> None:
        self._refused = self._refused or severity in ("error", "fatal")
        self.events.append(Problem(code, severity, text, line, self.statements.index))

    # fields that begin and head a message

    def _begin(self, field: Field) -> None:
        self._finish_message()
        self._message = Message(field.line)

    def _implied(self, field: Field) -> Message:
        """The message that a field outside any message begins by itself."""
        self._finish_message()
        self._say("note.syntax", "warning", f"a message begins with :{field.tag}:, its :20: is missing", field.line)
        self._message = Message(field.line)
        return self._message

    def _heading(self, field: Field, another: bool) -> Message:
        """The message that a heading field belongs to: the present one, unless that is over or `another` such field stands in it."""
        message = self._message
        if message is None or message.closed or message.ended or another:
            return self._implied(field)
        return message

    def _account(self, field: Field) -> None:
        account = field.lines[0].strip(CONTROLS + " ")
        another = False
        if self._message is not None and self._message.account:
            same = account.startswith(self._message.account) or self._message.account.startswith(account)
            another = self._message.has_body or not same
        message = self._heading(field, another)
        message.account = account
        bank, slash, _ = message.account.partition("/")
        if slash:
            message.bank = bank
        elif field.tag == "25P" and len(field.lines) > 1:
            message.bank = field.lines[1].strip(CONTROLS + " ")

    def _settle_account(self, tag: str) -> None:
        """A :25: after a :61:: another message whose :20: is missing, when a heading goes on; else the entry's text under a wrong tag."""
        field, self._deferred = self._deferred, None
        assert field is not None
        assert self._entry is not None
        if tag in _AFTER_ACCOUNT:
            self._close_entry()
            self._implied(field)
            self._account(field)
        else:
            self._entry.texts.append(field.lines)
            self._say("note.syntax", "warning", "a second :25: stands where the text of an entry belongs; read as that text", field.line)

    def _number(self, field: Field) -> None:
        message = self._message
        message = self._heading(field, message is not None and message.has_body and bool(message.number))
        message.number = field.lines[0].strip(CONTROLS + " ")

    def _interim(self, field: Field) -> None:
        self._heading(field, False).interim = True

    def _floor(self, field: Field) -> None:
        message = self._heading(field, False)
        message.interim = True
        if field.lines[0][:3] in money.SCALE:
            message.currency = message.currency or field.lines[0][:3]

    def _opening(self, field: Field) -> None:
        message = self._message
        message = self._heading(field, message is not None and (message.opening is not None or message.entries > 0))
        message.opening = written_balance(field.lines[0])
        message.opens_page = field.tag == "60M"
        if message.opening is None:
            self._say("note.balance_missing", "warning", "the opening balance is blank or not a balance", field.line)
        else:
            self._take_currency(message, message.opening, field.line)

    def _take_currency(self, message: Message, written: WrittenBalance, line: int) -> None:
        if written.currency in money.SCALE:
            message.currency = message.currency or written.currency
        elif written.currency:
            self._say("currency.unknown", "error", f"{written.currency} is not an ISO 4217 currency code", line)

    # fields of the body

    def _line(self, field: Field) -> None:
        message = self._message
        if message is None:
            message = self._implied(field)
        if (message.closed or message.ended) and not message.late:
            message.late = True
            self._say("note.syntax", "warning", "an entry stands after the closing balance or the end of its message", field.line)
        message.entries += 1
        self._entry = Entry(field.line, field.lines)

    def _text(self, field: Field) -> None:
        entry = self._entry
        if entry is None:
            return
        if self._dash is not None:
            self._settle_dash("61")
        entry.texts.append(field.lines)
        entry.tag = field.tag

    def _end(self, field: Field) -> None:
        if self._message is None:
            return
        self._message.ended = True
        if self._entry is not None and self._dash is None and field.lines[0] == END:
            self._dash = field

    def _settle_dash(self, tag: str) -> None:
        """After a lone '-' behind an entry: when the message goes on, the dash was a line of the entry's text."""
        field, self._dash = self._dash, None
        assert field is not None
        message, entry = self._message, self._entry
        if message is None or entry is None or tag not in _BODY or message.closed:
            return
        message.ended = False
        (entry.texts[-1] if entry.texts else entry.head).extend(field.lines)

    def _closing(self, field: Field) -> None:
        message = self._message
        if message is None:
            message = self._implied(field)
        written = written_balance(field.lines[0])
        if message.closed and written != message.closing:
            self._say("note.syntax", "warning", "the message has a second closing balance; the last one counts", field.line)
        message.closing, message.closing_line, message.closed = written, field.line, True
        message.closes_page = field.tag == "62M"
        message.null_balance = message.null_balance or written is None
        if written is None:
            return
        if not message.currency:
            self._take_currency(message, written, field.line)
        elif not written.currency:
            self._say("note.syntax", "info", f"the closing balance names no currency; taken as {message.currency}", field.line)

    def _forward(self, field: Field) -> None:
        if self._message is not None and written_balance(field.lines[0]) is None:
            self._message.null_balance = True

    def _sum(self, field: Field) -> None:
        written = written_sum(field.lines[0])
        if written is None:
            self._say("note.syntax", "warning", f"the sum in :{field.tag}: cannot be read", field.line)
        if self._message is None or written is None:
            return
        self._message.interim = True
        self._message.sums[field.tag] = written
        self._message.currency = self._message.currency or written.currency

    # ends

    def _close_entry(self) -> None:
        entry, message = self._entry, self._message
        self._entry = None
        if entry is None or message is None:
            return
        if message.currency:
            for earlier in message.held:
                self._book(message, earlier)
            message.held.clear()
            self._book(message, entry)
        elif len(message.held) < MAX_HELD:
            message.held.append(entry)
        else:
            self._say("row.invalid", "error", "this :61: has no currency: no balance before it names one", entry.line)

    def _book(self, message: Message, entry: Entry) -> None:
        try:
            row, line = transaction(entry, message.currency)
        except ValueError as error:
            self._say("row.invalid", "error", f"this :61: cannot be read: {error}", entry.line)
        except MatcherError as error:
            self._say("row.invalid", "error", f"this :61: cannot be read: {error.what}", entry.line)
        else:
            self.statements.add(message, row)
            if line.note:
                self._say("note.date_clamped" if line.clamped else "note.syntax", "warning", line.note, entry.line)

    def _finish_message(self, cut: bool = False) -> None:
        self._dash = None
        if self._entry is not None:
            self._close_entry()
        message, self._message = self._message, None
        if message is None:
            return
        if not message.currency:
            self._settle_currency(message)
        if not message.currency:
            self._refuse(message)
            return
        for entry in message.held:
            self._book(message, entry)
        if not message.started:
            self.statements.begin(message)
        if message.opening is None and message.entries and message.expects_balances:
            self._say("note.balance_missing", "warning", "the message has no opening balance", message.line)
        if message.closing is not None:
            self._complete += 1
        elif message.expects_balances and not cut:
            severity: Severity = "info" if message.null_balance else "warning"
            text = "the message has no closing balance; whether lines are missing cannot be told"
            self._say("note.balance_missing", severity, text, message.line)
        elif not message.expects_balances and not message.sums:
            self._say("statement.unproven", "info", "the report has neither balances nor sums", message.line)
        self.statements.close(message)

    def _refuse(self, message: Message) -> None:
        """A message without any currency: its amounts mean nothing."""
        for entry in message.held:
            self._say("row.invalid", "error", "this :61: has no currency: its message names none", entry.line)
        if message.opening is not None or message.closing is not None:
            self._say("currency.unknown", "error", "the message's balances name no currency", message.line)
        elif not message.held:
            self._say("note.syntax", "info", "the message holds neither balances nor entries", message.line)

    def _settle_currency(self, message: Message) -> None:
        """The currency of a message whose balances name none: the account number may end with it, else the caller's."""
        suffix = _ACCOUNT_CURRENCY.search(message.account)
        if suffix and suffix.group() in money.SCALE:
            message.currency = suffix.group()
            self._say("note.syntax", "info", f"no balance names a currency; the account's {message.currency} was taken", message.line)
        elif self._currency in money.SCALE:
            message.currency = self._currency
