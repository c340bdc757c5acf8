-- Errors that a person stated for the proof of bank against book, from a day on, and that a person withdrew, from a day on. `of_id` is the
-- line or entry that is wrong as a whole; `line_id` and `entry_id` are the pair whose amounts differ by the error. Empty where there is none.
CREATE TABLE log.proof_error (
    batch BIGINT NOT NULL, error_id VARCHAR NOT NULL, account VARCHAR NOT NULL, currency VARCHAR NOT NULL, side VARCHAR NOT NULL,
    amount BIGINT NOT NULL, text VARCHAR NOT NULL, of_id VARCHAR NOT NULL, line_id VARCHAR NOT NULL, entry_id VARCHAR NOT NULL,
    day DATE NOT NULL, withdrawn BOOLEAN NOT NULL
);
