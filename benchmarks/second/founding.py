"""Founds the companies of a world and gives them customers."""

from dataclasses import asdict
from itertools import pairwise

from benchmarks.second import accounts, numbering
from benchmarks.second.chance import Chance
from benchmarks.second.parties import Customer, Seller, habits
from benchmarks.second.words import COUNTRIES, Words
from benchmarks.second.world import World, currency_of

_ABROAD = ("DE", "AT", "CH", "FR", "BE", "NL", "GB", "US", "CN", "SE", "NO", "DK", "FI", "IT", "ES", "PL")
_BANKS = {
    "DE": ("mt940", "camt", "wrapped"), "AT": ("camt", "mt940"), "CH": ("camt",), "FR": ("french", "camt"), "BE": ("belgian", "camt"),
    "NL": ("dutch", "camt"), "GB": ("british",), "US": ("american", "wire"), "CN": ("chinese",), "SE": ("plain", "camt"),
    "NO": ("plain",), "DK": ("plain", "camt"), "FI": ("plain", "camt"),
}  # fmt: skip


def _pair(word: str) -> tuple[str, str]:
    """A sign and its Latin reading; other words read as they stand."""
    sign, _, latin = word.partition("=")
    return sign, latin or sign


def firm_name(chance: Chance, words: Words) -> tuple[str, str, str]:
    """Name, its Latin form, and its place."""
    place = chance.pick(words.places)
    town = place.split(" ")[-1] if words.language != "en" else place.split(" ")[2 if place[0].isalpha() else 1]
    stem, trade, form = chance.pick(words.stems), chance.pick(words.trades), chance.pick(words.forms)
    if words.language == "zh":
        parts = [_pair(chance.pick(words.places)), _pair(stem), _pair(trade), _pair(form)]
        if chance.happens(500):
            parts[1] = (
                parts[1][0][0] + _pair(chance.pick(words.stems))[0][-1],
                parts[1][1][:4].strip() + chance.pick(("li", "yuan", "tong")),
            )
        return "".join(p[0] for p in parts), " ".join(p[1] for p in parts), parts[0][0]
    family = chance.pick(words.families)
    name = chance.weighted(
        (
            (f"{stem} {trade} {form}", 26),
            (f"{family} {trade} {form}", 26),
            (f"{family} & {chance.pick(words.families)} {form}", 12),
            (f"{trade} {family} {form}", 12),
            (f"{stem} {form}", 5),
            (f"{stem} {trade} {town} {form}", 9),
            (f"{chance.letters(3)} {trade} {form}", 6),
            (f"{chance.pick(words.given)} {family} {trade}", 5),
            (chance.pick(words.public), 4),
            (f"{stem}-{chance.pick(words.stems)} {trade} {form}", 12),
        )
    )
    return name, name, town


def sellers(world: World) -> list[Seller]:
    """The selling companies. Companies of one country have one bank's country, and may share a way of numbering."""
    found: list[Seller] = []
    for number, country in enumerate(world.homes, 1):
        chance = world.chance("seller", number)
        words = COUNTRIES[country]
        name, _, _ = firm_name(chance, words)
        big = world.customers > 400
        like = found and chance.happens(350)
        invoices = numbering.series(chance.fork("same" if like else number), words.language, "invoice", big)
        if like:
            invoices.style, invoices.prefix = found[0].invoices.style, found[0].invoices.prefix
        credits = invoices if chance.happens(400) else numbering.series(chance.fork("credit"), words.language, "credit_note", big)
        step = max(1, world.price_step)
        prices = [max(step, chance.between(900, 10 ** chance.pick((4, 5, 5, 6))) // step * step) for _ in range(world.shared_prices)]
        numbers = chance.weighted(((1, 75), (2, 25)))
        found.append(
            Seller(
                id=str(number) if world.seed % 2 else f"{country}{number}0",
                name=name,
                country=country,
                language=words.language,
                currency=currency_of(country),
                accounts=[accounts.account(chance, country) for _ in range(numbers)],
                banks=[chance.pick(_BANKS[country]) for _ in range(numbers)],
                invoices=invoices,
                credits=credits,
                reference=accounts.STYLE.get(country, "RF"),
                asks=world.structured if country in accounts.STYLE else world.structured // 5,
                prices=prices,
            )
        )
    return found


def customers(world: World, companies: list[Seller]) -> list[Customer]:
    """All customers, in the order of their keys."""
    shares = {name: value for name, value in asdict(world).items() if isinstance(value, int)}
    found: list[Customer] = []
    taken: set[str] = set()
    style = world.chance("customer numbers").pick(("{:05d}", "1{:05d}", "D{:05d}", "{:d}", "7{:04d}"))
    base = world.chance("customer numbers", 2).between(1000, 60000)
    for number in range(world.customers):
        chance = world.chance("customer", number)
        home = companies[min(chance.below(len(companies)), chance.below(len(companies)))]
        country = chance.pick(_ABROAD) if chance.happens(world.foreign) else home.country
        words = COUNTRIES[country]
        name, latin, place = _name(chance, words, found, world.near_names)
        while name in taken and not chance.happens(60):
            name, latin, place = _name(chance, words, found, 0)
        taken.add(name)
        base += chance.between(1, 9)
        person = chance.happens(60) and words.language != "zh"
        if person:
            name = latin = f"{chance.pick(words.given)} {chance.pick(words.families)}"
        customer = Customer(
            f"C{number + 1:06d}" if world.seed % 3 else str(100000 + number * 3),
            style.format(base), name, country, words.language, place, latin=latin, person=person, habits=habits(chance, shares, country),
        )  # fmt: skip
        _settle(chance, world, customer, home, companies)
        found.append(customer)
    _group(world, found)
    _ways(world, found)
    moved = world.chance("moved")
    for before, customer in pairwise(found):
        if moved.happens(world.moved):
            before.known = [*before.known, customer.accounts[0]]
    return found


def _name(chance: Chance, words: Words, others: list[Customer], near: int) -> tuple[str, str, str]:
    name, latin, place = firm_name(chance, words)
    same = [c for c in others[-60:] if c.language == words.language and not c.person]
    if same and chance.happens(near):
        other = chance.pick(same)
        body = other.name.rsplit(" ", 1)
        if words.language == "zh":
            branch = chance.pick(("分公司", "第二分公司")) if chance.happens(500) else ""
            name = f"{other.name}{branch}" if branch else f"{chance.pick(words.places).split('=')[0]}{other.name[2:]}"
            return name, other.latin, place
        how = chance.below(5)
        form = chance.pick(words.forms)
        name = (
            f"{body[0]} {form}" if how == 0
            else f"{body[0]} Service {form}" if how == 1
            else f"{body[0]} Holding {form}" if how == 2
            else f"{body[0]} {place} {form}" if how == 3
            else f"{body[0].split(' ')[0]} {chance.pick(words.trades)} {form}"
        )  # fmt: skip
        return name, name, place
    return name, latin, place


def _settle(chance: Chance, world: World, customer: Customer, home: Seller, companies: list[Seller]) -> None:
    """Accounts, terms, and from whom it buys."""
    customer.accounts = [accounts.account(chance, customer.country) for _ in range(chance.weighted(((1, 70), (2, 22), (3, 8))))]
    if chance.happens(world.known_accounts):
        customer.known = customer.accounts[:1] if chance.happens(600) else customer.accounts[:]
    customer.sellers = [home]
    if len(companies) > 1 and chance.happens(200):
        customer.sellers.append(chance.pick([c for c in companies if c is not home]))
    if chance.happens(world.shared_master):
        customer.entity = chance.pick(companies).id
    elif chance.happens(500) and len(customer.sellers) == 1:
        customer.entity = home.id
    foreign = customer.country != home.country
    customer.currency = home.currency
    if foreign and chance.happens(world.converted):
        customer.currency = chance.pick(("USD", "GBP", "EUR", currency_of(customer.country)))
    customer.net_days = chance.pick((0, 7, 10, 14, 14, 20, 30, 30, 30, 30, 45, 60))
    if chance.happens(world.discounts) and customer.net_days >= 14:
        customer.discount, customer.discount_days = chance.pick(((2, 10), (2, 10), (3, 14), (2, 8), (3, 10), (1, 7)))
    customer.collected = chance.happens(world.collected) and not foreign and home.country not in ("CN", "US")
    words = COUNTRIES[customer.country]
    if chance.happens(180) and not customer.person:
        first = customer.name.split(" ")[0]
        customer.trade = f"{first} {chance.pick(words.trades)}" if words.language != "zh" else customer.name[2:4]
    if chance.happens(120) and not customer.person:
        customer.aliases.append(customer.latin if words.language == "zh" else customer.name.upper().rsplit(" ", 1)[0])


def _ways(world: World, everyone: list[Customer]) -> None:
    """Some pay through an agent, some by cheque."""
    chance = world.chance("ways")
    agents = []
    for suffix in ("Factoring", "Payment Services", "Treuhand", "Confirming"):
        country = chance.pick(world.homes)
        stem = _pair(chance.pick(COUNTRIES[country].stems))[1]
        agents.append((f"{stem} {suffix}", accounts.account(chance, country)))
    for customer in [customer for customer in everyone if not customer.collected]:
        if chance.happens(world.agents):
            customer.agent = chance.pick(agents)
        elif customer.country in ("GB", "US", "FR"):
            customer.cheques = chance.happens(world.cheques)


def _group(world: World, everyone: list[Customer]) -> None:
    """Parents and subsidiaries; some parents pay for all."""
    firms = [c for c in everyone if not c.person]
    at = 0
    chance = world.chance("groups")
    while at < len(firms) - 3:
        size = chance.between(1, 4)
        if chance.happens(world.groups // 2):
            parent = firms[at]
            pays = chance.happens(600)
            for child in firms[at + 1 : at + 1 + size]:
                if pays and chance.happens(300):
                    child.known = [*child.known, parent.accounts[0]]
                child.parent = parent if chance.happens(700) else None
                child.payer = parent if pays else None
                child.collected = False
        at += 1 + size
