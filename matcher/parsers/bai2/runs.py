"""Runs of ordinary BAI2 transactions, read as columns instead of one by one.

Nearly all of a statement are transaction records (16) of one plain form, perhaps with continuations (88). A run of them is cut at
its line starts and taken apart by one regular expression over all entries. Whatever does not fit that form to the last character
is left to `fields`, which knows all forms. Both ways give the same rows (held equal by a property test).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from matcher.errors import MatcherError
from matcher.parsers.bai2.codes import MOVEMENTS
from matcher.parsers.bai2.fields import day
from matcher.parsers.bai2.records import Cutter, Record, blocks, shares_lines

if TYPE_CHECKING:
    import polars as pl

SHORTEST = 64
"""Ordinary entries in a row from which on it pays to read them as columns."""

HELPERS = ("stated", "sign", "valued", "funds", "lines", "labelled")
"""Columns of a run's frames that are no fields of an entry."""

_ENTRY = "\n16,"
_TRAILING = re.compile(" +\n")
# no blank but the plain one and no control character: so there is only one way to trim and squeeze an ordinary text
_CHARACTER = r"[^%s\x00-\x1f\x7f-\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}\x{3000}\x{feff}]*"
_FIELD, _WORDS = _CHARACTER % ",", _CHARACTER % ""
_ORDINARY = (
    r"^(?P<code>[0-9]{3}),"
    r"(?P<stated>[0-9]{1,12}),"  # of larger amounts a block's sum might overflow
    r"(?:V,(?P<valued>[0-9]{6}),(?P<time>[0-9]{0,4})|(?P<funds>[Z012]?)),"
    rf"(?P<bank_reference>{_FIELD}),(?P<end_to_end_id>{_FIELD}),(?P<words>{_WORDS})(?P<more>(?:\n88,{_WORDS})*)$"
)
_LABELLED = r"\n88, *[A-Z]{4}:"


class Run(NamedTuple):
    """Whole lines of a file, each entry beginning with a transaction record (16); `line` is the first one's number."""

    text: str
    line: int

    def records(self) -> Iterator[Record]:
        """Its records, one by one."""
        cutter = Cutter(self.line - 1, orderly=True)
        yield from cutter.feed(self.text.split("\n"))
        yield from cutter.finish()


def records_and_runs(pieces: Iterable[str]) -> Iterator[Record | Run]:
    """Logical records of a text that comes in pieces; where transactions abound they come as runs.

    Raises:
        MatcherError: see `blocks`.
    """
    cutter = Cutter()
    for block, mark in blocks(pieces):
        first, last = block.find(_ENTRY), block.rfind(_ENTRY)
        if mark != "\n" or block.count(_ENTRY, 0, last) < SHORTEST:
            yield from cutter.feed(block.split(mark))
            continue
        yield from cutter.feed(block[:first].split("\n"))
        text = _trimmed(block[first + 1 : last + 1])
        if cutter.orderly and not shares_lines(text):
            yield from cutter.finish()
            yield Run(text, cutter.line + 1)
            cutter.line += text.count("\n") + 1
        else:
            yield from cutter.feed(text.split("\n"))
        yield from cutter.feed(block[last + 1 :].split("\n"))
    yield from cutter.finish()


def _trimmed(text: str) -> str:
    """Lines without the blanks and carriage returns at their ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return (_TRAILING.sub("\n", text) if " \n" in text else text)[:-1]


def taken_apart(run: Run) -> "Iterator[pl.DataFrame | Run]":
    """The entries of a run in order: frames of ordinary ones, and runs of those that have to be read one by one.

    A frame's columns are those of `Transaction` that need no account, and `HELPERS`: ``stated`` is the amount without its ``sign``,
    ``valued`` and ``funds`` are texts as written, ``lines`` how many there are.
    """
    import polars as pl

    entries = pl.Series("entry", ("\n" + run.text).split(_ENTRY)[1:], pl.String)
    fields = entries.str.extract_groups(_ORDINARY).struct.unnest()
    frame = fields.select(
        pl.col("code").replace_strict(_SIGNS, default=None, return_dtype=pl.Int64).alias("sign"),
        pl.col("stated").cast(pl.Int64),
        pl.col("valued", "funds", "time"),
        pl.col("bank_reference", "end_to_end_id").str.strip_chars(" "),
        _joined(pl.concat_str("words", "more")).alias("remittance_information"),
        pl.col("code").alias("transaction_code"),
        pl.col("code").replace_strict(_KINDS, default="", return_dtype=pl.String).alias("kind"),
        pl.col("code").is_in(_REVERSALS).alias("reversal"),
        ("16," + entries).alias("raw"),
        (entries.str.count_matches("\n", literal=True).cast(pl.Int64) + 1).alias("lines"),
        pl.col("more").str.contains(_LABELLED).alias("labelled"),
    )
    frame = frame.with_columns(line=pl.col("lines").cum_sum() - pl.col("lines") + run.line)
    ordinary = frame.select(pl.col("sign").is_not_null() & ~pl.col("labelled")).to_series().fill_null(value=False)
    at = 0
    for stretch in ordinary.rle():
        part = frame.slice(at, stretch["len"])
        at += part.height
        yield part if stretch["value"] and part.height >= SHORTEST else as_run(part)


def as_run(entries: "pl.DataFrame") -> Run:
    """A frame's entries as they stand in the file."""
    return Run("\n".join(entries["raw"]), entries["line"][0])


def _joined(text: "pl.Expr") -> "pl.Expr":
    """The words of a record and its continuations, separated by one blank each, without the '/' that ends a line."""
    return text.str.replace_all("/?\n88,", " ").str.strip_suffix("/").str.replace_all(" {2,}", " ").str.strip_chars(" ")


def value_dates(entries: "pl.DataFrame", account_day: date) -> "tuple[pl.Series, int]":
    """Value dates of ordinary entries, and how many of them cannot be read. Available at once (funds type 0) is the account's day."""
    import polars as pl

    written = entries["valued"].unique().drop_nulls().to_list()
    days: dict[str, date | None] = {}
    refused = []
    for text in written:
        try:
            days[text] = day(text)
        except MatcherError:
            refused.append(text)
    dates = entries.select(
        pl.when(pl.col("funds") == "0")
        .then(pl.lit(account_day))
        .otherwise(pl.col("valued").replace_strict(days, default=None, return_dtype=pl.Date))
        .alias("value_date")
    )
    return dates.to_series(), int(entries["valued"].is_in(refused).sum())


_SIGNS = {code: movement.sign for code, movement in MOVEMENTS.items()}
_KINDS = {code: movement.kind for code, movement in MOVEMENTS.items()}
_REVERSALS = [code for code, movement in MOVEMENTS.items() if movement.reversal]
