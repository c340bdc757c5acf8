"""How legal entities number their documents, and what is left of a number when parts of it are missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Scope = Literal["run", "month", "day", "customer"]


class Number(NamedTuple):
    """What a document number is made of. `letter` is a number from 0 to 25 that some styles print as a branch letter."""

    year: int
    month: int
    day: int
    counter: int
    customer: int
    letter: int


@dataclass(frozen=True, slots=True)
class Style:
    """One way to number.

    Attributes:
        scope: what the counter restarts with; ``run`` never restarts.
        full: the number as issued, a format string over n (counter), c (customer), y, yy, m, d, w (week), L (branch letter).
        bare: the number without letters, or only its counter; empty when there is nothing to leave out.
        short: the number without leading zeros; empty when there are none.
        tail: the counter alone; for restarting scopes many items share it.
        first: lowest counter of a ``run``.
    """

    scope: Scope
    full: str
    bare: tuple[str, ...]
    short: str
    tail: str
    first: int = 1

    @property
    def consecutive(self) -> bool:
        """Whether lists can be shortened and ranges given: the counter ends the number and has a good width."""
        return self.scope == "run"


STYLES: Mapping[str, Style] = {
    "year_dash": Style("run", "RE-{y}-{n:06d}", ("{y}-{n:06d}", "{n:06d}", "{y}{n:06d}"), "RE-{y}-{n}", "{n:06d}", 20_411),
    "short_year": Style("run", "{yy}/{n:06d}", ("{n:06d}",), "{yy}/{n}", "{n:06d}", 4_108),
    "inv_run": Style("run", "INV{n:07d}", ("{n:07d}",), "INV{n}", "{n:07d}", 61_340),
    "polish": Style("month", "FV {n:03d}/{m:02d}/{y}", ("{n:03d}/{m:02d}/{y}", "{n:03d}/{m:02d}"), "FV {n}/{m}/{y}", "{n:03d}"),
    "bare8": Style("run", "{n:08d}", (), "", "{n:08d}", 10_204_600),
    "customer": Style("customer", "{c}-{n:02d}", ("{c}{n:02d}",), "{c}-{n}", "{n:02d}"),
    "daily": Style(
        "day", "{y}{m:02d}{d:02d}-{n:03d}", ("{y}{m:02d}{d:02d}{n:03d}", "{m:02d}{d:02d}-{n:03d}"), "{y}{m:02d}{d:02d}-{n}", "{n:03d}"
    ),
    "si_run": Style("run", "SI-{n:07d}", ("{n:07d}",), "SI-{n}", "{n:07d}", 102_277),
    "year_month": Style("month", "F{yy}{m:02d}-{n:04d}", ("{yy}{m:02d}-{n:04d}", "{yy}{m:02d}{n:04d}"), "F{yy}{m:02d}-{n}", "{n:04d}"),
    "cn20": Style("run", "{yy}442000000{n:09d}", (), "", "{n:09d}", 31_870_214),
    "mixed": Style("run", "{y}-{L}-{n:05d}", ("{n:05d}", "{y}-{n:05d}"), "{y}-{L}-{n}", "{n:05d}", 1_902),
    # only in the held-out model
    "long_dash": Style("run", "AR-{yy}-{n:08d}", ("{yy}-{n:08d}", "{n:08d}"), "AR-{yy}-{n}", "{n:08d}", 700_312),
    "bare9": Style("run", "{n:09d}", (), "", "{n:09d}", 900_120_800),
    "fa_slash": Style("run", "FA{n:05d}/{yy}", ("{n:05d}/{yy}", "{n:05d}"), "FA{n}/{yy}", "{n:05d}", 2_480),
    "branch_run": Style("run", "{L}{n:07d}", ("{n:07d}",), "{L}{n}", "{n:07d}", 330_125),
    "weekly": Style("day", "{yy}W{w:02d}.{d:02d}.{n:03d}", ("{w:02d}.{d:02d}.{n:03d}",), "{yy}W{w:02d}.{d}.{n}", "{n:03d}"),
    "customer_dot": Style("customer", "R{c}.{n:03d}", ("{c}.{n:03d}", "{c}{n:03d}"), "R{c}.{n}", "{n:03d}"),
    "hash_run": Style("run", "#{n:06d}", ("{n:06d}",), "#{n}", "{n:06d}", 55_019),
    "year_letter": Style("month", "{y}{L}{m:02d}/{n:04d}", ("{m:02d}/{n:04d}",), "{y}{L}{m}/{n}", "{n:04d}"),
    # only in worlds: short ones, and digits alone
    "bare4": Style("run", "{n:04d}", (), "", "{n:04d}", 1_180),
    "bare5": Style("run", "{n:05d}", (), "", "{n:05d}", 10_020),
    "bare6": Style("run", "{n:06d}", (), "", "{n:06d}", 100_410),
    "date_like": Style("run", "{n:08d}", (), "", "{n:08d}", 20_260_105),
    "ar_short": Style("run", "AR{n:04d}", ("{n:04d}", "{n}"), "AR{n}", "{n:04d}", 905),
    "yy_bare": Style("run", "{yy}{n:05d}", ("{n:05d}",), "", "{n:05d}", 812),
    "year_bare": Style("run", "{y}{n:05d}", ("{n:05d}",), "", "{n:05d}", 210),
    "year_behind": Style("run", "{n:04d}/{y}", ("{n:04d}", "{n:04d}-{yy}"), "", "{n:04d}", 1_050),
    "month_bare": Style("month", "{yy}{m:02d}{n:04d}", ("{m:02d}{n:04d}", "{n:04d}"), "", "{n:04d}"),
    "day_bare": Style("day", "{d:02d}{m:02d}{yy}{n:03d}", ("{d:02d}{m:02d}{n:03d}",), "", "{n:03d}"),
    "customer_bare": Style("customer", "{c}{n:03d}", ("{n:03d}",), "", "{n:03d}"),
}


def write(template: str, number: Number) -> str:
    """A number in one of a style's forms."""
    year, month, day, counter, customer, letter = number
    week = date(year, month, day).isocalendar().week if "{w" in template else 0
    return template.format(n=counter, c=customer, y=year, yy=year % 100, m=month, d=day, w=week, L=chr(65 + letter))
