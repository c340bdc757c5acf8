"""Exchange rates: a slow walk, day by day, in millionths of a unit for one euro."""

from datetime import date, timedelta

from benchmarks.second.chance import Chance

_BEGIN = {"USD": 1_084_200, "GBP": 856_300, "CHF": 951_400, "SEK": 11_342_000, "NOK": 11_618_000, "DKK": 7_459_000, "CNY": 7_812_000,
          "PLN": 4_298_000}  # fmt: skip
UNIT = 1_000_000


class Rates:
    """The rates of a world, from its first day on."""

    def __init__(self, chance: Chance, first: date) -> None:
        self._chance = chance
        self._first = first
        self._walks: dict[str, list[int]] = {
            name: [rate * chance.between(960, 1040) // 1000] for name, rate in _BEGIN.items()
        }  # fmt: skip
        self._steps = {name: chance.fork(name) for name in _BEGIN}

    def of(self, currency: str, day: date) -> int:
        """Millionths of the currency for one euro."""
        if currency == "EUR":
            return UNIT
        walk = self._walks[currency]
        wanted = (day - self._first).days
        while len(walk) <= wanted:
            walk.append(walk[-1] + walk[-1] * self._steps[currency].between(-40, 40) // 10_000)
        return walk[wanted]

    def convert(self, amount: int, source: str, target: str, day: date) -> int:
        """The amount in another currency, rounded half up. All currencies here have two places."""
        upper, lower = amount * self.of(target, day) * 2, self.of(source, day)
        return (upper + lower) // (2 * lower)

    def table(self, first: date, last: date) -> list[tuple[date, str, str]]:
        """Rows of rates.csv."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [
            (day, name, f"{rate // UNIT}.{rate % UNIT:06d}") for day in days for name in sorted(_BEGIN) for rate in (self.of(name, day),)
        ]
