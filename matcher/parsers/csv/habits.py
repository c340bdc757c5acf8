"""Which currency the account of an unknown table has: from the rows, the titles, what stands around the table, else by its language."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcher.parsers.csv.body import Body
from matcher.parsers.csv.cells import CellError, currency_code
from matcher.parsers.csv.guess import IBAN
from matcher.parsers.csv.proposal import Draft, used
from matcher.parsers.csv.survey import month_first

GUESSED = "CHECK the file does not say its currency; this is a guess from its titles and days"
_LABEL = re.compile(
    r"currenc|w[äa]hrung|devise|moneda|moeda|moed|divisa|valuta|waluta|m[ěe]na|devizanem|d[öo]viz|munt|币|幣|通貨|mata uang|валюта|νόμισμα"
)
_WORDS = {"ALL", "TRY", "TOP", "GEL", "PEN", "MAD", "BOB", "CUP", "SOS", "COP", "ANG", "LAK", "NAD", "ERN", "PAB", "SLE", "XUA"}
"""Codes that are words as well, or parts of names: they count only behind a label."""
_EURO = frozenset("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK MC SM AD".split())
_OF_COUNTRY = {
    "GB": "GBP", "CH": "CHF", "LI": "CHF", "DK": "DKK", "NO": "NOK", "SE": "SEK", "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON",
    "BG": "BGN", "TR": "TRY", "IL": "ILS", "AE": "AED", "SA": "SAR", "KW": "KWD", "QA": "QAR", "BH": "BHD", "EG": "EGP", "BR": "BRL",
    "RS": "RSD", "UA": "UAH", "KZ": "KZT", "GE": "GEL", "PK": "PKR",
}  # fmt: skip
_HABITS = (
    ("JPY", "[\u3040-\u30ff]"), ("KRW", "[\uac00-\ud7af]"), ("TWD", "餘額|帳號|轉帳|臺"),
    ("CNY", "[\u4e00-\u9fff]"), ("THB", "[\u0e00-\u0e7f]"),
    ("ILS", "[\u0590-\u05ff]"), ("UAH", "залишок|призначення"), ("RUB", "остаток|сумма|дата операции"), ("VND", "số dư|ghi nợ|số tiền"),
    ("INR", r"\b(?:neft|upi|imps|rtgs)\b"), ("BRL", r"\b(?:pix|boleto|histórico|lançamentos?)\b.*|saldo anterior"), ("MXN", r"\bspei\b"),
    ("HUF", "összeg|egyenleg|könyvel|[őű]"), ("PLN", "kwota|księg|rachunek"),
    ("CZK", "částka|zůstatek|protiúčet"), ("RON", r"tranzac|\bsold\b"),
    ("SEK", "belopp|bokför|reskontra"), ("NOK", "fra konto|rentedato|bokført|arkivref|forklaring"), ("DKK", "beløb|bogfør|udført|afstemt"),
    ("TRY", "bakiye|tutar|açıklama"), ("IDR", "tanggal|keterangan|mutasi"), ("AUD", r"\b(?:bsb|osko|bpay)\b"),
    ("KES", r"m-?pesa|\bpaybill\b"),
    ("NZD", r"particulars.*\bcode\b.*reference"), ("ZAR", r"\bacc-no\b|\bib payment\b|\beft\b.*\bzar\b"), ("CLP", "cartola"),
    ("RSD", "duguje|potražuje"),
    ("ISK", "upphæð|færsla"), ("PEN", r"\bsoles\b"), ("BGN", r"\bлв\b"),
)  # fmt: skip
"""What stands in a bank's tables in one country only."""


def name(draft: Draft) -> None:
    """Says which column holds the currency, or which currency it is and what that rests on."""
    body = draft.body
    places = [n for n in range(body.width) if n not in used(draft.columns) and all(map(is_code, body.column(n)))]
    if places:
        amount = draft.columns.get("amount", draft.columns.get("credit", 0))
        assert isinstance(amount, int)
        # the one beside the amount, where several amounts have one each
        draft.currency, draft.columns["currency"] = "column", min(places, key=lambda n: (abs(n - amount), -n))
        if len(places) > 1:
            draft.notes["currency"] = "CHECK several columns hold a currency; this one stands nearest to the amount"
        return
    for field in ("amount", "credit", "debit", "balance"):
        place = draft.columns.get(field)
        title = body.title(place) if isinstance(place, int) else ""
        for word in reversed(re.findall(r"[^\s(\[（）)\]]+", title)):
            if is_code(word) or is_code(word.rstrip("$")):
                draft.currency = currency_code(word if is_code(word) else word.rstrip("$"))
                draft.notes["currency"] = f"from the title {title!r}"
                return
    for cell in draft.cells("amount") + draft.cells("credit"):
        word = re.search(r"[^\d\s.,'+()-]+\s*$|^\s*[^\d\s.,'+()-]+", cell)
        if word and is_code(word[0].strip()):
            draft.currency, draft.notes["currency"] = currency_code(word[0].strip()), "from the amounts"
            return
    draft.currency, draft.notes["currency"] = _around(body) or (_by_habit(draft), GUESSED)


def is_code(text: str) -> bool:
    """Whether a cell is the code of a currency or a sign that stands for one."""
    try:
        return len(text) <= 4 and bool(currency_code(text))
    except CellError:
        return False


def _around(body: Body) -> tuple[str, str] | None:
    """The one currency that the rows around the table name, by its code, or by the country of the one IBAN there."""
    rows = list(_outside(body))
    for cells in rows:
        for before, cell in pairwise(cells):
            if _LABEL.search(before.casefold()) and is_code(cell):
                return currency_code(cell), "from the rows around the table"
        for cell in cells:
            label, _, word = cell.rpartition(":")
            if _LABEL.search(label.casefold()) and is_code(word.strip()):
                return currency_code(word.strip()), "from the rows around the table"
    text = " ".join(cell for cells in rows for cell in cells)
    codes = {word for word in re.findall(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", text) if word not in _WORDS and is_code(word)}
    if len(codes) == 1:
        return codes.pop(), "CHECK the only currency that the rows around the table name"
    countries = {iban[:2] for iban in IBAN.findall(text)}
    if len(countries) == 1 and (country := countries.pop()) in _EURO | _OF_COUNTRY.keys():
        return _OF_COUNTRY.get(country, "EUR"), "CHECK the currency of the country that the account's IBAN names"
    return None


def _outside(body: Body) -> Iterator[Sequence[str]]:
    booked = {id(row) for row in body.rows}
    for place, (_, cells, _) in enumerate(body.table.records):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if filled and (place < body.header or len(filled) <= len(body.rows[0]) // 2) and id(cells) not in booked:
            yield filled


def _by_habit(draft: Draft) -> str:
    outside = " ".join(cell for cells in _outside(draft.body) for cell in cells)
    words = " ".join([outside, *draft.body.titles, *(cell for row in draft.body.rows for cell in row)]).casefold()
    for code, pattern in _HABITS:
        if re.search(pattern, words):
            return code
    if draft.lakh:
        return "INR"
    if any(month_first(text) for text in draft.formats):
        return "USD"
    return "GBP" if draft.decimal == "." and draft.formats[0].startswith("%d/") else "EUR"
