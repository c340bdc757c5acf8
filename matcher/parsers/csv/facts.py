"""What a file says outside its table: account, currency, period, balances, control sums."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance, ControlTotals
from matcher.parsers.csv.cells import CellError, DateReader, amount_reader, currency_code
from matcher.parsers.csv.schema import Fact, Profile
from matcher.parsers.csv.text import bare, fold

_MAX_TEXT = 2_000
_FACT_DATES = ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]


@dataclass
class FoundFacts:
    """Texts found for each fact of a layout, and what they mean.

    Rows are looked at until every fact is found; the first text found for a fact counts, except that a closing balance found
    later replaces one found earlier, since it stands after the table.
    """

    profile: Profile
    texts: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def look(self, cells: Sequence[str]) -> bool:
        """Looks for facts in a row that is not a booking; tells whether it held any."""
        hit = False
        cells = [bare(cell.strip()) for cell in cells]
        for name, fact in self.profile.facts.given().items():
            if name in self.texts and name != "closing":
                continue
            text, word = _label(fact.label, cells) if fact.label else _pattern(fact, cells)
            if text:
                self.texts[name], self.words[name] = text, word
                hit = True
        return hit

    @property
    def account(self) -> str:
        """The account number as written, without spaces inside an IBAN; empty when the file names none."""
        text = self.texts.get("account", "").strip().strip("\"'[]")
        squeezed = text.replace(" ", "")
        return squeezed if re.fullmatch(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{8,30}|[\d*xX-]+", squeezed) else text

    @property
    def currency(self) -> str:
        """The currency's code; empty when the file names none or one that is not a currency."""
        try:
            return currency_code(self.texts.get("currency", ""))
        except CellError:
            return ""

    def day(self, name: str) -> date | None:
        """``from_date`` or ``to_date``."""
        text = self.texts.get(name, "")
        try:
            return DateReader([*self.profile.dates.formats, *_FACT_DATES])(text)[0] if text else None
        except CellError:
            return None

    def amount(self, name: str, currency: str) -> int | None:
        """A sum or balance in minor units; None when the file does not give it or it cannot be read."""
        amounts = self.profile.amounts
        text = self.texts.get(name, "")
        if not text:
            return None
        try:
            plain, _ = amount_reader("." if amounts.decimal == "auto" else amounts.decimal, amounts.grouping, amounts.lakh)(text.strip())
            minor = money.parse(plain, currency)
        except (CellError, MatcherError):
            return None
        return -minor if fold(self.words.get(name, "")) in map(fold, amounts.debit) else minor

    def balance(self, name: str, currency: str) -> Balance | None:
        """``opening`` or ``closing``."""
        minor = self.amount(name, currency)
        return None if minor is None else Balance(minor, self.day("from_date" if name == "opening" else "to_date"))

    def totals(self, currency: str) -> ControlTotals:
        """The control sums and counts the file states."""
        sums = {name: self.amount(name, currency) for name in ("credit", "debit")}
        counts = {name: int(text) for name in ("count", "credit_count", "debit_count") if (text := self.texts.get(name, "")).isdecimal()}
        return ControlTotals(**counts, **{name: None if value is None else abs(value) for name, value in sums.items()})


def _label(label: str, cells: Sequence[str]) -> tuple[str, str]:
    folded = fold(label)
    for place, cell in enumerate(cells):
        text = fold(cell[:_MAX_TEXT])
        if text.rstrip(" :") == folded:
            return next((c.strip() for c in cells[place + 1 :] if c.strip()), ""), ""
        if text.startswith(folded) and text[len(folded) :].lstrip().startswith(":"):
            return re.split("[:：]", cell[len(label) :], maxsplit=1)[-1].strip(), ""
    return "", ""


def _pattern(fact: Fact, cells: Sequence[str]) -> tuple[str, str]:
    match = re.search(fact.pattern, ";".join(cell.strip() for cell in cells)[:_MAX_TEXT])
    if match is None:
        return "", ""
    word = match.groupdict().get("indicator") or ""
    index = next((i for i in range(1, len(match.groups()) + 1) if match.re.groupindex.get("indicator") != i), 1)
    return (match[index] or "").strip(), word
