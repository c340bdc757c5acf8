-- What payers and payment providers say a payment is for. An advice is known by what it says, so the same one twice is one row.
CREATE TABLE raw.advice (
    batch BIGINT NOT NULL, advice_key VARCHAR NOT NULL, advice_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, payment_reference VARCHAR NOT NULL,
    customer_id VARCHAR NOT NULL, payer_name VARCHAR NOT NULL, payer_account VARCHAR NOT NULL, date DATE, currency VARCHAR NOT NULL,
    total BIGINT NOT NULL, place VARCHAR NOT NULL
);
CREATE TABLE raw.advice_row (
    batch BIGINT NOT NULL, advice_key VARCHAR NOT NULL, ordinal BIGINT NOT NULL, document_no VARCHAR NOT NULL, gross BIGINT NOT NULL,
    discount BIGINT NOT NULL, deduction BIGINT NOT NULL, reason VARCHAR NOT NULL, reason_text VARCHAR NOT NULL, net BIGINT NOT NULL,
    customer VARCHAR NOT NULL, reference VARCHAR NOT NULL, place VARCHAR NOT NULL
);
-- What does not add up is kept, shown and never used; its rows stand in raw.advice_row under its key.
CREATE TABLE raw.unproven_advice (
    batch BIGINT NOT NULL, advice_key VARCHAR NOT NULL, place VARCHAR NOT NULL, why VARCHAR NOT NULL, text VARCHAR USING COMPRESSION zstd NOT NULL
);
