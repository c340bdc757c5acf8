"""The files that items and lines came from."""

from collections.abc import Collection

from matcher.store.database import Store
from matcher.store.journal import texts
from matcher.store.story import Row


def sources(store: Store, item_ids: Collection[str], line_ids: Collection[str]) -> list[Row]:
    """Kind, name, SHA-256 (``file_id``), size and batch of the files that told of these items, and of the statements of these lines."""
    sql = """SELECT DISTINCT kind, name, file_id, size, batch FROM raw.file
        WHERE (kind <> 'statement' AND batch IN (SELECT batch FROM raw.item WHERE item_id IN (SELECT unnest($items::VARCHAR[]))))
            OR file_id IN (SELECT file_id FROM raw.statement WHERE statement_id IN (
                SELECT statement_id FROM raw.line WHERE line_id IN (SELECT unnest($lines::VARCHAR[]))
                UNION SELECT statement_id FROM raw.repeated_line WHERE line_id IN (SELECT unnest($lines::VARCHAR[]))))
        ORDER BY batch, kind, name, file_id"""
    return [*store.rows(sql, {"items": texts(item_ids), "lines": texts(line_ids)})]
