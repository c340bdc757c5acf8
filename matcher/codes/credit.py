"""What can be wrong with what customers answer, and with credit control."""

from matcher.codes.entry import NEEDS_PERSON, Code, bad

CREDIT = (
    bad(
        "answer.item",
        "An answer on a statement of account is about an item that is not in the books.",
        "See that it is an answer to these books.",
    ),
    Code(
        "evidence.changed",
        NEEDS_PERSON,
        "A bundle of evidence is not as it was made: a member was changed, added or is missing.",
        "Ask for the bundle anew; do not rely on this one.",
    ),
    bad(
        "answer.changed",
        "Another amount is open of an item than in the statement of account that is answered.",
        "Send a new statement with `matcher account-statement`, or empty the row and say it with `matcher dispute`.",
    ),
    bad(
        "answer.amount",
        "An answer disputes more than is open, or a credit.",
        "Ask the customer which amount is meant, and correct the row.",
    ),
    bad(
        "answer.unclear",
        "An answer says two things, half of one, or a word that is none of those to choose from.",
        "Ask the customer what is meant, and correct the row.",
    ),
)
