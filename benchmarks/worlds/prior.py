"""What a world is drawn from: a prior for every knob. One whole number gives one world, the same on every machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.month.draws import Draws
from benchmarks.month.kinds import KINDS
from benchmarks.month.knobs import Knobs
from benchmarks.month.month import Source
from benchmarks.month.noise import MODELS, Noise
from benchmarks.month.places import COUNTRIES
from benchmarks.month.styles import STYLES

FAMILIES = ("normal", "hard")
"""Priors; a world of one family has nothing in common with the world of the same seed in the other."""

_EXTRA_MATCHED = {"list_partly_named": 80, "list_short_paid": 60, "list_over_paid": 30, "list_group": 40}
_EXTRA_UNMATCHED = {"deposit": 300, "unknown_document": 400, "customer_other": 400, "returned": 200}
_SHARES = {"normal": (30, 60, 100, 160, 260), "hard": (40, 80, 130, 200, 300)}
_SIZES = (30, 400, 2_500, 4_500, 6_000, 9_000, 16_000, 40_000, 200_000)
_USUAL_LINES = 3_000
_LEAST_LINES = 12


@dataclass(frozen=True)
class World:
    """A world: its seed and family, how many lines its month has, which month that is, and where its shares come from."""

    seed: int
    family: str
    lines: int
    month: str
    source: Source


class _Prior:
    """Single draws, each by a name of its own, so that a new knob moves no other."""

    def __init__(self, seed: int, family: str) -> None:
        self.family, self.hard = family, family == "hard"
        self.draws = Draws(seed, f"world {family}")

    def value(self, name: str, normal: Sequence[int], hard: Sequence[int] = ()) -> int:
        """A number whose distribution has these quantiles at equal steps; those of the hard family where it has its own."""
        return self.draws.curve(name, 1, hard if self.hard and hard else normal).item()

    def one(self, name: str, count: int) -> int:
        """A position below `count`."""
        return self.draws.below(name, 1, count).item()

    def some(self, name: str, of: Sequence[str], count: int) -> tuple[str, ...]:
        """So many different entries, in random order; all of them where there are no more."""
        return tuple(of[at] for at in self.draws.order(name, len(of)).tolist()[:count])

    def table(self, name: str, base: Mapping[str, int]) -> dict[str, int]:
        """Weights, each multiplied by a draw of its own."""
        return {key: weight * self.value(f"{name} {key}", _SHARES["normal"]) // 100 for key, weight in base.items()}


def world(seed: int, lines: int, family: str = "normal") -> World:
    """The world of a seed, of at most so many lines."""
    prior = _Prior(seed, family)
    per_line = prior.value("items per line", (130, 160, 190, 240, 350))
    size = prior.value("size", _SIZES)
    if size > _SIZES[2]:
        size = size * max(lines, _USUAL_LINES) // _USUAL_LINES
    fewer = max(min(lines, size * 100 // per_line), _LEAST_LINES)
    per_line = max(per_line, size * 100 // fewer)
    customers = max(size // prior.value("items per customer", (3, 6, 10, 18, 40, 150)), 8)
    companies = min((1, 1, 1, 2, 3, 3, 4, 6, 8, 10)[prior.one("companies", 10)], max(customers // 12, 1))
    factor = prior.value("factor", (50, 80, 100, 130, 180), (80, 110, 140, 170, 220))
    source = Source(f"world {family}", _noise(prior, companies), factor, _knobs(prior, per_line, customers, companies))
    return World(seed, family, fewer, f"2026-{1 + prior.one('month', 10):02d}", source)


def _noise(prior: _Prior, companies: int) -> Noise:
    """How the payers of a world write: between the two fixed models and beyond them."""
    a, b = MODELS["a"], MODELS["b"]
    either = (a, b)
    written = {name: (a.written[name] + b.written[name]) * 5 for name in a.written}
    names = {name: (a.names[name] + b.names[name]) * 5 for name in a.names}
    native = {name: (a.native_names[name] + b.native_names[name]) * 5 for name in a.native_names}
    styles = prior.some("styles", tuple(STYLES), 1 + prior.one("ways to number", 11))
    return Noise(
        name=("a", "b", "both", "both")[prior.one("phrases", 4)],
        matched=_kinds(prior, "matched", {kind: a.matched[kind] + b.matched[kind] for kind in a.matched}, _EXTRA_MATCHED),
        unmatched=_kinds(prior, "unmatched", {kind: a.unmatched[kind] + b.unmatched[kind] for kind in a.unmatched}, _EXTRA_UNMATCHED),
        credit_per_mille=prior.value("credits", (650, 760, 830, 900, 980)),
        matched_per_mille=prior.value("matchable", (550, 680, 740, 790, 880), (400, 550, 650, 720, 800)),
        written=prior.table("written", written),
        names=prior.table("name", names),
        native_names=prior.table("native name", native),
        account_stated=prior.value("account stated", (400, 650, 780, 860, 960), (50, 300, 550, 700, 900)),
        account_changed=prior.value("account changed", (10, 30, 50, 80, 130), (30, 60, 100, 150, 250)),
        master_account=prior.value("account in master", (150, 400, 550, 650, 850), (0, 150, 300, 450, 650)),
        alias_known=prior.value("alias", (300, 600, 750, 850, 950)),
        look_alikes=tuple(sorted({*a.look_alikes, *b.look_alikes})),
        typos=prior.table("typo", {way: a.typos[way] + b.typos[way] for way in a.typos}),
        name_cuts=either[prior.one("name cuts", 2)].name_cuts,
        text_cuts=either[prior.one("text cuts", 2)].text_cuts,
        list_marks=(*a.list_marks, *b.list_marks),
        cut_front=prior.value("cut front", (0, 0, 10, 40, 60)),
        styles=tuple(styles[at % len(styles)] for at in range(max(companies, len(styles)))),
        chatter=prior.value("chatter", (0, 10, 25, 40, 70)),
        lateness=either[prior.one("lateness", 2)].lateness,
    )


def _kinds(prior: _Prior, name: str, base: Mapping[str, int], extra: Mapping[str, int]) -> dict[str, int]:
    """Weights of kinds: the sum of both fixed models and the kinds that only worlds have, each times a draw of its own."""
    hard = {kind.name for kind in KINDS if kind.hard or kind.worlds}
    usual = {kind: weight * 5 for kind, weight in base.items()} | dict(extra)
    return {
        kind: weight * prior.value(f"{name} {kind}", _SHARES["normal"], _SHARES["hard"] if kind in hard else ()) // 100
        for kind, weight in usual.items()
    }


def _knobs(prior: _Prior, per_line: int, customers: int, companies: int) -> Knobs:
    """The mechanisms that the fixed months lack."""
    home = prior.one("home", len(COUNTRIES))
    spread = prior.draws.curve("countries", len(COUNTRIES), (0, 20, 100, 200, 600)).tolist()
    first = (10_007, 1_001, 103, 70_000, 20_411, 1_000_003)
    orders = prior.draws.order("order styles", 6).tolist()[: 1 + prior.one("ways to order", 6)]
    return Knobs(
        companies=companies,
        customers=customers,
        items_per_line=per_line,
        countries=tuple(c.weight * spread[at] * (20 if at == home else 1) + (at == home) for at, c in enumerate(COUNTRIES)),
        first_customer_number=first[prior.one("first customer", len(first))],
        order_styles=tuple(orders),
        shared_customers=prior.value("shared customers", (0, 0, 0, 50, 150, 300)) if companies > 1 else 0,
        foreign_master=prior.value("foreign master", (0, 0, 0, 30, 100, 300)) if companies > 1 else 0,
        unlisted=prior.value("unlisted", (0, 0, 10, 40, 120), (0, 20, 60, 120, 250)),
        fixed_price=prior.value("fixed price", (0, 100, 250, 400, 600, 950), (100, 300, 500, 700, 1000)),
        fixed_share=prior.value("fixed share", (400, 650, 800, 900, 1000)),
        price_list=prior.value("price list", (0, 0, 0, 100, 300, 700), (0, 100, 250, 400, 800)),
        multiples=prior.value("multiples", (0, 0, 0, 100, 300, 700), (0, 100, 250, 400, 800)),
        hot=prior.value("hot", (0, 10, 50, 120, 400)),
        free_unnamed=False,
        own_amounts=500,
        borrowed=prior.value("borrowed", (200, 300, 400, 500)),
        beside=_beside(prior),
        instalments_in_order=True,
        duplicate_of_any=prior.one("duplicate of any", 2) == 1,
        oldest_first=prior.value("oldest first", (0, 300, 700, 1000)),
        duplicate_respelt=prior.value("duplicate respelt", (0, 200, 500, 800, 1000)),
        closed_damaged=prior.value("closed damaged", (0, 50, 150, 300, 600)),
        collisions=prior.value("collisions", (0, 10, 40, 100, 250), (20, 60, 120, 200, 400)),
    )


def _beside(prior: _Prior) -> dict[str, int]:
    """How many lines of some kinds have an item of their amount beside them."""
    seldom, often = (0, 0, 30, 80, 200), (0, 30, 100, 200, 400)
    shares = {
        "batch_unlisted": seldom, "advice_only": seldom, "list_cut": seldom, "first_plus_others": seldom, "list_partly_named": seldom,
        "list_short_paid": seldom, "part_payment": seldom, "duplicate": seldom, "closed_item": often, "prepayment": often, "deposit": often,
    }  # fmt: skip
    return {kind: prior.value(f"beside {kind}", quantiles, often) for kind, quantiles in shares.items()}
