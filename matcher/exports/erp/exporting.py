"""Makes an export for a target: what is new as records, what the target has no form for, and the files of the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
from pydantic import ValidationError

from matcher import money
from matcher.amounts import render
from matcher.errors import MatcherError
from matcher.exports.erp.assembling import records
from matcher.exports.erp.base import CustomerFeed, Export, ExportRequest, File, Refused, Rendering, Target
from matcher.exports.erp.documents import batch, documents, sent
from matcher.exports.erp.records import Document
from matcher.exports.erp.registry import failures_named
from matcher.exports.erp.settings import TargetSettings
from matcher.frames import State
from matcher.ledger.customer_status import STATUS_AMOUNTS

_SHOWN = 20
"""Documents that an error lists."""


def settings_of(target: Target, table: Mapping[str, object]) -> TargetSettings:
    """A target's settings, checked.

    Args:
        target: whose.
        table: ``[target.NAME]`` of matcher.toml.

    Raises:
        MatcherError: ``target.setting`` with the key at fault.
    """
    try:
        # [target.NAME.api] is of the live connection, which checks it
        made = target.settings.model_validate({key: value for key, value in table.items() if key != "api"})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(("target", target.name, *(str(part) for part in first["loc"])))
        raise MatcherError("target.setting", f"{key}: {first['msg'].removeprefix('Value error, ')}", "matcher.toml") from error
    if not made.version and target.versions:
        made = made.model_copy(update={"version": target.versions[0]})
    if made.version and made.version not in target.versions:
        known = ", ".join(target.versions) or "none"
        raise MatcherError("target.setting", f"target.{target.name}.version: {made.version!r} is none of {known}", "matcher.toml")
    return made


def export(
    target: Target,
    state: State,
    job: ExportRequest,
    table: Mapping[str, object],
    *,
    skip_unsupported: bool = False,
    preview: bool = False,
) -> Export:
    """Makes the export.

    Args:
        target: to write for.
        state: of everything.
        job: what is told besides.
        table: ``[target.NAME]`` of matcher.toml.
        skip_unsupported: leave out what the target has no form for, instead of refusing the whole.
        preview: whether the documents are wanted as records also of a target that does without them.

    Raises:
        MatcherError: ``target.setting``, ``target.no_form``, ``target.failed``; ``usage.option`` for a file ending.
    """
    settings = settings_of(target, table)
    if target.run is not None:
        with failures_named(target.name):
            ready = target.run(state, job)
        return replace(ready, documents=records(documents(state, job), state, job)) if preview else ready
    _check_ending(target, job.file_name)
    to_send = documents(state, job)
    every = records(to_send, state, job)
    with failures_named(target.name):
        refused = _refused(target, settings, every)
    if refused and not skip_unsupported:
        raise no_form(target, refused)
    left_out = {one.document.external_id for one in refused}
    made = tuple(one for one in every if one.external_id not in left_out)
    kept = to_send.filter(~pl.col("external_id").is_in(left_out))
    _check_settings(target, settings, made)
    control = batch(kept, state, job)
    assert target.render is not None
    with failures_named(target.name):
        files = tuple(target.render(Rendering(made, settings, control, job.file_name, job.head)))
    unsent = sent(to_send.filter(pl.col("external_id").is_in(left_out)), control)
    return Export(control, sent(kept, control), files, made, refused, unsent)


def customers(target: Target, rows: pl.DataFrame, file_name: str, table: Mapping[str, object]) -> tuple[File, ...]:
    """The files that tell a system how customers stand.

    Args:
        target: to write for.
        rows: columns of `ledger.customer_status.STATUS`.
        file_name: of the main file, without folders.
        table: ``[target.NAME]`` of matcher.toml.

    Raises:
        MatcherError: ``target.no_form`` where the system has no form for it; ``target.setting``, ``target.failed``; ``usage.option`` for a
            file ending.
    """
    if target.customers is None:
        raise MatcherError("target.no_form", f"{target.name} has no form for how customers stand")
    settings = settings_of(target, table)
    _check_ending(target, file_name)
    with failures_named(target.name):
        return tuple(target.customers(customer_feed(rows, settings, file_name)))


def customer_feed(rows: pl.DataFrame, settings: TargetSettings, file_name: str = "") -> CustomerFeed[TargetSettings]:
    """How customers stand, with amounts as decimal text."""
    return CustomerFeed(render(rows, dict.fromkeys(STATUS_AMOUNTS, "currency")), settings, file_name)


def _refused(target: Target, settings: TargetSettings, every: Sequence[Document]) -> tuple[Refused, ...]:
    """What the target has no form for; with a document that moves money it is the whole line, or its money would stand there twice."""
    why = {one.external_id: said for one in every if (said := _why_not(target, settings, one))}
    lines = {one.line.id for one in every if one.line and one.amount and one.external_id in why}
    return tuple(
        Refused(one, why.get(one.external_id) or "goes together with another document of its line")
        for one in every
        if one.external_id in why or (one.line and one.line.id in lines)
    )


def _check_ending(target: Target, file_name: str) -> None:
    if target.endings and not file_name.lower().endswith(target.endings):
        raise MatcherError("usage.option", f"{file_name!r} must end with {' or '.join(target.endings)}", file_name)


def _why_not(target: Target, settings: TargetSettings, one: Document) -> str:
    lacking = [form.words for form in one.needs() if form not in target.forms]
    if lacking:
        return f"has no form for {', '.join(lacking)}"
    return target.refuses(one, settings) if target.refuses else ""


def no_form(target: Target, refused: tuple[Refused, ...]) -> MatcherError:
    """The error that names each document that a target cannot take."""
    named = [f"decision {one.document.decision_id} ({said(one.document)}): {one.why}" for one in refused]
    more = f"; and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    hint = "Book these by hand, or leave them out of the file with --skip-unsupported."
    return MatcherError("target.no_form", f"{target.name}: {'; '.join(named[:_SHOWN])}{more}", hint=hint)


def said(one: Document) -> str:
    """A document in a few words: what it is and its amount."""
    moved = one.amount or one.applied or sum(part.cash or part.adjusted() for part in one.parts if part.cash > 0 or part.adjustments)
    return f"{one.kind.replace('_', ' ')} of {money.render(moved, one.currency)} {one.currency}"


def _check_settings(target: Target, settings: TargetSettings, made: tuple[Document, ...]) -> None:
    lacking = list(dict.fromkeys(settings.lacking(made)))
    if lacking:
        raise MatcherError("target.setting", f"[target.{target.name}] has no {', '.join(sorted(lacking))}", "matcher.toml")
