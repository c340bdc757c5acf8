"""One generated month: every part of it, made in order from one seed."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.month.draws import Bits, Bools, Draws, Ints
from benchmarks.month.items import Items, items
from benchmarks.month.knobs import USUAL, Knobs
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
class Source:
    """Where chance and shares come from: `scope` names the draws, `factor` is the per cent of what is hard, see `DIFFICULTY`."""

    scope: str
    noise: Noise
    factor: int
    knobs: Knobs = USUAL

    @staticmethod
    def of(settings: Settings) -> "Source":
        """One of the two fixed months."""
        knobs = replace(USUAL, hot=settings.hot_per_mille)
        return Source(settings.noise, MODELS[settings.noise], DIFFICULTY[settings.difficulty], knobs)


@dataclass(frozen=True)
class Month:
    """Everything about a generated month. `rank` is each item's place in the ERP's file, `chance` 64 bits for each line."""

    noise: Noise
    knobs: Knobs
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


def generate(settings: Settings, source: Source | None = None) -> Month:
    """A month in memory, as columns; of a `source` of its own where one is given, else as the settings say."""
    source = source or Source.of(settings)
    draws, noise, factor, knobs = Draws(settings.seed, source.scope), source.noise, source.factor, source.knobs
    calendar = Calendar.of(settings.month)
    who = parties(draws, noise, settings.lines, factor, knobs)
    month = plan(draws, noise, who, calendar, settings.lines, factor, knobs)
    made = items(draws, noise, who, month, calendar, knobs)
    rate = rates(draws, calendar)
    money = settle(draws, who, month, made, rate, knobs)
    shown = payers(draws, noise, who, month, factor)
    advised = month.of("advice_only") & settings.remittance
    month, known = identifiable(month, made, shown.known, advised)
    company = who.customers.company[made.customer]
    order = np.lexsort((draws.bits("rank of item", len(made)), made.issue, company))
    rank = np.empty(len(made), dtype=np.int64)
    rank[order] = np.arange(len(made))
    return Month(noise, knobs, who, calendar, month, made, money, rate, shown, known, advised, rank, draws.bits("line", len(month)))
