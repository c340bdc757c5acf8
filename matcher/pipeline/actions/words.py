"""What a decision came to, in one sentence: what was done, for whom, and what is left."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from matcher import money
from matcher.matching.repeated import takes
from matcher.pipeline import learned, line_rules, naming
from matcher.pipeline.actions.base import Decided, Effect, Look
from matcher.states import ASIDE, CONFIRMING, DecisionKind

_DONE = {
    DecisionKind.ACCEPT: "Accepted",
    DecisionKind.REJECT: "Refused the proposal",
    DecisionKind.ALLOCATE: "Allocated",
    DecisionKind.ON_ACCOUNT: "Put on account",
    DecisionKind.SET_OFF: "Set off",
    DecisionKind.WRITE_OFF: "Written off",
    DecisionKind.REFUND: "Refunded",
    DecisionKind.RETURN: "Recorded as returned",
    DecisionKind.CLASSIFY: "Classified",
    DecisionKind.HOLD: "On hold",
    DecisionKind.ASSIGN: "Assigned",
    DecisionKind.NOTE: "Noted",
    DecisionKind.UNDO: "Taken back",
    DecisionKind.SUBMIT: "Waits for approval by another person",
    DecisionKind.DISMISS: "Not approved, and taken off",
    DecisionKind.CHECK: "Checked and right",
}
_SAYS_NO_REST = (DecisionKind.HOLD, DecisionKind.ASSIGN, DecisionKind.NOTE, DecisionKind.CLASSIFY, *ASIDE)


def with_words(look: Look, made: Sequence[Decided]) -> list[Decided]:
    """The same decisions with their sentences."""
    taught = _learned(look, made) | _proposed(look, made)
    return [replace(decided, said=_sentence(look, decided), learned=taught.get(decided.line_id, "")) for decided in made]


def _learned(look: Look, made: Sequence[Decided]) -> dict[str, str]:
    """What the decisions taught of the payers of lines."""
    customers = {decided.line_id: decided.customer_id for decided in made if decided.kind in CONFIRMING and decided.customer_id}
    columns = ("line_id", "amount", "counterparty_account", "counterparty_name")
    rows = look.state.lines.filter(pl.col("line_id").is_in(list(customers)), pl.col("amount") > 0).select(columns).iter_rows()
    payers = {line_id: (customers[line_id], account, name) for line_id, _, account, name in rows}
    of_payers = learned.news(look.session, payers)
    of_documents = naming.news(look.session, {line_id: customer for line_id, (customer, _, _) in payers.items()})
    return {line_id: " ".join(filter(None, (of_payers.get(line_id, ""), of_documents.get(line_id, "")))) for line_id in payers}


def _proposed(look: Look, made: Sequence[Decided]) -> dict[str, str]:
    """That a rule may be made of what was said of lines alike."""
    words = {decided.line_id for decided in made if decided.kind == DecisionKind.CLASSIFY}
    if not words:
        return {}
    mine = look.state.lines.filter(pl.col("line_id").is_in(sorted(words)))
    said = {}
    for rule in line_rules.pending(look.session):
        for line_id in takes(rule, mine):
            said[line_id] = f"Lines like this one may be taken by a rule, {rule.id}: see `matcher rules propose`."
    return said


def _sentence(look: Look, decided: Decided) -> str:
    done = _DONE.get(DecisionKind(decided.kind), decided.kind)
    where = f" line {decided.line_id}" if decided.line_id else ""
    whom = f" for {decided.customer_id}" if decided.customer_id else ""
    parts = [f"{done}:{where}{whom}" if where or whom else done]
    parts += [_of_item(effect) for effect in decided.effects]
    if decided.currency and decided.kind not in _SAYS_NO_REST and (decided.effects or decided.kind != DecisionKind.RETURN):
        left = money.render(decided.left, decided.currency)
        parts.append(f"{left} {decided.currency} of the line left" if decided.left else "nothing of the line left")
    if day := _moved(look, decided):
        parts.append(day)
    return "; ".join(parts) + "."


def _of_item(effect: Effect) -> str:
    name = effect.document_no or effect.item_id
    gets = f"{money.render(effect.cash, effect.cash_currency)} {effect.cash_currency}" if effect.cash else ""
    cleared = (
        f"{money.render(effect.adjustment, effect.currency)} {effect.currency} cleared as {effect.reason}" if effect.adjustment else ""
    )
    after = f"{money.render(effect.open_after, effect.currency)} {effect.currency} open"
    return f"{name} {' and '.join(filter(None, (gets, cleared)))}, {after}"


def _moved(look: Look, decided: Decided) -> str:
    """That a decision about a closed month counts from a later day."""
    through = look.locks.through
    if through is None or not decided.line_id:
        return ""
    booked = dict(look.state.lines.select("line_id", "booking_date").iter_rows()).get(decided.line_id)
    if booked is None or booked > through:
        return ""
    return f"{through:%B %Y} is closed: it counts from {decided.effective_date.isoformat()}"
