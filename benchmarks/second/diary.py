"""What is planned for which day, and how payers keep to it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.second import founding
from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer
from benchmarks.second.paying import Cashier, again
from benchmarks.second.payment import Payment
from benchmarks.second.rates import Rates
from benchmarks.second.telling import Teller
from benchmarks.second.trade import Item, Order, Shop
from benchmarks.second.world import World


def working(day: date) -> date:
    """The same day, or the Monday after."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


class Diary:
    """Everybody's plans. What is to happen on a day waits in `calendar`, in the order in which it was planned.

    Attributes:
        owing: what each payer still means to pay.
        early: payments that came before their invoice, by customer and order.
        sent: the payments of the day.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.sellers = founding.sellers(world)
        self.customers = founding.customers(world, self.sellers)
        self.rates = Rates(world.chance("rates"), world.first_day)
        self.shop = Shop(world)
        self.cashier = Cashier(world, self.rates)
        self.teller = Teller(world.seed, world.careless)
        self.calendar: defaultdict[date, list[Callable[[date], None]]] = defaultdict(list)
        self.owing: defaultdict[str, list[Item]] = defaultdict(list)
        self.early: dict[tuple[str, str], Payment] = {}
        self.sent: list[Payment] = []
        self._serial = 0
        self._known = 0
        self._bought: defaultdict[str, list[Item]] = defaultdict(list)

    def chance(self, *names: object) -> Chance:
        """A stream for something that happens once."""
        self._serial += 1
        return self.world.chance(self._serial, *names)

    def at(self, day: date, happens: Callable[[date], None]) -> None:
        """Plans something."""
        self.calendar[day].append(happens)

    def send(self, payment: Payment) -> None:
        """On its way to the bank."""
        if payment.amount:
            self.sent.append(payment)

    def documents_of(self, customer: Customer) -> list[Item]:
        """All documents of a customer."""
        for item in self.shop.items[self._known :]:
            self._bought[item.customer.id].append(item)
        self._known = len(self.shop.items)
        return self._bought[customer.id]

    def remind(self, payer: Customer, item: Item, day: date) -> None:
        """A payer means to pay a document on a day."""
        item.planned = day
        waiting = self.owing[payer.id]
        if not any(other is item for other in waiting):
            waiting.append(item)
        self.at(day, lambda then: self.pay_run(payer, then))

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
            return working(target)
        while target.weekday() != habits.weekday:
            target += timedelta(days=1)
        if habits.cycle == "twice" and target.isocalendar().week % 2:
            target += timedelta(days=7)
        while habits.cycle == "monthly" and target.day > 7:
            target += timedelta(days=7)
        return target

    def pay_run(self, payer: Customer, day: date) -> None:
        """A payer pays what it means to pay today; now and then something is forgotten until later."""
        chance = self.chance("run", payer.id)
        waiting = self.owing[payer.id]
        kept = []
        for item in [item for item in waiting if item.planned <= day and item.owed]:
            if chance.happens(self.world.forgotten):
                self.remind(payer, item, working(day + timedelta(days=chance.between(7, 40))))
            else:
                kept.append(item)
        if not any(item.owed > 0 for item in kept):
            return
        if chance.happens(self.world.round_sums) and len(kept) > 1:
            self.pay_round(payer, kept, day, chance)
            return
        for payment in self.cashier.run(payer, kept, day, chance):
            self.teller.tell(payment, chance)
            self._alone(payment)
            self._misdirected(payment, chance)
            self.send(payment)
            self._after(payment, day, chance)
        self.owing[payer.id] = [item for item in waiting if item.owed]

    def pay_round(self, payer: Customer, items: list[Item], day: date, chance: Chance) -> None:
        """A round sum on account; what it is for is left open, and the documents are paid weeks later."""
        item = items[0]
        if item.currency != item.seller.currency:
            return
        amount = max(10_000, item.owed // 10_000 * 10_000) * chance.pick((1, 1, 2, 5))
        payment = Payment(day, item.seller, 0, amount, "round_sum", "on_account", payer, meant=[item])
        self.cashier.show(payment, chance)
        self.teller.on_account(payment, chance)
        self.send(payment)
        for other in items:
            self.remind(payer, other, working(day + timedelta(days=chance.between(15, 60))))

    def _misdirected(self, payment: Payment, chance: Chance) -> None:
        """A payment goes to the account of another of our companies; nothing there is paid by it."""
        others = [s for s in self.sellers if s is not payment.seller and s.currency == payment.seller.currency]
        if not others or any(item.owed for item in payment.meant) or not chance.happens(self.world.misdirected):
            return
        for row in payment.rows:
            row.item.open += row.item_cash + row.cleared
            row.item.closed = None
        payment.seller, payment.place = chance.pick(others), 0
        payment.rows, payment.kind, payment.outcome, payment.alone = [], "misdirected", "unexplained", False

    def _alone(self, payment: Payment) -> None:
        """Whether no other open document of the customer has the amount, so that a silent payment can be told."""
        item = payment.meant[0]
        exact = len(payment.rows) == 1 and payment.rows[0].cash == payment.amount and payment.outcome == "matched" and item.open == 0
        others = [other for other in self.documents_of(item.customer) if other is not item and other.amount == item.amount]
        payment.alone = exact and not any(other.open == item.amount for other in others)

    def _after(self, payment: Payment, day: date, chance: Chance) -> None:
        """What follows a payment: the rest of a part, or the same once more, perhaps in other words."""
        payer = payment.payer
        assert payer is not None
        for item in payment.meant:
            if item.owed:
                self.remind(payer, item, working(day + timedelta(days=chance.between(6, 40))))
        if chance.happens(self.world.twice):
            later = working(day + timedelta(days=chance.between(1, 25)))
            self.at(later, lambda then: self._again(payment, then))

    def _again(self, payment: Payment, day: date) -> None:
        copy = again(payment, day)
        chance = self.chance("again")
        if payment.named and chance.happens(350):
            self.teller.tell(copy, chance)
        self.send(copy)

    def pay_ahead(self, order: Order, day: date) -> None:
        """An order is paid before it is invoiced."""
        chance = self.chance("ahead")
        if order.customer.currency != order.seller.currency and order.seller is order.customer.sellers[0]:
            return
        payment = Payment(day, order.seller, 0, order.amount, "ahead", "on_account", order.customer, order=order.number)
        self.cashier.show(payment, chance)
        self.teller.ahead(payment, order.number, chance)
        self.early[order.customer.id, order.number] = payment
        self.send(payment)
