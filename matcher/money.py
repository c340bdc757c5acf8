"""Money as integer minor units, and the only place where amounts are parsed from text or printed.

An amount is an ``int`` of minor units (cents, yen, fils) together with an ISO 4217 currency code. The number of decimal
places of a currency is fixed here; text with more significant places than its currency has is an error, never a rounding.
"""

from decimal import Decimal

from matcher.errors import MatcherError

MAX_MINOR = 10**15
"""Largest absolute amount accepted, in minor units: far below int64, so that sums of millions of lines cannot overflow."""

PPM = 1_000_000
"""Rates, shares, confidences and margins are whole numbers of millionths."""

CURRENCY_TABLE_VERSION = "ISO 4217:2015, amendment 179"
NO_CURRENCY = "XXX"
"""ISO 4217's own code for 'no currency': a statement that names none can be read and summed, its lines match nothing."""
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
    "CNH CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD "
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL "
    # withdrawn, still found in archived statements
    "HRK LTL LVL EEK SKK SIT MTL CYP DEM FRF NLG ITL ESP ATS BEF FIM IEP PTE GRD ROL TRL RUR VEF VEB ZMK MRO STD BYR CUC ANG"
)
SCALE: dict[str, int] = (
    dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_TWO.split(), 2)
    | dict.fromkeys(_THREE.split(), 3)
    | dict.fromkeys(_FOUR.split(), 4)
    | {NO_CURRENCY: 2}
)
"""Decimal places per ISO 4217 currency code. Withdrawn codes keep two places, as banks print them."""

_TEN = tuple(10**n for n in range(31))
_DIGITS = frozenset("0123456789")


def scale(currency: str) -> int:
    """Decimal places of a currency.

    Raises:
        MatcherError: ``currency.unknown`` when the code is not in ISO 4217.
    """
    try:
        return SCALE[currency]
    except KeyError:
        raise MatcherError("currency.unknown", f"{currency!r} is not an ISO 4217 currency code") from None


def parse(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as ``-1234.50``: '.' as decimal mark, no grouping, no exponent.

    Trailing zeros beyond the currency's places are accepted (``JPY 1200.00``).

    Raises:
        MatcherError: ``amount.invalid``, ``amount.decimals``, ``amount.range`` or ``currency.unknown``.
    """
    minor, exact = parse_exact(text, currency)
    if exact:
        raise MatcherError("amount.decimals", f"{text.strip()!r} has more decimal places than {currency} ({scale(currency)})")
    return minor


def parse_exact(text: str, currency: str) -> tuple[int, str]:
    """Like `parse`, but an amount with too many places comes back as (minor units cut towards zero, its exact text).

    A reader uses it to report what a bank wrote to the last digit; nothing may be booked while the second part is not empty.

    Raises:
        MatcherError: ``amount.invalid``, ``amount.range`` or ``currency.unknown``.
    """
    whole, _, fraction = text.partition(".")
    if SCALE.get(currency) == len(fraction) and (plain := whole + fraction).isdecimal() and plain.isascii() and len(plain) <= 15:
        return int(plain), ""  # nearly all amounts of a file are of this form
    places = scale(currency)
    body = text.strip()
    negative = body[:1] == "-"
    digits = body[1:] if body[:1] in ("-", "+") else body
    whole, _, fraction = digits.partition(".")
    if not (whole or fraction) or not _DIGITS.issuperset(whole) or not _DIGITS.issuperset(fraction):
        raise MatcherError("amount.invalid", f"{text.strip()[:40]!r} is not an amount")
    kept, rest = fraction[:places], fraction[places:].rstrip("0")
    if len(whole) > 18:
        whole = whole.lstrip("0")  # int() refuses thousands of digits with an error of its own
        if len(whole) > 18:
            raise MatcherError("amount.range", f"{text.strip()[:40]!r} is larger than any amount this program accepts")
    minor = int(whole or "0") * _TEN[places] + int((kept + "0" * (places - len(kept))) or "0")
    if minor > MAX_MINOR:
        raise MatcherError("amount.range", f"{text.strip()[:40]!r} is larger than any amount this program accepts")
    exact = f"{'-' if negative else ''}{whole or '0'}.{kept}{rest}" if rest else ""
    return (-minor if negative else minor), exact


def render(minor: int, currency: str) -> str:
    """Decimal text of an amount with the currency's own number of places, e.g. ``-0.05`` or ``1200`` for yen."""
    places = scale(currency)
    if not places:
        return str(minor)
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    whole, fraction = divmod(digits, _TEN[places])
    return f"{sign}{whole}.{fraction:0{places}d}"


def grouped(minor: int, currency: str) -> str:
    """The same for people, with a comma between thousands: ``1,234.50``."""
    whole, mark, fraction = render(abs(minor), currency).partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{mark}{fraction}"


def decimal(minor: int, currency: str) -> Decimal:
    """The amount as an exact `Decimal` in major units."""
    return Decimal(minor).scaleb(-scale(currency))
