"""The command group and its inspect command."""

import json
from pathlib import Path

import click


@click.group()
@click.version_option(package_name="matcher-recon")
def main() -> None:
    """Bank reconciliation and payment matching that never guesses with money."""


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--format", "output", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option("--transactions", is_flag=True)
def inspect(files: tuple[str, ...], output: str, transactions: bool) -> None:
    """Read statement files without any books and say what is in them."""
    from matcher.inspection import inspect as inspect_source
    from matcher.parsers.base import ParseOptions, Source

    for name in files:
        path = Path(name)
        source = Source(name, path.stat().st_size, lambda path=path: path.open("rb"))
        click.echo(json.dumps(inspect_source(source, ParseOptions(), transactions=transactions), ensure_ascii=False))
