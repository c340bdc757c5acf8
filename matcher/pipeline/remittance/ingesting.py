"""Remittance advices among bank statements: files of advices that were given to `ingest`, and what statements themselves say."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from matcher.errors import MatcherError
from matcher.model import Problem
from matcher.parsers import registry as statements
from matcher.parsers.base import ParseOptions, Source
from matcher.pipeline import ingest
from matcher.pipeline.ingest import FileResult, IngestOptions
from matcher.pipeline.remittance.importing import KIND, ReadFile, issued, take
from matcher.pipeline.remittance.results import RemittanceResult
from matcher.pipeline.session import Session
from matcher.progress import SILENT, Progress
from matcher.remittance import registry
from matcher.remittance.iso20022 import statement_advices
from matcher.remittance.proof import proven
from matcher.remittance.records import AdviceFile, IssuedDocument
from matcher.remittance.xml import MAX_BYTES

_STRUCTURED = b"RfrdDocAmt"
"""Stands in every statement that says what a payment is for, with amounts."""


def ingest_all(session: Session, sources: Sequence[Source], options: IngestOptions, progress: Progress = SILENT) -> list[FileResult]:
    """As `ingest.ingest`; a file that no reader of statements knows and one of advices does is taken as advices.

    Raises:
        MatcherError: as `ingest.ingest`; then nothing of any file is kept.
    """
    if options.format:
        return ingest.ingest(session, sources, options, progress)
    documents: list[IssuedDocument] | None = None
    advised: dict[int, ReadFile] = {}
    for place, source in enumerate(sources):
        if not _claimed(source, options):
            documents = issued(session) if documents is None else documents
            if (found := _attempt(source, documents)) is not None:
                advised[place] = found
    plain = [source for place, source in enumerate(sources) if place not in advised]
    results = ingest.ingest(session, plain, options, progress) if plain else []
    told = {place: _taken(session, file, documents or []) for place, file in advised.items()}
    results = [_with_structured(session, source, result) for source, result in zip(plain, results, strict=True)]
    rest = iter(results)
    return [
        FileResult(source.name, KIND, known=False, remittance=told[place]) if place in told else next(rest)
        for place, source in enumerate(sources)
    ]


def _claimed(source: Source, options: IngestOptions) -> bool:
    """Whether a reader of statements knows the file, or it is at least none that could be an advice."""
    found = statements.detect(source, ParseOptions(profile=options.profile, profiles=options.profiles))
    if isinstance(found, Problem):
        return found.code not in ("file.unknown", "file.binary")
    return found[1] != statements.UNKNOWN_TABLE


def _attempt(source: Source, documents: Sequence[IssuedDocument]) -> ReadFile | None:
    with source.open() as stream:
        data = stream.read()
    held = registry.attempt(data, source.name, documents)
    # a table that says nothing for certain is shown as what it was given as
    return ReadFile(source.name, source.size, sha256(data).hexdigest(), held) if held is not None and held.advices else None


def _taken(session: Session, file: ReadFile, documents: Sequence[IssuedDocument]) -> RemittanceResult:
    result = take(session, session.next_batch, [file], documents)
    session.commit(f"import {KIND}", {"files": [file.file_id], "advices": result.advices, "rows": result.rows, "new": result.new})
    return result


def _with_structured(session: Session, source: Source, result: FileResult) -> FileResult:
    """With what the payments of an ISO 20022 statement say of the documents that they pay, amount by amount."""
    if result.known or not result.format.startswith(("camt.053", "camt.054")) or source.size > MAX_BYTES:
        return result
    with source.open() as stream:
        data = stream.read()
    if _STRUCTURED not in data:
        return result
    try:
        held = proven(AdviceFile(statement_advices(data, source.name)))
    except MatcherError:
        return result  # the statement stands; what its payments say beside it is no part of its proof
    if not held.advices:
        return result
    file = ReadFile(source.name, source.size, sha256(data).hexdigest(), AdviceFile(held.advices))
    return replace(result, remittance=_taken(session, file, issued(session)))
