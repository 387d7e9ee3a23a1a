-- The first schema. A script is never edited once released: the next change is sqlite-002.sql.
CREATE TABLE vms (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    host_id TEXT NOT NULL,
    datastore TEXT NOT NULL,
    state TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    crypto_state TEXT NOT NULL,
    locked_keys TEXT NOT NULL,
    snapshot BLOB,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX vms_by_host ON vms (host_id);

CREATE TABLE key_records (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    object_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    vm_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    key_id TEXT NOT NULL,
    kcv TEXT NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    in_use INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (object_id, provider, key_id)
) STRICT;
CREATE INDEX key_records_by_vm ON key_records (vm_id, state);
CREATE INDEX key_records_by_key ON key_records (provider, key_id);
-- A file has one key: at most one record in use per object.
CREATE UNIQUE INDEX key_records_one_in_use ON key_records (object_id) WHERE in_use = 1;

CREATE TABLE policy_associations (
    object_id TEXT NOT NULL PRIMARY KEY,
    vm_id TEXT NOT NULL,
    policy_id TEXT NOT NULL
) STRICT;
CREATE INDEX policy_associations_by_vm ON policy_associations (vm_id);

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    vm_id TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    percent INTEGER NOT NULL,
    step TEXT NOT NULL,
    bytes_done INTEGER NOT NULL,
    bytes_total INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    fault TEXT,
    epoch INTEGER NOT NULL,
    arguments TEXT NOT NULL,
    key_name TEXT
) STRICT;
CREATE INDEX tasks_by_start ON tasks (started_at);
-- Two operations on one VM never run at once, whatever the processes believe.
CREATE UNIQUE INDEX tasks_one_per_vm ON tasks (vm_id) WHERE state IN ('queued', 'running');

CREATE TABLE events (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    target TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;

CREATE TABLE providers (
    name TEXT NOT NULL PRIMARY KEY,
    is_default INTEGER NOT NULL,
    servers TEXT NOT NULL,
    identity TEXT NOT NULL,
    client_certificate_pem TEXT NOT NULL,
    client_certificate_sha256 TEXT NOT NULL,
    client_not_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX providers_one_default ON providers (is_default) WHERE is_default = 1;

CREATE TABLE hosts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    pin TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    description BLOB
) STRICT;

CREATE TABLE users (
    name TEXT NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    role INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_end ON sessions (expires_at);
