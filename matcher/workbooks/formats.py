"""The currency that a number format of an XLSX workbook shows beside a figure, although the cell holds the figure alone.

Formats are those of ECMA-376 part 1, 18.8.30 and 18.8.31: a currency stands as ``[$€-407]`` (a sign with the code of a language and
country), as ``"EUR"``, or as a sign of its own.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

from lxml import etree

from matcher import money
from matcher.workbooks.claims import key

Place = tuple[int, int]
"""Row and column of a cell, counted from 0."""

_TAGGED = re.compile(r"\[\$([^\]\-]*)(?:-([0-9A-Fa-f]+))?[^\]]*\]")
_QUOTED = re.compile(r'"([^"]*)"')
_CODE = re.compile(r"(?<![A-Z])[A-Z]{3}(?![A-Z])")
_SIGNS = "€£¥￥$"
_COUNTRIES = {
    "$": {"409": "USD", "1009": "CAD", "C0C": "CAD", "C09": "AUD", "1409": "NZD", "4809": "SGD", "80A": "MXN"},
    "¥": {"804": "CNY", "411": "JPY"}, "￥": {"804": "CNY", "411": "JPY"}, "kr": {"41D": "SEK", "414": "NOK", "406": "DKK"},
    "kr.": {"406": "DKK"}, "zł": {"415": "PLN"}, "Kč": {"405": "CZK"}, "Ft": {"40E": "HUF"}, "元": {"804": "CNY"},
}  # fmt: skip
_ALONE = {"HK$": "HKD", "US$": "USD", "A$": "AUD", "C$": "CAD", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "€": "EUR", "£": "GBP", "元": "CNY"}
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")


def shown(code: str) -> str:
    """The currency that a number format shows: an ISO code, a sign that several currencies share, or '' for none or several."""
    found = set()
    for sign, country in _TAGGED.findall(code):
        sign = sign.strip()
        of_country = _COUNTRIES.get(sign, {}).get(country.upper().lstrip("0"), "")
        found.add(of_country or _ALONE.get(sign) or (sign if sign in money.SCALE or sign in _SIGNS else ""))
    rest = _TAGGED.sub("", code)
    for text in _QUOTED.findall(rest):
        text = text.strip()
        found.add(_ALONE.get(text) or next((one for one in _CODE.findall(text) if one in money.SCALE), text if text in _SIGNS else ""))
    plain = _QUOTED.sub("", rest)
    found |= {_ALONE.get(sign, sign) for sign in _SIGNS if sign in plain}
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def currencies(archive: bytes) -> dict[str, dict[Place, str]]:
    """By sheet, the cells whose format shows a currency.

    Args:
        archive: an XLSX file that was looked through: its parts are well-formed and within bounds.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        names = {key(name): name for name in parts.namelist()}
        if "xl/styles.xml" not in names or not (styles := _styles(parts.read(names["xl/styles.xml"]))):
            return {}
        return {sheet: _cells(parts.read(names[part]), styles) for sheet, part in _sheets(parts, names).items() if part in names}


def _styles(data: bytes) -> Mapping[str, str]:
    """The currency of each style that shows one, by the number that cells refer to it with."""
    root = etree.fromstring(data, _parser())
    formats = {one.get("numFmtId", ""): shown(one.get("formatCode", "")) for one in root.iterfind("{*}numFmts/{*}numFmt")}
    found = {str(n): formats.get(one.get("numFmtId", ""), "") for n, one in enumerate(root.iterfind("{*}cellXfs/{*}xf"))}
    return {style: currency for style, currency in found.items() if currency}


def _sheets(parts: zipfile.ZipFile, names: Mapping[str, str]) -> dict[str, str]:
    """The part of each sheet, by its name."""
    book, links = names.get("xl/workbook.xml", ""), names.get("xl/_rels/workbook.xml.rels", "")
    if not book or not links:
        return {}
    targets = {one.get("Id"): one.get("Target", "") for one in etree.fromstring(parts.read(links), _parser())}
    found = {}
    for sheet in etree.fromstring(parts.read(book), _parser()).iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if etree.QName(name).localname == "id"), "")
        found[sheet.get("name", "")] = key(posixpath.normpath(posixpath.join("/xl", targets.get(link, ""))))
    return found


def _cells(data: bytes, styles: Mapping[str, str]) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for _, cell in etree.iterparse(io.BytesIO(data), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=True):
        if (currency := styles.get(cell.get("s", ""))) and (match := _PLACE.fullmatch(cell.get("r", ""))):
            column = 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
            found[int(match[2]) - 1, column - 1] = currency
        cell.clear()
    return found


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
