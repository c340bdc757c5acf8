"""Writes a world: the files of its month, and world.json with all its knobs."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.generate import describe
from benchmarks.month.files import Files
from benchmarks.month.month import Settings, generate
from benchmarks.worlds.prior import World

REPEATS = "repeats.csv"
"""Which payment each second payment repeats: the truth does not say it."""


def settings(world: World) -> Settings:
    """The plain settings of a world's month; everything else is in its source."""
    return Settings(
        world.lines, world.seed, difficulty="", noise=world.source.scope, month=world.month, hot_per_mille=world.source.knobs.hot
    )


def write(world: World, directory: Path) -> dict[str, object]:
    """Writes all files into a directory, and returns what world.json says."""
    month = generate(settings(world), world.source)
    files = Files(month)
    files.write(directory)
    with (directory / REPEATS).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("account", "bank_reference", "first_reference"))
        writer.writerows(files.repeats())
    sizes = describe(settings(world), month)
    about: dict[str, object] = {
        "seed": world.seed,
        "family": world.family,
        "month": world.month,
        **{name: sizes[name] for name in ("lines", "items", "open_items", "customers", "companies", "accounts", "allocations")},
        "factor": world.source.factor,
        "knobs": asdict(world.source.knobs),
        "noise": asdict(world.source.noise),
        "kinds": sizes["kinds"],
    }
    (directory / "world.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return about
