"""The proof in a sentence."""

from matcher import money
from matcher.ledger.proof.balances import Source
from matcher.ledger.proof.records import AccountProof, ProofState


def verdict(proof: AccountProof) -> str:
    """In a sentence, whether an account is proven."""
    account, currency = proof.account, proof.currency
    if proof.state == ProofState.AGREES:
        return f"Account {account}: bank and book agree at {_money(proof.adjusted_bank or 0, proof)} {currency}."
    if proof.state == ProofState.DIFFERS:
        rest = _rest(proof) if proof.known else f"{_rest(proof)}; {_why(proof)}"
        apart = _money(abs(proof.difference or 0), proof)
        if (proof.difference or 0) < 0:
            return f"Account {account}: the adjusted bank balance is {apart} {currency} below the book's, {rest}."
        return f"Account {account}: the adjusted bank balance is {apart} {currency} above the book's, {rest}."
    return f"Account {account}: not proven, {_why(proof)}."


def _rest(proof: AccountProof) -> str:
    rest = proof.unexplained or 0
    if not rest:
        return "by errors on one side"
    amount = _money(abs(rest), proof)
    return "and nothing explains it" if rest == proof.difference else f"and nothing explains {amount} {proof.currency} of it"


def _why(proof: AccountProof) -> str:
    if proof.book.source == Source.ASSUMED:
        amount = _money((proof.book.amount or 0), proof)
        return f"the book's balance of {amount} {proof.currency} assumes that the book began with the first statement's opening balance"
    if proof.book.source == Source.MOVEMENTS:
        return "no balance is known: only what came in is compared"
    return "no statement tells a balance"


def _money(minor: int, proof: AccountProof) -> str:
    return money.render(minor, proof.currency)
