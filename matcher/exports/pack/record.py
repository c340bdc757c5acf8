"""What a month-end pack says, whatever file it becomes: sections of tables, charts, days and checks.

Texts are the program's own English unless a column says that others wrote them; a face translates them. Amounts are minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from matcher.journal.chain import Head


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"  # as other people or programs wrote it; never translated
    WIDE = "wide"  # the same, of several words
    ID = "id"  # of a line or decision; the page shows its beginning
    WORD = "word"  # of the program; translated
    SENTENCE = "sentence"  # the same, of several words
    DATE = "date"
    MOMENT = "moment"  # ISO 8601 in UTC, as text
    COUNT = "count"
    AMOUNT = "amount"  # minor units of the row's currency
    SHARE = "share"  # millionths
    NUMBER = "number"  # decimal text

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right, and a sum of it may make sense."""
        return self in (Kind.COUNT, Kind.AMOUNT, Kind.SHARE, Kind.NUMBER)


class Tone(StrEnum):
    """How something is meant."""

    PLAIN = ""
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: in the table's frame.
        heading: above it.
        kind: what it holds.
        total: whether its sum stands below.
        workbook: whether only the workbook has it.
        strong: whether it is a sum of others, or what the table is about.
    """

    name: str
    heading: str
    kind: Kind = Kind.TEXT
    total: bool = False
    workbook: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: of its sheet; unlike any other of the pack.
        title: above it.
        columns: in their order.
        frame: all rows, in their order.
        currency: column with the currency of the amounts; '' where there are none.
        shown: at most so many rows are on the page; the workbook has all.
        empty: what is said in the place of no rows.
        note: what a reader has to know of it.
        whole: whether columns in which nothing stands are on the page, too.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    currency: str = "currency"
    shown: int = 50
    empty: str = "None."
    note: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a waterfall, minor units. `level`: it is a height that has been reached, no change."""

    label: str
    amount: int
    level: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From one amount to another, step by step; also told as a table with this name and title."""

    name: str
    title: str
    currency: str
    steps: tuple[Step, ...]
    note: str = ""

    @property
    def rest(self) -> int:
        """What the steps leave unexplained at the levels after the first; 0 in a waterfall that ties."""
        height, missing = 0, 0
        for place, step in enumerate(self.steps):
            if step.level:
                missing += abs(step.amount - height) if place else 0
                height = step.amount
            else:
                height += step.amount
        return missing


@dataclass(frozen=True, slots=True)
class Bars:
    """Amounts side by side, minor units: for each label one bar of each series."""

    title: str
    currency: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]


class Day(StrEnum):
    """How a day of an account stands. `sign`: what stands for it on the page."""

    sign: str
    words: str

    def __new__(cls, word: str, sign: str, words: str) -> "Day":
        """A word, its sign and its meaning."""
        made = str.__new__(cls, word)
        made._value_, made.sign, made.words = word, sign, words
        return made

    BALANCED = "balanced", "●", "covered by a statement that adds up"
    ACCEPTED = "accepted", "◆", "covered by a statement that a person accepted"
    UNPROVEN = "unproven", "○", "covered by a statement without both balances"
    QUIET = "quiet", "·", "between two statements whose balances join: nothing was booked"
    GAP = "gap", "×", "between two statements whose balances do not join"
    QUARANTINED = "quarantined", "!", "covered only by a statement in quarantine"
    NONE = "none", " ", "not covered"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a month by account."""

    title: str
    days: tuple[date, ...]
    rows: tuple[tuple[str, tuple[Day, ...]], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold. `settled`: it does; `said`: in numbers, or what is missing; `ties`: it is a sum that must come out."""

    what: str
    settled: bool
    said: str = ""
    ties: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """Checks, one below the other."""

    title: str
    rows: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with its label. `own`: others wrote it, so it is never translated."""

    label: str
    value: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts, one below the other."""

    title: str
    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on: for whom, and who it was by the journal, and when; '' while it is open."""

    role: str
    name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who answers for the month."""

    signatures: tuple[Signature, ...]


Block = Table | Waterfall | Bars | Calendar | Checks | Facts | SignOff


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the pack.

    Attributes:
        key: what its address ends with.
        title: above it.
        blocks: in their order.
        source: where its figures are from: the command or file that gives the rows.
        about: a sentence on how to read it.
        breaks: whether it begins on a page of its own.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    source: str
    about: str = ""
    breaks: bool = True


@dataclass(frozen=True, slots=True)
class Pack:
    """A month, whole.

    Attributes:
        books: name of the books.
        month: as in 2026-10.
        as_of: its last day.
        state: in words: whether it is closed.
        closed: whether it is, so that this never changes.
        head: number and hash of the journal's batch whose books these are.
        sections: in their order.
        entities: names of the legal entities by id.
    """

    books: str
    month: str
    as_of: date
    state: str
    closed: bool
    head: Head
    sections: tuple[Section, ...]
    entities: Mapping[str, str] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks of the pack."""
        return tuple(check for section in self.sections for block in section.blocks if isinstance(block, Checks) for check in block.rows)

    @property
    def ties(self) -> bool:
        """Whether every sum comes out that must."""
        falls = (block for section in self.sections for block in section.blocks if isinstance(block, Waterfall))
        return all(check.settled for check in self.checks if check.ties) and not any(fall.rest for fall in falls)
