"""Settlement files of payment providers: which payments of customers, less which fees and refunds, make up a payout to the bank.

One table of `reports` describes one report of a provider; the modules here read any of them. `read` is the reader.
"""

from matcher.remittance.settlements.reader import read

__all__ = ["read"]
