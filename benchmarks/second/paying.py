"""How customers pay: which documents, how much of them, from where, under which name."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer
from benchmarks.second.payment import Payment, Row
from benchmarks.second.rates import Rates
from benchmarks.second.trade import Item
from benchmarks.second.words import COUNTRIES
from benchmarks.second.world import World

_FEES = (500, 750, 1000, 1000, 1250, 1500, 1500, 2000, 2500, 3000)


def share_of(amount: int, percent: int) -> int:
    """So many per cent, rounded half up."""
    return (amount * percent + 50) // 100


class Cashier:
    """Makes payments out of what customers owe; the books' open amounts fall at once."""

    def __init__(self, world: World, rates: Rates) -> None:
        self.world = world
        self.rates = rates

    def run(self, payer: Customer, due: Sequence[Item], day: date, chance: Chance) -> list[Payment]:
        """The payments of one day: one sum for each company, or one for each document."""
        found = []
        heaps: dict[tuple[str, str, str], list[Item]] = {}
        for item in due:
            apart = "" if payer.habits.pooled and chance.happens(800) else item.customer.id
            heaps.setdefault((item.seller.id, item.currency, apart), []).append(item)
        for heap in heaps.values():
            debts = [item for item in heap if item.owed > 0]
            credits = [item for item in heap if item.owed < 0]
            foreign = heap[0].currency != heap[0].seller.currency
            if payer.habits.pooled and not foreign and len(debts) > 1:
                while debts:
                    batch, debts = debts[:40], debts[40:]
                    found.append(self.pay(payer, batch + (credits if not debts else []), day, chance))
            else:
                for item in debts:
                    mine = [c for c in credits if c.label == item.number] if not foreign else []
                    found.append(self.pay(payer, [item, *mine], day, chance))
        return found

    def pay(self, payer: Customer, items: list[Item], day: date, chance: Chance) -> Payment:
        """One payment for these documents; credit notes are netted where the sum allows it."""
        total = sum(item.owed for item in items)
        if not payer.habits.nets or total <= 0:
            items = [item for item in items if item.owed > 0]
        seller = items[0].seller
        place = chance.below(len(seller.accounts)) if chance.happens(40) else len(payer.number) % len(seller.accounts)
        payment = Payment(day, seller, place, 0, "", "matched", payer, meant=list(items))
        if items[0].currency != seller.currency:
            self._converted(payment, items[0], chance)
        else:
            self._amounts(payment, items, chance)
        self._book(payment)
        self.show(payment, chance)
        return payment

    def _amounts(self, payment: Payment, items: list[Item], chance: Chance) -> None:
        payer, day = payment.payer, payment.day
        assert payer is not None
        habits = payer.habits
        rows = []
        kinds = set()
        for item in items:
            taken = self._discount(item, habits.takes_discount, day, chance)
            if taken is None:
                rows.append(Row(item, item.owed, item.owed))
                continue
            amount, earned = taken
            kinds.add("discount" if earned else "discount_late")
            cash = item.owed - amount
            rows.append(Row(item, cash, cash, amount, "discount") if earned else Row(item, cash, cash))
            payment.outcome = payment.outcome if earned else "partial"
        payment.rows = rows
        payment.kind = "list" if len(items) > 1 else "single"
        if any(item.amount < 0 for item in items):
            payment.kind = "netted"
        if any(item.customer is not payer for item in items):
            payment.kind = f"group_{payment.kind}"
        payment.amount = sum(row.cash for row in rows)
        if kinds:
            payment.kind = min(kinds) if len(items) == 1 else f"list_{min(kinds)}"
            return
        self._deviate(payment, chance)

    def _discount(self, item: Item, takes: int, day: date, chance: Chance) -> tuple[int, bool] | None:
        """The discount somebody takes, and whether in time."""
        if not item.discount or item.discount_date is None or item.owed != item.amount or not chance.happens(takes):
            return None
        amount = share_of(item.owed, item.discount)
        if day <= item.discount_date + timedelta(days=self.world.grace):
            return amount, True
        late = day <= item.discount_date + timedelta(days=9) and chance.happens(300)
        return (amount, False) if late else None

    def _deviate(self, payment: Payment, chance: Chance) -> None:
        """Parts, deductions, fees, roundings, slips: at most one of them."""
        payer = payment.payer
        assert payer is not None
        habits, last = payer.habits, payment.rows[-1]
        largest = max(payment.rows, key=lambda row: row.cash)
        abroad = payer.country != payment.seller.country
        single = len(payment.rows) == 1
        if single and chance.happens(habits.parts) and last.cash > 5000:
            cash = chance.pick((last.cash // 2, last.cash * 30 // 100, max(last.cash * 7 // 10 // 10000 * 10000, last.cash // 3)))
            self._short(payment, last, last.cash - cash, "part")
        elif chance.happens(habits.deducts) and largest.cash > 4000:
            gap = chance.pick((largest.cash * chance.between(1, 15) // 100, chance.between(3, 40) * 100, chance.between(150, 3900)))
            self._short(payment, largest, min(gap, largest.cash // 2), "deduction")
        elif single and chance.happens(habits.rounds) and last.cash % 100:
            self._rounded(payment, last)
        elif abroad and chance.happens(140) and largest.cash > 60000:
            fee = chance.pick(_FEES) + (chance.below(400) if chance.happens(250) else 0)
            if chance.happens(250):
                payment.instructed, payment.instructed_currency = payment.amount, payment.seller.currency
            self._short(payment, largest, fee, "fee", cleared=True)
        elif chance.happens(6) and largest.cash > 1000:
            self._short(payment, largest, chance.between(1, 3), "rounding", cleared=True)
        elif single and chance.happens(4):
            self._over(payment, chance)
        elif single and chance.happens(self.world.careless // 6) and last.cash > 2000:
            self._slip(payment, last, chance)

    def _short(self, payment: Payment, row: Row, gap: int, kind: str, cleared: bool = False) -> None:
        if gap <= 0:
            return
        at = payment.rows.index(row)
        cash = row.cash - gap
        payment.rows[at] = Row(row.item, cash, cash, gap, kind) if cleared else Row(row.item, cash, cash)
        payment.amount -= gap
        payment.kind = kind if len(payment.rows) == 1 else f"list_{kind}"
        payment.outcome = payment.outcome if cleared else "partial"

    def _rounded(self, payment: Payment, row: Row) -> None:
        cents = row.cash % 100
        if cents >= 50:
            payment.amount += 100 - cents
            payment.kind, payment.outcome = "rounded_up", "overpaid"
        elif cents <= 5:
            self._short(payment, row, cents, "rounding", cleared=True)
        else:
            self._short(payment, row, cents, "rounded_down")

    def _over(self, payment: Payment, chance: Chance) -> None:
        payment.amount += chance.pick((100, 1000, 10000, payment.amount, chance.between(1, 5000)))
        payment.kind, payment.outcome = "over", "overpaid"

    def _slip(self, payment: Payment, row: Row, chance: Chance) -> None:
        """Two digits of the amount change places."""
        digits = list(str(row.cash))
        at = chance.below(len(digits) - 1)
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
        amount = int("".join(digits))
        if digits[0] == "0" or amount == row.cash:
            return
        if amount > row.cash:
            payment.amount, payment.kind, payment.outcome = amount, "amount_slip", "overpaid"
        else:
            self._short(payment, row, row.cash - amount, "amount_slip")

    def _converted(self, payment: Payment, item: Item, chance: Chance) -> None:
        """The document's currency is sent, and our bank converts it; or the payer converts at about the day's rate."""
        exact = self.rates.convert(item.owed, item.currency, payment.seller.currency, payment.day)
        payment.amount = exact - exact * chance.between(0, 60) // 10_000
        payment.kind = "converted"
        payment.rows = [Row(item, payment.amount, item.owed)]
        if chance.happens(750):
            payment.instructed, payment.instructed_currency = item.owed, item.currency
            return
        payment.kind = "exchange"
        item_cash = min(item.owed, self.rates.convert(payment.amount, payment.seller.currency, item.currency, payment.day))
        gap = item.owed - item_cash
        payment.rows = [Row(item, payment.amount, item_cash, gap, "exchange_difference" if gap else "")]

    @staticmethod
    def _book(payment: Payment) -> None:
        """What is open falls, and the customer holds the matter for done; a part payment is followed by the rest."""
        for row in payment.rows:
            row.item.open -= row.item_cash + row.cleared
            row.item.owed = row.item.open if payment.kind in ("part", "list_part") else 0
            if row.item.open == 0:
                row.item.closed = payment.day

    def show(self, payment: Payment, chance: Chance) -> None:
        """The name and the account the payer is shown with."""
        payer = payment.payer
        assert payer is not None
        if payer.cheques:
            return
        if payer.agent is not None:
            payment.name, payment.account = payer.agent
            payment.name_form, payment.account_form = "agent", "unknown"
            return
        at = chance.below(len(payer.accounts)) if chance.happens(80) else 0
        payment.account = payer.accounts[at]
        payment.account_form = "known" if payment.account in payer.known else "unknown"
        payment.name, payment.name_form = payer.name, "full"
        if not chance.happens(self.world.other_name):
            return
        words = COUNTRIES[payer.country]
        person = f"{chance.pick(words.given)} {chance.pick(words.families)}"
        bare = payer.name.rsplit(" ", 1)[0] if " " in payer.name else payer.name[:4]
        forms = [
            (bare, "short"), (payer.name.replace("GmbH", "Gesellschaft mbH").replace(" & ", " u. "), "spelt"), (payer.latin, "latin"),
            (f"{payer.name}, {payer.place}", "placed"), (" ".join(reversed(payer.name.split(" "))), "turned"),
            (re.sub(r"(\w{4})\w+(?= )", r"\1.", payer.name, count=1), "abbreviated"), (payer.trade or bare, "trade"),
            (f"{payer.name} Buchhaltung" if words.language == "de" else f"{payer.name} Accounts", "department"),
        ]  # fmt: skip
        forms += [(alias, "alias") for alias in payer.aliases]
        payment.name, payment.name_form = chance.pick(forms)
        if chance.happens(40) and not payer.person:
            payment.name, payment.name_form = person, "other"
            payment.account = chance.digits(9) if payer.country == "US" else payment.account
            payment.account_form = payment.account_form if payer.country != "US" else "unknown"


def again(payment: Payment, day: date) -> Payment:
    """The same payment once more: nothing is open for it any more."""
    return Payment(
        day, payment.seller, payment.place, payment.amount, "twice", "duplicate", payment.payer, payment.name, payment.account,
        meant=payment.meant, text=payment.text, reference=payment.reference, end_to_end=payment.end_to_end, told=payment.told,
        name_form=payment.name_form, account_form=payment.account_form, named=payment.named, instructed=payment.instructed,
        instructed_currency=payment.instructed_currency,
    )  # fmt: skip
