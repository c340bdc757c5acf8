"""What a payer says of a payment: text, structured reference and end-to-end id."""

from datetime import date

from benchmarks.second import writing
from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer
from benchmarks.second.payment import Payment
from benchmarks.second.phrases import Phrases, phrases
from benchmarks.second.trade import Item

_ROUND = {
    "de": ("Akontozahlung", "a conto Kd.Nr. {c}", "Abschlag auf offene Posten", "Anzahlung auf Saldo {c}"),
    "fr": ("Acompte sur compte {c}", "Règlement partiel du solde", "à valoir sur compte client {c}"),
    "nl": ("Betaling op rekening {c}", "Voorschot op openstaand saldo", "a conto"),
    "zh": ("往来款 部分", "预付货款", "还欠款"),
    "sv": ("a conto kund {c}", "Delbetalning av saldo"),
    "no": ("a konto kundenr {c}", "Avdrag på saldo"),
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_OWN = ("51{}", "19{}", "{}", "KR{}", "2100{}", "RE{}", "{}/26", "R{}", "DOC{}", "INV{}")


def amount_text(amount: int, language: str) -> str:
    """An amount as people write it."""
    whole, cents = divmod(abs(amount), 100)
    if language in ("en", "zh"):
        return f"{whole:,}.{cents:02d}"
    return f"{whole:,}".replace(",", ".") + f",{cents:02d}"


def day_text(day: date, style: str) -> str:
    """A date in a style; the marks are those of strftime, without its dependence on the machine."""
    marks = {
        "%Y": f"{day.year}",
        "%y": f"{day.year % 100:02d}",
        "%m": f"{day.month:02d}",
        "%d": f"{day.day:02d}",
        "%b": _MONTHS[day.month - 1],
    }
    for mark, value in marks.items():
        style = style.replace(mark, value)
    return style


class Teller:
    """Writes texts for one seed. `earlier` holds for each customer documents it has paid before."""

    def __init__(self, seed: int, careless: int) -> None:
        self.seed = seed
        self.careless = careless
        self.earlier: dict[str, list[Item]] = {}

    def tell(self, payment: Payment, chance: Chance) -> None:
        """Fills in text, reference and end-to-end id, and how much they say."""
        payer = payment.payer
        assert payer is not None
        habits = payer.habits
        abroad = payer.country != payment.seller.country and habits.foreign_language
        spoken = phrases("en" if abroad else payer.language)
        language = "en" if abroad else payer.language
        steady = chance.happens(habits.steady)
        how = habits.telling if steady else chance.pick(("number", "number", "number_customer", "silent", "order", "customer"))
        at = habits.phrase if steady else chance.below(60)
        if payer.cheques:
            self._cheque(payment, chance)
            return
        payment.end_to_end = self._end_to_end(payer, payment.day, chance)
        values = self._values(payment, payer, chance, language, spoken)
        if how == "slip" and len(payment.meant) == 1 and payment.meant[0].reference:
            self._slip(payment, chance, spoken, values)
            return
        if how in ("order", "month", "advice") and not self._can(how, payment):
            how = "number"
        choices = {
            "silent": spoken.silent, "month": spoken.month, "order": spoken.order, "advice": spoken.advice, "customer": spoken.known,
        }.get(how)  # fmt: skip
        if choices is not None:
            payment.told = how
            payment.named = how == "order" and len({item.order for item in payment.meant}) == 1
            text = choices[at % len(choices)].format(**values)
        else:
            text = self._numbers(payment, chance, spoken, values, at)
            if how == "number_customer":
                text = f"{text} {spoken.known[at % (len(spoken.known))].format(**values)}"
        if habits.own and chance.happens(habits.steady):
            tail = spoken.tails[at % 4].format(**values)
            text = f"{tail} {text}" if at % 2 else f"{text} {tail}"
        elif chance.happens(60):
            text = f"{text} {chance.pick(spoken.tails).format(**values)}"
        if payer.agent is not None and chance.happens(800):
            text = chance.pick((f"{payer.name}: {text}", f"{text} o/b/o {payer.name}", f"i.A. {payer.name} {text}"))
        payment.text = " ".join(text.split())
        if habits.to_end and payment.told == "whole" and len(payment.meant) == 1:
            payment.end_to_end, payment.text = payment.meant[0].called[:35], chance.pick(spoken.silent[:4])

    @staticmethod
    def _cheque(payment: Payment, chance: Chance) -> None:
        number = chance.digits(chance.pick((4, 6, 7)))
        payment.told, payment.named = "cheque", False
        texts = {"fr": ("REMISE CHEQUE {}", "CHQ N° {}"), "US": ("CHECK DEPOSIT {}", "CHECK {}", "LOCKBOX {}")}
        payer = payment.payer
        assert payer is not None
        choices = texts.get(payer.country) or texts.get(payer.language) or ("CHEQUE {}", "CHQ {} PAID IN", "COUNTER CREDIT {}")
        payment.text = chance.pick(choices).format(number)

    @staticmethod
    def _can(how: str, payment: Payment) -> bool:
        if how == "order":
            return all(item.order for item in payment.meant)
        if how == "month":
            return len(payment.meant) == 1 and not payment.meant[0].order
        return len(payment.meant) > 1

    def _values(self, payment: Payment, payer: Customer, chance: Chance, language: str, spoken: Phrases) -> dict[str, str]:
        item = payment.meant[0]
        style = spoken.dates[payer.habits.date % len(spoken.dates)]
        own = chance.pick(_OWN) if payer.habits.steady % 3 else _OWN[payer.habits.phrase % len(_OWN)]
        return {
            "d": day_text(item.issue if chance.happens(800) else payment.day, style),
            "a": amount_text(item.amount, language),
            "c": item.customer.number,
            "o": item.order or chance.digits(5),
            "m": f"{spoken.months[item.issue.month - 1]} {item.issue.year}" if chance.happens(600) else f"{item.issue:%m/%Y}",
            "own": own.format(chance.digits(chance.pick((3, 4, 5, 6)))),
            "k": item.label or chance.digits(5),
            "v": chance.pick(("{}", "ZA{}", "26{}", "AV-{}")).format(chance.digits(chance.pick((4, 5, 6, 7)))),
            "tel": f"0{chance.digits(3)} {chance.digits(6)}",
            "site": chance.digits(chance.pick((2, 3, 4))),
            "f": item.customer.name,
        }

    def _slip(self, payment: Payment, chance: Chance, spoken: Phrases, values: dict[str, str]) -> None:
        reference = payment.meant[0].reference
        payment.told, payment.named = "slip", True
        if chance.happens(self.careless // 3):
            reference = writing.mistyped(chance, reference)
            payment.told = "slip_wrong"
        where = chance.weighted((("field", 62), ("text", 28), ("both", 10)))
        if where != "text":
            payment.reference = reference.replace("+", "").replace("/", "") if chance.happens(400) else reference
        if where != "field":
            spaced = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
            payment.text = chance.pick((reference, spaced, f"{chance.pick(spoken.silent)} {reference}", reference.lstrip("0")))
        elif chance.happens(200):
            payment.text = chance.pick(spoken.silent).format(**values)

    def _numbers(self, payment: Payment, chance: Chance, spoken: Phrases, values: dict[str, str], at: int) -> str:
        assert payment.payer is not None
        habits = payment.payer.habits
        invoices = [item for item in payment.meant if item.amount > 0]
        credits = [item for item in payment.meant if item.amount < 0]
        how = habits.writing if chance.happens(habits.steady) else chance.pick(("whole", "bare", "counter", "joined"))
        payment.told, payment.named = how, how not in ("last", "counter", "year_cut")
        numbers = list(dict.fromkeys(writing.written(chance, item.called, how) for item in invoices))
        numbers = self._slips(payment, chance, numbers)
        values = values | {"g": " ".join(writing.written(chance, item.number, how) for item in credits)}
        if len(numbers) == 1:
            choices = spoken.part if payment.kind == "part" and chance.happens(600) else spoken.one
            text = choices[at % len(choices)].format(**(values | {"n": numbers[0]}))
        else:
            text = self._list(payment, chance, spoken, values | {"n": ""}, numbers, at)
        if credits:
            text = chance.pick(spoken.netted).format(**(values | {"t": text}))
        elif payment.kind == "deduction":
            text = chance.pick(spoken.less).format(**(values | {"t": text}))
        elif payment.kind.startswith("discount") and chance.happens(350):
            rate = invoices[0].discount or 2
            text += chance.pick((f" ./. {rate}% Skonto", f" -{rate}%", f" abzgl. {rate}% Skonto", f" less {rate} %", f" {rate}% disc."))
        if payment.rows and payment.payer is not payment.meant[0].customer and chance.happens(500):
            text += chance.pick((f" f. {values['f']}", f" {values['f']}", f" i.A. {values['f']}", f" / {values['c']}"))
        return text

    def _slips(self, payment: Payment, chance: Chance, numbers: list[str]) -> list[str]:
        """What goes wrong in copying: slips of the hand, and an old text used again."""
        customer = payment.meant[0].customer
        earlier = self.earlier.setdefault(customer.id, [])
        found = []
        for number in numbers:
            wrong = number
            if chance.happens(self.careless):
                wrong = writing.mistyped(chance, number)
                payment.told = "mistyped"
            found.append(wrong)
        # a number that is open in the list, with the very amount, would be what the payer says: nobody could know better
        paid = [
            item
            for item in earlier
            if item.open == 0 and item.type != "instalment" and (item.opening == 0 or item.amount != payment.meant[0].amount)
        ]
        if len(found) == 1 and paid and chance.happens(self.careless // 3):
            found = [paid[-1].called]
            payment.told, payment.named = "old_number", False
        earlier.extend(item for item in payment.meant if item.amount > 0)
        del earlier[:-4]
        return found

    def _list(self, payment: Payment, chance: Chance, spoken: Phrases, values: dict[str, str], numbers: list[str], at: int) -> str:
        assert payment.payer is not None
        habits = payment.payer.habits
        glue = spoken.glue[habits.glue % len(spoken.glue)]
        head = spoken.many[at % len(spoken.many)]
        if writing.in_a_row(numbers) and chance.happens(300):
            payment.told = "range"
            listed = f"{numbers[0]} {chance.pick(('-', 'bis', '–', 't/m', 'to'))} {numbers[-1]}"
        elif chance.happens(120):
            payment.told, listed = "shortened", writing.shortened(numbers, chance.pick(("/", ",", "+", ", ")))
        elif len(numbers) > 3 and chance.happens(120):
            payment.told, payment.named = "first_few", False
            more = len(numbers) - 1
            listed = numbers[0] + chance.pick((f" + {more} weitere", " u.a.", f" +{more}", " etc.", f" and {more} others", " ff.", "..."))
        elif habits.amounts:
            payment.told = "list_amounts"
            amounts = [amount_text(item.amount, payment.payer.language) for item in payment.meant if item.amount > 0]
            listed = glue.join(f"{number} {amount}" for number, amount in zip(numbers, amounts, strict=False))
        else:
            payment.told = f"list_{payment.told}"
            listed = glue.join(numbers)
        return head.format(**(values | {"l": listed}))

    def _end_to_end(self, payer: Customer, day: date, chance: Chance) -> str:
        how = payer.habits.phrase % 4
        if how == 0:
            return "NOTPROVIDED"
        if how == 1:
            return ""
        if how == 2:
            return f"{day:%Y%m%d}-{chance.digits(5)}"
        return f"{chance.letters(2)}{chance.digits(8)}"

    def on_account(self, payment: Payment, chance: Chance) -> None:
        """The text of a sum that is for nothing named."""
        payer = payment.payer
        assert payer is not None
        english = ("on account", "payment on account {c}", "part settlement of balance", "a/c {c} on account")
        texts = _ROUND.get(payer.language, english)
        payment.told = "on_account"
        payment.text = chance.pick(texts).format(c=payer.number)
        payment.end_to_end = self._end_to_end(payer, payment.day, chance)

    def ahead(self, payment: Payment, order: str, chance: Chance) -> None:
        """The text of a payment for an order that was not invoiced yet."""
        payer = payment.payer
        assert payer is not None
        spoken = phrases(payer.language)
        payment.told, payment.named = "order", True
        choices = spoken.early if chance.happens(600) else spoken.order
        values = {"o": order, "d": day_text(payment.day, spoken.dates[payer.habits.date % len(spoken.dates)]), "c": payer.number}
        payment.text = chance.pick(choices).format(**values)
        payment.end_to_end = self._end_to_end(payer, payment.day, chance)
