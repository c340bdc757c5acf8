"""What a list says of all of its amounts, in a title or above its titles: their currency, and whether they are in thousands."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from matcher import money
from matcher.openitems.layouts import cells
from matcher.openitems.layouts.words import key, vocabulary

_CODES = r"(?:€|\$|£|¥|EUR|USD|GBP|CHF|CNY|RMB|SEK|PLN|CZK|HUF|JPY)"
_SCALED = re.compile(
    rf"(?<![^\W\d_])[TK]\s?{_CODES}(?![^\W\d_])"
    rf"|(?<!\w)(?:M|Mn|Mio\.?|Mrd\.?|Tsd\.?)\s?{_CODES}(?!\w)"
    rf"|{_CODES}\s?(?:K|M|Mio|Mn|Tsd|thousands?|millions?)(?!\w)"
    r"|\b(?:in|en)\s+(?:thousands?|millions?|hundreds|Tausend|Tsd\b|Mio\b|Millionen|milliers|migliaia|milioni|miles|millones|duizenden|miljoenen)"
    r"|\(\s*(?:thousands?|millions?|Tausend|Tsd\.?|Mio\.?)\s*\)"
    r"|['\u2019]000s?\b|[€$£]\s?000s?\b|\(\s*000s?\s*\)|\b(?:in|x)\s*1[.,' ]?000\b"
    r"|[千万亿](?:元|美元|欧元|港元|人民币|日元)|单位\s*[:\uff1a]\s*[千万亿]",
    re.IGNORECASE,
)
_OF_AMOUNTS = re.compile(
    r"(?:\b(?:amounts?|figures|values|betr(?:a|ä)ge?|angaben|werte|montants?|importi|importes?|bedragen)\b.*?(?:\b(?:in|en)\s+|[:\uff1a]\s*)"
    r"|(?:金额)?单位\s*[:\uff1a]\s*)(?P<code>.+)$",
    re.IGNORECASE,
)
_OF_LIST = re.compile(
    r"^(?:(?:report(?:ing)?\s+)?currency|währung|devise|valuta|moneda|币种|币别|货币)\s*[:\uff1a=]?\s*(?P<code>.+)$", re.IGNORECASE
)
_CODE = re.compile(r"(?:^|\()([A-Z]{3})(?=\)|$|\s*\()")


_DAYS = re.compile(r"\d+[./-]\d+[./-]\d+")
_AS_OF = re.compile(
    r"(?:\b(?:stand(?:\s+(?:vom|per|zum))?|stichtag|per|zum|as\s+(?:at|of)|situation\s+au|arrêté\s+au|situazione\s+al|situación\s+al?|per\s+datum)"
    r"(?=[\s:\uff1a])|截至|截止(?:日期|日)?|基准日期?)\s*[:\uff1a]?\s*(?P<day>[^:\uff1a]*\d[^:\uff1a]*)$",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """The currency that stands above a list's titles; '' for none. `firmly`: of its amounts, and not as a parameter of the report."""

    currency: str
    firmly: bool


def scaled(text: str) -> str:
    """The words by which a text says that amounts are in thousands or millions; '' when it does not."""
    found = _SCALED.search(text)
    return found[0].strip() if found else ""


def stated_currency(rows: Sequence[Sequence[str]]) -> Said:
    """What the rows above the titles say of the currency. Rows that name several say none."""
    firm, loose = set(), set()
    for row in rows:
        texts = [cell for cell in row if cell]
        for text in (*texts, *(f"{first}: {second}" for first, second in pairwise(texts))):
            if (match := _OF_AMOUNTS.search(text)) and (code := _currency(match["code"])):
                firm.add(code)
            elif (match := _OF_LIST.match(text)) and (code := _currency(match["code"])):
                loose.add(code)
    codes = firm or loose
    return Said(min(codes), bool(firm)) if len(codes) == 1 else Said("", firmly=False)


def stated_day(rows: Sequence[Sequence[str]], order: cells.Order) -> date | None:
    """The day that the list is said to be of above its titles, such as ``Stand: 31.10.2026``; None for none, several or an unclear one.

    Args:
        rows: above the titles.
        order: of day and month in the list's own dates.
    """
    found = set()
    for row in rows:
        texts = [cell for cell in row if cell]
        for text in (*texts, *(f"{first}: {second}" for first, second in pairwise(texts))):
            if match := _AS_OF.search(text):
                written = match["day"].strip(" .。)")
                if len(_DAYS.findall(written)) > 1:
                    continue
                known, unclear = cells.day_order([written])
                iso = "" if unclear and not order else cells.iso_dates([written], known or order)[0]
                found |= {date.fromisoformat(iso)} if cells.is_iso(iso) else set()
    return found.pop() if len(found) == 1 else None


def _currency(text: str) -> str:
    plain = text.strip(" .;,:\uff1a。")
    if known := vocabulary().values["currency"].get(key(plain)):
        return known
    found = _CODE.search(plain)
    return found[1] if found and found[1] in money.SCALE else ""
