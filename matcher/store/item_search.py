"""Open items by what a person types: a piece of the document number, of the customer's number or name, or the amount."""

from matcher.store.database import Store
from matcher.store.journal import texts


def items_like(store: Store, text: str, amount: int | None, currency: str, limit: int) -> list[str]:
    """Ids of the items in a currency that the ERP's latest list has open and that a text fits; those that are due first come first.

    Args:
        store: the books.
        text: in whatever case and with or without accents; each of its words must be in the number, the id, the customer or his name.
        amount: minor units; items with so much open fit too.
        currency: of the items.
        limit: at most so many.
    """
    words = [word for word in texts(text.lower().split()) if word]
    if not words:
        return []
    sql = """SELECT item_id FROM (
            SELECT item_id, arg_max(customer_id, batch) AS customer_id, arg_max(document_no, batch) AS document_no,
                arg_max(coalesce(due_date, issue_date), batch) AS day, arg_max(open_amount, batch) AS left_open
            FROM raw.item GROUP BY item_id HAVING arg_max(status, batch) <> 'closed' AND arg_max(currency, batch) = $currency
        ) LEFT JOIN (
            SELECT customer_id, arg_max(name || ' ' || trade_name || ' ' || alias, batch) AS names FROM raw.customer GROUP BY customer_id
        ) USING (customer_id)
        WHERE left_open = $amount OR list_bool_and(list_transform($words::VARCHAR[], lambda word: contains(
            lower(strip_accents(concat_ws(' ', document_no, item_id, customer_id, coalesce(names, '')))), strip_accents(word))))
        ORDER BY left_open IS DISTINCT FROM $amount, day, item_id LIMIT $limit"""
    rows = store.run(sql, {"words": words, "amount": amount, "currency": currency, "limit": limit})
    return [str(row[0]) for row in rows]
