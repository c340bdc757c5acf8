-- Balances that the cash book's file told of an account, at the end of a day; the latest row of an id counts.
CREATE TABLE raw.book_balance (
    batch BIGINT NOT NULL, entry_id VARCHAR NOT NULL, account VARCHAR NOT NULL, date DATE NOT NULL, amount BIGINT NOT NULL,
    currency VARCHAR NOT NULL
);
