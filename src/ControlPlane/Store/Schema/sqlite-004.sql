-- Storage policies; the built-in ones are in the program.
CREATE TABLE policies (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    encryption INTEGER NOT NULL,
    allow_cleartext_filters INTEGER NOT NULL,
    strict INTEGER NOT NULL,
    tags TEXT NOT NULL,
    outage_action TEXT NOT NULL,
    outage_after_seconds INTEGER NOT NULL,
    version INTEGER NOT NULL,
    rules_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX policies_by_name ON policies (name COLLATE NOCASE);

-- Rules of the policy that were in force when it was applied: older ones make the object outOfDate.
ALTER TABLE policy_associations ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX policy_associations_by_policy ON policy_associations (policy_id);

-- Tags of datastores, for placement.
CREATE TABLE datastore_tags (
    datastore TEXT NOT NULL,
    tag TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (datastore, tag)
) STRICT;
