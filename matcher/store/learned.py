"""What persons confirmed of payers, and what they revoked of it."""

from collections.abc import Collection

import polars as pl

from matcher.states import CONFIRMING, SETTLING, DecisionKind
from matcher.store.database import Store

_STANDING = "decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')"
_CONFIRMED = f"""WITH confirmed AS (
        SELECT line_id, max(batch) AS confirmed_in, arg_max(actor, (batch, ordinal)) AS actor, arg_max("at", (batch, ordinal)) AS "at"
        FROM log.decision WHERE kind IN ({", ".join(f"'{kind}'" for kind in CONFIRMING)}) AND {_STANDING} GROUP BY line_id
    ), owner AS (
        SELECT line_id, arg_max(customer_id, (batch, ordinal)) AS customer_id FROM log.decision SEMI JOIN confirmed USING (line_id)
        WHERE kind IN ({", ".join(f"'{kind}'" for kind in SETTLING)}) AND {_STANDING} GROUP BY line_id
    )
    SELECT line_id, entity, amount, counterparty_account, counterparty_name, customer_id, confirmed_in, actor, "at"
    FROM raw.line JOIN confirmed USING (line_id) JOIN owner USING (line_id)
    WHERE amount > 0 AND customer_id <> '' {{where}}
        AND line_id NOT IN (SELECT line_id FROM log.decision WHERE kind = '{DecisionKind.EXCLUDE}' AND {_STANDING})
    ORDER BY confirmed_in, line_id"""


def confirmed(store: Store) -> pl.DataFrame:
    """The receipts that a person's decision in force gave to a customer, the oldest first.

    Columns: line_id, entity, amount, counterparty_account, counterparty_name, customer_id, confirmed_in, actor, at.
    """
    return store.few(_CONFIRMED.format(where=""))


def confirmed_of_accounts(store: Store, keys: Collection[str]) -> pl.DataFrame:
    """Those of them whose payer's account is one of these, as `keys.account_key` writes it."""
    where = r"AND upper(regexp_replace(counterparty_account, '[^\p{L}\p{N}]', '', 'g')) IN (SELECT unnest(?::VARCHAR[]))"
    return store.few(_CONFIRMED.format(where=where), list(keys))


_PAYMENTS = f"""WITH mine AS (
        SELECT decision_id, line_id, customer_id, batch, ordinal, actor, "at" FROM log.decision
        WHERE kind IN ({", ".join(f"'{kind}'" for kind in CONFIRMING)}) AND customer_id <> '' {{whose}} AND {_STANDING}
    ), paid AS (
        SELECT line_id, max(batch) AS confirmed_in, arg_max(customer_id, (batch, ordinal)) AS customer_id,
            arg_max(actor, (batch, ordinal)) AS actor, arg_max("at", (batch, ordinal)) AS "at"
        FROM mine GROUP BY line_id
    ), share AS (SELECT DISTINCT a.line_id, a.item_id FROM log.allocation AS a SEMI JOIN mine USING (decision_id)
    ), latest AS (SELECT item_id, max(batch) AS batch FROM raw.item SEMI JOIN share USING (item_id) GROUP BY item_id
    ), document AS (FROM raw.item SEMI JOIN latest USING (item_id, batch))
    SELECT line_id, paid.customer_id, confirmed_in, actor, "at", l.remittance_information || ' | ' || l.creditor_reference AS text,
        item_id, d.entity, d.currency, d.customer_id AS owner, document_no, purchase_order, issue_date
    FROM paid JOIN raw.line AS l USING (line_id) JOIN share USING (line_id) JOIN document AS d USING (item_id)
    WHERE l.amount > 0
        AND line_id NOT IN (SELECT line_id FROM log.decision WHERE kind = '{DecisionKind.EXCLUDE}' AND {_STANDING})
    ORDER BY confirmed_in, line_id, issue_date, item_id"""


def payments(store: Store, customer_ids: Collection[str] | None = None) -> pl.DataFrame:
    """What persons said receipts pay, a row for each document, the oldest decision first.

    Columns: line_id, customer_id (who paid), confirmed_in, actor, at, text; item_id, entity, currency, owner, document_no, purchase_order,
    issue_date of the document.

    Args:
        store: of the books.
        customer_ids: of these payers; None for all.
    """
    if customer_ids is None:
        return store.few(_PAYMENTS.format(whose=""))
    return store.few(_PAYMENTS.format(whose="AND customer_id IN (SELECT unnest(?::VARCHAR[]))"), sorted(customer_ids))


def months_of(store: Store, customer_ids: Collection[str]) -> pl.DataFrame:
    """customer_id, entity, currency, month (its first day), documents: how many debts of each month the books have of these customers."""
    return store.few(
        """SELECT customer_id, entity, currency, date_trunc('month', issue_date)::DATE AS month, count(DISTINCT item_id) AS documents
        FROM raw.item WHERE customer_id IN (SELECT unnest(?::VARCHAR[])) AND amount > 0
        GROUP BY ALL ORDER BY customer_id, entity, currency, month""",
        sorted(customer_ids),
    )


def numbers_of(store: Store, customer_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Number and id of customers, as their latest record has them."""
    rows = store.run(
        """SELECT customer_id, customer_no FROM raw.customer WHERE customer_id IN (SELECT unnest(?::VARCHAR[]))
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY batch DESC) = 1""",
        [sorted(customer_ids)],
    )
    return {customer: tuple(filter(None, (number, customer))) for customer, number in rows}


def revocations(store: Store) -> pl.DataFrame:
    """All decisions that revoke, undone ones too: batch, decision_id, customer_id, actor, at, reason, classified, refused, and ``live``."""
    return store.few(
        f"""SELECT batch, decision_id, customer_id, actor, "at", reason, classified, refused, {_STANDING} AS live
        FROM log.decision WHERE kind = '{DecisionKind.REVOKE}' ORDER BY batch, ordinal"""
    )


def revocation_of(store: Store, decision_id: str) -> tuple[str, bool] | None:
    """Customer of a decision that revokes, and whether it stands; None for any other decision."""
    rows = store.run(
        f"SELECT customer_id, {_STANDING} FROM log.decision WHERE kind = '{DecisionKind.REVOKE}' AND decision_id = ?", [decision_id]
    )
    return (str(rows[0][0]), bool(rows[0][1])) if rows else None


def latest_on_no_line(store: Store) -> str:
    """Id of the latest decision that is on no line; '' when there is none."""
    rows = store.run("SELECT decision_id FROM log.decision WHERE line_id = '' ORDER BY batch DESC, ordinal DESC LIMIT 1")
    return str(rows[0][0]) if rows else ""


def accounts_of(store: Store, customer_ids: Collection[str]) -> pl.DataFrame:
    """customer_id, entity, account of customers, as their latest record has them."""
    sql = """SELECT customer_id, entity, account FROM raw.customer WHERE customer_id IN (SELECT unnest(?::VARCHAR[]))
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY batch DESC) = 1 ORDER BY customer_id"""
    return store.few(sql, list(customer_ids))
