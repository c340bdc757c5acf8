"""Customers of a list, found among those of the books: by number, by name, or by what stands in a heading."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence

import polars as pl

from matcher.matching.names.forms import name_key
from matcher.openitems.faults import RowFault
from matcher.openitems.layouts.words import key as word_key
from matcher.openitems.layouts.words import vocabulary

_LABEL = re.compile(r"^(?:customer|debitor|kunde|client|account|konto|客户)\b[\s:：#.-]*", re.IGNORECASE)
_LEADING = re.compile(r"^(\S*\d\S*?)[\s:：,;/|–-]+(.*)$")
_TRAILING = re.compile(r"^(.*?)\s*[(\[（]([^()\[\]（）]*\d[^()\[\]（）]*)[)\]）]$")


_NAME_IT = 'Export the currency too, or say it in a layout: constants = { currency = "USD" }.'

_LONG = 4
"""Digits of a number before a name from which on it is taken for the customer's, not for a part of the name (3M, 1&1)."""


class Customers:
    """The customers of the books.

    Args:
        known: columns customer_id, customer_no, name, trade_name and alias; None when there are none.
        names: ``id`` when a name is the key itself.
    """

    def __init__(self, known: pl.DataFrame | None, names: str = "lookup") -> None:
        self._ids: set[str] = set()
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._loose: dict[str, set[str]] = defaultdict(set)
        self._alike: dict[str, set[str]] = defaultdict(set)
        self._names = names
        if known is None:
            return
        for customer, number, *texts in known.select("customer_id", "customer_no", "name", "trade_name", "alias").iter_rows():
            self._ids.add(customer)
            for one in (customer, number):
                if one:
                    self._numbers[one.lstrip("0") or "0"].add(customer)
            for text in (texts[0], texts[1], *(texts[2] or "").split("|")):
                if text and text.strip():
                    self._exact[_folded(text)].add(customer)
                    self._loose[_loose(text)].add(customer)
                    self._alike[name_key(text)].add(customer)

    def has(self, customer: str) -> bool:
        """Whether the books know a customer of this id."""
        return customer in self._ids

    def number(self, text: str) -> str:
        """The customer of a number; the number itself when the books know none of it, or several."""
        if text in self._ids:
            return text
        found = self._numbers.get(text.lstrip("0") or "0", set())
        return next(iter(found)) if len(found) == 1 else text

    def name(self, text: str) -> tuple[str, str]:
        """The one customer of a name, or '' and what is wrong."""
        if self._names == "id":
            return " ".join(text.split()), ""
        ways = (self._exact, _folded(text)), (self._loose, _loose(text)), (self._alike, name_key(text))
        for found in (known.get(one, set()) for known, one in ways if one):
            if len(found) == 1:
                return next(iter(found)), ""
            if found:
                return "", f"customer {text!r} has the name of {len(found)} customers: {', '.join(sorted(found)[:3])}"
        if ":" in text:
            # a customer below another one: the last part is its own name
            return self.name(text.rpartition(":")[2].strip())
        if not self._ids:
            return "", f"customer {text!r} is not known: these books have no customers yet"
        return "", f"customer {text!r} is none of the {len(self._ids)} customers of these books by name"

    def either(self, text: str) -> tuple[str, str]:
        """The customer of a number, a name, or a number with a name."""
        if text in self._ids:
            return text, ""
        if (found := self.number(text)) != text:
            return found, ""
        customer, wrong = self.name(text)
        if not wrong:
            return customer, ""
        for match, at in ((_LEADING.match(text), 1), (_TRAILING.match(text), 2)):
            if match and (number := self.number(match[at])) in self._ids:
                return number, ""
        return (text, "") if _is_code(text) else ("", wrong)

    def heading(self, texts: Sequence[str]) -> tuple[str, str]:
        """The customer of a heading, whose texts may be labels with what they label."""
        labels = vocabulary().groups
        said: dict[str, str] = {}
        rest = list(texts)
        for place in range(len(texts) - 1):
            if (meant := labels.get(word_key(texts[place]), "")) and word_key(texts[place + 1]) not in labels:
                said.setdefault(meant, texts[place + 1])
                rest = [text for text in rest if text not in (texts[place], texts[place + 1])]
        if "customer" in said:
            return self.either(said["customer"]) if _is_code(said["customer"]) or "name" not in said else self.name(said["name"])
        wrong = ""
        for text in [*rest, said.get("name", "")]:
            bare = _LABEL.sub("", text).strip()
            for one in dict.fromkeys((text, bare)):
                customer, fault = self.either(one) if one else ("", "")
                if customer and not fault:
                    return customer, ""
                wrong = wrong or fault
            if (match := _LEADING.match(bare)) and match[2] and (bare != text or (match[1].isdecimal() and len(match[1]) >= _LONG)):
                return self.number(match[1]), ""
        return "", wrong or "the heading names no customer"


def _is_code(text: str) -> bool:
    """Whether a text is a number rather than a name."""
    return " " not in text and any(c.isdigit() for c in text) and text.isascii()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _loose(text: str) -> str:
    """Without spaces and punctuation; accents stay."""
    return "".join(c for c in _folded(text) if c.isalnum()) or text


def first_known(told: Sequence[tuple[str, Callable[[str], tuple[str, str]]]], known: Customers) -> tuple[str, str]:
    """The customer that the books know by one of the texts; else the first that is a number; else what is wrong.

    Args:
        told: the texts of a row, and how each is looked up: number, number or name, name.
        known: the customers of the books.
    """
    looked = [look(text) for text, look in told]
    found = list(dict.fromkeys(customer for customer, _ in looked if customer and known.has(customer)))
    if len(found) > 1:
        return "", f"{told[0][0]!r} is customer {found[0]}, and {told[-1][0]!r} is customer {found[-1]}"
    customer = (found or [customer for customer, _ in looked if customer] or [""])[0]
    return customer, "" if customer else next((wrong for _, wrong in looked if wrong), "")


def other_currency(known: pl.DataFrame | None, customers: Sequence[str], assumed: Sequence[int], base: str) -> list[RowFault]:
    """The rows whose amounts would get the books' currency although their customer is known to have another one.

    Args:
        known: the customers of the books.
        customers: of every row.
        assumed: rows for which the list names no currency.
        base: the currency that they would get.
    """
    if known is None or not assumed:
        return []
    theirs = dict(known.filter(~pl.col("currency").is_in(["", base])).select("customer_id", "currency").iter_rows())
    return [
        RowFault(
            row, "currency.unknown", f"the list names no currency, and customer {customers[row]} has {theirs[customers[row]]}", _NAME_IT
        )
        for row in assumed
        if customers[row] in theirs
    ]
