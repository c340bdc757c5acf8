"""What lies between a receipt and the documents that it would pay, in words."""

from matcher.review.difference import Paid, difference_words

__all__ = ["Paid", "difference_words"]
