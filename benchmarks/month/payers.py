"""Who a line says that it came from: the ways to write one payer's name, and which account it shows."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from benchmarks.month.draws import Bools, Dice, Draws, Ints
from benchmarks.month.noise import Noise, harder
from benchmarks.month.parties import Customers, Parties
from benchmarks.month.places import COUNTRIES
from benchmarks.month.plan import Plan
from benchmarks.month.words import BUSINESS, ENDS, FIRST_NAMES, SHORT_FORMS, STARTS, SURNAMES

NAMES = (
    "exact", "capitals", "no_legal_form", "word_order", "no_diacritics", "cut", "abbreviation", "trade_name", "with_place", "latin",
    "script_variant", "branch", "parent", "private", "missing", "other",
)  # fmt: skip
"""How a payer's name is written; ``other`` for lines that no customer sent."""

ACCOUNTS = ("known", "unknown", "changed", "of_other", "missing")
"""Whose account a line shows: one in the master data, one not in it, a new one beside a known one, somebody else's, none."""

_EASY_NAMES = ("exact", "capitals", "latin")
_UNTOLD = ("trade_name", "parent", "private", "missing", "other")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "Ø": "O", "Ł": "L", "å": "a", "Å": "A"})


@dataclass(frozen=True)
class Payers:
    """How each line shows its payer: positions in `NAMES` and `ACCOUNTS`; `known` when either leads to the right customer."""

    name: Ints
    account: Ints
    known: Bools


def payers(draws: Draws, noise: Noise, who: Parties, month: Plan, difficulty: int) -> Payers:
    """Ways to show the payers of all lines. `difficulty` is a per cent factor on hard ways."""
    people, count = who.customers, len(month)
    customer = np.maximum(month.customer, 0)
    native = np.array([c.script != "latin" for c in COUNTRIES])[people.country[customer]]
    name = np.where(
        native,
        _ways(draws, "native name", count, harder(noise.native_names, _EASY_NAMES, difficulty)),
        _ways(draws, "name", count, harder(noise.names, _EASY_NAMES, difficulty)),
    )
    name = np.where((name == NAMES.index("parent")) & (people.parent[customer] < 0), NAMES.index("capitals"), name)
    name[month.customer < 0] = NAMES.index("other")
    stated = draws.chance("account stated", count, noise.account_stated)
    changed = draws.chance("account changed", count, noise.account_changed)
    in_master = people.known_account[customer]
    account = np.where(in_master, np.where(changed, ACCOUNTS.index("changed"), 0), ACCOUNTS.index("unknown"))
    foreign = np.isin(name, [NAMES.index(n) for n in ("parent", "private", "other")])
    account = np.where(foreign, ACCOUNTS.index("of_other"), account)
    account = np.where(stated, account, ACCOUNTS.index("missing"))
    copies = month.copy_of >= 0
    name, account = np.where(copies, name[month.copy_of], name), np.where(copies, account[month.copy_of], account)
    by_name = ~np.isin(name, [NAMES.index(n) for n in _UNTOLD])
    by_name |= (name == NAMES.index("trade_name")) & knows_brand(people)[customer]
    by_name &= people.listed[customer] | (month.customer < 0)
    return Payers(name, account, by_name | (account == ACCOUNTS.index("known")))


def _ways(draws: Draws, name: str, count: int, table: dict[str, int]) -> Ints:
    return draws.pick(name, count, [table.get(way, 0) for way in NAMES])


def knows_brand(people: Customers) -> Bools:
    """Whether the master data holds each customer's trade name."""
    return people.seed % 10 < 7


def brand(people: Customers, customer: int) -> str:
    """The name over the customer's door, which is not the registered one."""
    made = people.native.get(customer)
    if made is not None:
        return made.trade[0]
    dice = Dice(int(people.seed[customer]) ^ 0xB4A9D)
    return f"{dice.one(STARTS)}{dice.one(ENDS)} {dice.one(('Direct', 'Shop', '24', 'Group', 'Store', 'Pro'))}"


def payer_name(people: Customers, customer: int, way: str, dice: Dice, cuts: tuple[int, ...]) -> str:
    """The payer's name of one line. `cuts` are the widths at which banks cut."""
    if way in ("missing", "other"):
        return ""
    if way == "parent":
        return people.names[int(people.parent[customer])]
    if way == "private":
        return f"{dice.one(FIRST_NAMES)} {dice.one(SURNAMES)}"
    if way == "trade_name":
        return brand(people, customer).upper() if dice.chance(40) else brand(people, customer)
    name, made = people.names[customer], people.native.get(customer)
    if made is not None:
        forms = {"latin": made.latin.upper() if dice.chance(70) else made.latin, "script_variant": made.other, "branch": made.branch}
        return forms.get(way, name)
    forms_of = COUNTRIES[int(people.country[customer])]
    match way:
        case "capitals":
            return plain_letters(name).upper()
        case "no_legal_form":
            return _without(name, forms_of.legal_forms)
        case "word_order":
            words = name.split()
            return " ".join([*words[1:], words[0]]) if dice.chance(50) else ", ".join([" ".join(words[1:]), words[0]])
        case "no_diacritics":
            return plain_letters(name)
        case "cut":
            long = f"{name} {dice.one(forms_of.cities)}" if len(name) < cuts[0] else name
            return long[: dice.one(cuts)].rstrip()
        case "abbreviation":
            return " ".join(_shortened(word, position) for position, word in enumerate(name.split()))
        case "with_place":
            return f"{name}, {dice.one(forms_of.cities)}"
        case _:
            return name


def _shortened(word: str, position: int) -> str:
    if word in SHORT_FORMS:
        return SHORT_FORMS[word]
    return f"{word[:5]}." if position and len(word) > 7 else word


def _without(name: str, forms: tuple[str, ...]) -> str:
    for form in sorted(forms, key=len, reverse=True):
        if name.endswith(f" {form}"):
            return name[: -len(form) - 1]
    return name


def plain_letters(text: str) -> str:
    """Text in letters without marks, as old payment systems print it."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def stranger(dice: Dice) -> str:
    """Somebody who owes nothing."""
    language = dice.one(("de", "en", "fr", "sv", "pl"))
    if dice.chance(30):
        return f"{dice.one(FIRST_NAMES)} {dice.one(SURNAMES)}"
    return f"{dice.one(STARTS)}{dice.one(ENDS)} {dice.one(BUSINESS[language])}"
