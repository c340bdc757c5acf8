"""What a column of a list holds, and how much it matters: a record for each column, the same for every form of output."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from matcher import languages

Row = Mapping[str, Any]
"""Cells by column name: text, whole numbers, dates or None. Amounts are decimal text, shares a fraction as text."""


class Kind(StrEnum):
    """What the cells of a column are.

    WORD: an id, a code or a state, never cut. TEXT: free text, cut where the page is narrow. DATE: a day, as a date or ISO text.
    MOMENT: day and time, ISO text. AMOUNT: decimal text in the currency of its row. COUNT: a whole number. SHARE: a fraction from 0
    to 1 as decimal text, shown as per cent. NUMBER: any other number or text that is aligned to the right.
    """

    WORD = "word"
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    AMOUNT = "amount"
    COUNT = "count"
    SHARE = "share"
    NUMBER = "number"

    @property
    def is_number(self) -> bool:
        """Whether its cells are aligned to the right, and are no text that a spreadsheet could run."""
        return self in (Kind.AMOUNT, Kind.COUNT, Kind.SHARE, Kind.NUMBER)


class Tone(StrEnum):
    """How a cell stands out where colour can be shown. It adds nothing that its text does not say."""

    PLAIN = ""
    DIM = "dim"
    GOOD = "good"
    BAD = "bad"


class Said(str):
    """A cell with a sentence of the program, in a column that holds data otherwise."""

    __slots__ = ()


class Says(StrEnum):
    """Whose words the cells of a column are: a WORD or a SENTENCE of the program, or DATA of the bank, the ERP and persons."""

    WORD = "word"
    SENTENCE = "sentence"
    DATA = "data"


_WORDS = frozenset(
    "action balanced basis bucket by class decision difference_kind document_type evidence_class field figure in_force kind known mode "
    "nature outcome part point result ruling settled side state type unit weekday who".split()
)
_SENTENCES = frozenset(
    "check conditions detail difference evidence message meaning next_step problem reason said step test title what when why words".split()
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        name: the key of its cells, and its heading in CSV, TSV and JSON.
        title: its heading for people; '' for the name in words.
        kind: what its cells are.
        priority: 0 is always shown; where a page is too narrow, columns fall away from the highest number down. From 5 on a column is
            shown only where no text is cut for it.
        group: columns with one word here fall away together, such as the buckets of an aging.
        total: whether its sum, for each currency, stands below the table.
        zeros: whether an amount or a count of zero is shown; else its cell is blank.
        up: whether a share is rounded up when it is shown, as an upper bound must be; else it is rounded down.
        wrap: whether a text goes on in further lines instead of being cut.
        least: the fewest characters to which a text is cut.
        shown: the text of a cell for a person, where that is not the value itself.
        tones: how a cell with such a value stands out.
        tone: how a cell stands out, from its row.
        once: where all rows have one value, it stands above the table instead of in each row.
    """

    name: str
    title: str = ""
    kind: Kind = Kind.WORD
    priority: int = 1
    group: str = ""
    total: bool = False
    zeros: bool = False
    up: bool = False
    wrap: bool = False
    least: int = 12
    shown: Callable[[Any], str] | None = None
    tones: Mapping[str, Tone] = field(default_factory=dict)
    tone: Callable[[Row], Tone] | None = None
    once: bool = False

    @property
    def says(self) -> Says:
        """What its cells say to a person."""
        return Says.WORD if self.name in _WORDS else Says.SENTENCE if self.name in _SENTENCES else Says.DATA

    @property
    def heading(self) -> str:
        """The heading for people, which may be blank where there is little room."""
        return languages.word(self.title or self.name.replace("_", " "))

    @property
    def full_heading(self) -> str:
        """The heading for people where there is room."""
        return languages.word(self.title.strip() or self.name.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Table:
    """A list to be printed.

    Attributes:
        rows: its cells.
        columns: what a person sees, in order.
        complete: what programs and spreadsheets get, in order.
        title: above it where there are several.
        head: parts of the line above it, such as the name of the books and the day of the report. On a terminal it says the year of the
            dates too, which then stand without it.
        currency: name of the column that holds the currency of a row's amounts.
    """

    rows: Sequence[Row]
    columns: tuple[Column, ...]
    complete: tuple[Column, ...]
    title: str = ""
    head: tuple[str, ...] = ()
    currency: str = "currency"
