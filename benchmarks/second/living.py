"""The days of a world: documents are issued, payers pay, banks book, until there are lines enough."""

from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.second.bank import Bank, Line
from benchmarks.second.chance import Chance
from benchmarks.second.collecting import NEVER, Collecting
from benchmarks.second.parties import Customer, Seller
from benchmarks.second.payment import Row
from benchmarks.second.rates import Rates
from benchmarks.second.strangers import Strangers
from benchmarks.second.trade import Item, Plan, plans
from benchmarks.second.world import World


@dataclass
class Lived:
    """What there was at the end."""

    world: World
    sellers: list[Seller]
    customers: list[Customer]
    items: list[Item]
    lines: list[Line]
    rates: Rates
    last: date


class Days(Collecting):
    """One world while it lives."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strangers = Strangers(self.sellers, self.customers, world.stray_owed, world.customers_other)
        self.bank = Bank(world)
        self.lines: list[Line] = []

    def live(self) -> Lived:
        """Lives until there are lines enough."""
        for index, customer in enumerate(self.customers):
            for plan in plans(self.world, customer, index):
                self._begin(plan)
        day = self.world.first_day
        while len(self.lines) < self.world.lines and (day - self.world.first_day).days < NEVER:
            if day == self.world.start:
                self._open_books()
            self.sent = []
            for happens in self.calendar.pop(day, ()):
                happens(day)
            if day >= self.world.start and day.weekday() < 5:
                self._others(day)
                for payment in self.world.chance("order", day).shuffled(self.sent):
                    self.lines.append(self.bank.book(payment, self.chance("bank")))
            day += timedelta(days=1)
        del self.lines[self.world.lines :]
        last = self.lines[-1].payment.day if self.lines else day
        self._look_back(last)
        return Lived(
            self.world, self.sellers, self.customers, [i for i in self.shop.items if i.issue <= last], self.lines, self.rates, last
        )

    def _begin(self, plan: Plan) -> None:
        self.at(self.shop.first(plan), lambda day: self.trade(plan, day))

    def _open_books(self) -> None:
        """The first day of the lines: most rests that nobody will pay are written off, and what is open now is the list's."""
        chance = self.chance("rests")
        for item in self.shop.items:
            if 0 < item.open < item.amount and not item.owed and chance.happens(600):
                item.open, item.closed = 0, self.world.start - timedelta(days=1)
            item.opening = item.open

    def _others(self, day: date) -> None:
        """Strangers pay, and the companies spend, in proportion to what the day brought."""
        chance = self.chance("others")
        count = max(len(self.sent), 1)
        open_items = [item for item in self.shop.items[-4000:] if item.open > 0]
        for _ in range(self._number(count, self.world.strays, chance)):
            self.send(self.strangers.receipt(chance.pick(self.sellers), day, open_items, chance))
        for _ in range(self._number(count, self.world.outgoing, chance)):
            self.send(self.strangers.spent(chance.pick(self.sellers), day, chance))

    @staticmethod
    def _number(count: int, share: int, chance: Chance) -> int:
        whole, rest = divmod(count * share, 1000)
        return whole + int(chance.happens(rest))

    def _look_back(self, last: date) -> None:
        """What came to be true by the last line: returns that are there, orders that are invoiced, documents closed before."""
        kept = {id(line.payment) for line in self.lines}
        for line in self.lines:
            payment = line.payment
            if payment.takes_back is not None and id(payment.takes_back) in kept:
                payment.takes_back.rows, payment.takes_back.kind, payment.takes_back.outcome = [], "taken_back", "unexplained"
            if payment.kind == "ahead" and payment.meant and payment.meant[0].issue <= last:
                item = payment.meant[0]
                payment.rows, payment.kind, payment.outcome = [Row(item, payment.amount, payment.amount)], "ahead_invoiced", "matched"
            if payment.kind == "twice" and all(item.opening == 0 for item in payment.meant):
                payment.outcome = "closed_item"
