-- The ledger's own entries on our bank accounts, as they were imported; the latest row of an id counts.
CREATE TABLE raw.book_entry (
    batch BIGINT NOT NULL, entry_id VARCHAR NOT NULL, account VARCHAR NOT NULL, date DATE NOT NULL, amount BIGINT NOT NULL,
    currency VARCHAR NOT NULL, description VARCHAR NOT NULL, reference VARCHAR NOT NULL, counterparty_name VARCHAR NOT NULL,
    document_no VARCHAR NOT NULL, extra VARCHAR NOT NULL
);
