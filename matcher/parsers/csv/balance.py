"""Proves a statement by its running balance: every balance follows from the one before by the line's amount.

The file's order need not be known: the equation is kept for both orders, and for both with the amounts' signs turned, which tells
a wrong sign convention from a missing line. Lines without a balance are bridged. Rows in no order at all are proven as a set: some order
must exist in which every balance follows.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from matcher.model import Balance

if TYPE_CHECKING:
    import polars as pl


@dataclass
class _Equation:
    """balance + `sign` * (sum of the amounts up to the line, itself included or not) is the same at every line when it holds."""

    sign: int
    inclusive: bool
    first: int | None = None
    last: int | None = None
    breaks: int = 0
    line: int = 0

    def add(self, value: int, line: int) -> None:
        if self.last is None:
            self.first = value
        elif value != self.last:
            self.breaks += 1
            self.line = self.line or line
        self.last = value

    def add_series(self, values: "pl.Series", offset: int, lines: "pl.Series") -> None:
        self.add(int(values[0]) + offset, int(lines[0]))
        changed = values[1:] != values[:-1]
        if changed.any():
            self.breaks += int(changed.sum())
            place = changed.arg_max()
            assert place is not None
            self.line = self.line or int(lines[place + 1])
        self.last = int(values[-1]) + offset


def _equations() -> tuple[_Equation, ...]:
    # oldest first; newest first; and the same two with every amount's sign turned
    return (_Equation(-1, True), _Equation(1, False), _Equation(1, True), _Equation(-1, False))


_PRIME = (1 << 61) - 1


@dataclass
class _Chain:
    """Whether the lines can be put in an order in which every balance follows, without knowing the order.

    In such an order each balance before a line is the balance after another one, all but the first. So the powers of the balances
    before, less those of the balances after, leave those of the opening less those of the closing: squares tell which two these are,
    cubes (modulo a prime) that nothing is missing, doubled or changed.
    """

    squares: int = 0
    cubes: int = 0

    def add(self, amount: int, balance: int) -> None:
        before = balance - amount
        self.squares += before * before - balance * balance
        self.cubes += pow(before, 3, _PRIME) - pow(balance, 3, _PRIME)

    def add_frame(self, chain: "pl.DataFrame") -> None:
        import polars as pl

        after = pl.col("balance")
        before = after - pl.col("amount").cast(pl.Int128)
        sums = chain.select(squares=(before * before - after * after).sum(), cubes=(_cube(before) - _cube(after)).sum())
        self.squares += int(sums["squares"][0])
        self.cubes += int(sums["cubes"][0])

    def opening(self, total: int) -> int | None:
        """The opening balance, when the lines make a chain and their sum is not zero; else None."""
        if not total or self.squares % total:
            return None
        # squares = opening^2 - closing^2 = -total * (opening + closing), and closing = opening + total
        twice = -self.squares // total - total
        candidate = twice // 2
        proven = not twice % 2 and (self.cubes - pow(candidate, 3, _PRIME) + pow(candidate + total, 3, _PRIME)) % _PRIME == 0
        return candidate if proven else None


def _cube(value: "pl.Expr") -> "pl.Expr":
    import polars as pl

    prime = pl.lit(_PRIME, pl.Int128)
    small = (value % prime + prime) % prime  # the square of what is below the prime fits into 128 bits, its cube does not
    return (small * small % prime) * small % prime


@dataclass
class Verdict:
    """What the running balance proves.

    Attributes:
        opening, closing: derived balances, None when the balances do not tell.
        line: the first line where the balance does not follow, 0 when all do.
        turned: the balances follow when every amount's sign is turned.
    """

    opening: Balance | None = None
    closing: Balance | None = None
    line: int = 0
    turned: bool = False


@dataclass
class RunningBalance:
    """The chain of one statement. Feed every booked line in the file's order."""

    total: int = 0
    known: int = 0
    first_day: date | None = None
    last_day: date | None = None
    lines: int = 0
    _equations: tuple[_Equation, ...] = field(default_factory=_equations)
    _chain: _Chain = field(default_factory=_Chain)

    def add(self, amount: int, balance: int | None, day: date, line: int) -> None:
        """Counts one line; amounts in minor units."""
        before = self.total
        self.total += amount
        self.first_day = self.first_day or day
        self.last_day = day
        self.lines += 1
        if balance is None:
            return
        self.known += 1
        self._chain.add(amount, balance)
        for equation in self._equations:
            equation.add(balance + equation.sign * (self.total if equation.inclusive else before), line)

    def add_frame(self, frame: "pl.DataFrame") -> None:
        """Counts the lines of a frame with columns amount, booking_date, line and, if any, balance."""
        import polars as pl

        self.first_day = self.first_day or frame["booking_date"][0]
        self.last_day = frame["booking_date"][-1]
        # Int64 could overflow: amounts reach 10**15, and polars sums wrap silently.
        running = frame["amount"].cast(pl.Int128).cum_sum()
        before = self.total
        self.total += int(running[-1])
        self.lines += frame.height
        if "balance" not in frame.columns:
            return
        chain = pl.DataFrame(
            {"balance": frame["balance"].cast(pl.Int128), "after": running, "amount": frame["amount"], "line": frame["line"]}
        ).filter(pl.col("balance").is_not_null())
        if not chain.height:
            return
        self.known += chain.height
        self._chain.add_frame(chain)
        for equation in self._equations:
            step = chain["after"] if equation.inclusive else chain["after"] - chain["amount"]
            value = chain["balance"] + step if equation.sign > 0 else chain["balance"] - step
            equation.add_series(value, equation.sign * before, chain["line"])

    def verdict(self) -> Verdict:
        """What the balances prove, after the last line."""
        if not self.known:
            return Verdict()
        rising, falling, *turned = self._equations
        newest_first = self.first_day is not None and self.last_day is not None and self.first_day > self.last_day
        order = sorted((rising, falling), key=lambda e: (e.breaks, (e is falling) != newest_first))[0]
        if order.breaks and self.known > 2 and not all(e.breaks for e in turned):
            return Verdict(line=order.line, turned=True)
        opening = self._chain.opening(self.total) if order.breaks and self.known == self.lines else None
        if opening is not None:
            return Verdict(Balance(opening), Balance(opening + self.total))
        if 2 * order.breaks > self.known:
            return Verdict(line=order.line)
        assert order.first is not None
        assert order.last is not None
        first, last = (order.first, order.last + self.total) if order is rising else (order.last - self.total, order.first)
        return Verdict(Balance(first), Balance(last), order.line)
