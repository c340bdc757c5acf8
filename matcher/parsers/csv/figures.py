"""Which columns of figures are amount, credit, debit, fee and balance: proved by the running balance where there is one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, pairwise, permutations

from matcher.parsers.csv.body import Body, figure
from matcher.parsers.csv.cells import CellError, amount_reader

_KEYS = {
    "fee": r"fees?|geb[üu]hr(?:en)?|frais|commissions?|comisi[óo]n|taxa|kosten|手数料|手续费",
    "net": r"net|netto|net amount|netto\w*|net\w*betrag|净额",
    "gross": r"gross|brutto\w*|brut|gross amount",
    "balance": r"\S*balance|bal|saldo\w*|\S*saldo|\S*solde|sold|guthaben|kontostand|z[ůu]statek|egyenleg"
    r"|bakiye\w*|stanje|staða|υπόλοιπο|остаток\S*"
    r"|залишок|баланс|ה?יתרה|الرصيد|số dư|ยอด\S*|\S*残高|\S*余额|\S*餘額|잔액",
    "credit": r"credits?|deposits?|cr|gutschrift(?:en)?|haben|paid in|money in|in|received|cr[ée]ditos?|avoir|abonos?|bij"
    r"|przychod\S*|uznania"
    r"|accredit\w+|entrat[ae]|avere|inn(?: på konto)?|ins[äa]ttning\w*|indbetal\w*|jóváírás\w*|p[řr]íjem\w*"
    r"|alacak|ghi có|πίστωση|приход\S*|кредит\S*"
    r"|зачислен\S*|ב?זכות|دائن|potražuje|uplat[ae]|dobro|เงินฝาก|ฝากเงิน|ฝาก|pemasukan|kredit"
    r"|お?預\S*|入金\S*|收入\S*|贷方\S*|存入|입금\S*",
    "debit": r"debits?|withdraw\w*|dr|belastung(?:en)?|soll|paid out|money out|out|spent|d[ée]bito?|cargos?|af|obci[ąa]\S*|payments?"
    r"|lastschrift(?:en)?|addebit\w+|uscit[ae]|dare|ut(?: fra konto)?|uttag\w*|udbetal\w*|terhelés\w*|výdaj\w*"
    r"|borç|ghi nợ|χρέωση|расход\S*|дебет\S*"
    r"|списан\S*|ב?חובה|مدين|duguje|isplat[ae]|breme|ถอนเงิน|ถอน|pengeluaran|debet|retiros?|gastos?|prelievi"
    r"|お?支払\S*|お?引出\S*|出金\S*|支出\S*|借方\S*|取出|출금\S*",
    "amount": r"\S*amount|\S*betrag|\S*bedrag|montant|montante|importe|importo|monto|kwota|valor"
    r"|suma|iznos|znesek|upphæð|objem|jumlah|nominal|tutar\S*|ποσό\S*|сумма|сума|số tiền|จำนวนเงิน|סכום|المبلغ"
    r"|umsatz|bel[øo]pp?|summa|m[äa][äa]r[äa]|[čc][áa]stka"
    r"|[öo]sszeg\w*|\S*金額|\S*金额|入出金|[a-z]{3}\$",
}
_NO_MONEY = re.compile(r"rate|kurs|number|nummer|\bno\.?$|\bnr\.?$|n[°º]|#\s*$|code|zip|postcode|sort|serial|番号|号|\bid$", re.IGNORECASE)
Values = Mapping[int, Sequence[Decimal | None]]
"""The figures of a column, by its place."""
_ELSEWHERE = re.compile(r"original|foreign|fremd|local|ursprung|instructed|origine")
"""A title of an amount in another currency than the account's."""
_MOST = 8
"""Columns of figures that are tried against each other."""
_WHOLE = {"in", "out", "af", "bij", "ut", "inn", "cr", "dr", "dare", "sold"}
"""Words that say something of a column only where they are its whole title."""


@dataclass
class Money:
    """Fields of money by column, what is to be said of them, and whether a running balance proves them."""

    fields: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    proven: bool = False


def kinds(title: str) -> list[str]:
    """What a title says of a column of figures, in the order in which it is to be believed."""
    words = re.sub(r"[(\[（].*?[)\]）]", " ", title.casefold()).replace("_", " ").replace("#", " ").replace(".", " ").strip()
    found = [name for name, pattern in _KEYS.items() if re.fullmatch(pattern, words)]
    words = " ".join(word for word in words.split() if word not in _WHOLE)
    return found or [name for name, pattern in _KEYS.items() if re.search(rf"(?:^|\s)(?:{pattern})(?:\s|$)", words)]


def assign(body: Body, days: Sequence[int], sure: bool = True) -> Money:
    """The columns of money of a table. Unless `sure`, whole numbers under unknown titles may be money as well."""
    columns = [n for n in range(body.width) if n not in days and _is_money(body, n, sure)]
    titled: dict[str, list[int]] = {}
    for column in columns:
        for name in kinds(body.title(column))[:1]:
            titled.setdefault(name, []).append(column)
    for places in titled.values():
        places.sort(key=lambda column: (_ELSEWHERE.search(body.title(column).casefold()) is not None, column))
    values = {column: [value(cell) for cell in body.column(column)] for column in columns}
    found = _proven(columns[:_MOST], titled, values, bool(body.titles)) or _by_title(columns, titled, values, body)
    if found.fields or sure is False:
        return found
    return assign(body, days, sure=False)


def _is_money(body: Body, column: int, sure: bool) -> bool:
    cells = [cell for cell in body.column(column) if cell.strip("-– ")]
    if not cells or not all(map(figure, cells)) or _NO_MONEY.search(body.title(column)):
        # a column without any figure in the first rows is one of money only by its title
        return not cells and bool(set(kinds(body.title(column))) & {"credit", "debit"})
    placed = any(re.search(r"[.,]\d{2}(?!\d)", cell) for cell in cells)
    return placed or bool(kinds(body.title(column))) or not sure


def value(cell: str) -> Decimal | None:
    """The figure of a cell by the decimal mark that it seems to have; None when it is none."""
    for mark, grouping in ((".", ", '"), (",", ". '")) if re.search(r"\.\d{2}\D*$", cell) else ((",", ". '"), (".", ", '")):
        try:
            return Decimal(amount_reader(mark, grouping, lakh=True)(cell)[0]) if cell.strip("-– ") else None
        except CellError:
            continue
    return None


def _proven(columns: Sequence[int], titled: Mapping[str, Sequence[int]], values: Values, named: bool) -> Money | None:
    """The first reading, the likeliest by its titles before others, by which every balance follows from the one before."""
    best: tuple[int, Money] | None = None
    for balance in columns:
        without_fee: dict[int, int] = {}
        for fields, amounts in _readings([n for n in columns if n != balance], values):
            steps, followed, before = _follows(values[balance], amounts)
            if not steps or followed * 10 < steps * 9 or ("fee" in fields and followed <= without_fee.get(fields["amount"], 0)):
                continue
            without_fee |= {fields["amount"]: followed} if fields.keys() == {"amount"} else {}
            fields = fields | {"balance": balance}
            agree = sum(_agrees(name, column, titled) for name, column in fields.items())
            if (named and balance not in titled.get("balance", ()) and steps < _SURE) or (steps < _SURE and not agree and named):
                continue
            weight = 4 * agree - len(fields) - 5 * before
            if best is None or weight > best[0]:
                best = weight, Money(dict(fields), {"before": "the balance is that before the row"} if before else {}, True)
    return best[1] if best else None


_SURE = 3


def _agrees(name: str, column: int, titled: Mapping[str, Sequence[int]]) -> int:
    if name == "amount":
        # the net amount is what moves a balance, whatever else moves it as well in the first rows
        return 2 * (column in titled.get("net", ())) or column in titled.get("amount", ()) or column in titled.get("gross", ())
    return column in titled.get(name, ())


def _readings(columns: Sequence[int], values: Values) -> Iterator[tuple[dict[str, int], list[Decimal | None]]]:
    zero = Decimal(0)
    for amount in columns:
        yield {"amount": amount}, list(values[amount])
    for credit, debit in permutations(columns, 2):
        pairs = list(zip(values[credit], values[debit], strict=True))
        if not any(a and b for a, b in pairs):
            one_sign = len({b > 0 for _, b in pairs if b}) < 2
            out = [abs(b or zero) if one_sign else b or zero for _, b in pairs]
            moved = [None if a is None and b is None else (a or zero) - minus for (a, b), minus in zip(pairs, out, strict=True)]
            yield {"credit": credit, "debit": debit}, moved
    for amount, fee in permutations(columns, 2):
        pairs = list(zip(values[amount], values[fee], strict=True))
        if any(fee for _, fee in pairs):
            yield {"amount": amount, "fee": fee}, [None if a is None else a - abs(f or zero) for a, f in pairs]


def _follows(balances: Sequence[Decimal | None], amounts: Sequence[Decimal | None]) -> tuple[int, int, bool]:
    """How many steps the balances make, how many of them are the amounts in the better of both orders, and whether a row's balance is that
    before it.
    """
    rows = [(balance, amount or Decimal(0)) for balance, amount in zip(balances, amounts, strict=True) if balance is not None]
    if not any(amount for _, amount in rows):
        return 0, 0, False
    steps = list(pairwise(rows))
    rising = sum(after[0] - before[0] == after[1] for before, after in steps)
    falling = sum(before[0] - after[0] == before[1] for before, after in steps)
    before = sum(after[0] - before[0] == before[1] for before, after in steps)
    return len(steps), max(rising, falling, before), before > max(rising, falling)


def _by_title(columns: Sequence[int], titled: Mapping[str, Sequence[int]], values: Values, body: Body) -> Money:
    money = Money()
    first = {name: places[0] for name, places in titled.items()}
    if "net" in first:
        money.fields["amount"] = first["net"]
        money.notes["amount"] = ("" if "fee" in first else "CHECK ") + "the net amount: what moves the balance"
        if "fee" in first:
            money.fields["charges"] = first["fee"]
    elif "credit" in first and "debit" in first:
        money.fields |= {"credit": first["credit"], "debit": first["debit"]}
    elif pair := _taking_turns([n for n in columns if n not in (first.get("balance"), first.get("fee"))], titled, values):
        money.fields |= {"debit": pair[0], "credit": pair[1]}
        if not pair[2]:
            money.notes["debit"] = "CHECK the titles are not known: is this column money out, and the next one money in?"
    elif "amount" in first or "gross" in first:
        money.fields["amount"] = first.get("amount", first.get("gross", 0))
        if "fee" in first and any(values[first["fee"]]):
            money.fields["charges"] = first["fee"]
            money.notes["charges"] = "CHECK is the fee taken off beside the amount? Then call this column `fee`"
        if len(titled.get("amount", ())) > 1:
            others = ", ".join(repr(body.title(n)) for n in titled["amount"][1:])
            money.notes["amount"] = f"CHECK there are further columns of amounts: {others}"
    else:
        left = [n for n in columns if n not in (first.get("balance"), first.get("fee"))]
        if left:
            money.fields["amount"] = left[0]
            money.notes["amount"] = "CHECK the title is not known; its cells look like amounts"
            if not body.titles and len(left) > 1 and "balance" not in first:
                money.fields["balance"] = left[1]
                money.notes["balance"] = "CHECK the second column of figures; no balance follows from the amounts in the first rows"
    if "balance" in first and first["balance"] not in money.fields.values():
        money.fields["balance"] = first["balance"]
    return money


def _taking_turns(columns: Sequence[int], titled: Mapping[str, Sequence[int]], values: Values) -> tuple[int, int, bool] | None:
    """Debit and credit, of which each row fills one, and whether a title or the signs tell which is which; else it is their order."""
    told = {name: set(titled.get(name, ())) for name in ("credit", "debit")}
    for one, other in combinations(columns, 2):
        pairs = list(zip(values[one], values[other], strict=True))
        if any(bool(a) == bool(b) for a, b in pairs) or not any(a for a, _ in pairs) or not any(b for _, b in pairs):
            continue
        if {one, other} & set(titled.get("gross", ())):
            continue
        out = {n for n in (one, other) if all(v < 0 for v in values[n] if v)}
        mixed = {n for n in (one, other) if len({v > 0 for v in values[n] if v}) > 1}
        if mixed or len(out) == 2:
            continue
        if one in told["credit"] or other in told["debit"] or (out == {other} and one not in told["debit"]):
            return other, one, True
        return one, other, bool(out) or one in told["debit"] or other in told["credit"]
    return None
