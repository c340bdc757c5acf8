"""Worlds changed so that certain postings are wrong whatever the truth is: what still posts is guessing.

- removed: the items that one posting in five paid are gone; that line may post nothing now
- twin: all texts are empty, and every open item has a second one of its amount; nothing may post
- shuffled: all texts are empty, and amounts are exchanged among the customers; nothing may post
- blank: all texts are empty; what posts must be right all the same

Items and texts are changed by the functions of the product's own challenge, which needs no truth; here they change files, so that any
build of the product can be asked.
"""

import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.worlds.measure import as_of, post
from benchmarks.worlds.verdicts import MATCHES, verdicts
from matcher.pipeline.challenge import changes

Row = dict[str, Any]
KEY = ["account", "bank_reference"]
_FILES = ("matcher.toml", "world.json", "customers.csv", "items.csv", "rates.csv", "lines.csv", "truth.csv", "repeats.csv")
_ONE_IN = 5
_DAYS = ("issue_date", "due_date")


def challenge(directory: Path, command: Sequence[str], only: Sequence[str] = ()) -> list[Row]:
    """Posts every changed copy of a world that was measured; one row for each.

    A row holds: world, challenge, asked (lines that were looked at), postings (of those), errors, rules (postings and errors).
    """
    found = []
    for name, (change, judge) in CHALLENGES.items():
        if only and name not in only:
            continue
        place = directory / f"challenge-{name}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for file in _FILES:
            shutil.copy(directory / file, place)
        change(directory, place)
        post(place, as_of(directory), command)
        found.append({"world": directory.name, "challenge": name, **_counted(judge(directory, place))})
        shutil.rmtree(place)
    return found


def _counted(asked: pl.DataFrame) -> Row:
    """Counts of lines with the columns rule (empty where nothing was posted) and error."""
    posted = asked.filter(pl.col("rule") != "")
    rules = posted.group_by("rule").agg(postings=pl.len(), errors=pl.col("error").sum()).sort("rule")
    return {
        "asked": asked.height,
        "postings": posted.height,
        "errors": int(posted["error"].sum()),
        "rules": {rule: [postings, errors] for rule, postings, errors in rules.iter_rows()},
    }


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))


def _posted(place: Path) -> pl.DataFrame:
    """Rows that were posted to an item, with the rule's bare name."""
    rows = _read(place / MATCHES).filter((pl.col("state") == "posted") & (pl.col("item_id") != ""))
    return rows.with_columns(pl.col("rule").str.replace(r"@.*$", "").replace("", "(none given)"))


def _answers(asked: pl.DataFrame, place: Path) -> pl.DataFrame:
    """The asked lines with the rule that posted them and their items, sorted and in one text."""
    answers = _posted(place).group_by(KEY).agg(pl.col("rule").first(), items=pl.col("item_id").sort().str.join(" "))
    return asked.join(answers, on=KEY, how="left", maintain_order="left").with_columns(pl.col("rule", "items").fill_null(""))


def _chosen(directory: Path) -> pl.DataFrame:
    """The posted rows of one line in five."""
    posted = _posted(directory)
    turn = [sha256(f"{account}/{reference}".encode()).digest()[0] % _ONE_IN == 0 for account, reference in posted.select(KEY).iter_rows()]
    return posted.filter(pl.Series(turn, dtype=pl.Boolean))


def _remove(directory: Path, place: Path) -> None:
    gone = _chosen(directory).select("item_id").unique()
    _read(place / "items.csv").join(gone, on="item_id", how="anti", maintain_order="left").write_csv(place / "items.csv")


def _posts_elsewhere(directory: Path, place: Path) -> pl.DataFrame:
    """Lines whose items are gone: an error whatever they pay now, unless the first posting was wrong and this is the truth."""
    return _untrue(_chosen(directory).select(KEY).unique(maintain_order=True), directory, place)


def _receipts(directory: Path) -> pl.DataFrame:
    return _read(directory / "lines.csv").filter(~pl.col("amount").str.starts_with("-")).select(KEY)


def _posts_anything(directory: Path, place: Path) -> pl.DataFrame:
    """All lines with money that came in: an error whatever they pay, even when the guess was lucky."""
    return _answers(_receipts(directory), place).with_columns(error=pl.lit(value=True))


def _posts_untrue(directory: Path, place: Path) -> pl.DataFrame:
    """All lines with money that came in: an error whatever they pay, unless chance gave the true items their amount back."""
    return _untrue(_receipts(directory), directory, place)


def _untrue(asked: pl.DataFrame, directory: Path, place: Path) -> pl.DataFrame:
    true = _read(directory / "truth.csv").filter(pl.col("item_id") != "")
    truth = true.group_by(KEY).agg(true=pl.col("item_id").sort().str.join(" "))
    lines = _answers(asked, place).join(truth, on=KEY, how="left", maintain_order="left")
    return lines.with_columns(error=pl.col("items") != pl.col("true").fill_null("-"))


def _add_twins(directory: Path, place: Path) -> None:
    _blank(directory, place)
    items = _read(place / "items.csv").with_columns(pl.col(_DAYS).str.to_date(strict=False))
    pl.concat([items, changes.twins(items.filter(pl.col("status") != "closed"))]).write_csv(place / "items.csv")


def _shuffle(directory: Path, place: Path) -> None:
    _blank(directory, place)
    items = _read(place / "items.csv").with_columns(closed=pl.col("status") == "closed")
    moved = ("amount", "open_amount", "disputed_amount", "status")
    mixed = changes.exchanged(items, moved, ("entity", "currency", "document_type", "closed"))
    mixed.drop("closed").write_csv(place / "items.csv")


def _blank(_: Path, place: Path) -> None:
    changes.blanked(_read(place / "lines.csv")).write_csv(place / "lines.csv")


def _by_truth(_: Path, place: Path) -> pl.DataFrame:
    lines = verdicts(place)
    shown = pl.when("posted").then(pl.col("rule").replace("", "(none given)")).otherwise(pl.lit(""))
    return lines.select(rule=shown, error=pl.col("error") != "")


CHALLENGES: dict[str, tuple[Callable[[Path, Path], None], Callable[[Path, Path], pl.DataFrame]]] = {
    "removed": (_remove, _posts_elsewhere),
    "twin": (_add_twins, _posts_anything),
    "shuffled": (_shuffle, _posts_untrue),
    "blank": (_blank, _by_truth),
}
"""How a copy is changed, and which of its lines are looked at."""


def table(rows: Sequence[Row]) -> str:
    """The challenges as text: each world, then all together and by rule."""
    parts = [f"{'world':<14}{'challenge':<12}{'asked':>8}{'postings':>10}{'errors':>8}"]
    parts += [f"{row['world']:<14}{row['challenge']:<12}{row['asked']:>8}{row['postings']:>10}{row['errors']:>8}" for row in rows]
    for name in CHALLENGES:
        of = [row for row in rows if row["challenge"] == name]
        if not of:
            continue
        asked, postings, errors = (sum(row[column] for row in of) for column in ("asked", "postings", "errors"))
        parts += ["", f"{name}: of {asked} lines {postings} were posted, {errors} of them wrong"]
        for rule in sorted({rule for row in of for rule in row["rules"]}):
            counts = [row["rules"].get(rule, [0, 0]) for row in of]
            if wrong := sum(count[1] for count in counts):
                parts.append(f"  {rule:<24}{sum(count[0] for count in counts):>8}{wrong:>8}")
    return "\n".join(parts)
