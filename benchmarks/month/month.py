"""One generated month: every part of it, made in order from one seed."""

from dataclasses import dataclass

import numpy as np

from benchmarks.month.draws import Bits, Bools, Draws, Ints
from benchmarks.month.items import Items, items
from benchmarks.month.known import identifiable
from benchmarks.month.noise import DIFFICULTY, MODELS, Noise
from benchmarks.month.parties import Parties, parties
from benchmarks.month.payers import Payers, payers
from benchmarks.month.plan import Calendar, Plan, plan
from benchmarks.month.settle import Rates, Settlement, rates, settle


@dataclass(frozen=True, slots=True)
class Settings:
    """What to generate.

    Attributes:
        lines: number of bank lines.
        seed: everything follows from it and the other settings.
        difficulty: ``easy``, ``normal`` or ``hard``: how frequent damage, missing references and missing master data are.
        noise: ``a``, or the held-out model ``b``.
        month: YYYY-MM.
        hot_per_mille: share of amounts that sit on four price points.
        remittance: whether payers send remittance advices for payments that name nothing else.
    """

    lines: int
    seed: int = 1
    difficulty: str = "normal"
    noise: str = "a"
    month: str = "2026-10"
    hot_per_mille: int = 60
    remittance: bool = False


@dataclass(frozen=True)
class Month:
    """Everything about a generated month. `rank` is each item's place in the ERP's file, `chance` 64 bits for each line."""

    noise: Noise
    who: Parties
    calendar: Calendar
    plan: Plan
    items: Items
    money: Settlement
    rates: Rates
    payers: Payers
    known: Bools
    advised: Bools
    rank: Ints
    chance: Bits


def generate(settings: Settings) -> Month:
    """A month in memory, as columns."""
    draws, noise, factor = Draws(settings.seed, settings.noise), MODELS[settings.noise], DIFFICULTY[settings.difficulty]
    calendar = Calendar.of(settings.month)
    who = parties(draws, noise, settings.lines, factor)
    month = plan(draws, noise, who, calendar, settings.lines, settings.difficulty)
    made = items(draws, noise, who, month, calendar, settings.hot_per_mille)
    rate = rates(draws, calendar)
    money = settle(draws, who, month, made, rate)
    shown = payers(draws, noise, who, month, factor)
    advised = month.of("advice_only") & settings.remittance
    month, known = identifiable(month, made, shown.known, advised)
    company = who.customers.company[made.customer]
    order = np.lexsort((draws.bits("rank of item", len(made)), made.issue, company))
    rank = np.empty(len(made), dtype=np.int64)
    rank[order] = np.arange(len(made))
    return Month(noise, who, calendar, month, made, money, rate, shown, known, advised, rank, draws.bits("line", len(month)))
