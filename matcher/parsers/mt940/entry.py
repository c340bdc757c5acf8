"""One entry of an MT940 message, :61: with its :86:, as a transaction."""

from dataclasses import dataclass, field

from matcher import money
from matcher.model import Transaction
from matcher.parsers.mt940 import freetext
from matcher.parsers.mt940.codes import kind_of_type
from matcher.parsers.mt940.details import CODE_WORDS, Details, code_words, party_lines, squeezed, supplementary, unwrapped
from matcher.parsers.mt940.fields import StatementLine, statement_line
from matcher.parsers.mt940.german import GERMAN, german

_new = tuple.__new__
"""Makes a record of its 27 fields in half the time of a call of its class."""


@dataclass(slots=True)
class Entry:
    """The lines of a :61: and of each :86: (or NS) after it, without their tags; `line` is the :61:'s, from 1.

    `written` is the entry as it stands in the file, where that is at hand.
    """

    line: int
    head: list[str]
    texts: list[list[str]] = field(default_factory=list)
    tag: str = "86"
    written: str = ""

    def raw(self) -> str:
        """The entry as written."""
        if self.written:
            return self.written
        if len(self.head) == len(self.texts) == 1:
            return f":61:{self.head[0]}\n:{self.tag}:" + "\n".join(self.texts[0])
        parts = [":61:" + "\n".join(self.head)]
        parts += [f":{self.tag}:" + "\n".join(text) for text in self.texts]
        return "\n".join(parts)

    def text(self) -> list[str]:
        """The lines of all its :86: fields from the first that is not empty, an empty one between two fields."""
        lines = self.texts[0] if len(self.texts) == 1 else [line for text in self.texts for line in ("", *text)]
        if lines and lines[0][:1].isalnum():
            return lines
        start = 0
        while start < len(lines) and not lines[start].strip():
            start += 1
        return lines[start:] if start else lines


def transaction(entry: Entry, currency: str) -> tuple[Transaction, StatementLine]:
    """The entry as a transaction, and its :61: as read.

    Raises:
        ValueError: the :61: lacks what a booking needs; the message says what.
        MatcherError: ``amount.range``.
    """
    line = statement_line(entry.head[0] or "".join(entry.head[:2]))
    minor, exact = money.parse_exact(line.amount, currency)
    details = _details(entry, line, currency)
    if line.sign < 0:
        minor = -minor
        exact = exact and "-" + exact
    row = _new(
        Transaction,
        (
            line.booking_date,
            minor,
            currency,
            line.value_date,
            line.bank_reference,
            details.name,
            details.account if details.account.strip("0") else "",
            details.bank,
            details.text,
            details.creditor_reference,
            details.end_to_end_id or ("" if details.reference_is_account else line.reference),
            details.mandate_id,
            details.code or line.code,
            details.kind or kind_of_type(line.code),
            details.return_reason,
            details.instructed_amount,
            details.instructed_currency,
            details.exchange_rate,
            details.charges,
            None,
            line.reversal,
            line.pending,
            "",
            exact,
            entry.line,
            entry.raw(),
            (),
        ),
    )
    return row, line


def _details(entry: Entry, line: StatementLine, currency: str) -> Details:
    """What the entry's text says, read by the grammar that its beginning shows."""
    details, text, extra = Details(), entry.text(), entry.head[1:]
    if not text:
        if extra:
            details.text = squeezed(unwrapped(extra))
    elif entry.tag == "NS":
        freetext.multicash(details, text)
    elif begin := GERMAN.match(text[0]):
        german(details, begin, text, line, currency)
    elif text[0][:1] == "/" and party_lines(details, text):
        pass
    elif CODE_WORDS.match(text[0]):
        code_words(details, unwrapped(text), line, extra, currency)
    else:
        freetext.free_text(details, line, text, currency)
    if extra:
        supplementary(details, extra, line, currency)
    return details
