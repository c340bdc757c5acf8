"""Days as people write them; one that may be two different days is none."""

import re
from datetime import date

_NAMES = """
jan januar january janvier; feb februar february fev fév fevrier février; mar mär mrz mars march märz maerz; apr april avr avril; mai may;
jun juni june juin; jul juli july juil juillet; aug august août aout; sep sept september septembre; oct okt october oktober octobre;
nov november novembre; dec dez december dezember déc decembre décembre
"""
_MONTHS = {name: month for month, names in enumerate(_NAMES.split(";"), start=1) for name in names.split()}
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})(?!\d)")
_EITHER = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th|er)?[ -]*([^\W\d_]{3,10})\.?,?[ -]*(\d{4})(?!\d)")
_NAME_FIRST = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")


def read(text: str) -> date | None:
    """The first day of a text; None where there is none, or where day and month cannot be told apart."""
    if match := _YEAR_FIRST.search(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.search(text):
        return _day(match[3], match[2], match[1])
    if match := _NAMED.search(text):
        return _day(match[3], str(_MONTHS.get(match[2].lower(), 0)), match[1])
    if match := _NAME_FIRST.search(text):
        return _day(match[3], str(_MONTHS.get(match[1].lower(), 0)), match[2])
    if match := _EITHER.search(text):
        ways = {_day(match[3], match[2], match[1]), _day(match[3], match[1], match[2])} - {None}
        return ways.pop() if len(ways) == 1 else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
