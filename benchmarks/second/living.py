"""The days of a world: documents are issued, payers pay, banks book, until there are lines enough."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.second import founding
from benchmarks.second.bank import Bank, Line
from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer, Seller
from benchmarks.second.paying import Cashier, again
from benchmarks.second.payment import Payment, Row
from benchmarks.second.rates import Rates
from benchmarks.second.strangers import Strangers
from benchmarks.second.telling import Teller
from benchmarks.second.trade import Item, Order, Plan, Shop, plans
from benchmarks.second.world import World

_LONGEST = 500
_RETURNED = ("AC04 Konto aufgelöst", "AM04 mangels Deckung", "MD06 Widerspruch", "MS03 sonstige Gründe", "insufficient funds", "refused")


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


class Days:
    """One world while it lives. What is to happen on a day waits in `calendar`, in the order in which it was planned."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sellers = founding.sellers(world)
        self.customers = founding.customers(world, self.sellers)
        self.rates = Rates(world.chance("rates"), world.first_day)
        self.shop = Shop(world)
        self.cashier = Cashier(world, self.rates)
        self.teller = Teller(world.seed, world.careless)
        self.strangers = Strangers(self.sellers, self.customers, world.stray_owed)
        self.bank = Bank(world)
        self.calendar: defaultdict[date, list[Callable[[date], None]]] = defaultdict(list)
        self.owing: defaultdict[str, list[Item]] = defaultdict(list)
        self.lines: list[Line] = []
        self.sent: list[Payment] = []
        self.early: dict[tuple[str, str], Payment] = {}
        self.known = 0
        self.bought: defaultdict[str, list[Item]] = defaultdict(list)
        self.serial = 0

    def chance(self, *names: object) -> Chance:
        """A stream for something that happens once."""
        self.serial += 1
        return self.world.chance(self.serial, *names)

    def live(self) -> Lived:
        """Lives until there are lines enough."""
        for index, customer in enumerate(self.customers):
            for plan in plans(self.world, customer, index):
                self.at(self.shop.first(plan), lambda day, plan=plan: self.trade(plan, day))  # type: ignore[misc]
        day = self.world.first_day
        while len(self.lines) < self.world.lines and (day - self.world.first_day).days < _LONGEST:
            if day == self.world.start:
                self.open_books()
            self.sent = []
            for happens in self.calendar.pop(day, ()):
                happens(day)
            if day >= self.world.start and day.weekday() < 5:
                self.others(day)
                for payment in self.world.chance("order", day).shuffled(self.sent):
                    self.lines.append(self.bank.book(payment, self.chance("bank")))
            day += timedelta(days=1)
        del self.lines[self.world.lines :]
        last = self.lines[-1].payment.day if self.lines else day
        self.settle_accounts(last)
        return Lived(
            self.world, self.sellers, self.customers, [i for i in self.shop.items if i.issue <= last], self.lines, self.rates, last
        )

    def open_books(self) -> None:
        """The first day of the lines: most rests that nobody will pay are written off, and what is open now is the list's."""
        chance = self.chance("rests")
        for item in self.shop.items:
            if 0 < item.open < item.amount and not item.owed and chance.happens(600):
                item.open, item.closed = 0, self.world.start - timedelta(days=1)
            item.opening = item.open

    def at(self, day: date, happens: Callable[[date], None]) -> None:
        """Plans something."""
        self.calendar[day].append(happens)

    def trade(self, plan: Plan, day: date) -> None:
        """A plan makes its document or order, and is planned again."""
        self.at(self.shop.following(plan, day), lambda then: self.trade(plan, then))
        if plan.kind == "subscription":
            self.issued(self.shop.subscription(plan, day))
        elif plan.kind == "usage":
            self.issued(self.shop.usage(plan, day))
        elif plan.kind == "project" and plan.chance.happens(400):
            for item in self.shop.project(plan, day):
                self.issued(item)
        else:
            self.ordered(self.shop.order(plan), day, plan.chance)

    def ordered(self, order: Order, day: date, chance: Chance) -> None:
        """An order is delivered and invoiced after some days; who pays ahead may wait long for it."""
        wait = chance.between(1, 20)
        if order.ahead:
            self.at(_working(day + timedelta(days=2)), lambda then: self.pay_ahead(order, then))
            wait = chance.between(4, 15) if chance.happens(500) else _LONGEST
        for part in range(order.parts):
            self.at(day + timedelta(days=wait + part * 6), lambda then, part=part: self.issued(self.shop.invoice(order, then, part)))  # type: ignore[misc]

    def issued(self, item: Item) -> None:
        """The customer gets a document and means to pay it on a day."""
        ahead = self.early.pop((item.customer.id, item.order), None) if item.order else None
        payer = item.customer.pays
        chance = self.chance("plan", item.id)
        if ahead is not None:
            item.owed, item.open, item.closed = 0, 0, item.issue
            item.opening = 0 if ahead.day < self.world.start else None
            ahead.meant = [item]
            return
        self.owing[payer.id].append(item)
        if item.customer.collected and item.type == "invoice" and item.amount > 0:
            self.at(_working(item.due), lambda day: self.collect(item, day))
            return
        item.planned = self.pay_day(item, payer, chance)
        self.at(item.planned, lambda day: self.pay_run(payer, day))
        if item.type == "invoice" and chance.happens(28):
            self.at(item.issue + timedelta(days=chance.between(2, 15)), lambda day: self.credited(item, day))

    def credited(self, item: Item, day: date) -> None:
        """A credit note comes for a document."""
        self.issued(self.shop.credit(item, day, self.chance("credit")))

    def pay_day(self, item: Item, payer: Customer, chance: Chance) -> date:
        """When a payer means to pay a document: on its runs, near the due date, or before the discount ends."""
        habits = payer.habits
        target = item.due + timedelta(days=habits.late + chance.between(-1, 2))
        if item.discount_date and habits.takes_discount:
            target = item.discount_date - timedelta(days=chance.between(0, 3))
            if chance.happens(120):
                target += timedelta(days=chance.between(3, 8))
        target = max(target, item.issue + timedelta(days=chance.between(1, 4)))
        if habits.cycle == "due":
            return _working(target)
        while target.weekday() != habits.weekday:
            target += timedelta(days=1)
        if habits.cycle == "twice" and target.isocalendar().week % 2:
            target += timedelta(days=7)
        if habits.cycle == "monthly":
            while target.day > 7:
                target += timedelta(days=7)
        return target

    def pay_run(self, payer: Customer, day: date) -> None:
        """A payer pays what it means to pay today; now and then something is forgotten until later."""
        chance = self.chance("run", payer.id)
        waiting = self.owing[payer.id]
        due = [item for item in waiting if item.planned <= day and item.owed]
        kept = []
        for item in due:
            if chance.happens(self.world.forgotten):
                item.planned = _working(day + timedelta(days=chance.between(7, 40)))
                self.at(item.planned, lambda then: self.pay_run(payer, then))
            else:
                kept.append(item)
        if not any(item.owed > 0 for item in kept):
            return
        for payment in self.cashier.run(payer, kept, day, chance):
            self.teller.tell(payment, chance)
            self._alone(payment)
            self.send(payment)
            self.after(payment, day, chance)
        self.owing[payer.id] = [item for item in waiting if item.owed]

    def _alone(self, payment: Payment) -> None:
        """Whether no other open document of the customer has the amount, so that a silent payment can be told."""
        item = payment.meant[0]
        exact = len(payment.rows) == 1 and payment.rows[0].cash == payment.amount and payment.outcome == "matched" and item.open == 0
        others = [other for other in self.documents_of(item.customer) if other is not item and other.amount == item.amount]
        payment.alone = exact and not any(other.open == item.amount for other in others)

    def documents_of(self, customer: Customer) -> list[Item]:
        """All documents of a customer."""
        for item in self.shop.items[self.known :]:
            self.bought[item.customer.id].append(item)
        self.known = len(self.shop.items)
        return self.bought[customer.id]

    def after(self, payment: Payment, day: date, chance: Chance) -> None:
        """What follows a payment: the rest of a part, or the same once more."""
        payer = payment.payer
        assert payer is not None
        for item in payment.meant:
            if item.owed:
                item.planned = _working(day + timedelta(days=chance.between(6, 40)))
                self.at(item.planned, lambda then: self.pay_run(payer, then))
        if chance.happens(self.world.twice) and payment.amount > 0:
            later = _working(day + timedelta(days=chance.between(1, 25)))
            self.at(later, lambda then: self.send(again(payment, then)))

    def pay_ahead(self, order: Order, day: date) -> None:
        """An order is paid before it is invoiced."""
        chance = self.chance("ahead")
        if order.customer.currency != order.seller.currency and order.seller is order.customer.sellers[0]:
            return
        payment = Payment(day, order.seller, 0, order.amount, "ahead", "on_account", order.customer, order=order.number)
        self.cashier.show(payment, chance)
        self.teller.ahead(payment, order.number, None, chance)
        self.early[order.customer.id, order.number] = payment
        self.send(payment)

    def collect(self, item: Item, day: date) -> None:
        """The company collects a document by direct debit; some come back."""
        chance = self.chance("collect")
        if item.owed <= 0:
            return
        payer = item.customer
        payment = Payment(day, item.seller, 0, item.owed, "collected", "matched", payer, meant=[item])
        payment.rows = [Row(item, item.owed, item.owed)]
        self.cashier.show(payment, chance)
        text = chance.pick(("Lastschrifteinzug {} {}", "{1} {0}", "SEPA DD {1} Mandat {0}", "{}")) if chance.happens(900) else "Einzug {0}"
        number = item.number if "{1}" in text or chance.happens(700) else ""
        payment.text = text.format(number or f"M{payer.number}", number).strip()
        payment.told = "whole" if number else "silent"
        payment.named = bool(number) and number in payment.text
        item.open, item.owed, item.closed = 0, 0, day
        self._alone(payment)
        self.send(payment)
        if chance.happens(45):
            self.at(_working(day + timedelta(days=chance.between(2, 9))), lambda then: self.returned(payment, then))

    def returned(self, payment: Payment, day: date) -> None:
        """A direct debit comes back; the document is open again and will be paid by transfer."""
        chance = self.chance("returned")
        item, payer = payment.rows[0].item, payment.payer
        assert payer is not None
        fee = chance.pick((0, 0, 300, 350, 512))
        back = Payment(
            day, payment.seller, payment.place, -payment.amount - fee, "returned", "outgoing", payer, payment.name, payment.account
        )
        back.text = f"{chance.pick(('Rücklastschrift', 'RETOURE SEPA', 'Returned direct debit'))} {chance.pick(_RETURNED)} {payment.text}"
        back.code = chance.pick(("RRTN", "NRTI", "109", ""))
        back.end_to_end, back.takes_back = payment.end_to_end, payment
        item.open = item.owed = payment.rows[0].cash
        item.closed = None
        if payment.day < self.world.start and item.opening is not None:
            item.opening = payment.amount
        item.customer.pays.habits.takes_discount = 0
        self.send(back)
        item.planned = _working(day + timedelta(days=chance.between(5, 25)))
        waiting = self.owing[payer.pays.id]
        if not any(other is item for other in waiting):
            waiting.append(item)
        self.at(item.planned, lambda then: self.pay_run(payer.pays, then))

    def send(self, payment: Payment) -> None:
        """On its way to the bank."""
        if payment.amount:
            self.sent.append(payment)

    def others(self, day: date) -> None:
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

    def settle_accounts(self, last: date) -> None:
        """What came to be true by the last line: returns that are there, orders that are invoiced, documents closed before."""
        kept = {id(line.payment) for line in self.lines}
        for line in self.lines:
            payment = line.payment
            if payment.takes_back is not None and id(payment.takes_back) in kept:
                payment.takes_back.rows, payment.takes_back.kind, payment.takes_back.outcome = [], "taken_back", "unexplained"
            if payment.kind == "ahead" and payment.meant and payment.meant[0].issue <= last:
                item = payment.meant[0]
                payment.rows, payment.kind, payment.outcome = [Row(item, payment.amount, payment.amount)], "ahead_invoiced", "matched"
            if payment.kind == "twice" and payment.meant and all((item.opening or 0) == 0 for item in payment.meant):
                payment.outcome = "closed_item"


def _working(day: date) -> date:
    """The same day, or the Monday after."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
