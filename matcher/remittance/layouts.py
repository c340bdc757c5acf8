"""Advices as payers write them in tables of their own: columns are known by the words of their header, and the total is the proof."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher import money, workbooks
from matcher.errors import MatcherError
from matcher.remittance.amounts import day, made_id
from matcher.remittance.reason_codes import UNKNOWN, reason_of
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument, Unproven

MOST_HEAD = 40
"""Rows in which the header is looked for."""

_WORDS = (
    ("discount", r"skonto|discount|escompte|折扣"),
    ("deduction", r"abzug|kurzung|deduct|adjust|retenu|deduction|扣款|扣减|抵扣"),
    ("reason", r"grund|reason|motif|bemerkung|remark|comment|原因|备注|摘要"),
    ("net", r"zahl(?:ungs)?betrag|bezahlt|\bpaid\b|payment amount|\bnet\b|netto|montant (?:paye|regle)|net a payer|实付|付款金额|净额"),
    ("currency", r"wahrung|\bcurrency\b|devise|币种"),
    ("document", r"beleg|rechnung|dokument|invoice|document|facture|\bpiece\b|发票|单据|票号"),
    ("gross", r"brutto|gross|amount|betrag|montant|brut|金额"),
)  # fmt: skip
"""In order: a column is the first of these that its header has a word of, so that "invoice amount" is looked at once more below."""

_COLUMNS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)
_NOT_A_NUMBER = re.compile(r"date|datum|betrag|amount|montant|金额|日期")
_AMOUNTS = ("discount", "deduction", "net", "gross")
_NO_AMOUNT = re.compile(r"%|prozent|percent|satz|\brate\b|\btaux\b|率|datum|\bdate\b|frist|\btage?\b|\bdays?\b|\bbis\b|日期|天数")
_NUMBERED = re.compile(r"nummer|\bnr\b|nr\.?$|\bno\b|number|\bnum|\bn°|\bnº|#|号")
_KIND = re.compile(r"art$|\btyp|\btype\b|\bkind\b|\bstatus\b|类型|种类|状态|代码$")
_TOTAL = re.compile(r"\b(?:grand )?total\b|summe|gesamt|\bsomme\b|合计|总计|总额")
_ADVICE = re.compile(
    r"(?:avis|advice|remittance|zahlungs?avis|bordereau|payment ?(?:no|ref)|zahlungs?(?:nr|referenz)|付款单)[^:：]*[:：]?$"
)
_EUROPEAN = re.compile(r"-?(?:\d{1,3}(?:[. ]\d{3})+|\d+),\d{1,4}")
_PLAIN = re.compile(r"-?(?:\d{1,3}(?:[, ]\d{3})+|\d+)\.\d{1,4}")
_WHOLE = re.compile(r"-?\d+")

Cells = list[str]


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table as text with the line of each row; `exact` when numbers are written plainly already, as in a workbook."""

    rows: list[tuple[int, Cells]]
    exact: bool


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advice of a table with a column of document numbers and one of amounts; None for any other file.

    Without a total nothing proves that it is whole, and a currency must stand in it: else it is unproven.

    Raises:
        MatcherError: what refuses a workbook.
    """
    del documents
    grid = _grid(data, name)
    if grid is None:
        return None
    for place, (_, cells) in enumerate(grid.rows[:MOST_HEAD]):
        columns = _columns(cells)
        if "document" in columns and ("net" in columns or "gross" in columns):
            return _file(grid, place, columns, name)
    return None


def _grid(data: bytes, name: str) -> _Grid | None:
    if data.startswith(b"PK\x03\x04"):
        try:
            sheets = [sheet.cells for sheet in workbooks.sheets(io.BytesIO(data), len(data)) if not sheet.hidden]
        except MatcherError:
            return None
        rows = sheets[0].to_python() if sheets else []
        return _Grid([(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1)], exact=True)
    if (text := _decoded(data)) is None:
        return None
    head = "\n".join(text.splitlines()[:MOST_HEAD])
    mark = max(";\t|,", key=lambda sign: (min(head.count(sign), 10_000), sign != ","))
    if mark not in head:
        return None
    try:
        lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=mark), 1)]
    except csv.Error:
        return None
    return _Grid(lines, exact=False)


def _decoded(data: bytes) -> str | None:
    """The text of a file; one that is not Unicode is Chinese when only so a word of its header is known. None for no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        western = data.decode("cp1252", "replace")
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        return western
    known = [sum(len(_columns(re.split(r"[;\t|,]", line))) for line in text.splitlines()[:MOST_HEAD]) for text in (western, chinese)]
    return chinese if known[1] > known[0] else western


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).strip()


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()


def _columns(header: Cells) -> dict[str, int]:
    found: dict[str, int] = {}
    numbered = False
    for place, cell in enumerate(header):
        words = _folded(cell)
        if len(words) > 40:
            continue
        kind = next((kind for kind, pattern in _COLUMNS if pattern.search(words)), "")
        if kind == "document" and _NOT_A_NUMBER.search(words):
            kind = "gross" if re.search(r"betrag|amount|montant|金额", words) else ""
        if kind in _AMOUNTS and _NO_AMOUNT.search(words):
            kind = ""
        if kind == "document" and not numbered and _NUMBERED.search(words):
            # Belegart may stand before Belegnummer
            numbered = True
            found[kind] = place
        elif kind and not (kind == "document" and _KIND.search(words)):
            found.setdefault(kind, place)
    return found


def _file(grid: _Grid, place: int, columns: dict[str, int], name: str) -> AdviceFile:
    line = f"{name}:{grid.rows[place][0]}"
    text = "\n".join(" ".join(filter(None, cells)) for _, cells in grid.rows)
    currency = _currency(grid, place, columns, text)
    if not currency:
        return _unproven(line, "the table names no currency, or several", text)
    read_amount = _reader(grid, place, columns)
    if read_amount is None:
        return _unproven(line, "it cannot be told whether its amounts have a decimal comma or a decimal point", text)
    rows: list[AdviceRow] = []
    total: int | None = None
    try:
        for number, cells in grid.rows[place + 1 :]:
            if total is not None:
                if any(re.search(r"\d", _at(cells, columns.get(kind))) for kind in ("document", "net", "gross")):
                    return _unproven(f"{name}:{number}", "the table goes on behind its total", text, rows)
                continue
            said = _folded(" ".join(cells))
            document = _at(cells, columns.get("document"))
            summed = bool(_TOTAL.search(said)) and not re.search(r"\d", document)
            if document and not summed and any(_at(cells, columns.get(kind)) for kind in ("net", "gross")):
                rows.append(_row(cells, columns, currency, read_amount, f"{name}:{number}"))
            elif summed:
                kind = "net" if "net" in columns else "gross"
                total = money.parse(read_amount(_at(cells, columns[kind])), currency)
    except MatcherError as error:
        return _unproven(line, f"{error.what}", text, rows)
    if total is None:
        return _unproven(line, "the table has no total, so nothing proves that it is whole", text, rows)
    told, when = _head(grid, place)
    advice_id = told or made_id(name.rpartition("/")[2], total, [(one.document_no, one.net) for one in rows])
    return AdviceFile((Advice(advice_id, AdviceKind.PAYER, "", "", "", "", when, currency, total, tuple(rows), name),))


def _unproven(line: str, why: str, text: str, rows: Sequence[AdviceRow] = ()) -> AdviceFile:
    return AdviceFile((), (Unproven(line, why, text, tuple(rows)),))


def _row(cells: Cells, columns: dict[str, int], currency: str, read_amount: "_Reader", place: str) -> AdviceRow:
    def of(kind: str) -> int | None:
        text = _at(cells, columns.get(kind))
        return money.parse(read_amount(text), currency) if text else None

    gross, net, discount, deduction = of("gross"), of("net"), of("discount") or 0, of("deduction") or 0
    sign = -1 if (gross if gross is not None else net or 0) < 0 else 1
    # some write what they take off as a negative amount
    discount, deduction = sign * abs(discount), (sign * abs(deduction) if deduction else 0)
    if net is None:
        net = (gross or 0) - discount - deduction
    words = _at(cells, columns.get("reason"))
    whole = net + discount + deduction if gross is None else gross
    reason = (reason_of(words) or UNKNOWN) if deduction else ""
    return AdviceRow(_at(cells, columns["document"]), whole, discount, deduction, reason, net, words, place=place)


_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
"""An amount whose marks may all be of thousands, or one of them the decimal mark."""


_BRACKETS = re.compile(r"^\D{0,4}[(\[（<].*[)\]）>]\D{0,4}$")
"""What takes an amount off where no minus is written."""


class _Reader:
    """Reads amounts with a decimal comma or a decimal point as plain decimals."""

    def __init__(self, comma: bool) -> None:
        self.comma = comma

    def __call__(self, text: str) -> str:
        plain = re.sub(r"[^\d.,+-]", "", text.replace("−", "-"))
        if _BRACKETS.match(text.strip()) and "-" not in plain:
            plain = f"-{plain}"
        if plain.endswith("-"):
            plain = f"-{plain[:-1]}"
        return plain.replace(".", "").replace(",", ".") if self.comma else plain.replace(",", "")


def _reader(grid: _Grid, place: int, columns: dict[str, int]) -> _Reader | None:
    if grid.exact:
        return _Reader(comma=False)
    kinds = [columns[kind] for kind in ("net", "gross", "discount", "deduction") if kind in columns]
    cells = [re.sub(r"[^\d.,-]", "", _at(row, column)).strip("-") for _, row in grid.rows[place + 1 :] for column in kinds]
    said = [cell for cell in cells if cell and not _WHOLE.fullmatch(cell)]
    if said and all(_THOUSANDS.fullmatch(cell) for cell in said):
        return None  # 150,500 is more or less than two hundred
    comma = all(_EUROPEAN.fullmatch(cell) for cell in said)
    point = all(_PLAIN.fullmatch(cell) for cell in said)
    return None if comma == point and said else _Reader(comma and bool(said))


def _currency(grid: _Grid, place: int, columns: dict[str, int], text: str) -> str:
    if "currency" in columns:
        told = {_at(cells, columns["currency"]).upper() for _, cells in grid.rows[place + 1 :]} - {""}
        return told.pop() if len(told) == 1 and told <= money.SCALE.keys() else ""
    codes = {code for code in re.findall(r"\b[A-Z]{3}\b", text) if code in money.SCALE and code != money.NO_CURRENCY}
    signs = {code for sign, code in (("€", "EUR"), ("£", "GBP"), ("¥", ""), ("￥", ""), ("$", "")) if sign in text}
    either = codes | signs
    return either.pop() if len(either) == 1 else ""


def _head(grid: _Grid, place: int) -> tuple[str, date | None]:
    """What stands above the table: the number of the advice or the payment, and the day."""
    number, when = "", None
    for _, cells in grid.rows[:place]:
        for cell in cells:
            label, _, value = cell.replace("：", ":").rpartition(":")
            beside = (value.strip() if label else "") or next((one for one in cells[cells.index(cell) + 1 :] if one), "")
            words = _folded(label or cell)
            if _ADVICE.search(words) and re.search(r"\d", beside):
                number = number or beside
            elif re.search(r"\bdate\b|datum|日期", words):
                when = when or _day(beside)
    return number, when


def _day(text: str) -> date | None:
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(20\d\d)", text):
        return day(f"{found[3]}{int(found[2]):02d}{int(found[1]):02d}")
    return day(text)


def _at(cells: Cells, column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""
