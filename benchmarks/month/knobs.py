"""What a world may turn besides its `Noise`: mechanisms that the two fixed months lack. The defaults leave those months as they are.

Shares are parts of a thousand unless they say per cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Knobs:
    """One setting of every mechanism.

    Attributes:
        companies, customers: how many legal entities and customers; 0 for as many as the number of lines asks for.
        items_per_line: open items for a hundred lines.
        countries: weights of the customers' countries in the order of `COUNTRIES`; empty for the usual ones.
        first_customer_number: the lowest customer number; low ones look like document counters.
        order_styles: which of the ways to write order numbers customers use, see `order_text`.
        shared_customers: customers who are another one once more: one record of the master data, items in two legal entities.
        foreign_master: customers whose master record names another legal entity, or none.
        unlisted: customers that the master data lacks.
        fixed_price: customers who buy at one price again and again; `fixed_share` of their items have it.
        price_list: customers whose items all have one of six prices.
        multiples: customers whose items are all one to twelve times a price.
        hot: items that sit on one of four price points.
        free_unnamed: payments that name nothing pay amounts that are drawn freely, whatever else the customer buys at.
        own_amounts: money of a customer that pays no item and has the amount of one of the customer's documents all the same.
        borrowed: strangers' money that has the amount of an open item.
        beside: by kind of line, how many have an item of the customer's beside them that has the amount of the line by chance.
        duplicate_of_any: second payments also of what was named in a damaged way, by its order, or not at all.
        duplicate_respelt: second payments whose text is written anew, with the number in another form or none.
        oldest_first: payments that name nothing pay the oldest item of their amount.
        instalments_in_order: nobody pays an instalment while an earlier one of the plan is open.
        closed_damaged: closed documents whose number is hurt where a line names it.
        collisions: texts with another number in them that is the number of somebody else's document.
    """

    companies: int = 0
    customers: int = 0
    items_per_line: int = 185
    countries: tuple[int, ...] = ()
    first_customer_number: int = 10_007
    order_styles: tuple[int, ...] = (0, 1, 2, 3)
    shared_customers: int = 0
    foreign_master: int = 0
    unlisted: int = 0
    fixed_price: int = 300
    fixed_share: int = 850
    price_list: int = 0
    multiples: int = 0
    hot: int = 60
    free_unnamed: bool = True
    own_amounts: int = 0
    borrowed: int = 300
    beside: Mapping[str, int] = field(default_factory=dict)
    duplicate_of_any: bool = False
    duplicate_respelt: int = 0
    oldest_first: int = 0
    instalments_in_order: bool = False
    closed_damaged: int = 0
    collisions: int = 0


USUAL = Knobs()
"""The two fixed months."""
