"""Identities made from contents, so that the same facts get the same ids whatever the file, the order or the day.

Each has a set-shaped form (DuckDB SQL over the columns of `matcher.frames`) and a plain Python form; a property test holds
them equal.
"""

import re
from collections.abc import Iterable
from datetime import date
from hashlib import md5, sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

ID_LENGTH = 16
"""Hexadecimal digits of an id: 64 bits. A collision would be found at append and refused, not merged."""

LINE_KEY_SQL = "md5(concat_ws('|', account, booking_date, amount, told))"
"""Key of a bank line: the bank's own reference where it gives one, else the text; always with account, day and amount.

`told` is the column that the function of that name makes. Banks repeat references for different movements, so the reference alone is
never the key. Two real twins of one day share the key and are told apart by their occurrence.
"""

LINE_ID_SQL = f"substr(sha256(line_key || '#' || occurrence), 1, {ID_LENGTH})"

_NOT_ALNUM = re.compile(r"[\W_]+")


def told() -> "pl.Expr":
    """What tells lines of one day and amount apart: the bank's reference, or the letters and digits of its texts."""
    import polars as pl

    own = pl.col("bank_reference") != ""
    text = pl.concat_str("counterparty_account", "counterparty_name", "remittance_information")
    # the pattern is slow, so that it is not run on texts that do not count
    plain = pl.when(own).then(pl.lit("")).otherwise(text).str.replace_all(r"[^\p{L}\p{N}]+", "")
    return pl.when(own).then("R" + pl.col("bank_reference")).otherwise("T" + plain).alias("told")


def line_key(account: str, booking_date: date, amount: int, bank_reference: str, text: str) -> str:
    """Python form of `LINE_KEY_SQL` over `told`; `text` is counterparty account, name and remittance information joined."""
    tail = f"R{bank_reference}" if bank_reference else "T" + _NOT_ALNUM.sub("", text)
    return md5(f"{account}|{booking_date.isoformat()}|{amount}|{tail}".encode(), usedforsecurity=False).hexdigest()


def line_id(key: str, occurrence: int) -> str:
    """Python form of `LINE_ID_SQL`."""
    return sha256(f"{key}#{occurrence}".encode()).hexdigest()[:ID_LENGTH]


def of(*parts: object) -> str:
    """Id of anything else: a hash over the text of its parts, which must not contain a unit separator (U+001F)."""
    return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:ID_LENGTH]


def decision_ids(rows: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """Ids of decisions from (kind, line id, allocations as text, id of what it answers or reverses)."""
    return [of(*row) for row in rows]
