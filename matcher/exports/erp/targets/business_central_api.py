"""Customer payments for the API of Business Central: batches of requests (.json), and the answer to one.

One request ``POST customerPayments`` for each document that a payment pays, and one for what it leaves on account. Fields and lengths
are those of the resource ``customerPayment`` of API v2.0; an amount of a payment is below zero, as in the journal that it becomes a line
of. Batches: https://learn.microsoft.com/dynamics365/business-central/dev-itpro/developer/devenv-connect-apps-tips.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, File
from matcher.exports.erp.calls import json_text
from matcher.exports.erp.records import Document, Kind
from matcher.exports.erp.writing import made
from matcher.states import Answered

MOST_REQUESTS = 100
"""Operations of one batch: https://learn.microsoft.com/training/modules/work-with-api/4-limits."""
MOST_COMMENT = 250
MOST_DESCRIPTION = 50


def takes(document: Document) -> bool:
    """Whether the API can be told: a customer payment is applied to one invoice, and clears nothing without cash."""
    plain = all(part.cash > 0 and not part.adjustments and part.document_type == "invoice" for part in document.parts)
    return document.kind == Kind.RECEIPT and document.amount > 0 and plain


def files(name: str, documents: Sequence[Document], company: str, journals: Mapping[str, str]) -> tuple[File, ...]:
    """The batches of requests, no document in two of them unless it is larger. The first, which comes last, has the name itself."""
    batches: list[list[dict[str, object]]] = [[]]
    for one in documents:
        every = list(requests(one, company, journals))
        for start in range(0, len(every), MOST_REQUESTS):
            some = every[start : start + MOST_REQUESTS]
            if len(batches[-1]) + len(some) > MOST_REQUESTS:
                batches.append([])
            batches[-1] += some
    path = PurePath(name)
    names = [name, *(path.with_suffix(f".{number}{path.suffix}").name for number in range(2, len(batches) + 1))]
    texts = [json_text({"requests": batch}) + "\n" for batch in batches]
    return tuple(reversed([made(own, text.encode(errors="backslashreplace")) for own, text in zip(names, texts, strict=True)]))


def requests(one: Document, company: str, journals: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """A payment for each document that is paid, and one for what stays on account. No amount is above zero."""
    assert one.line is not None
    number = one.external_id.upper()
    paid = [(part.customer.id, part.settled, part.document_no) for part in one.parts]
    paid += [(one.customer.id, one.unapplied, "")] if one.unapplied else []
    for order, (customer, amount, invoice) in enumerate(paid, 1):
        body: dict[str, object] = {
            "customerNumber": customer, "postingDate": one.date, "documentNumber": number, "externalDocumentNumber": number,
            "amount": one.decimal(-amount), "appliesToInvoiceNumber": invoice, "description": one.line.reference[:MOST_DESCRIPTION],
            "comment": one.line.text[:MOST_COMMENT],
        }  # fmt: skip
        url = f"companies({company})/customerPaymentJournals({journals[one.line.account]})/customerPayments"
        yield post(f"{one.external_id}-{order}", url, body)


def post(key: str, url: str, body: Mapping[str, object]) -> dict[str, object]:
    """A request of a batch."""
    return {"method": "POST", "id": key, "url": url, "headers": {"Content-Type": "application/json"}, "body": body}


def answers(data: bytes, name: str, settings: object) -> list[Answer] | None:
    """The payments that a batch did not take. What it took is a line of the journal, and not posted yet: it says nothing.

    Args:
        data: answer to the batch; None is returned for anything else.
        name: of the file.
        settings: not used.

    Raises:
        MatcherError: ``ack.unreadable``.
    """
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("responses"), list):
        return None
    failed = dict[str, str]()
    for place, response in enumerate(found["responses"], 1):
        if not isinstance(response, dict) or not isinstance(response.get("status"), int) or not isinstance(response.get("id"), str):
            raise MatcherError("ack.unreadable", f"response {place} has no id or no status", name)
        if response["status"] >= 300:
            failed.setdefault(response["id"].partition("-")[0], _message(response))
    return [Answer(external_id, Answered.REJECTED, message=message, place=name) for external_id, message in failed.items()]


def _message(response: Mapping[str, Any]) -> str:
    body = response.get("body")
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("message") or error.get("code") or response["status"]) if isinstance(error, dict) else str(response["status"])
