"""What the companies do by themselves: issue, credit, issue again, collect, and take returns."""

from datetime import date, timedelta

from benchmarks.second.chance import Chance
from benchmarks.second.diary import Diary, working
from benchmarks.second.payment import Payment, Row
from benchmarks.second.trade import Item, Order, Plan

NEVER = 500
_RETURNED = ("AC04 Konto aufgelöst", "AM04 mangels Deckung", "MD06 Widerspruch", "MS03 sonstige Gründe", "insufficient funds", "refused")
_COLLECTED = {
    "de": ("Lastschrifteinzug {} {}", "SEPA-Basislastschrift Mandat {} RE {}", "Einzug {1}", "LS {1} Mandat {0}"),
    "fr": ("PRLV SEPA RUM {} FACTURE {}", "Prélèvement {1}"),
    "nl": ("Incasso machtiging {} factuur {}", "SEPA incasso {1}"),
}


class Collecting(Diary):
    """Documents and direct debits."""

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
            self.at(working(day + timedelta(days=2)), lambda then: self.pay_ahead(order, then))
            wait = chance.between(4, 15) if chance.happens(500) else NEVER
        for part in range(order.parts):
            self._deliver(order, day + timedelta(days=wait + part * 6), part)

    def _deliver(self, order: Order, day: date, part: int) -> None:
        self.at(day, lambda then: self.issued(self.shop.invoice(order, then, part)))

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
        if item.customer.collected and item.type == "invoice" and item.amount > 0:
            self.at(working(item.due), lambda day: self.collect(item, day))
            return
        self.remind(payer, item, self.pay_day(item, payer, chance))
        if item.type == "invoice" and chance.happens(28):
            self.at(item.issue + timedelta(days=chance.between(2, 15)), lambda day: self.credited(item, day))
        elif item.type == "invoice" and chance.happens(self.world.reissued):
            self.at(item.issue + timedelta(days=chance.between(1, 9)), lambda day: self.reissued(item, day))

    def credited(self, item: Item, day: date) -> None:
        """A credit note comes for a document; one that takes all of it ends the matter for the customer, and mostly in the books."""
        chance = self.chance("credit")
        credit = self.shop.credit(item, day, chance)
        if credit.amount + item.amount == 0 and item.owed == item.open == item.amount:
            item.owed = credit.owed = 0
            if chance.happens(600):
                item.open = credit.open = 0
                item.opening = credit.opening = 0
                item.closed = credit.closed = day
            return
        self.issued(credit)

    def reissued(self, item: Item, day: date) -> None:
        """A document is cancelled and issued again under another number; the customer may still write the old one."""
        chance = self.chance("reissued")
        if item.owed != item.amount or item.open != item.amount:
            return
        new = self.shop.issue(item.customer, item.seller, day, item.amount, order=item.order, label=item.label)
        new.quoted = item.number if chance.happens(500) else ""
        item.owed = item.open = item.opening = 0
        item.closed = day
        payer = item.customer.pays
        self.remind(payer, new, self.pay_day(new, payer, chance))

    def collect(self, item: Item, day: date) -> None:
        """The company collects a document by direct debit; some come back."""
        chance = self.chance("collect")
        if item.owed <= 0:
            return
        payer = item.customer
        payment = Payment(day, item.seller, 0, item.owed, "collected", "matched", payer, meant=[item])
        payment.rows = [Row(item, item.owed, item.owed)]
        self.cashier.show(payment, chance)
        self._collection_text(payment, item, chance)
        item.open, item.owed, item.closed = 0, 0, day
        self._alone(payment)
        self.send(payment)
        if chance.happens(self.world.returned):
            self.at(working(day + timedelta(days=chance.between(2, 9))), lambda then: self.returned(payment, then))

    @staticmethod
    def _collection_text(payment: Payment, item: Item, chance: Chance) -> None:
        text = chance.pick(_COLLECTED.get(item.seller.language, ("SEPA DD {1} mandate {0}", "Autogiro {1}", "Direct debit {0} {1}")))
        payment.told = "whole" if chance.happens(850) else "silent"
        payment.named = payment.told == "whole"
        payment.text = text.format(f"M{item.customer.number}", item.number if payment.named else f"{item.due:%m/%Y}")

    def returned(self, payment: Payment, day: date) -> None:
        """A direct debit comes back; the document is open again and will be paid by transfer."""
        chance = self.chance("returned")
        item = payment.rows[0].item
        fee = chance.pick((0, 0, 300, 350, 512))
        back = Payment(
            day, payment.seller, payment.place, -payment.amount - fee, "returned", "outgoing", payment.payer, payment.name, payment.account
        )  # fmt: skip
        back.text = f"{chance.pick(('Rücklastschrift', 'RETOURE SEPA', 'Returned direct debit'))} {chance.pick(_RETURNED)} {payment.text}"
        back.code = chance.pick(("RRTN", "NRTI", "109", ""))
        back.end_to_end, back.takes_back = payment.end_to_end, payment
        item.open = item.owed = payment.rows[0].cash
        item.closed = None
        if payment.day < self.world.start and item.opening is not None:
            item.opening = payment.amount
        self.send(back)
        self.remind(item.customer.pays, item, working(day + timedelta(days=chance.between(5, 25))))
