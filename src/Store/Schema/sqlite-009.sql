-- Revisions of what people edit. Answers that are kept for repetition hold no secret from here on; those from before are forgotten.
DELETE FROM idempotency_keys;

-- The number rises with every change of any object, and a row outlives its object: a name that comes back never meets an old number.
CREATE TABLE revisions (
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (object_kind, object_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX revisions_by_number ON revisions (number);
