"""Late interest of the books: the terms of each customer, by matcher.toml and by country."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from matcher.credit_control.interest import InterestTerms, ItemInterest, interest
from matcher.credit_control.interest_profiles import InterestProfile, InterestRules, shipped
from matcher.credit_settings import InterestSection, InterestTermsSection
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.pipeline import lookup
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, whole
from matcher.store.journal import Known


def rules(session: Session) -> InterestRules:
    """The shipped profiles and tables, with the rates that matcher.toml adds."""
    return shipped().with_rates({name: dict(rows) for name, rows in session.config.interest.rates.items()})


def terms(session: Session, state: State, known: InterestRules) -> dict[str, InterestTerms]:
    """How interest is reckoned for each customer that has an item: by what matcher.toml says of him, of all, else by his country.

    Raises:
        MatcherError: ``config.invalid`` for a profile that does not exist.
    """
    section = session.config.interest
    countries = dict(state.customers.select("customer_id", "country").iter_rows())
    return {
        customer: _terms(section, section.customers.get(customer, InterestTermsSection()), countries.get(customer, ""), known)
        for customer in state.items["customer_id"].unique().sort()
    }


def _terms(section: InterestSection, own: InterestTermsSection, country: str, known: InterestRules) -> InterestTerms:
    named = own.profile or section.profile
    profile = _profile(named, known) if named else known.of_country(country.strip().upper())
    rate = own.rate if own.rate is not None else None if own.profile else section.rate
    return InterestTerms(profile, rate, own.day_basis or section.day_basis)


def _profile(name: str, known: InterestRules) -> InterestProfile:
    if name not in known.profiles:
        what = f"interest.profile: {name!r} is none of {', '.join(known.profiles)}"
        raise MatcherError("config.invalid", what, "matcher.toml")
    return known.profiles[name]


def proposals(
    session: Session, items: Sequence[str], customer: str, as_of: date, known: Known | None = None
) -> list[ItemInterest]:  # fmt: skip
    """The interest proposed for these items, for a customer's open ones, or for all open ones; items as people name them.

    Raises:
        MatcherError: ``item.*``, ``customer.*``, ``config.invalid``.
    """
    state = whole(session, as_of, asked_for(session, as_of, known).known)
    named = [item_of(session, typed) for typed in items]
    if customer:
        customer_id = lookup.customer(session, customer)
        mine = state.items.filter(pl.col("customer_id") == customer_id)
        named += [item for item in mine.filter(pl.col("open") > 0)["item_id"] if item not in named]
    return of_state(session, state, named if items or customer else None)


def of_state(session: Session, state: State, items: Sequence[str] | None = None) -> list[ItemInterest]:
    """The same of a state, and items by their ids; None for all that are open."""
    known = rules(session)
    return interest(state, terms(session, state, known), known, items)


def item_of(session: Session, typed: str) -> str:
    """The id of the one item that a person means. Raises MatcherError: ``item.unknown``, ``item.ambiguous``."""
    meant = lookup.item(session, typed).items
    if len(meant) > 1:
        listed = ", ".join(f"{one.document_no} ({one.item_id})" for one in meant[:8])
        raise MatcherError("item.ambiguous", f"{typed!r} may mean {len(meant)} items: {listed}")
    return meant[0].item_id
