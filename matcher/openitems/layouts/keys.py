"""Keys of a list's items, where the list has none of its own."""

from collections.abc import Collection, Mapping, Sequence


def item_keys(own: Sequence[str], columns: Mapping[str, Sequence[str]], chosen: Sequence[str], unnumbered: Collection[int]) -> list[str]:
    """The key of every item: the list's own, else made of what tells one document from another. Never a row's number.

    Args:
        own: keys of the list; empty where it has none.
        columns: of the list in the contract's columns, with instalment, position and fiscal year.
        chosen: the parts of a key, as `schema.IdPart` names them.
        unnumbered: rows whose number is made up: customer and amount tell them apart.
    """
    if own and all(own):
        return [" ".join(cell.split()) for cell in own]
    parts = {**columns, "issue_year": [day[:4] for day in columns["issue_date"]]}
    made = []
    for row, values in enumerate(zip(*(parts[name] for name in chosen), strict=True)):
        made.append(" ".join(own[row].split()) or (":".join(value for value in values if value) if columns["document_no"][row] else ""))
        if row in unnumbered and not own[row]:
            made[-1] += f":{columns['customer_id'][row]}:{columns['amount'][row]}"
    return made
