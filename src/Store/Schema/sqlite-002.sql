-- Access: groups, roles, permissions, tokens. Built-in roles (negative ids) are in the program; they have no rows.
CREATE TABLE groups (
    name TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_by_name ON groups (name COLLATE NOCASE);
CREATE UNIQUE INDEX users_by_name ON users (name COLLATE NOCASE);

CREATE TABLE group_members (
    group_name TEXT NOT NULL,
    user_name TEXT NOT NULL,
    PRIMARY KEY (group_name, user_name)
) STRICT;
CREATE INDEX group_members_by_user ON group_members (user_name);

CREATE TABLE roles (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX roles_by_name ON roles (name COLLATE NOCASE);

CREATE TABLE role_privileges (
    role_id INTEGER NOT NULL,
    privilege TEXT NOT NULL,
    PRIMARY KEY (role_id, privilege)
) STRICT;

-- One per principal and object.
CREATE TABLE permissions (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    principal_kind TEXT NOT NULL,
    principal TEXT NOT NULL,
    role_id INTEGER NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    propagate INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (principal_kind, principal, object_kind, object_id)
) STRICT;
CREATE INDEX permissions_by_object ON permissions (object_id);
CREATE INDEX permissions_by_role ON permissions (role_id);

-- Who had the role Admin has it at the root from now on.
INSERT INTO permissions (principal_kind, principal, role_id, object_kind, object_id, propagate, created_at)
    SELECT 'user', name, -1, 'root', 'root', 1, created_at FROM users WHERE role = -1;
ALTER TABLE users DROP COLUMN role;

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    description TEXT NOT NULL,
    privileges TEXT,
    object_kind TEXT,
    object_id TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_user ON tokens (user_name);

-- A session also ends when nobody uses it; sessions opened by an older program end with it.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;

-- The token with which a task was asked for: work that is taken up again checks it again.
ALTER TABLE tasks ADD COLUMN token_id TEXT NOT NULL DEFAULT '';
