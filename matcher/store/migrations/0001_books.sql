-- raw: what came in. log: what was decided. work: what can be computed again at any time.
-- Every table of raw and log says which batch appended a row; the batch's record holds the number and the digest of these rows.
CREATE SCHEMA raw;
CREATE SCHEMA log;
CREATE SCHEMA work;

CREATE TABLE raw.file (
    batch BIGINT NOT NULL, file_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, name VARCHAR NOT NULL, format VARCHAR NOT NULL,
    encoding VARCHAR NOT NULL, size BIGINT NOT NULL, problems VARCHAR NOT NULL
);
CREATE TABLE raw.statement (
    batch BIGINT NOT NULL, statement_id VARCHAR NOT NULL, file_id VARCHAR NOT NULL, ordinal BIGINT NOT NULL,
    account VARCHAR NOT NULL, entity VARCHAR NOT NULL, number VARCHAR NOT NULL, currency VARCHAR NOT NULL,
    from_date DATE, to_date DATE, first_booking_date DATE, last_booking_date DATE, first_day DATE, last_day DATE,
    opening BIGINT, opening_date DATE, closing BIGINT, closing_date DATE,
    count BIGINT NOT NULL, credit BIGINT NOT NULL, debit BIGINT NOT NULL,
    lines_new BIGINT NOT NULL, lines_known BIGINT NOT NULL, lines_conflicting BIGINT NOT NULL,
    state VARCHAR NOT NULL, precise BOOLEAN NOT NULL, problems VARCHAR NOT NULL
);
CREATE TABLE raw.line (
    batch BIGINT NOT NULL, line_id VARCHAR USING COMPRESSION uncompressed NOT NULL, statement_id VARCHAR NOT NULL, account VARCHAR NOT NULL, entity VARCHAR NOT NULL,
    booking_date DATE NOT NULL, value_date DATE, amount BIGINT NOT NULL, currency VARCHAR NOT NULL,
    bank_reference VARCHAR USING COMPRESSION zstd NOT NULL, counterparty_name VARCHAR NOT NULL, counterparty_account VARCHAR NOT NULL,
    counterparty_bank VARCHAR NOT NULL, remittance_information VARCHAR USING COMPRESSION zstd NOT NULL, creditor_reference VARCHAR NOT NULL,
    end_to_end_id VARCHAR USING COMPRESSION zstd NOT NULL, mandate_id VARCHAR NOT NULL, transaction_code VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    return_reason VARCHAR NOT NULL, instructed_amount BIGINT, instructed_currency VARCHAR NOT NULL,
    exchange_rate VARCHAR NOT NULL, charges BIGINT, balance BIGINT, reversal BOOLEAN NOT NULL, time VARCHAR NOT NULL,
    source_line BIGINT NOT NULL, raw VARCHAR USING COMPRESSION zstd NOT NULL, line_key VARCHAR USING COMPRESSION uncompressed NOT NULL, occurrence BIGINT NOT NULL
);
CREATE TABLE raw.line_detail (
    batch BIGINT NOT NULL, line_id VARCHAR NOT NULL, ordinal BIGINT NOT NULL, amount BIGINT NOT NULL, currency VARCHAR NOT NULL,
    counterparty_name VARCHAR NOT NULL, counterparty_account VARCHAR NOT NULL, remittance_information VARCHAR NOT NULL,
    creditor_reference VARCHAR NOT NULL, end_to_end_id VARCHAR NOT NULL, bank_reference VARCHAR NOT NULL,
    return_reason VARCHAR NOT NULL
);
-- Entries of a statement that the books knew before: with the lines that it brought they are all that it told.
CREATE TABLE raw.repeated_line (batch BIGINT NOT NULL, statement_id VARCHAR NOT NULL, line_id VARCHAR NOT NULL);
-- Lines of statements that a person has not accepted: kept whole, counted nowhere.
CREATE TABLE raw.quarantined_line AS FROM raw.line LIMIT 0;
-- What a person ruled on a statement; the lines of one accepted from quarantine are then appended to raw.line like any others.
CREATE TABLE raw.statement_ruling (
    batch BIGINT NOT NULL, statement_id VARCHAR NOT NULL, ruling VARCHAR NOT NULL, reason VARCHAR NOT NULL, replaced_by VARCHAR NOT NULL,
    lines_new BIGINT NOT NULL, lines_known BIGINT NOT NULL, lines_conflicting BIGINT NOT NULL
);
CREATE TABLE raw.item (
    batch BIGINT NOT NULL, item_id VARCHAR NOT NULL, entity VARCHAR NOT NULL, customer_id VARCHAR NOT NULL,
    document_type VARCHAR NOT NULL, document_no VARCHAR NOT NULL, issue_date DATE NOT NULL, due_date DATE,
    currency VARCHAR NOT NULL, amount BIGINT NOT NULL, open_amount BIGINT NOT NULL, terms VARCHAR NOT NULL,
    discount_ppm BIGINT, discount_date DATE, purchase_order VARCHAR NOT NULL, payment_reference VARCHAR NOT NULL,
    status VARCHAR NOT NULL, closed_date DATE, disputed_amount BIGINT NOT NULL, extra VARCHAR NOT NULL
);
CREATE TABLE raw.customer (
    batch BIGINT NOT NULL, customer_id VARCHAR NOT NULL, customer_no VARCHAR NOT NULL, name VARCHAR NOT NULL,
    trade_name VARCHAR NOT NULL, alias VARCHAR NOT NULL, country VARCHAR NOT NULL, currency VARCHAR NOT NULL,
    parent_id VARCHAR NOT NULL, account VARCHAR NOT NULL, entity VARCHAR NOT NULL, terms VARCHAR NOT NULL, extra VARCHAR NOT NULL
);
-- The day that a list of open items speaks of, and what told it: the command's option, a column, the file's name, or only the day it came.
CREATE TABLE raw.snapshot (batch BIGINT NOT NULL, snapshot_date DATE NOT NULL, dated_by VARCHAR NOT NULL, partial BOOLEAN NOT NULL);
CREATE TABLE raw.rate (batch BIGINT NOT NULL, date DATE NOT NULL, currency VARCHAR NOT NULL, per_base VARCHAR NOT NULL);

CREATE TABLE log.batch (
    batch BIGINT NOT NULL, command VARCHAR NOT NULL, actor VARCHAR NOT NULL, "at" VARCHAR NOT NULL, version VARCHAR NOT NULL,
    config_hash VARCHAR NOT NULL, summary VARCHAR NOT NULL, contents VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL, hash VARCHAR NOT NULL, signature VARCHAR NOT NULL
);
CREATE TABLE log.decision (
    batch BIGINT NOT NULL, ordinal BIGINT NOT NULL, decision_id VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    line_id VARCHAR NOT NULL, customer_id VARCHAR NOT NULL, outcome VARCHAR NOT NULL, actor VARCHAR NOT NULL, "at" VARCHAR NOT NULL,
    effective_date DATE NOT NULL, rule VARCHAR NOT NULL, confidence BIGINT, margin BIGINT,
    basis VARCHAR NOT NULL, difference VARCHAR NOT NULL, log_odds BIGINT, evidence VARCHAR NOT NULL, runner_up VARCHAR NOT NULL,
    blocked_by VARCHAR NOT NULL, reason VARCHAR NOT NULL, reverses VARCHAR NOT NULL,
    refused VARCHAR NOT NULL, counts_instead VARCHAR NOT NULL,
    run_by VARCHAR NOT NULL, other_line VARCHAR NOT NULL, classified VARCHAR NOT NULL, gl_account VARCHAR NOT NULL, until DATE,
    owner VARCHAR NOT NULL
);
CREATE TABLE log.allocation (
    batch BIGINT NOT NULL, decision_id VARCHAR NOT NULL, ordinal BIGINT NOT NULL, line_id VARCHAR NOT NULL, item_id VARCHAR NOT NULL,
    amount BIGINT NOT NULL, currency VARCHAR NOT NULL, item_amount BIGINT NOT NULL, adjustment BIGINT NOT NULL,
    adjustment_reason VARCHAR NOT NULL, item_open BIGINT NOT NULL
);
CREATE TABLE log.export (
    batch BIGINT NOT NULL, target VARCHAR NOT NULL, external_id VARCHAR NOT NULL, record VARCHAR NOT NULL, decision_id VARCHAR NOT NULL,
    version BIGINT NOT NULL, payload_hash VARCHAR NOT NULL, entity VARCHAR NOT NULL, line_id VARCHAR NOT NULL, customer_id VARCHAR NOT NULL,
    currency VARCHAR NOT NULL, amount BIGINT NOT NULL, applied BIGINT NOT NULL, unapplied BIGINT NOT NULL, effective_date DATE NOT NULL,
    as_of DATE NOT NULL, batch_id VARCHAR NOT NULL
);

-- Whose the money of a line is that no decision has placed yet, by a run that was certain of the payer; '' takes it back.
CREATE TABLE log.credit (batch BIGINT NOT NULL, line_id VARCHAR NOT NULL, customer_id VARCHAR NOT NULL);
-- A month is prepared, closed or opened again.
CREATE TABLE log.period (batch BIGINT NOT NULL, month VARCHAR NOT NULL, action VARCHAR NOT NULL, reason VARCHAR NOT NULL, settings VARCHAR NOT NULL);

-- What the latest run found; a later decision on a line takes the place of what stands here of it.
CREATE TABLE work.finding (
    line_id VARCHAR NOT NULL, outcome VARCHAR NOT NULL, state VARCHAR NOT NULL, customer_id VARCHAR NOT NULL, rule VARCHAR NOT NULL,
    confidence BIGINT, margin BIGINT, basis VARCHAR NOT NULL, difference VARCHAR NOT NULL, log_odds BIGINT,
    evidence VARCHAR NOT NULL, runner_up VARCHAR NOT NULL, blocked_by VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    other_line VARCHAR NOT NULL
);
-- What shadow rules would have said of a line when it was looked at last; kept when the line is posted.
CREATE TABLE work.shadow (
    line_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, state VARCHAR NOT NULL, confidence BIGINT NOT NULL, shares VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);
CREATE TABLE work.proposal AS SELECT * EXCLUDE (batch) FROM log.allocation LIMIT 0;
-- What stood of undecided lines when a month was closed: its reports say the same for ever.
CREATE TABLE log.closed_finding AS SELECT 0::BIGINT AS batch, * FROM work.finding LIMIT 0;
CREATE TABLE log.closed_proposal AS SELECT 0::BIGINT AS batch, * FROM work.proposal LIMIT 0;
