-- The inventory tree: root -> datacenter -> cluster -> host, and datacenter -> folder ... -> VM.
CREATE TABLE containers (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    parent_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX containers_by_name ON containers (parent_id, name COLLATE NOCASE);

-- What a center has from its start: one datacenter, in it one cluster.
INSERT INTO containers (id, kind, name, parent_id) VALUES ('root', 'root', 'root', '');
INSERT INTO containers (id, kind, name, parent_id) VALUES ('datacenter-1', 'datacenter', 'Datacenter', 'root');
INSERT INTO containers (id, kind, name, parent_id) VALUES ('cluster-1', 'cluster', 'Cluster', 'datacenter-1');

-- Container of a VM (datacenter or folder) and of a host (datacenter or cluster).
ALTER TABLE vms ADD COLUMN parent_id TEXT NOT NULL DEFAULT 'datacenter-1';
ALTER TABLE hosts ADD COLUMN parent_id TEXT NOT NULL DEFAULT 'cluster-1';
