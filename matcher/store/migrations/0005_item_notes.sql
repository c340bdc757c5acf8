-- What a person's decision says of an open item: that its customer disputes a part of it or has promised to pay it, that it is not dunned
-- until a day, or that it was dunned. It moves no money. Who said so, when and why stands in log.decision.
CREATE TABLE log.item_note (
    batch BIGINT NOT NULL, decision_id VARCHAR NOT NULL, item_id VARCHAR NOT NULL, amount BIGINT NOT NULL, currency VARCHAR NOT NULL,
    item_open BIGINT NOT NULL, code VARCHAR NOT NULL
);
