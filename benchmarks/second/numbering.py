"""How a company numbers its documents."""

from dataclasses import dataclass, field
from datetime import date

from benchmarks.second.chance import Chance

_PREFIXES = {
    "de": ("RE", "RG", "R", "RNR", "AR"), "fr": ("FA", "FAC", "F", "FV"), "nl": ("VF", "F", "FACT", "VRK"), "en": ("INV", "SI", "IN", "I"),
    "zh": ("INV", "XS", "FP", ""), "sv": ("F", "FAK", ""), "no": ("F", ""), "da": ("F", "FAK", ""), "fi": ("L", "LASKU", ""),
}  # fmt: skip
STYLES = (
    "{p}-{yyyy}-{n:05d}", "{p}{yyyy}{n:05d}", "{yyyy}/{n:04d}", "{p}{n:06d}", "{big}{n:05d}", "{p}{yy}-{n:04d}", "{m:04d}/{mm}/{yy}",
    "{p} {m}/{mm}/{yyyy}", "{p}{yy}{mm}{m:04d}", "{n:05d}", "{c}-{k:03d}", "{yyyy}{mm}{dd}-{d:02d}", "{p}-{n}", "{site}{yy}{n:05d}",
    "{yy}{n:06d}", "{p}/{yyyy}/{mm}/{m:03d}",
)  # fmt: skip


@dataclass
class Series:
    """One run of numbers. Counters move on with every document; some go to documents that are not in the books.

    Attributes:
        style: a pattern of `STYLES`.
        prefix: letters in front.
        base: first digits of a number of fixed length.
        skip: documents of a thousand that are somebody else's.
    """

    style: str
    prefix: str
    base: str
    skip: int
    counter: int
    chance: Chance
    months: dict[tuple[int, int], int] = field(default_factory=dict)
    day_counts: dict[date, int] = field(default_factory=dict)
    customer_counts: dict[str, int] = field(default_factory=dict)

    def issue(self, day: date, customer: str) -> tuple[str, int]:
        """The next number, and its counter."""
        self.counter += 1
        while self.chance.happens(self.skip):
            self.counter += 1
        month = self.months[day.year, day.month] = self.months.get((day.year, day.month), 0) + 1
        of_day = self.day_counts[day] = self.day_counts.get(day, 0) + 1
        of_customer = self.customer_counts.setdefault(customer, self.chance.low(1, 60)) + 1
        self.customer_counts[customer] = of_customer
        text = self.style.format(
            p=self.prefix, yyyy=day.year, yy=day.year % 100, mm=f"{day.month:02d}", dd=f"{day.day:02d}", n=self.counter, m=month,
            d=of_day, c=customer, k=of_customer, big=self.base, site=self.base[:2],
        )  # fmt: skip
        return text.strip(), self.counter


def series(chance: Chance, language: str, kind: str, big: bool) -> Series:
    """A company's way of numbering: invoices and credit notes may be apart."""
    prefix = chance.pick(_PREFIXES.get(language, _PREFIXES["en"]))
    style = chance.pick(STYLES)
    if kind == "credit_note":
        prefix = {"de": "GS", "fr": "AV", "nl": "CN", "en": "CN"}.get(language, "CR")
    if "{p}" in style and not prefix:
        prefix = "F"
    if style == "{n:05d}" and kind == "credit_note":
        style = "{p}-{n}"
    base = chance.pick(("900", "1800", "40", "70", "5100", "20"))
    start = chance.between(20, 4000) if not big else chance.between(3000, 60000)
    return Series(style, prefix, base, chance.between(0, 500), start, chance.fork("skips"))
