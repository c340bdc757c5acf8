"""Terms of payment as people write them: ``2/10 net 30``, ``3% 10, 2% 20, net 30``, ``14 Tage netto``, ``30 EOM``, ``月结30天``.

Of a text either all of it is understood or nothing is made of it: half understood terms would be a guess at money.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from matcher.money import PPM

MAX_DAYS = 3660
"""Longest term of payment, in days: ten years. What is longer is a slip of the pen or an attack."""

_TEN_THOUSAND = 10_000
_DAYS = r"(?:days?|dys?|d|t|tg\.?|tagen?|jours?|jrs?|j|giorni|gg|g|d[ií]as|dagen|天|日)"
_NUMBER = r"(\d{1,5})"
_RATE = r"(\d{1,3}(?:[.,]\d{1,4})?)"
_NET = (
    r"(?:net(?:to)?|rein\s+netto|strictly|within|in|innerhalb(?:\s+von)?|binnen|zahlbar(?:\s+(?:in|innerhalb(?:\s+von)?|binnen))?|due(?:\s+in)?"
    r"|payable(?:\s+(?:in|within))?|payment(?:\s+within)?|ziel|zahlungsziel|à|a|付款期限?|账期|信用期)"
)
_AFTER = (
    r"(?:net(?:to)?|due\s+net|rein\s+netto|ohne\s+abzug|ab\s+rechnungsdatum|nach\s+rechnungs(?:datum|erhalt|stellung|eingang)?|from\s+invoice(?:\s+date)?"
    r"|after\s+invoice(?:\s+date)?|date\s+(?:de\s+)?facture|nets?|d\.?f\.?|zahlungsziel|ziel|payment|terms?|付款|内付款|后付款|内|账期|dopo\s+fattura|data\s+fattura)"
)
_EOM = (
    r"(?:e\.?\s?o\.?\s?m\.?|end\s+of\s+month|month\s+end|monatsende|fin\s+de\s+mois|fdm|fine\s+mese|f\.?m\.?"
    r"|fin\s+de\s+mes|einde\s+maand|月结|月底|月末)"
)
_NOW = re.compile(
    r"^(?:immediate(?:ly)?|due\s+(?:on|upon)\s+receipt|(?:payable\s+|due\s+)?(?:on|upon)\s+receipt|due\s+immediately|cash|c\.?o\.?d\.?|cash\s+on\s+delivery|sofort"
    r"(?:\s+(?:fällig|zahlbar|netto|rein\s+netto|zahlbar\s+ohne\s+abzug|ohne\s+abzug))?|zahlbar\s+sofort(?:\s+(?:ohne\s+abzug|rein\s+netto))?|"
    r"bei\s+erhalt|per\s+sofort|barzahlung|comptant|à\s+réception(?:\s+de\s+facture)?|al\s+contado|contado|vista|rimessa\s+diretta|a\s+vista|contant|现结|现款|即付|立即付款|货到付款"
    r"|payable\s+immediately(?:\s+due\s+net)?|immediate\s+payment|net\s+cash)$"
)
_DISCOUNT = re.compile(
    rf"^(?:{_RATE}\s*/\s*{_NUMBER}(?:\s*{_DAYS})?"
    rf"|(?:(?:innerhalb(?:\s+von)?|binnen|bis|within|in)\s+)?{_NUMBER}\s*{_DAYS}?\s*[,:]?\s*(?:mit\s+)?(?:skonto\s+)?{_RATE}\s*%(?:\s*(?:skonto|discount|escompte|cash\s+discount))?"
    rf"|{_RATE}\s*%\s*(?:skonto|cash\s+discount|discount|escompte|sconto|desc(?:uento)?|korting|折扣)?\s*(?:[,:]|bei\s+zahlung)?\s*"
    rf"(?:(?:innerhalb(?:\s+von)?|binnen|bis(?:\s+zu)?|within|in|if\s+paid\s+(?:within|in)|sous|à|bei)\s+)?{_NUMBER}\s*{_DAYS}?)$"
)
_PLAIN = re.compile(rf"^(?:{_NET}\s*:?\s*)?{_NUMBER}\s*(?:-?\s*{_DAYS})?\s*(?:{_AFTER})?$")
_BARE = re.compile(rf"^{_NUMBER}$")
_N = re.compile(rf"^n\s*/?\s*{_NUMBER}$")
_MONTH_END = re.compile(
    rf"^(?:net(?:to)?\s*)?(?:{_NUMBER}\s*(?:{_DAYS})?\s*)?(?:net(?:to)?\s*)?(?:(?:after|from|ab|le|bis|zum|d\.?f\.?)\s+)?{_EOM}$"
)
_MONTH_END_PLUS = re.compile(rf"^(?:net(?:to)?\s*)?{_EOM}\s*(?:\+|plus|后|,)?\s*{_NUMBER}\s*(?:{_DAYS})?$")
_NEXT_MONTH = re.compile(
    r"^(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:(?:day\s+)?of\s+(?:the\s+)?(?:next|following)\s+month|(?:des\s+)?(?:folgemonats|nächsten\s+monats)|du\s+mois\s+suivant|prox(?:imo)?)"
    r"|(?:am|zum|le|on\s+the)\s+(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:(?:of\s+(?:the\s+)?)?(?:next|following)\s+month|(?:des\s+)?(?:folgemonats|nächsten\s+monats)|du\s+mois\s+suivant)"
    r"|(?:次月|下月)(\d{1,2})[日号](?:付款|前付款|前)?)$"
)
_NEXT_MONTH_END = re.compile(
    r"^(?:(?:net\s+)?end\s+of\s+(?:the\s+)?(?:following|next)\s+month|ende\s+(?:des\s+)?(?:folgemonats|nächsten\s+monats)|次月底|次月末)$"
)
_LAST_DAY = 31
_PARTS = re.compile(
    r"\s*(?:[,;]|\b(?:then|dann|danach|sonst|else|otherwise|bzw\.?|oder|or)\b|(?<=\d)\s+(?=net(?:to)?\b)|(?<=%)\s{2,}|(?<=tage)\s+(?=\d+\s*(?:tage|netto))|(?<=tage)\s+(?=netto\s+\d)|(?<=%)\s+(?=\d+\s*tage\s+netto)|(?<=skonto)\s+(?=\d+\s*tage\s+netto))\s*"
)


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount for paying early: millionths of the amount, until so many days after the document."""

    ppm: int
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that were understood.

    Attributes:
        days: from the document to the due date; None when nothing but discounts is said.
        month_end: the due date is the last day of the month that the days lead into.
        after_month_end: days after that last day.
        day_of_month: the due date is this day of the month after the document's.
        discounts: the steps, the earliest first.
    """

    days: int | None = None
    month_end: bool = False
    after_month_end: int = 0
    day_of_month: int = 0
    discounts: tuple[Discount, ...] = ()

    def due(self, issued: date) -> date | None:
        """The due date of a document of a day; None when the terms say none. Raises OverflowError beyond the calendar."""
        if self.day_of_month:
            year, month = (issued.year, issued.month + 1) if issued.month < 12 else (issued.year + 1, 1)
            return date(year, month, min(self.day_of_month, calendar.monthrange(year, month)[1]))
        if self.days is None:
            return None
        day = issued + timedelta(days=self.days)
        if self.month_end:
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1]) + timedelta(days=self.after_month_end)
        return day


@lru_cache(maxsize=10_000)
def parse(text: str) -> Terms | None:
    """What terms say; None for an empty text, and for one that is not understood as a whole."""
    plain = " ".join(text.casefold().replace("\u00a0", " ").split()).strip(" .")
    if not plain:
        return None
    if _NOW.match(plain):
        return Terms(days=0)
    if (whole := _net(plain)) is not None:
        return whole
    # a comma may stand in a rate
    parts = [part.strip(" .") for part in _PARTS.split(re.sub(r"(\d),(\d+\s*%)", r"\1.\2", plain)) if part and part.strip(" .")]
    discounts: list[Discount] = []
    net: Terms | None = None
    for part in parts:
        if net is None and (step := _step(part)) is not None:
            discounts.append(step)
        elif net is None and (found := Terms(days=0) if _NOW.match(part) else _net(part)) is not None:
            net = found
        else:
            return None
    days = [step.days for step in discounts]
    if days != sorted(days) or not (discounts or net):
        return None
    net = net or Terms()
    return Terms(net.days, net.month_end, net.after_month_end, net.day_of_month, tuple(discounts))


@lru_cache(maxsize=100_000)
def later(text: str, issued: date, first_ppm: int, first_until: date) -> tuple[tuple[int, date], ...]:
    """The steps of discount behind the first one of an item: rate in millionths and last day, the earliest first.

    An item has the first step in columns of its own; what its terms say of further days and lower rates is a step, too.

    Args:
        text: the item's terms.
        issued: day of the document.
        first_ppm, first_until: rate and last day of its first step.
    """
    understood = parse(text)
    steps: list[tuple[int, date]] = []
    for step in understood.discounts if understood else ():
        if step.days > MAX_DAYS:
            continue
        until, before = issued + timedelta(days=step.days), steps[-1] if steps else (first_ppm, first_until)
        if until > before[1] and 0 < step.ppm < before[0]:
            steps.append((step.ppm, until))
    return tuple(steps)


def steps(text: str | None, issued: date, first_ppm: int | None, first_until: date | None) -> tuple[tuple[int, date], ...]:
    """All steps of an item's discount, as `later` has them; none without a rate or a last day."""
    if not first_ppm or first_until is None:
        return ()
    return ((first_ppm, first_until), *(later(text, issued, first_ppm, first_until) if text else ()))


def of_amount(amount: int, ppm: int) -> int:
    """A share of an amount in minor units, half away from zero, as invoices state a discount (docs/matching.md)."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * ppm + PPM // 2) // PPM)


def _step(part: str) -> Discount | None:
    if (match := _DISCOUNT.match(part)) is None:
        return None
    first, days, days2, second, third, days3 = match.groups()
    rate, until = first or second or third, days or days2 or days3
    whole, _, places = rate.replace(",", ".").partition(".")
    ppm = int(whole) * _TEN_THOUSAND + int(places.ljust(4, "0") or 0)
    return Discount(ppm, int(until)) if ppm < PPM else None


def _net(part: str) -> Terms | None:
    if match := _MONTH_END_PLUS.match(part):
        # 月结30天: thirty days after the end of the month
        return Terms(days=0, month_end=True, after_month_end=int(match[1]))
    if match := _MONTH_END.match(part):
        return Terms(days=int(match[1] or 0), month_end=True)
    if _NEXT_MONTH_END.match(part):
        return Terms(day_of_month=_LAST_DAY)
    if match := _NEXT_MONTH.match(part):
        day = int(match[1] or match[2] or match[3])
        return Terms(day_of_month=day) if 1 <= day <= 31 else None
    if match := _N.match(part):
        return Terms(days=int(match[1]))
    if (match := _PLAIN.match(part)) and not _BARE.match(part):
        return Terms(days=int(match[1]))
    return None
