"""Numbers in a payer's text that are something else than a document: dates, months, places, goods, orders, customer numbers, accounts.

Such a number names a document only if more speaks for it. What is written before a number decides first: after "invoice" it is a
document's whatever it looks like, after "delivery note" it is not.
"""

import re
from datetime import date

_NUMBER = r"\d[\dA-Z]*(?:[-/._](?:[A-Z]{1,3}[-/._]?)?\d[\dA-Z]*)*"
"""A number from its first digit on, with the signs within and a few letters among its digits."""

_SAID = r"[\W_]*(?:(?:NR|NO|NUM|NUMMER|NUMBER|NUMERO|N°|Nº|ID|CODE|号码|编号|号)[\W_]*)?"
"""What may stand between such a word and its number."""

_DOCUMENT = re.compile(
    r"(?:\b(?:RE|RG|RN|RNR|RGNR|RENR|RECHN?|RECHNUNG\w*|BELEG\w*|GUTSCHRIFT\w*|INV|INVOICES?|BILLS?|DOCS?|DOCUMENTS?|CREDIT\W?NOTES?|CN|CM|"
    r"FACT|FACTURES?|FA|AVOIR|FT|FV|FATTUR[AE]|FACTURAS?|FACTUUR|FACTUREN|FAKT|FAKTUR\w*|LASKU\w*|FRA|NF|VS|KID|OCR|RF\d\d)"
    r"|发票|發票|单号|單號|请款|請求書|請求|СЧЕТ\w*|СЧ)" + _SAID + "$"
)
"""What says that a document's number follows."""

_ORDERED = (
    r"BEST|BESTELL\w*|AUFTR?|AUFTRAG\w*|ORDERS?|ORD|PO|P\.O|PURCHASE\W?ORDER|SALES\W?ORDER|COMMANDE|CDE|ORDINE|PEDIDO|BESTELLING|BESTALLNING|BESTÄLLNING|"
    r"ORDRE|TILAUS\w*|ZAM\w*|VERTRAG\w*|MIETVERTRAG|CONTRACT|CONTRAT\w*|ANGEBOT\w*|OFFER|QUOTE|QUOTATION|DEVIS|OFFERTE?|PROFORMA|PRO\WFORMA"
)
_ORDERED_SIGNS = r"订单|訂單|合同|注文|契約|ЗАКАЗ\w*|ДОГОВОР\w*"
_ORDER = re.compile(rf"(?:\b(?:{_ORDERED})|{_ORDERED_SIGNS}){_SAID}(?=(?P<number>[A-Z]{{0,5}}[-/]?{_NUMBER}))")
"""An order, a contract or an offer, with its number."""

_ORDERED_BEFORE = re.compile(rf"(?:\b(?:{_ORDERED})|{_ORDERED_SIGNS}){_SAID}$")

_ELSE = re.compile(
    rf"(?:\b(?:{_ORDERED}|"
    r"K(?:D|UNDEN?|ND)|CUST|CUSTOMER|CLIENTE?|KLANT\w*|ASIAKAS\w*|DEB|DEBITOR\w*|MITGLIED\w*|MEMBER|ACCT|ACCOUNT|A/C|"
    r"LIEFERSCHEIN\w*|LS|DELIVERY(?:\W?NOTE)?|BON\W?DE\W?LIVRAISON|BL|DDT|ALBARAN|PAKBON|FOLJESEDEL\w*|LAHETE\w*|WZ|"
    r"POLICE|POLIZZA|POLICY|MIETE|OBJEKT\w*|PROJEKT\w*|PROJECT|"
    r"FILIAL\w*|BRANCH|STORE|MARKT|SHOP|MAGASIN|NEGOZIO|TIENDA|WINKEL|BUTIK|LOC|SITE|STANDORT|"
    r"AKTENZEICHEN|AZ|TICKET|CASE|RMA|LOT|CHARGE|SERIAL\w*|S/N|SN|"
    r"TEL\w*|PHONE|FON|TELEFON|MOBIL\w*|HANDY|FAX|CELL|"
    r"IBAN|KONTO\w*|KTO|BLZ|BIC|BANKGIRO|MANDAT\w*|MREF|CRED|HRB|HRA|UST\W?ID\w*|VAT|TVA|NIP|CIF|NIF|SIRET|SIREN|STEUER\w*|"
    r"KARTE|CARD|TERMINAL|TERM|PLZ|ZIP|CAP|CP|HAUS|STRASSE|STR|APT|ZIMMER|ROOM|WOHNUNG|WE|"
    r"KW|WEEK|WOCHE|SEMAINE|MONAT|MONTH|JAHR|YEAR|QUARTAL|SAISON|"
    r"ADVICE|AVIS\w*|ZAHLUNGSAVIS\w*|REMITTANCE)"
    rf"|{_ORDERED_SIGNS}|客户|客戶|送货单|送貨單|电话|電話|手机|门店|店|项目|顧客|ТЕЛ)" + _SAID + "$"
)
"""What says that something else follows: a customer, an order or delivery, a contract, a shop, a telephone, an account, a place."""

_UNIT = (
    r"STK|STCK|ST(?:UE|Ü)CK\w*|PCS?|PIECES?|UNITS?|PIEZAS?|PEZZI|PZ|STUKS?|STYK|KPL|SZT\w*|KG|TONNE\w*|LTR|LITER|LITRES?|QM|M2|M3|KM|KWH|MWH|"
    r"STD|STUNDEN?|HOURS?|HRS|HEURES|ORE|HORAS|UUR|TAGE?|DAYS?|MONATE?|MONTHS?|N(?:AE|Ä)CHTE|NIGHTS?|PERS\w*|GUESTS?|LIZENZEN|LICEN[CS]ES|USERS?|"
    r"KARTONS?|BOXES|CARTONS?|PALETTEN?|PALLETS?|SACK|S(?:AE|Ä)CKE|BAGS?|FLASCHEN|BOTTLES|ROLLEN|SETS?|PAAR|PAIRS?|X|"
    r"件|个|箱|吨|公斤|米|套|台|只|瓶|個|本|枚"
)

_DAY = re.compile(
    r"(?<![\w./-])(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)?\d\d)?(?!\w|[./-]\d)"
    r"|(?<![\w./-])(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01])(?!\w|[./-]\d)"
)
"""A day, whatever stands before it."""

_WRITTEN_DAY = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2((?:20)?\d\d)(?!\w|[./-]\d)")
_ISO_DAY = re.compile(r"(?<![\w./-])(20\d\d)[-./](\d{1,2})[-./](\d{1,2})(?!\w|[./-]\d)")

_PHRASES = re.compile(
    # a month with its year, a day in one piece, a year, a time
    r"(?<![\w./-])(?:19|20)\d\d[-./](?:0[1-9]|1[0-2])(?![\w]|[./-]\d)|(?<![\w./-])(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d\d(?![\w]|[./-]\d)"
    r"|(?<![\w./+,;&-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\w|[./+,;&-]+ ?\d)"
    r"|(?:19|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}日?)?|\d{1,2}月(?:\d{1,2}日?)?"
    r"|(?<![\w./-])(?:19|20)\d\d(?!\w|[./-]\w| \d)|(?<!\w)\d{1,2}:\d\d(?::\d\d)?(?!\w)"
    # an amount with its small coins, or with its currency
    r"|(?<![\w.,/+-])(?:\d{1,3}(?:[.,' ]\d{3})+|\d+)[.,]\d\d(?![\w/+-]|[.,;]\d)"
    r"|(?<![\w.,/+-])\d{1,3}(?:(?:[.' ]\d{3})+,|(?:[,' ]\d{3})+\.)\d\d(?=[/+;]\d)"
    r"|(?<!\w)(?:EUR|USD|GBP|CHF|CNY|RMB|SEK|NOK|DKK|PLN|CZK|JPY)\s?\d[\d.,']*"
    r"|(?<![\w./-])\d[\d.,']*\s?(?:EUR|USD|GBP|CHF|CNY|RMB|SEK|NOK|DKK|PLN|CZK|JPY|€|\$|元|円)(?!\w| ?\d)"
    rf"|(?<![\w./-])\d[\d.,]*\s?(?:{_UNIT})(?![^\W\d_]|-)|(?<!\w)\d+\s?%"
    # a telephone number
    r"|\b(?:TEL\w*|PHONE|FON|MOBIL\w*|HANDY|FAX|CELL)\W*\d[\d /()-]*\d|(?<![\w+/&,;])\+\d[\d /()-]{6,}\d"
)
"""Numbers that say by their own form what they are."""

_IBAN = re.compile(r"\b(?!RF)[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

_TOWN = re.compile(
    r"(?<![\w./-])(?<!\d )(?:(?:A|B|CH|D|DK|F|FIN?|I|L|N|NL|PL|S)-)?(?:\d{4,6}|\d{3} \d\d|\d\d-\d{3})(?: [A-Z]{2})? (?=([^\W\d_]{3,}))"
)
"""A postcode: four to six digits with nothing but a blank before the name of a town."""

_NO_TOWN = frozenset(
    """
    ABZ ABZGL ABZUEGLICH ABZUG ABZÜGLICH AND AUS BETRAG BIS DANK DANKE DATED DATUM DEL DOCUMENTS DUE FROM FUER FÜR GESAMT GRACIAS
    GRAZIE IHR IHRE INKL INV INVOICE LESS MERCI MINUS MIT MORE NETTO OF OHNE OKT ORDER OTHERS OUR PART PAYMENT PLUS RATE RECHNUNG
    REF REST SAGT SKONTO TEIL TEILZAHLUNG THANK THANKS THE TOTAL UND UNSER UNSERE VIELEN VOM VON WEITERE WITH YOUR ZAHLUNG ZZGL
    """.split()
)
"""Words behind a number that are no town."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST, _MOST = 3, 6
_WORD_BEFORE = 40
"""Characters before a number in which what it is may be said."""

_ANY = re.compile(rf"(?<!\d){_NUMBER}")
_LISTED = re.compile(rf"(?P<sign>\s*[,;/&+]\s*|\s+(?:AND|UND|ET|E|Y|OG|OCH|EN|I)\s+|\s+)(?P<number>{_NUMBER})(?!\w)")
_GOES_ON = re.compile(rf"(?:\s*[,;/&+]\s*|\s+(?:AND|UND|ET|E|Y|OG|OCH|EN|I)\s+){_NUMBER}(?!\w)")


def blanked(upper: str, *, orders: bool = False) -> str:
    """A text in capitals with blanks in place of every number that is no document's by its own form or by the word before it.

    Letters stay where they are, so places in the text stay the same. With `orders`, numbers of orders, contracts and offers stay too.
    """
    if not any(map(str.isdigit, upper)):
        return upper
    spans = [match.span() for match in _DAY.finditer(upper)]
    spans += [match.span() for match in _IBAN.finditer(upper) if _checks(match[0])]
    told = _documents(upper)
    spans += [match.span() for match in _PHRASES.finditer(upper) if match.start() not in told]
    spans += [match.span() for match in _TOWN.finditer(upper) if match.start() not in told and _may_be_town(match[1])]
    for match in _ANY.finditer(upper):
        before = upper[max(0, match.start() - _WORD_BEFORE) : match.start()]
        if _ELSE.search(before) and not _DOCUMENT.search(before) and not (orders and _ORDERED_BEFORE.search(before)):
            end = match.end()
            while following := _GOES_ON.match(upper, end):
                end = following.end()
            spans.append((match.start(), end))
    return _without(upper, spans)


def days(text: str) -> frozenset[date]:
    """The days of a text, each in every way in which it may be read; a year has four digits or two of this century."""
    found = {_day(y, m, d) for y, m, d in _ISO_DAY.findall(text)}
    for first, sign, second, year in _WRITTEN_DAY.findall(text):
        found.add(_day(year, second, first))
        if sign != ".":
            found.add(_day(year, first, second))
    return frozenset(day for day in found if day is not None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def orders(upper: str) -> list[str]:
    """Numbers of a text in capitals that are said to be an order's, a contract's or an offer's, as written."""
    return [match["number"] for match in _ORDER.finditer(upper)]


def said(upper: str) -> frozenset[str]:
    """Digits, without leading zeros, of numbers that a text in capitals says are documents'."""
    places = _documents(upper)
    found = (match[0] for match in _ANY.finditer(upper) if match.start() in places)
    return frozenset("".join(filter(str.isdecimal, number)).lstrip("0") for number in found)


def said_short(upper: str) -> frozenset[str]:
    """The same of numbers of three to six digits that are no year: a longer one of another make than ours is the payer's own."""
    return frozenset(number for number in said(upper) if _LEAST <= len(number) <= _MOST and not _YEAR.fullmatch(number))


def _may_be_town(word: str) -> bool:
    return word not in _NO_TOWN and not _ELSE.search(word) and not _DOCUMENT.search(word)


def _documents(upper: str) -> set[int]:
    """Places of the first digits of numbers that are said to be documents', and of those listed behind them.

    Where only a blank is between two numbers, the second belongs to the list if it is as long as the first.
    """
    told: set[int] = set()
    for match in _ANY.finditer(upper):
        if _DOCUMENT.search(upper[max(0, match.start() - _WORD_BEFORE) : match.start()]):
            told.add(match.start())
            end, size = match.end(), len(match[0])
            while (following := _LISTED.match(upper, end)) and (following["sign"].strip() or len(following["number"]) == size):
                told.add(following.start("number"))
                end = following.end()
    return told


def _checks(iban: str) -> bool:
    """Whether an account number's check digits are right (ISO 7064, mod 97-10)."""
    number = iban.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "".join(" " if c.isdecimal() else c for c in text[start:end]) + text[end:]
    return text
