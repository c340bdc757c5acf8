-- What ERPs say became of the documents that they were sent, and what people found out there.
CREATE TABLE log.answer (
    batch BIGINT NOT NULL, target VARCHAR NOT NULL, external_id VARCHAR NOT NULL, result VARCHAR NOT NULL, erp_number VARCHAR NOT NULL,
    message VARCHAR NOT NULL, source VARCHAR NOT NULL, digest VARCHAR NOT NULL
);
