"""Documents: what the companies sell, and when they issue what for it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from benchmarks.second import accounts
from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer, Seller
from benchmarks.second.world import World


@dataclass
class Item:
    """A document, or an instalment of one. Amounts are of the smallest unit.

    Attributes:
        open: what the company's books have open; owed: what the customer still means to pay.
        planned: the day the customer means to pay.
        opening: open on the first day of the lines, or all of it when it was issued later.
        label: contract, project or month that the customer may name.
        quoted: another number that the customer writes: that of the document it took the place of.
    """

    id: str
    seller: Seller
    customer: Customer
    type: str
    number: str
    issue: date
    due: date
    currency: str
    amount: int
    order: str = ""
    reference: str = ""
    label: str = ""
    discount: int = 0
    discount_date: date | None = None
    open: int = 0
    owed: int = 0
    planned: date = date.max
    closed: date | None = None
    opening: int | None = None
    quoted: str = ""

    @property
    def called(self) -> str:
        """The number the customer knows it by."""
        return self.quoted or self.number


@dataclass
class Order:
    """An order of a customer: its number, what it will cost, and whether it was paid before there is an invoice."""

    customer: Customer
    seller: Seller
    number: str
    amount: int
    parts: int = 1
    ahead: bool = False
    items: list[Item] = field(default_factory=list)


@dataclass
class Plan:
    """Why documents come: a subscription, orders, use that is billed weekly, or a project in instalments."""

    kind: str
    customer: Customer
    seller: Seller
    amounts: list[int]
    gap: int
    label: str
    counter: int
    style: str
    chance: Chance
    last: int = 0


def plans(world: World, customer: Customer, index: int) -> list[Plan]:
    """What a customer buys from whom."""
    found = []
    for place, seller in enumerate(customer.sellers):
        chance = world.chance("plans", index, place)
        label = chance.pick(("V{}", "{}", "KV-{}", "P{}", "C/{}")).format(chance.digits(chance.pick((4, 5, 6))))
        style = chance.pick(("45{:08d}", "PO-{}", "PO{}", "B{}", "{}", "{}", "BE/{}", "4{:06d}", "{}-01", "A-{:05d}"))
        start = chance.between(100, 90000)
        busy = chance.weighted(((1, world.heavy // 2), (3, world.heavy), (9, 150), (20, 400), (45, 400)))
        if chance.happens(world.repeating):
            kind = chance.weighted((("subscription", 60), ("repeat", 30), ("usage", 10)))
        else:
            kind = chance.weighted((("orders", 75), ("usage", 12), ("project", 6), ("subscription", 7)))
        copies = chance.low(1, world.most_equal) if kind == "subscription" else 1
        prices = [_price(world, seller, chance) for _ in range(chance.between(1, 3))]
        for copy in range(copies):
            found.append(Plan(kind, customer, seller, prices, busy, label, start + copy, style, chance.fork(copy)))
    return found


def _price(world: World, seller: Seller, chance: Chance) -> int:
    if len(seller.prices) < 10:
        return chance.pick(seller.prices)
    net = chance.pick(seller.prices) * chance.pick((1, 1, 1, 2, 3, 4, 5, 10))
    return net if world.price_step > 1 and chance.happens(600) else net * (100 + chance.pick((19, 7, 20, 21, 25, 0))) // 100


class Shop:
    """Issues documents and keeps all that were ever issued."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.items: list[Item] = []
        self.key = world.chance("keys").between(1000, 800000)
        self.pattern = world.chance("keys", 2).pick(("AR-{}", "{}", "1800{:06d}", "OP{:07d}"))

    def first(self, plan: Plan) -> date:
        """The day a plan first makes a document or an order."""
        return self.world.first_day + timedelta(days=plan.chance.below(31 if plan.kind == "subscription" else plan.gap + 5))

    def following(self, plan: Plan, day: date) -> date:
        """The day it makes the next one."""
        if plan.kind == "subscription":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=min(day.day, 28))
        if plan.kind == "usage":
            return day + timedelta(days=7 if plan.gap > 9 else 3)
        return day + timedelta(days=plan.chance.between(1, plan.gap * 2))

    def order(self, plan: Plan) -> Order:
        """A new order; who orders the same again pays the same again."""
        chance = plan.chance
        plan.counter += chance.between(1, 7)
        amount = chance.pick(plan.amounts) if plan.kind == "repeat" else sum(
            _price(self.world, plan.seller, chance) for _ in range(chance.low(1, 4))
        )  # fmt: skip
        ahead = chance.happens(self.world.ahead)
        parts = 1 if ahead or plan.kind == "repeat" else chance.weighted(((1, 86), (2, 10), (3, 4)))
        return Order(plan.customer, plan.seller, plan.style.format(plan.counter), amount, parts, ahead)

    def subscription(self, plan: Plan, day: date) -> Item:
        """A document of a subscription; its price may rise once in a while."""
        if plan.chance.happens(15):
            plan.amounts = [amount * 103 // 100 for amount in plan.amounts]
        return self.issue(plan.customer, plan.seller, day, plan.amounts[0], label=plan.label)

    def usage(self, plan: Plan, day: date) -> Item:
        """A document for what was used."""
        amount = plan.amounts[0] * plan.chance.between(40, 180) // 100 + plan.chance.below(100)
        return self.issue(plan.customer, plan.seller, day, max(amount, 150), label=plan.label)

    def project(self, plan: Plan, day: date) -> list[Item]:
        """A document in instalments, which share its number; or a series of documents of one amount."""
        chance = plan.chance
        count = chance.between(2, 6)
        total = plan.amounts[0] * count
        shared = chance.happens(600)
        rate = total // count
        if not shared:
            return [self.issue(plan.customer, plan.seller, day, rate, label=plan.label)]
        number, counter = plan.seller.invoices.issue(day, plan.customer.number)
        reference = self._reference(plan.customer, plan.seller, counter)
        return [
            self.issue(
                plan.customer, plan.seller, day, rate, label=plan.label, number=number, type_="instalment",
                due=day + timedelta(days=30 * (place + 1)), reference=reference,
            )
            for place in range(count)
        ]  # fmt: skip

    def invoice(self, order: Order, day: date, part: int) -> Item:
        """An invoice for an order or a part of it."""
        share = order.amount // order.parts
        amount = order.amount - share * (order.parts - 1) if part == 0 else share
        item = self.issue(order.customer, order.seller, day, amount, order=order.number)
        order.items.append(item)
        return item

    def credit(self, item: Item, day: date, chance: Chance) -> Item:
        """A credit note for a document, for all or some of it."""
        amount = item.amount if chance.happens(250) else max(item.amount * chance.between(3, 40) // 100, 1)
        return self.issue(item.customer, item.seller, day, -amount, order=item.order, type_="credit_note", label=item.number)

    def issue(
        self, customer: Customer, seller: Seller, day: date, amount: int, *, order: str = "", label: str = "", number: str = "",
        type_: str = "invoice", due: date | None = None, reference: str = "",
    ) -> Item:  # fmt: skip
        """Any document."""
        counter = 0
        if not number:
            numbers = seller.credits if amount < 0 else seller.invoices
            number, counter = numbers.issue(day, customer.number)
        self.key += 1 + self.world.chance("gap", self.key).low(0, 4)
        currency = customer.currency if seller is customer.sellers[0] else seller.currency
        item = Item(self.pattern.format(self.key), seller, customer, type_, number, day, day, currency, amount, order, reference, label)
        item.due = due or (day + timedelta(days=customer.net_days) if amount > 0 else day)
        item.open = item.owed = amount
        if counter and amount > 0:
            item.reference = self._reference(customer, seller, counter)
        if customer.discount and type_ == "invoice":
            item.discount, item.discount_date = customer.discount, day + timedelta(days=customer.discount_days)
        self.items.append(item)
        return item

    def _reference(self, customer: Customer, seller: Seller, counter: int) -> str:
        if not Chance("asks", self.world.seed, customer.id, seller.id).happens(seller.asks):
            return ""
        digits = "".join(sign for sign in customer.number if sign.isdigit())
        return accounts.reference(seller.reference, digits, counter)
